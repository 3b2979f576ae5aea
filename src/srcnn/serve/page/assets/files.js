// Files that are dropped, pasted or chosen.

/** Return the files of a drop, and those of dropped folders. */
export async function dropped(transfer) {
  // Entries have to be taken at once: the list is empty after the first pause.
  const items = Array.from(transfer.items ?? []).filter((item) => item.kind === "file");
  const entries = items.map((item) => item.webkitGetAsEntry?.());
  if (!entries.length || entries.some((entry) => !entry)) return Array.from(transfer.files);
  return (await Promise.all(entries.map(filesOf))).flat();
}

async function filesOf(entry) {
  if (entry.isFile) return [await new Promise((done, failed) => entry.file(done, failed))];
  const reader = entry.createReader(), inside = [];
  const next = () => new Promise((done, failed) => reader.readEntries(done, failed));
  for (let part = await next(); part.length; part = await next()) inside.push(...part);
  inside.sort((a, b) => a.name.localeCompare(b.name));
  const pictures = inside.filter((each) => each.isDirectory || isPicture(each.name));
  return (await Promise.all(pictures.map(filesOf))).flat();
}

/** In a folder only pictures count; what is chosen by itself is tried whatever its name. */
function isPicture(name) {
  return /\.(png|jpe?g|webp|avif|heic|heif|gif|bmp|tiff?)$/i.test(name);
}

/** Return the name of a result: `dog_x3.png`, as the command line names it. */
export function resultName(name, scale, type) {
  const suffix = { "image/jpeg": "jpg", "image/tiff": "tif" }[type] ?? type.split("/")[1];
  const stem = name.replace(/\.[^.]*$/, "");
  const own = name.slice(stem.length + 1);
  const same = { jpeg: "jpg", tiff: "tif" }[own.toLowerCase()] ?? own.toLowerCase();
  return `${stem}_x${scale}.${same === suffix ? own : suffix}`;
}
