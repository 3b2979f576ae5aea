// Read a picture file as 8-bit pixels, by the browser's own decoders.

/**
 * Return what the pixels alone do not tell: whether the file is gray, has a color profile, or has
 * more than 8 bits.
 *
 * @param {Uint8Array} bytes the file
 */
export function inspect(bytes) {
  const word = (from, to) => String.fromCharCode(...bytes.subarray(from, to));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (word(0, 8) === "\x89PNG\r\n\x1a\n") return inspectPng(bytes, view, word);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return inspectJpeg(bytes, view, word);
  const webp = word(0, 4) === "RIFF" && word(8, 12) === "WEBP";
  const plain = webp && !(word(12, 16) === "VP8X" && bytes[20] & 0x20);
  return { gray: false, profile: !plain, deep: false };
}

function inspectPng(bytes, view, word) {
  const found = { gray: bytes[25] === 0 || bytes[25] === 4, profile: false, deep: bytes[24] === 16 };
  for (let at = 8; at + 8 <= bytes.length; at += 12 + view.getUint32(at)) {
    const kind = word(at + 4, at + 8);
    if (kind === "iCCP") found.profile = true;
    if (kind === "IDAT") break;
  }
  return found;
}

function inspectJpeg(bytes, view, word) {
  const found = { gray: false, profile: false, deep: false };
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; at += 2 + view.getUint16(at + 2)) {
    while (bytes[at + 1] === 0xff) at++; // fill bytes
    const marker = bytes[at + 1];
    if (marker === 0xe2 && word(at + 4, at + 15) === "ICC_PROFILE") found.profile = true;
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frame) return { ...found, gray: bytes[at + 9] === 1 };
  }
  return found;
}

/**
 * Decode a file.
 *
 * @param {Blob} file
 * @param {number} most pixels that it may have
 * @returns {Promise<{width: number, height: number, channels: number, data: Uint8ClampedArray,
 *   deep: boolean, profile: boolean}>} RGBA; `channels` as in `enlarge`
 */
export async function decode(file, most) {
  const { gray, profile, deep } = inspect(new Uint8Array(await file.arrayBuffer()));
  let bitmap;
  try {
    // Pixels with a profile are converted to sRGB, as the result carries none.
    const colorSpaceConversion = profile ? "default" : "none";
    bitmap = await createImageBitmap(file, { colorSpaceConversion, premultiplyAlpha: "none" });
  } catch {
    throw { why: "this browser cannot read it as a picture", fix: "use PNG, JPEG, WebP or AVIF" };
  }
  const { width, height } = bitmap;
  if (width * height > most) {
    const why = `has ${width} x ${height} pixels, over the limit of ${most / 1e6} megapixels`;
    throw { why, fix: "enlarge it with srcnn upscale" };
  }
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  let hides = false;
  for (let i = 3; i < data.length && !hides; i += 4) hides = data[i] < 255;
  return { width, height, channels: (gray ? 1 : 3) + (hides ? 1 : 0), data, profile, deep };
}
