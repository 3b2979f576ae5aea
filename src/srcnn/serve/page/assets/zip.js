// A zip file without compression: pictures are compressed already.
import { crc32 } from "./crc32.js";

const UTF8 = 0x0800, VERSION = 20, MOST = 2 ** 32 - 1;

/**
 * Pack files.
 *
 * @param {{name: string, blob: Blob}[]} files
 * @returns {Promise<Blob>}
 */
export async function zip(files) {
  const parts = [], directory = [], names = new Set(), [time, date] = dosTime(new Date());
  let place = 0;
  for (const { name, blob } of files) {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const path = new TextEncoder().encode(free(name, names));
    const about = [UTF8, 0, time, date, crc32(bytes), bytes.length, bytes.length, path.length, 0];
    const local = record("IHHHHHIIIHH", [0x04034b50, VERSION, ...about]);
    parts.push(local, path, bytes);
    const more = [0, 0, 0, 0, place];
    directory.push(record("IHHHHHHIIIHHHHHII", [0x02014b50, VERSION, VERSION, ...about, ...more]));
    directory.push(path);
    place += local.length + path.length + bytes.length;
    if (place > MOST) throw new Error("over 4 GB; download the pictures one by one");
  }
  const length = directory.reduce((sum, part) => sum + part.length, 0);
  const end = record("IHHHHIIH", [0x06054b50, 0, 0, files.length, files.length, length, place, 0]);
  return new Blob([...parts, ...directory, end], { type: "application/zip" });
}

/** Return little-endian integers: H has two bytes, I four. */
function record(kinds, values) {
  const sizes = Array.from(kinds, (kind) => (kind === "H" ? 2 : 4));
  const view = new DataView(new ArrayBuffer(sizes.reduce((a, b) => a + b)));
  let at = 0;
  sizes.forEach((size, i) => {
    if (size === 2) view.setUint16(at, values[i], true);
    else view.setUint32(at, values[i], true);
    at += size;
  });
  return new Uint8Array(view.buffer);
}

function dosTime(now) {
  return [
    (now.getHours() << 11) | (now.getMinutes() << 5) | (now.getSeconds() >> 1),
    ((now.getFullYear() - 1980) << 9) | ((now.getMonth() + 1) << 5) | now.getDate(),
  ];
}

/** Return the name, or with a number behind it if another file has it. */
function free(name, taken) {
  const stem = name.replace(/\.[^.]*$/, "");
  let each = name;
  for (let n = 2; taken.has(each); n++) each = `${stem} (${n})${name.slice(stem.length)}`;
  taken.add(each);
  return each;
}
