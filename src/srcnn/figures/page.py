"""A self-contained HTML page of images of one scene, with a slider, a zoom and differences."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

import numpy as np
from numpy.typing import NDArray

from srcnn.evaluation.compare import Comparison
from srcnn.figures.detail import Box
from srcnn.images.encode import encode
from srcnn.images.formats import FORMATS
from srcnn.images.metadata import Metadata

_NO_METADATA = Metadata()


@dataclass(frozen=True)
class Entry:
    """One image of a page. All are shown at the size of the page."""

    label: str
    about: str
    """Text below the image, such as its scores."""
    pixels: NDArray[np.uint8]
    """(H, W) gray or (H, W, 3) RGB."""


@dataclass(frozen=True)
class Page:
    """The content of a page.

    Attributes:
        title: Title of the window.
        heading: The line at the top.
        about: The sentence below it.
        size: (height, width) at which the images are shown.
        entries: The images, the low-resolution one first.
        left: Index of the image that is first shown left of the slider.
        right: Index of the image that is first shown right of the slider.
        reference: Index of the image to which differences are computed.
        box: Rectangle that the detail button shows.
        scores: HTML between the viewer and the images.
        metadata: Metadata of every image, such as a color profile.
    """

    title: str
    heading: str
    about: str
    size: tuple[int, int]
    entries: tuple[Entry, ...]
    left: int
    right: int
    reference: int
    box: Box
    scores: str = ""
    metadata: Metadata = _NO_METADATA

    def to_html(self) -> bytes:
        """Return the page, in UTF-8."""
        page = Template(files("srcnn.figures").joinpath("compare.html").read_text("utf-8"))
        height, width = self.size
        text = page.substitute(
            title=escape(self.title),
            heading=escape(self.heading),
            about=escape(self.about),
            width=width,
            height=height,
            left=self.left,
            right=self.right,
            reference=self.reference,
            reference_name=escape(self.entries[self.reference].label),
            detail=",".join(map(str, self.box)),
            scores=self.scores,
            figures="\n".join(map(self._figure, self.entries)),
        )
        # A file name need not be valid Unicode.
        return text.encode("utf-8", "backslashreplace")

    def _figure(self, entry: Entry) -> str:
        height, width = self.size
        data = b64encode(encode(entry.pixels, FORMATS["png"], self.metadata)).decode()
        label, about = escape(entry.label), escape(entry.about)
        # The browser enlarges smaller images to the size of the page, with square pixels.
        return (
            f'<figure><img data-name="{label}" alt="{label}, {about}"'
            f' width="{width}" height="{height}" src="data:image/png;base64,{data}">'
            f"<figcaption>{label}<span>{about}</span></figcaption></figure>"
        )


def make_page(comparison: Comparison, box: Box) -> bytes:
    """Return the page of a comparison, which opens with bicubic and the best model by PSNR."""
    height, width = comparison.truth.shape[:2]
    low_height, low_width = comparison.low.shape[:2]
    gains = [shown.scores["psnr"] for shown in comparison.models]
    best = max(range(1, len(gains)), key=lambda index: gains[index], default=0)
    name = Path(comparison.source).name
    return Page(
        title=f"{name} at x{comparison.scale}: srcnn compare",
        heading=f"{name}, x{comparison.scale}",
        about=f"{width} x {height} pixels, reduced {comparison.scale} times and enlarged again by each "
        "model.",
        size=(height, width),
        entries=(
            Entry("low-res", f"{low_width} x {low_height}", comparison.low),
            *(Entry(shown.label, shown.caption, shown.pixels) for shown in comparison.models),
            Entry("ground truth", f"{width} x {height}", comparison.truth),
        ),
        left=1,
        right=1 + (best or 1),  # without other models, bicubic is beside the ground truth
        reference=len(comparison.models) + 1,
        box=box,
        scores=_scores(comparison),
    ).to_html()


def _scores(comparison: Comparison) -> str:
    """Return the table of the models' scores as HTML."""
    bicubic = comparison.models[0].scores["psnr"]
    rows = []
    for shown in comparison.models:
        psnr, ssim = shown.scores["psnr"], shown.scores["ssim"]
        gain = 0.0 if psnr == bicubic else psnr - bicubic  # infinity minus infinity is NaN
        cells = f"<td>{psnr:.2f}</td><td>{gain:+.2f}</td><td>{ssim:.4f}</td>"
        rows.append(f'<tr><th scope="row">{escape(shown.label)}</th>{cells}</tr>')
    names = ("Model", "PSNR, dB", "over bicubic", "SSIM")
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    rules = comparison.protocol
    about = (
        f"Measured on the whole image. {rules.channel}; {rules.low_resolution.value}; output {rules.output}; "
        f"{rules.border.value}."
    )
    return (
        '<h2>Scores</h2>\n<div class="scroll">\n<table>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n" + "\n".join(rows) + "\n</tbody>\n</table>\n"
        f"</div>\n<p>{escape(about)}</p>"
    )
