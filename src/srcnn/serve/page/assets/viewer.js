// Two pictures with a line between them, at the size of the result.

const get = (id) => document.getElementById(id);
const [stage, scroller, slider, zoom] = ["stage", "scroller", "slider", "zoom"].map(get);
let size = { width: 1, height: 1 }, dragged = null;

/**
 * Show a picture before and after.
 *
 * @param {{name: string, before: string, after: string, width: number, height: number,
 *   words: string}} shown `before` and `after` are URLs, the size is that of the result
 */
export function show({ name, before, after, width, height, words }) {
  size = { width, height };
  get("before").src = before;
  get("after").src = after;
  get("before").alt = `${name} before, enlarged by the browser`;
  get("after").alt = `${name} after`;
  get("after-tag").textContent = `After: ${words}`;
  get("viewed").textContent = `${name}, ${width}\u00a0×\u00a0${height}`;
  get("viewer").hidden = false;
  resize(true);
}

export function hide() {
  get("viewer").hidden = true;
  for (const id of ["before", "after"]) get(id).removeAttribute("src");
}

/** Return CSS pixels per pixel of the result; at 100 % it is one pixel of the screen. */
function factor() {
  const fit = Math.min(get("viewer").clientWidth / size.width, innerHeight * 0.75 / size.height, 1);
  return Number(zoom.value) / devicePixelRatio || fit;
}

/** What is in the middle stays there, and starts there. */
function resize(centered) {
  const old = stage.clientWidth / size.width || 1, now = factor();
  const middle = (start, length, whole) => (centered ? whole / 2 : (start + length / 2) / old);
  const x = middle(scroller.scrollLeft, scroller.clientWidth, size.width);
  const y = middle(scroller.scrollTop, scroller.clientHeight, size.height);
  stage.style.width = `${size.width * now}px`;
  stage.style.height = `${size.height * now}px`;
  stage.classList.toggle("pixels", now * devicePixelRatio > 1);
  scroller.scrollLeft = x * now - scroller.clientWidth / 2;
  scroller.scrollTop = y * now - scroller.clientHeight / 2;
  scroller.classList.toggle("pans", pans());
  place();
}

function pans() {
  return scroller.scrollWidth > scroller.clientWidth || scroller.scrollHeight > scroller.clientHeight;
}

/** The picture before ends at the same place of the frame, however far the pictures are moved. */
function place() {
  const end = scroller.clientWidth * slider.value / 100;
  get("handle").style.left = `${end}px`;
  get("after").style.clipPath = `inset(0 0 0 ${scroller.scrollLeft + end}px)`;
}

function slideTo(event) {
  const box = scroller.getBoundingClientRect();
  slider.value = 100 * (event.clientX - box.left) / scroller.clientWidth;
  place();
}

// Dragging moves the line; where the pictures are larger than the frame, only by its handle.
function grasp(event) {
  const byHandle = event.currentTarget.id === "handle";
  if (event.button !== 0 || (!byHandle && pans() && event.pointerType !== "mouse")) return;
  dragged = byHandle || !pans() ? "line" : "pictures";
  event.currentTarget.setPointerCapture(event.pointerId);
  if (dragged === "line") slideTo(event);
}

function drag(event) {
  if (dragged === "line") slideTo(event);
  if (dragged === "pictures") scroller.scrollBy(-event.movementX, -event.movementY);
}

for (const part of [get("handle"), scroller]) {
  part.addEventListener("pointerdown", grasp);
  part.addEventListener("pointermove", drag);
  for (const end of ["pointerup", "pointercancel"]) part.addEventListener(end, () => (dragged = null));
}
slider.addEventListener("input", place);
zoom.addEventListener("change", () => resize(false));
scroller.addEventListener("scroll", place);
addEventListener("resize", () => resize(false));
