// One picture: its row in the list, and what happened to it.
import { resultName } from "./files.js";

const template = document.getElementById("row");

export class Item {
  /**
   * @param {File} file
   * @param {{show: Function, again: Function, remove: Function}} actions called with the item
   */
  constructor(file, actions) {
    this.file = file;
    this.state = "waiting"; // waiting, working, done, failed
    this.row = template.content.firstElementChild.cloneNode(true);
    this.source = URL.createObjectURL(file);
    this.result = null;
    this.#find(".name").textContent = file.name || "pasted picture";
    const thumbnail = this.#find(".show img");
    thumbnail.onerror = () => (thumbnail.hidden = true);
    thumbnail.src = this.source;
    for (const [name, action] of Object.entries(actions)) {
      const button = this.#find(`.${name}`);
      button.addEventListener("click", () => action(this));
      button.setAttribute("aria-label", `${button.textContent || "Compare"} ${this.name}`.trim());
    }
  }

  get name() {
    return this.#find(".name").textContent;
  }

  #find(selector) {
    return this.row.querySelector(selector);
  }

  #set(state, words, part) {
    this.state = state;
    this.row.className = state;
    this.#find(".words").textContent = words;
    const bar = this.#find("progress");
    bar.hidden = state !== "working";
    bar.setAttribute("aria-label", `Progress of ${this.name}`);
    if (part === null || part === undefined) bar.removeAttribute("value");
    else bar.value = part;
    this.#find(".again").hidden = state !== "failed" && state !== "done";
    this.#find(".download").hidden = state !== "done";
    this.#find(".show").disabled = !this.result?.width;
  }

  /** Enlarge it with `engine`; never throws. */
  async work(engine, options) {
    this.drop();
    this.stopping = new AbortController();
    this.#set("working", "Waiting");
    const started = performance.now();
    const report = (part, words) => this.#set("working", words, part);
    try {
      const { blob, warnings } = await engine.upscale(this.file, options, report, this.stopping.signal);
      await this.#finish(blob, options, warnings, (performance.now() - started) / 1000);
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      const { what = this.name, why = error.message ?? String(error), fix } = error;
      this.#set("failed", `${what}: ${why}${fix ? `; ${fix}` : ""}`);
    }
  }

  async #finish(blob, options, warnings, seconds) {
    const url = URL.createObjectURL(blob), size = await sizeOf(url);
    const name = resultName(this.name, options.scale, blob.type);
    const words = `${options.scale}×, ${options.model}`;
    this.result = { blob, url, name, words, ...size };
    const link = this.#find(".download");
    Object.assign(link, { href: url, download: name });
    link.setAttribute("aria-label", `Download ${name}`);
    const about = [words];
    if (size.width) about.push(`${size.width}\u00a0×\u00a0${size.height}`);
    about.push(`${(blob.size / 1e6).toFixed(1)}\u00a0MB`, `${seconds.toFixed(1)}\u00a0s`, ...warnings);
    this.#set("done", about.join(" · "));
  }

  wait() {
    this.#set("waiting", "Waiting");
  }

  mark(shown) {
    this.row.classList.toggle("shown", shown);
    this.#find(".show").setAttribute("aria-pressed", String(shown));
  }

  /** Forget the result. */
  drop() {
    if (this.result) URL.revokeObjectURL(this.result.url);
    this.result = null;
  }

  remove() {
    this.stopping?.abort();
    this.drop();
    URL.revokeObjectURL(this.source);
    this.row.remove();
  }
}

/** Return the size of a picture, or nothing if the browser cannot show it. */
async function sizeOf(url) {
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } catch {
    return {};
  }
  return { width: image.naturalWidth, height: image.naturalHeight };
}
