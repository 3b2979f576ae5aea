"""A result on stdout: the bytes that a file would hold, in every format and from stdin too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from srcnn.images.formats import FORMATS

from .conftest import Srcnn, save, what_is


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("source", ["in", "-"])
def test_every_format_to_stdout(srcnn: Srcnn, folder: Path, format: str, source: str) -> None:
    name = f"in{FORMATS[format].suffixes[0]}"
    file = save(folder / name)
    assert srcnn("upscale", name, "-m", "bicubic", "-o", f"out{file.suffix}").code == 0
    given = {"stdin": file.read_bytes()} if source == "-" else {}
    ran = srcnn("upscale", "-" if source == "-" else name, "-m", "bicubic", "-o", "-", **given)
    assert ran.code == 0
    assert ran.out == Path(f"out{file.suffix}").read_bytes()
    assert what_is(ran.out)[2] == (90, 123)


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_may_be_asked_for(srcnn: Srcnn, photo: Path, format: str) -> None:
    ran = srcnn("upscale", photo, "-m", "bicubic", "-o", "-", "--format", format)
    assert ran.code == 0
    assert Image.MIME[what_is(ran.out)[0] or ""].endswith({"ppm": "anymap"}.get(format, format))


def test_a_real_pipe(folder: Path) -> None:
    """It cannot seek, as TIFF's writer would have to."""
    save(folder / "in.tif")
    words = [sys.executable, "-m", "srcnn", "upscale", "-", "-m", "bicubic", "-o", "-"]
    with (folder / "in.tif").open("rb") as file:
        ran = subprocess.run(words, stdin=file, capture_output=True, check=True)
    assert what_is(ran.stdout)[::2] == ("TIFF", (90, 123))
