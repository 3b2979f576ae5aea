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
  // Both are preceded by pixels that count as black, as PNG wants it.
  const row = new Uint8Array(channels + stride), above = new Uint8Array(channels + stride);
  const choices = [1, 2, 4].map((filter) => Uint8Array.of(filter, ...new Uint8Array(stride)));
  for (let top = 0; top < height; top += ROWS) {
    const rows = Math.min(ROWS, height - top);
    const out = new Uint8Array(rows * (stride + 1));
    for (let k = 0; k < rows; k++) {
      row.set(pixels.subarray((top + k) * stride, (top + k + 1) * stride), channels);
      out.set(best(choices, row, above, channels), k * (stride + 1));
      above.set(row);
    }
    await writer.write(out);
  }
  await writer.close();
}

/** Return the filtered row with the least sum of absolute values, which mostly packs smallest. */
function best([left, up, paeth], row, above, step) {
  let leftSum = 0, upSum = 0, paethSum = 0;
  for (let i = step, k = 1; i < row.length; i++, k++) {
    const value = row[i], a = row[i - step], b = above[i], c = above[i - step];
    const toA = Math.abs(b - c), toB = Math.abs(a - c), toC = Math.abs(a + b - 2 * c);
    const guess = toA <= toB && toA <= toC ? a : toB <= toC ? b : c;
    left[k] = value - a;
    up[k] = value - b;
    paeth[k] = value - guess;
    // As signed bytes.
    leftSum += Math.abs((left[k] << 24) >> 24);
    upSum += Math.abs((up[k] << 24) >> 24);
    paethSum += Math.abs((paeth[k] << 24) >> 24);
  }
  const least = Math.min(leftSum, upSum, paethSum);
  return least === leftSum ? left : least === upSum ? up : paeth;
}

function chunk(name, data) {
  const length = new Uint8Array(4), tail = new Uint8Array(4);
  const kind = Uint8Array.from(name, (letter) => letter.charCodeAt(0));
  new DataView(length.buffer).setUint32(0, data.length);
  new DataView(tail.buffer).setUint32(0, crc32(data, crc32(kind)));
  return [length, kind, data, tail];
}
