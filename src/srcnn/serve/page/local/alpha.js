// Fill transparent pixels near visible ones, as srcnn.images.alpha does: what hides behind alpha is
// mostly black, and a network would draw a dark seam around everything visible.

/**
 * Return RGBA in which hidden pixels within `reach` pixels of a visible one have the mean color of
 * their visible or filled neighbors.
 *
 * @param {Uint8ClampedArray} data RGBA, row by row
 * @param {number} width
 * @param {number} height
 * @param {number} reach in pixels
 * @returns {ArrayLike<number>}
 */
export function bleed(data, width, height, reach) {
  const known = new Uint8Array(width * height);
  for (let i = 0; i < known.length; i++) known[i] = data[4 * i + 3] > 0 ? 1 : 0;
  if (!known.includes(0) || !known.includes(1)) return data;
  const out = Float32Array.from(data);
  let open = hiddenBeside(known, width, height);
  for (let step = 0; step < reach && open.length; step++) {
    const filled = open.map((i) => meanAround(out, known, i, width, height));
    open.forEach((i, k) => {
      out.set(filled[k], 4 * i);
      known[i] = 1;
    });
    open = [...new Set(open.flatMap((i) => around(i, width, height).filter((n) => !known[n])))];
  }
  return out;
}

function around(i, width, height) {
  const x = i % width, y = (i - x) / width, found = [];
  for (let v = Math.max(y - 1, 0); v <= Math.min(y + 1, height - 1); v++) {
    for (let u = Math.max(x - 1, 0); u <= Math.min(x + 1, width - 1); u++) found.push(v * width + u);
  }
  return found;
}

function hiddenBeside(known, width, height) {
  const found = [];
  for (let i = 0; i < known.length; i++) {
    if (!known[i] && around(i, width, height).some((n) => known[n])) found.push(i);
  }
  return found;
}

function meanAround(data, known, i, width, height) {
  const sum = [0, 0, 0];
  let count = 0;
  for (const n of around(i, width, height)) {
    if (!known[n]) continue;
    count++;
    for (let c = 0; c < 3; c++) sum[c] += data[4 * n + c];
  }
  return sum.map((value) => value / count);
}
