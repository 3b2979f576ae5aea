"""Every property of docs/formats.md on every way: what the command line writes, each of them writes.

A file goes in as a path, as bytes and as a file object, and out to a path and to a file object: equal bytes.
A PIL image is what its file is, and gives a result with the same property; an array has only its pixels.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import srcnn as package

from ..cli.conftest import Srcnn
from ..cli.fidelity_sources import MAKE
from ..cli.test_fidelity import CELLS, CHECK, SAID, TABLE

WAYS = ["path", "bytes", "file object", "PIL image", "array"]
NOT_OF_PIL = {
    *("frames or pages", "timing and loops"),
    *("thumbnail in EXIF", "IPTC", "colors without a profile", "comment"),
    *("position on the ground (GeoTIFF)", "size and orientation in XMP"),
}
"""An image is the frame that it shows, and these are not taken from one: Pillow turns by XMP."""


def options_of(fmt: str) -> dict[str, Any]:
    return {"scale": 2, "model": "bicubic", "format": fmt}


def by_pil(path: Path, fmt: str) -> package.Converted:
    """Convert a file that Pillow has opened; what it carries is all there is."""
    with Image.open(path) as image:
        return package.upscale_file(image, f"way.{fmt}", **options_of(fmt))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("name", "fmt"), CELLS, ids=[f"{name}-{fmt}" for name, fmt in CELLS])
def test_ways(srcnn: Srcnn, folder: Path, name: str, fmt: str, way: str) -> None:
    made = MAKE[name](fmt)
    path = Path(f"source.{fmt}")
    made.pop("image").save(path, **made)
    what = TABLE[name][fmt]
    words = ("upscale", path, "-s", 2, "-m", "bicubic", "-o", f"wanted.{fmt}")
    if what == "refused":
        assert srcnn(*words).code == 3
        if way in ("path", "bytes", "file object"):
            with pytest.raises(package.SrcnnError, match=f"animated {fmt.upper()}"):
                package.upscale_file(source_of(path, way), io.BytesIO(), **options_of(fmt))
        return
    if way in ("path", "bytes", "file object"):
        assert srcnn(*words).code == 0
        wanted = Path(f"wanted.{fmt}").read_bytes()
        file = io.BytesIO()
        done = package.upscale_file(source_of(path, way), f"way.{fmt}", **options_of(fmt))
        package.upscale_file(source_of(path, way), file, **options_of(fmt))
        assert Path(f"way.{fmt}").read_bytes() == file.getvalue() == wanted
        if what == "said":
            assert any(SAID[name, fmt] in warning for warning in done.warnings)
    elif way == "PIL image":
        if name in NOT_OF_PIL:
            pytest.skip("not of a PIL image")
        done = by_pil(path, fmt)
        if what == "said":
            assert any(SAID[name, fmt] in warning for warning in done.warnings)
            return
        with Image.open(f"way.{fmt}") as seen:
            CHECK[name](seen, fmt)
    else:
        pixels = package.upscale(path, 2, "bicubic")
        again = package.upscale(read(path), 2, "bicubic")
        assert pixels.dtype == again.dtype
        assert pixels.shape == again.shape
        np.testing.assert_array_equal(pixels, again)


def source_of(path: Path, way: str) -> Any:
    if way == "path":
        return path
    return path.read_bytes() if way == "bytes" else io.BytesIO(path.read_bytes())


def read(path: Path) -> Any:
    """The first page of a file as its pixels."""
    from srcnn.images.io import open_picture

    return open_picture(path).read()
