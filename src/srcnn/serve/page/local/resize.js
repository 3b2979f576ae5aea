// MATLAB's bicubic interpolation with anti-aliasing and mirrored borders, as in srcnn.images.resize.

/** Keys' cubic convolution kernel, a = -0.5. */
function keys(x) {
  x = Math.abs(x);
  if (x <= 1) return (1.5 * x - 2.5) * x * x + 1;
  if (x <= 2) return ((-0.5 * x + 2.5) * x - 4) * x + 2;
  return 0;
}

/**
 * Return which input samples make each output sample of an axis, and how much each counts.
 *
 * @param {number} old input samples
 * @param {number} size output samples
 * @returns {{count: number, indices: Int32Array, weights: Float64Array}} `count` taps a sample
 */
export function tapsOf(old, size) {
  const scale = size / old;
  const stretch = Math.min(scale, 1);
  const support = 4 / stretch;
  const count = Math.ceil(support) + 1;
  const indices = new Int32Array(size * count);
  const weights = new Float64Array(size * count);
  for (let i = 0; i < size; i++) {
    const center = (i + 0.5) / scale - 0.5;
    const left = Math.floor(center - support / 2) + 1;
    let sum = 0;
    for (let k = 0; k < count; k++) {
      const weight = keys(stretch * (center - left - k));
      const index = (((left + k) % (2 * old)) + 2 * old) % (2 * old);
      indices[i * count + k] = index < old ? index : 2 * old - 1 - index;
      weights[i * count + k] = weight;
      sum += weight;
    }
    for (let k = 0; k < count; k++) weights[i * count + k] /= sum;
  }
  return { count, indices, weights };
}

/** Return the first input sample, and the end, that output samples `start` to `stop` need. */
function reach(taps, start, stop) {
  let first = Infinity, last = 0;
  for (let i = start * taps.count; i < stop * taps.count; i++) {
    first = Math.min(first, taps.indices[i]);
    last = Math.max(last, taps.indices[i]);
  }
  return [first, last + 1];
}

/**
 * Compute one tile of a resized plane.
 *
 * @param {(row: number, from: number, to: number, target: Float32Array) => void} read fills
 *   `target` with samples `from` to `to` of a row of the input
 * @param {object} rows taps of the rows
 * @param {object} columns taps of the columns
 * @param {{top: number, bottom: number, left: number, right: number}} tile in output pixels
 * @returns {Float32Array} the tile, row by row
 */
export function resizeTile(read, rows, columns, { top, bottom, left, right }) {
  const [firstRow, lastRow] = reach(rows, top, bottom);
  const [from, to] = reach(columns, left, right);
  const width = right - left;
  const given = new Float32Array(to - from);
  const between = new Float32Array((lastRow - firstRow) * width);
  for (let y = firstRow; y < lastRow; y++) {
    read(y, from, to, given);
    const place = (y - firstRow) * width;
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = (left + x) * columns.count, end = k + columns.count; k < end; k++) {
        sum += columns.weights[k] * given[columns.indices[k] - from];
      }
      between[place + x] = sum;
    }
  }
  const out = new Float32Array((bottom - top) * width);
  const line = new Float64Array(width);
  for (let y = top; y < bottom; y++) {
    line.fill(0);
    for (let k = y * rows.count, end = k + rows.count; k < end; k++) {
      const weight = rows.weights[k];
      if (weight === 0) continue;
      const place = (rows.indices[k] - firstRow) * width;
      for (let x = 0; x < width; x++) line[x] += weight * between[place + x];
    }
    out.set(line, (y - top) * width);
  }
  return out;
}
