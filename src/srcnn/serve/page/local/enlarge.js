// The pipeline of srcnn.engine: luma through the networks in tiles, the rest by bicubic.
import { resizeTile, tapsOf } from "./resize.js";

const TILE = 160; // Largest side of a tile, in pixels of the network's input.
const Y_TO_RGB = 255 / 219; // What R, G and B gain when Y gains 1 and Cb and Cr stay the same.

/** Return floor(side * scale + 0.5), the enlarged side. */
export function enlarged(side, scale) {
  return Math.floor(side * scale + 0.5);
}

/**
 * Choose the trained scales that enlarge at least `scale` times: as few passes as possible, then
 * the least excess, the largest first.
 *
 * @param {number} scale above 1
 * @param {number[]} trained scales of the networks
 */
export function passesFor(scale, trained) {
  let products = [[]];
  for (;;) {
    products = products.flatMap((scales) =>
      trained.filter((next) => next <= (scales.at(-1) ?? Infinity)).map((next) => [...scales, next]));
    const product = (scales) => scales.reduce((a, b) => a * b);
    const enough = products.filter((scales) => product(scales) >= scale - 1e-9);
    if (enough.length) return enough.sort((a, b) => product(a) - product(b))[0];
  }
}

/**
 * Enlarge a picture.
 *
 * @param {{width: number, height: number, channels: number, data: ArrayLike<number>}} picture RGBA
 *   in [0, 255], of which the first `channels` count: 1 is gray, 2 gray and alpha, 3 RGB, 4 RGBA
 * @param {{width: number, height: number}} size of the result
 * @param {{scale: number, radius: number, run: Function}[]} passes networks, in order
 * @param {(part: number) => Promise<void>} report awaited after each tile
 * @returns {Promise<Uint8Array>} the result, `channels` bytes a pixel
 */
export async function enlarge(picture, size, passes, report) {
  let given = { width: picture.width, height: picture.height, data: lumaOf(picture) };
  const place = merging(picture, size);
  const total = work(passes, given);
  let done = 0;
  for (const [number, pass] of passes.entries()) {
    const width = given.width * pass.scale, height = given.height * pass.scale;
    const last = number === passes.length - 1 && width === size.width && height === size.height;
    const made = last ? null : new Float32Array(width * height);
    for (const tile of tilesOf(width, height, TILE * pass.scale, pass.scale)) {
      const answer = await pass.run(padded(given, tile, pass));
      if (last) place(tile, answer);
      else copy(answer, tile, made, width);
      done += (tile.bottom - tile.top) * (tile.right - tile.left) / pass.scale ** 2;
      await report(done / total);
    }
    if (last) return place.pixels;
    given = { width, height, data: made };
  }
  const rows = tapsOf(given.height, size.height), columns = tapsOf(given.width, size.width);
  const read = (row, from, to, target) => {
    const start = row * given.width;
    target.set(given.data.subarray(start + from, start + to));
  };
  for (const tile of tilesOf(size.width, size.height, 3 * TILE, 1)) {
    place(tile, resizeTile(read, rows, columns, tile));
    await report(1);
  }
  return place.pixels;
}

/** Return how many input pixels the passes process together. */
function work(passes, { width, height }) {
  let sum = 0, pixels = width * height;
  for (const { scale } of passes) {
    sum += pixels;
    pixels *= scale ** 2;
  }
  return sum;
}

/** Return the plane that the networks enhance: gray as it is, or Y of BT.601, studio range. */
function lumaOf({ width, height, channels, data }) {
  const luma = new Float32Array(width * height);
  for (let i = 0; i < luma.length; i++) {
    const [r, g, b] = [data[4 * i], data[4 * i + 1], data[4 * i + 2]];
    luma[i] = channels < 3 ? r / 255 : ((65.481 * r + 128.553 * g + 24.966 * b) / 255 + 16) / 255;
  }
  return luma;
}

/** Cut a length into as few nearly equal spans of at most `side` as possible, in steps. */
function spans(length, side, step) {
  const units = length / step;
  const count = Math.ceil(units / Math.max(1, Math.floor(side / step)));
  const edges = Array.from({ length: count + 1 }, (_, i) => Math.floor(units * i / count) * step);
  return edges.slice(1).map((edge, i) => [edges[i], edge]);
}

function* tilesOf(width, height, side, step) {
  for (const [top, bottom] of spans(height, side, step)) {
    for (const [left, right] of spans(width, side, step)) yield { top, bottom, left, right };
  }
}

/** Return a tile of the network's input with its halo; beyond the picture the edge is repeated. */
function padded({ width, height, data }, tile, { scale, radius }) {
  const top = tile.top / scale - radius, bottom = tile.bottom / scale + radius;
  const left = tile.left / scale - radius, right = tile.right / scale + radius;
  const out = new Float32Array((bottom - top) * (right - left));
  let i = 0;
  for (let y = top; y < bottom; y++) {
    const start = Math.min(Math.max(y, 0), height - 1) * width;
    for (let x = left; x < right; x++) out[i++] = data[start + Math.min(Math.max(x, 0), width - 1)];
  }
  return { data: out, width: right - left, height: bottom - top };
}

function copy(answer, { top, bottom, left, right }, target, width) {
  const wide = right - left;
  for (let y = top; y < bottom; y++) {
    target.set(answer.subarray((y - top) * wide, (y - top + 1) * wide), y * width + left);
  }
}

/**
 * Return a function that writes a tile of the result from the networks' plane. What the networks
 * do not see is enlarged by bicubic: R, G and B less what Y contributes, and alpha.
 */
function merging({ width, height, channels, data }, size) {
  const rows = tapsOf(height, size.height), columns = tapsOf(width, size.width);
  const color = channels > 2, hides = channels % 2 === 0;
  const pixels = new Uint8Array(size.width * size.height * channels);

  const less = (channel) => (row, from, to, target) => {
    for (let x = from, i = 4 * (row * width + from); x < to; x++, i += 4) {
      const light = 65.481 * data[i] + 128.553 * data[i + 1] + 24.966 * data[i + 2];
      target[x - from] = data[i + channel] / 255 - Y_TO_RGB * (light / 255 + 16) / 255;
    }
  };
  const alpha = (row, from, to, target) => {
    for (let x = from; x < to; x++) target[x - from] = data[4 * (row * width + x) + 3] / 255;
  };

  function place(tile, answer) {
    const write = (channel, plane, factor) => {
      const wide = tile.right - tile.left;
      for (let i = 0; i < answer.length; i++) {
        const y = tile.top + Math.floor(i / wide), x = tile.left + i % wide;
        const value = (plane ? plane[i] : 0) + factor * answer[i];
        pixels[(y * size.width + x) * channels + channel] =
          Math.floor(Math.min(Math.max(255 * value, 0), 255) + 0.5);
      }
    };
    if (color) {
      for (let c = 0; c < 3; c++) write(c, resizeTile(less(c), rows, columns, tile), Y_TO_RGB);
    } else {
      write(0, null, 1);
    }
    if (hides) write(channels - 1, resizeTile(alpha, rows, columns, tile), 0);
  }
  place.pixels = pixels;
  return place;
}
