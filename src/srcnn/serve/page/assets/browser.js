// Enlarge in this browser: the networks run in a worker.

/** One picture at a time: it uses all threads. */
export const parallel = 1;

/**
 * @param {(words: string) => void} tell
 */
export function open(tell) {
  const jobs = new Map();
  const worker = new Worker(new URL("../local/worker.js", import.meta.url), { type: "module" });
  let count = 0;
  const ready = new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`The networks cannot run in this browser: ${why}`));
    worker.onerror = (event) => fail(event.message || "the worker does not start");
    worker.onmessage = ({ data }) => {
      if (data.loaded) tell(`Loading the networks: ${Math.round(100 * data.loaded)} %`);
      if (data.failed) fail(data.failed);
      if (data.ready) resolve(readyWords(data.threads));
      jobs.get(data.id)?.(data);
    };
  });

  /** See `upscale` in server.js. */
  async function upscale(file, { scale, model }, report, signal) {
    await ready;
    const id = ++count;
    try {
      return await new Promise((resolve, reject) => {
        jobs.set(id, ({ part, blob, warnings, error }) => {
          if (part !== undefined) report(part, part < 1 ? "Enlarging" : "Writing the file");
          if (blob) resolve({ blob, warnings });
          if (error) reject(error);
        });
        signal.addEventListener("abort", () => {
          worker.postMessage({ stop: id });
          reject(signal.reason);
        });
        report(0, "Enlarging");
        worker.postMessage({ id, file, scale: Number(scale), model });
      });
    } finally {
      jobs.delete(id);
    }
  }

  return { ready, upscale };
}

function readyWords(threads) {
  const by = threads > 1 ? `${threads} threads` : "1 thread";
  return `Ready, with ${by}. The network may be cut off now.`;
}
