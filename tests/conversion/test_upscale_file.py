"""``srcnn.upscale_file``: any kind of source to any kind of target, as the command line does it."""

from __future__ import annotations

import io
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import srcnn as package
from srcnn.conversion.conversion import Conversion
from srcnn.conversion.convert import convert
from srcnn.conversion.pool import UpscalerPool

from ..cli.conftest import Srcnn, pixels, save, tree, what_is
from ..conftest import EXAMPLE


class Name:
    """A path of somebody else's."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __fspath__(self) -> str:
        return str(self.path)


SOURCES = ["path", "str", "os.PathLike", "bytes", "bytearray", "memoryview", "BytesIO", "file"]


def source_of(kind: str, path: Path) -> Any:
    data = path.read_bytes()
    makers: dict[str, Any] = {
        "path": lambda: path,
        "str": lambda: str(path),
        "os.PathLike": lambda: Name(path),
        "bytes": lambda: data,
        "bytearray": lambda: bytearray(data),
        "memoryview": lambda: memoryview(b"xx" + data)[2:],
        "BytesIO": lambda: io.BytesIO(data),
        "file": lambda: path.open("rb"),
    }
    return makers[kind]()


@pytest.mark.parametrize("kind", SOURCES)
def test_sources(srcnn: Srcnn, folder: Path, weights: Path, kind: str) -> None:
    """Every kind gives the very bytes of the command line."""
    path = save(folder / "a.png")
    assert srcnn("upscale", path, "-m", weights, "-o", "wanted.png").code == 0
    source = source_of(kind, path)
    done = package.upscale_file(source, "out.png", model=weights)
    if kind == "file":
        assert not source.closed, "who opened it closes it"
        source.close()
    assert Path("out.png").read_bytes() == Path("wanted.png").read_bytes()
    assert (done.ok, done.width, done.height, done.scale) == (True, 90, 123, 3.0)
    assert (done.model, done.engine, done.precision) == (str(weights), "onnxruntime", "fp32")
    assert done.destination == "out.png"


def test_targets(folder: Path) -> None:
    path = save(folder / "a.png")
    package.upscale_file(path, Name(folder / "deep/out.webp"), 2, "bicubic")
    assert what_is(Path("deep/out.webp"))[0] == "WEBP"
    memory = io.BytesIO(b"before:")
    memory.seek(0, io.SEEK_END)
    package.upscale_file(path, memory, 2, "bicubic")
    assert memory.getvalue()[:7] == b"before:"
    assert np.array_equal(pixels(memory.getvalue()[7:]), package.upscale(path, 2, "bicubic"))
    with Path("out.tif").open("wb") as file:
        package.upscale_file(path, file, width=60, model="bicubic", format="tiff")
    with Image.open("out.tif") as image:
        assert (image.format, image.size) == ("TIFF", (60, 82))


def test_an_existing_destination(folder: Path) -> None:
    path = save(folder / "a.png")
    Path("b.png").write_bytes(b"mine")
    with pytest.raises(package.SrcnnError, match="pass overwrite=True") as caught:
        package.upscale_file(path, "b.png", 2, "bicubic")
    assert caught.value.exit_code == 2
    assert Path("b.png").read_bytes() == b"mine"
    package.upscale_file(path, "b.png", 2, "bicubic", overwrite=True)
    assert pixels(Path("b.png")).shape == (82, 60, 3)


def closed() -> io.BytesIO:
    file = io.BytesIO()
    file.close()
    return file


WRONG: list[tuple[Any, Any, dict[str, Any], int, str]] = [
    (17, "out.png", {}, 2, "int: is not a path"),
    (None, "out.png", {}, 2, "NoneType"),
    ("a.png", 17, {}, 2, "type int"),
    ("a.png", "out.xyz", {}, 2, "out.xyz"),
    ("a.png", "out", {}, 2, "out"),
    ("a.png", "out.png", {"format": "doc"}, 2, "doc"),
    ("a.png", io.StringIO(), {}, 2, "open it in binary mode"),
    ("a.png", closed(), {}, 2, "closed"),
    ("a.png", io.BufferedReader(io.BytesIO()), {}, 2, "not open for writing"),
    ("a.png", "a\0.png", {}, 2, "is not a valid file name"),
    ("a.png", "a" * 300 + ".png", {}, 5, "cannot be written"),
    ("a.png", "out.png", {"progress": 3}, 2, "progress 3"),
    ("a.png", "out.png", {"stop": 3}, 2, "stop 3"),
    ("a.png", "out.png", {"stop": print}, 2, "stop"),
    (io.StringIO("text"), "out.png", {}, 2, "text mode"),
    ("gone.png", "out.png", {}, 3, "no such file"),
    (b"no picture", "out.png", {}, 3, "not an image"),
    (io.BytesIO(), "out.png", {}, 3, "empty"),
    ("a.png", "out.png", {"scale": 1}, 2, "scale 1"),
    ("a.png", "out.png", {"scale": "2"}, 2, "is not a number"),
    ("a.png", "out.png", {"scale": 2, "width": 90}, 2, "^scale=: cannot"),
    ("a.png", "out.png", {"scale": None, "width": "90"}, 2, "width '90'"),
    ("a.png", "out.png", {"scale": None, "width": 30}, 2, "30 x 41 already"),
    ("a.png", "out.png", {"quality": 0}, 2, "quality 0"),
    ("a.png", "out.png", {"quality": 1.5}, 2, "quality 1.5"),
    ("a.png", "out.png", {"max_pixels": 9}, 4, "raise it with max_pixels="),
    ("a.png", "out.png", {"max_pixels": None}, 2, "max_pixels None"),
    ("a.png", "out.png", {"max_bytes": 9}, 4, "raise it with max_bytes="),
    ("a.png", "out.png", {"threads": "1"}, 2, "threads '1'"),
    ("a.png", "out.png", {"tile": "x"}, 2, "tile 'x'"),
    ("a.png", "out.png", {"model": "gone.onnx"}, 6, "gone.onnx"),
    ("a.png", "a.png/out.png", {}, 5, "cannot be written"),
    ("a.png", f"{'a' * 300}.png", {}, 5, "cannot be written"),
    ("a.png", "a\0.png", {}, 2, "not a valid file name"),
]


@pytest.mark.parametrize(
    ("source", "target", "options", "code", "why"), WRONG, ids=lambda value: str(value)[:20]
)
def test_mistakes(
    folder: Path,
    source: Any,
    target: Any,
    options: dict[str, Any],
    code: int,
    why: str,
) -> None:
    """Each is an error of ours, and nothing is left behind."""
    save(folder / "a.png")
    with pytest.raises(package.SrcnnError, match=why) as caught:
        package.upscale_file(source, target, **{"scale": 2, "model": "bicubic", **options})
    assert caught.value.exit_code == code
    assert tree(folder) == {"a.png"}


def test_numbers_of_numpy(folder: Path) -> None:
    path = save(folder / "a.png")
    options: dict[str, Any] = {
        "threads": np.int64(1),
        "tile": np.uint16(16),
        "max_pixels": np.int32(10**6),
        "max_bytes": np.int64(10**6),
        "quality": np.uint8(90),
    }
    package.upscale_file(path, "a.jpg", np.float64(2), "srcnn-915", **options)
    package.upscale_file(path, "b.jpg", 2, "srcnn-915", quality=90)
    assert Path("a.jpg").read_bytes() == Path("b.jpg").read_bytes()
    width: Any = np.int64(60)
    done = package.upscale_file(path, "c.png", width=width, model="bicubic")
    assert type(done.width) is int


def test_progress(folder: Path) -> None:
    parts: list[float] = []
    package.upscale_file(EXAMPLE, "out.png", 2, "bicubic", progress=parts.append)
    assert parts == sorted(parts)
    assert parts[-1] == 1.0


@pytest.mark.parametrize("at", [0.0, 0.3])
def test_stop(folder: Path, at: float) -> None:
    """An event ends the work, in the middle too, and leaves nothing."""
    stop = threading.Event()

    def progress(part: float) -> None:
        if part >= at:
            stop.set()

    if at == 0:
        stop.set()
    with pytest.raises(package.SrcnnError, match="stopped"):
        package.upscale_file(
            EXAMPLE, "out.png", 4, "bicubic", tile=16, threads=1, progress=progress, stop=stop
        )
    assert tree(folder) == set()


def test_a_pool_opens_each_network_once() -> None:
    opened: list[float] = []

    def open_at(scale: float) -> package.Upscaler:
        opened.append(scale)
        return package.load("srcnn-915", scale)

    pool = UpscalerPool(open_at)
    work = [threading.Thread(target=pool.get, args=(scale,)) for scale in (3, 2.9, 3.1) * 5]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert len(opened) == 1
    assert pool.get(2) is not pool.get(3)
    assert pool.get(2.2) is pool.get(3), "both run the network of x3"
    for _ in range(2):
        convert(EXAMPLE, io.BytesIO(), pool, Conversion())
    assert len(opened) == 1
