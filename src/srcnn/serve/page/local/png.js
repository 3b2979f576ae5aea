// Write 8-bit PNG, row by row. A canvas would lose color behind half-transparent pixels.
import { crc32 } from "../assets/crc32.js";

const COLOR_TYPES = [0, 0, 4, 2, 6]; // by channels: gray, gray and alpha, RGB, RGBA
const ROWS = 64; // Rows that are compressed at once.

/**
 * Return a PNG file.
 *
 * @param {Uint8Array} pixels row by row
 * @param {{width: number, height: number}} size
 * @param {number} channels 1 to 4
 * @returns {Promise<Blob>}
 */
export async function encodePng(pixels, { width, height }, channels) {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, COLOR_TYPES[channels], 0, 0, 0], 8);
  const parts = [Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10), ...chunk("IHDR", header)];
  const packing = new CompressionStream("deflate");
  const written = write(packing.writable.getWriter(), pixels, width * channels, height, channels);
  const reader = packing.readable.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    parts.push(...chunk("IDAT", next.value));
  }
  await written;
  return new Blob([...parts, ...chunk("IEND", new Uint8Array())], { type: "image/png" });
}

async function write(writer, pixels, stride, height, channels) {
  const choices = [1, 2, 4].map((filter) => Uint8Array.of(filter, ...new Uint8Array(stride)));
  let above = new Uint8Array(stride);
  for (let top = 0; top < height; top += ROWS) {
    const rows = Math.min(ROWS, height - top);
    const out = new Uint8Array(rows * (stride + 1));
    for (let k = 0; k < rows; k++) {
      const row = pixels.subarray((top + k) * stride, (top + k + 1) * stride);
      out.set(best(choices, row, above, channels), k * (stride + 1));
      above = row;
    }
    await writer.write(out);
  }
  await writer.close();
}

/** Return the filtered row with the least sum of absolute values, which mostly packs smallest. */
function best(choices, row, above, step) {
  const sums = [0, 0, 0];
  const note = (choice, i, value) => {
    const byte = value & 255;
    choices[choice][i + 1] = byte;
    sums[choice] += byte < 128 ? byte : 256 - byte;
  };
  for (let i = 0; i < row.length; i++) {
    const left = i < step ? 0 : row[i - step], corner = i < step ? 0 : above[i - step];
    note(0, i, row[i] - left);
    note(1, i, row[i] - above[i]);
    note(2, i, row[i] - paeth(left, above[i], corner));
  }
  return choices[sums.indexOf(Math.min(...sums))];
}

function paeth(left, above, corner) {
  const a = Math.abs(above - corner), b = Math.abs(left - corner);
  const c = Math.abs(left + above - 2 * corner);
  if (a <= b && a <= c) return left;
  return b <= c ? above : corner;
}

function chunk(name, data) {
  const length = new Uint8Array(4), tail = new Uint8Array(4);
  const kind = Uint8Array.from(name, (letter) => letter.charCodeAt(0));
  new DataView(length.buffer).setUint32(0, data.length);
  new DataView(tail.buffer).setUint32(0, crc32(data, crc32(kind)));
  return [length, kind, data, tail];
}
