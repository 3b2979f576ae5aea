// Enlarge by the service that this page comes from.

const TRIES = 10, WAIT = 2; // Tries while the server is busy, and seconds between them.

/** At most this many pictures are under way at once. */
export const parallel = 2;

export function open() {
  return { ready: Promise.resolve(""), upscale };
}

/**
 * @param {File} file
 * @param {{scale: string, model: string, format: string}} options
 * @param {(part: number | null, words: string) => void} report `part` is null while unknown
 * @param {AbortSignal} signal
 * @returns {Promise<{blob: Blob, warnings: string[]}>}
 * @throws {{what: string, why: string, fix: string}}
 */
async function upscale(file, options, report, signal) {
  const query = new URLSearchParams({ scale: options.scale, model: options.model });
  if (options.format) query.set("format", options.format);
  for (let left = TRIES; ; left--) {
    const answer = await send(`v1/upscale?${query}`, file, report, signal);
    if (answer.status === 200) return { blob: answer.response, warnings: [] };
    const busy = answer.status === 503 || answer.status === 429;
    if (!busy || left <= 1) throw await errorOf(answer, file);
    const seconds = Number(answer.getResponseHeader("Retry-After")) || WAIT;
    for (let rest = Math.min(seconds, 60); rest > 0; rest--) {
      report(null, `The server is busy; trying again in ${rest} s`);
      await pause(1000, signal);
    }
  }
}

/** XMLHttpRequest tells how far the upload is; fetch does not. */
function send(url, file, report, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.responseType = "blob";
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.loaded < event.total) {
        report(event.loaded / event.total, "Uploading");
      }
    };
    request.upload.onload = () => report(null, "Enlarging");
    request.onprogress = (event) => {
      if (event.lengthComputable) report(event.loaded / event.total, "Receiving");
    };
    request.onload = () => resolve(request);
    request.onerror = () => reject({ what: file.name, why: "the server does not answer", fix: "try again" });
    request.onabort = () => reject(signal.reason);
    signal.addEventListener("abort", () => request.abort());
    report(0, "Uploading");
    request.send(file);
  });
}

async function errorOf(answer, file) {
  try {
    const { what, why, fix } = JSON.parse(await answer.response.text());
    // A visitor knows the name of the file, not the body of the request.
    const about = what && what !== "the body" ? what : file.name;
    if (typeof why === "string") return { what: about, why, fix };
  } catch {
    // Something between the page and the service answered.
  }
  return { what: file.name, why: `the server answered ${answer.status}`, fix: "try again" };
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
