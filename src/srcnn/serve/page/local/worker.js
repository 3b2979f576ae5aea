// Run the networks away from the page, which stays responsive. Everything is fetched at the start,
// so nothing is needed from the network afterwards.
import { bleed } from "./alpha.js";
import { enlarge, enlarged, passesFor } from "./enlarge.js";
import { decode } from "./picture.js";
import { encodePng } from "./png.js";

const MOST_IN = 16e6, MOST_OUT = 64e6; // Pixels.
const TAPS = 2; // Pixels on either side that bicubic interpolation uses.
const stopped = new Set();
const networks = [];
let runtime;

/** Fetch the runtime and every network, and run one, which also starts the runtime's threads. */
async function start() {
  const list = await (await fetched("models.json")).json();
  runtime = await import(new URL(list.runtime, import.meta.url));
  const threads = self.crossOriginIsolated ? Math.min(navigator.hardwareConcurrency ?? 1, 8) : 1;
  Object.assign(runtime.env.wasm, { numThreads: threads, proxy: false });
  runtime.env.logLevel = "error";
  const all = list.models.reduce((sum, model) => sum + model.bytes, list.wasm_bytes);
  let loaded = 0;
  const tell = (bytes) => postMessage({ loaded: (loaded += bytes) / all });
  const files = list.models.map(async ({ url }) => whole(await fetched(url), tell));
  runtime.env.wasm.wasmBinary = await whole(await fetched(list.wasm), tell);
  for (const [i, model] of list.models.entries()) {
    const options = { executionProviders: ["wasm"] };
    const session = await runtime.InferenceSession.create(new Uint8Array(await files[i]), options);
    networks.push({ ...model, run: (input) => run(session, input) });
  }
  const side = 2 * networks[0].radius + 8;
  await networks[0].run({ data: new Float32Array(side * side), width: side, height: side });
  postMessage({ ready: true, threads });
}

async function fetched(name) {
  const response = await fetch(new URL(name, import.meta.url));
  if (!response.ok) throw new Error(`${name}: status ${response.status}`);
  return response;
}

async function whole(response, tell) {
  const parts = [], reader = response.body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    parts.push(next.value);
    tell(next.value.length);
  }
  return new Blob(parts).arrayBuffer();
}

async function run(session, { data, width, height }) {
  const input = new runtime.Tensor("float32", data, [1, 1, height, width]);
  const { output } = await session.run({ input });
  return output.data;
}

/** Let messages in, and end the work if one of them asked for that. */
async function pause(id) {
  await new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = resolve;
    port2.postMessage(null);
  });
  if (stopped.delete(id)) throw { stopped: true };
}

async function upscale({ id, file, scale, model }) {
  const picture = await decode(file, MOST_IN);
  const size = { width: enlarged(picture.width, scale), height: enlarged(picture.height, scale) };
  if (size.width * size.height > MOST_OUT) {
    const why = `would become ${size.width} x ${size.height} pixels, over the limit of 64 megapixels`;
    throw { why, fix: "choose a smaller scale, or use srcnn upscale" };
  }
  const own = networks.filter(({ name }) => name === model);
  const trained = own.map((network) => network.scale);
  const needed = Math.max(size.width / picture.width, size.height / picture.height);
  const passes = passesFor(needed, trained).map((each) => own.find((n) => n.scale === each));
  if (picture.channels % 2 === 0) {
    picture.data = bleed(picture.data, picture.width, picture.height, reachOf(passes, picture, size));
  }
  const pixels = await enlarge(picture, size, passes, async (part) => {
    postMessage({ id, part });
    await pause(id);
  });
  const blob = await encodePng(pixels, size, picture.channels);
  const warnings = [];
  if (picture.deep) warnings.push("16 bits became 8");
  if (picture.profile) warnings.push("colors were converted to sRGB");
  postMessage({ id, blob, warnings });
}

/** Return how far hidden pixels matter, as srcnn.engine.source.reach_of. */
function reachOf(passes, picture, size) {
  let reach = 0, scale = 1;
  passes.forEach((pass, number) => {
    reach += (pass.radius + (number ? TAPS : 0)) / scale;
    scale *= pass.scale;
  });
  if (picture.width * scale !== size.width || picture.height * scale !== size.height) {
    reach += TAPS * Math.max(picture.width / size.width, picture.height / size.height);
  }
  return 2 * TAPS + Math.ceil(reach);
}

self.onmessage = async ({ data }) => {
  if (data.stop) {
    stopped.add(data.stop);
    return;
  }
  try {
    await upscale(data);
  } catch (error) {
    if (error.stopped) return;
    const { why, fix = "" } = error.why ? error : { why: error.message ?? String(error) };
    postMessage({ id: data.id, error: { what: data.file.name, why, fix } });
  }
};

start().catch((error) => postMessage({ failed: error.message ?? String(error) }));
