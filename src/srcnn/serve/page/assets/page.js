// The page: pictures come in, wait, are enlarged, and can be compared and downloaded.
import { dropped } from "./files.js";
import { Item } from "./item.js";
import { hide, show } from "./viewer.js";
import { zip } from "./zip.js";

const get = (id) => document.getElementById(id);
const settings = get("settings"), drop = get("drop"), items = [];
const { open, parallel } = await import(`./${document.body.dataset.engine}.js`);
const tell = (words) => (get("state").textContent = words);
let shown = null, running = 0;

const engine = document.body.classList.contains("closed") ? null : open(tell);
get("files").disabled = !engine;
engine?.ready.then(tell, (error) => {
  tell(error.message);
  document.body.classList.add("closed");
  get("files").disabled = true;
});

function add(files) {
  if (!engine) return;
  for (const file of files) {
    const item = new Item(file, { show: compare, again, remove });
    items.push(item);
    get("list").append(item.row);
    again(item);
  }
}

/** Enlarge a picture with the settings as they are now. */
function again(item) {
  item.options = Object.fromEntries(new FormData(settings));
  item.wait();
  next();
}

async function next() {
  refresh();
  const item = items.find(({ state }) => state === "waiting");
  if (!item || running >= parallel) return;
  running++;
  const work = item.work(engine, item.options);
  next();
  await work;
  running--;
  if (items.includes(item) && item.result?.width && (!shown || shown === item)) compare(item);
  next();
}

function compare(item) {
  shown?.mark(false);
  shown = item;
  item.mark(true);
  const { url: after, width, height, words } = item.result;
  show({ name: item.name, before: item.source, after, width, height, words });
}

function remove(item) {
  const place = items.indexOf(item);
  items.splice(place, 1);
  item.remove();
  if (item === shown) {
    shown = null;
    hide();
  }
  refresh();
  // The focus does not fall back to the top of the page.
  const beside = items[Math.min(place, items.length - 1)];
  (beside?.row.querySelector(".remove") ?? get("files")).focus();
}

function refresh() {
  const done = items.filter(({ result }) => result).length;
  get("results").hidden = !items.length;
  get("count").textContent = items.length === 1 ? "1 picture" : `${items.length} pictures, ${done} done`;
  get("all").disabled = !done;
}

async function downloadAll() {
  const results = items.filter(({ result }) => result).map(({ result }) => result);
  let file = results[0];
  try {
    if (results.length > 1) file = { name: "srcnn.zip", blob: await zip(results) };
  } catch (error) {
    tell(`The zip file: ${error.message}`);
    return;
  }
  const url = URL.createObjectURL(file.blob);
  Object.assign(document.createElement("a"), { href: url, download: file.name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}

get("files").addEventListener("change", ({ target }) => {
  add(Array.from(target.files));
  target.value = ""; // the same picture may be chosen again
});
get("all").addEventListener("click", downloadAll);
get("clear").addEventListener("click", () => items.slice().forEach(remove));
settings.addEventListener("submit", (event) => event.preventDefault());
addEventListener("paste", ({ clipboardData }) => add(Array.from(clipboardData?.files ?? [])));

// A picture that is dropped beside the field must not replace the page.
addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) drop.classList.remove("over");
});
addEventListener("drop", async (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  add(await dropped(event.dataTransfer));
});
