// Run the cases in onnxruntime-web, as a browser would: WebAssembly, one thread.
// Arguments: the folder, and the name for the outputs.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [folder, runtime] = process.argv.slice(2);
const require = createRequire(path.join(process.cwd(), "package.json"));
const ort = await import(pathToFileURL(require.resolve("onnxruntime-web")));
ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";
console.log(ort.env.versions.web);
for (const { name, shape } of JSON.parse(fs.readFileSync(path.join(folder, "cases.json")))) {
  const graph = new Uint8Array(fs.readFileSync(path.join(folder, `${name}.onnx`)));
  const session = await ort.InferenceSession.create(graph, { executionProviders: ["wasm"] });
  const bytes = fs.readFileSync(path.join(folder, `${name}.input.f32`));
  const values = new Float32Array(new Uint8Array(bytes).buffer);
  const { output } = await session.run({ input: new ort.Tensor("float32", values, shape) });
  fs.writeFileSync(path.join(folder, `${name}.${runtime}.f32`), Buffer.from(output.data.buffer));
}
