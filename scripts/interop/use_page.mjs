// Run the JavaScript of docs/how-to/onnx.md on the cases that take a small RGB picture of any size.
// Arguments: the folder, and the name for the outputs.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const [folder, runtime] = process.argv.slice(2);
const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "..");
const page = fs.readFileSync(path.join(root, "docs", "how-to", "onnx.md"), "utf8");
const module_ = path.join(process.cwd(), "page.mjs"); // beside node_modules
fs.writeFileSync(module_, page.match(/^```js\n(.*?)^```/ms)[1]);
const { open, upscale } = await import(pathToFileURL(module_));
console.log("docs/how-to/onnx.md");
for (const { name, shape } of JSON.parse(fs.readFileSync(path.join(folder, "cases.json")))) {
  if (!name.endsWith("standalone")) continue;
  const bytes = fs.readFileSync(path.join(folder, `${name}.input.f32`));
  const planes = new Float32Array(new Uint8Array(bytes).buffer);
  const [, , height, width] = shape;
  const pixels = width * height;
  const data = new Uint8ClampedArray(4 * pixels).fill(255);
  for (let i = 0; i < pixels; i++)
    for (let c = 0; c < 3; c++) data[4 * i + c] = 255 * planes[c * pixels + i];
  const graph = new Uint8Array(fs.readFileSync(path.join(folder, `${name}.onnx`)));
  const large = await upscale(await open(graph), { data, width, height });
  const count = large.width * large.height;
  const made = new Float32Array(3 * count);
  for (let i = 0; i < count; i++)
    for (let c = 0; c < 3; c++) made[c * count + i] = large.data[4 * i + c] / 255;
  fs.writeFileSync(path.join(folder, `${name}.${runtime}.f32`), Buffer.from(made.buffer));
}
