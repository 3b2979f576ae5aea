"""A comparison as one HTML page that needs nothing else: pictures are in it, as are style and script."""

from __future__ import annotations

from base64 import b64encode
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


def make_page(comparison: Comparison, box: Box) -> bytes:
    """The bytes of the page, UTF-8; ``box`` is what its button for the detail shows."""
    height, width = comparison.truth.shape[:2]
    low_height, low_width = comparison.low.shape[:2]
    bicubic = comparison.models[0].scores["psnr"]
    rows, figures = [], []

    def show(label: str, about: str, pixels: NDArray[np.uint8]) -> None:
        data = b64encode(encode(pixels, FORMATS["png"])).decode()
        figures.append(
            f'<figure><img data-name="{escape(label)}" alt="{escape(label)}, {about}"'
            f' width="{width}" height="{height}" src="data:image/png;base64,{data}">'
            f"<figcaption>{escape(label)}<span>{about}</span></figcaption></figure>"
        )

    # Enlarged by the browser: each pixel becomes a square.
    show("low-res", f"{low_width} x {low_height}", comparison.low)
    for shown in comparison.models:
        psnr, ssim = shown.scores["psnr"], shown.scores["ssim"]
        gain = 0.0 if psnr == bicubic else psnr - bicubic  # infinity less itself is not 0
        cells = f"<td>{psnr:.2f}</td><td>{gain:+.2f}</td><td>{ssim:.4f}</td>"
        rows.append(f'<tr><th scope="row">{escape(shown.label)}</th>{cells}</tr>')
        show(shown.label, shown.caption, shown.pixels)
    show("ground truth", f"{width} x {height}", comparison.truth)
    rules = comparison.protocol
    page = Template(files("srcnn.figures").joinpath("compare.html").read_text("utf-8"))
    text = page.substitute(
        name=escape(Path(comparison.source).name),
        scale=comparison.scale,
        width=width,
        height=height,
        detail=",".join(map(str, box)),
        rows="\n".join(rows),
        figures="\n".join(figures),
        protocol=escape(
            f"Of the whole picture. {rules.channel}; {rules.low_resolution.value}; output {rules.output}; "
            f"{rules.border.value}."
        ),
    )
    # A file's name need not be text.
    return text.encode("utf-8", "backslashreplace")
