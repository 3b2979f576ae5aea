"""The page that enlarges in the visitor's browser: the same pixels, with no server behind it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

import srcnn
from srcnn.engine.passes import passes_for
from srcnn.serve.site import export_static

from ..conftest import EXAMPLE
from ..support.browser import Browser
from .service import HOST, running

ISOLATED = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
READY = "!document.querySelector('#state').textContent.startsWith('Loading')"
SETTLED = "!document.querySelector('#list .waiting, #list .working')"


class Files(SimpleHTTPRequestHandler):
    """A plain web server, which need not know that srcnn made the folder."""

    def __init__(self, *arguments: Any, headers: dict[str, str], **more: Any) -> None:
        self.more = headers
        super().__init__(*arguments, **more)

    def end_headers(self) -> None:
        for name, value in self.more.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        return


@contextmanager
def served(folder: Path, headers: dict[str, str]) -> Iterator[str]:
    """Serve a folder, and yield its address."""
    handler = partial(Files, directory=str(folder), headers=headers)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def folder(wasm: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("static") / "site"
    export_static(made, wasm)
    return made


@pytest.fixture
def page(browser: Browser, folder: Path) -> Iterator[Browser]:
    """The page, loaded from a server that has ended since, in a browser without a network."""
    browser.offline(False)
    with served(folder, ISOLATED) as address:
        browser.open(address)
        browser.wait(READY)
    browser.offline(True)
    yield browser
    browser.offline(False)


def pictures() -> dict[str, Image.Image]:
    """Opaque pictures of 8 bits without a profile, in every way that PNG holds one."""
    with Image.open(EXAMPLE) as opened:
        dog = opened.convert("RGB")
    return {
        "whole": dog,
        "odd": dog.crop((100, 80, 161, 127)),
        "tall": dog.crop((40, 10, 41, 60)),
        "pixel": dog.crop((9, 9, 10, 10)),
        "gray": dog.convert("L").crop((0, 0, 170, 90)),
        "two": dog.convert("1").crop((0, 0, 40, 31)),
        "palette": dog.quantize(64).crop((30, 30, 90, 80)),
    }


def write(folder: Path, images: dict[str, Image.Image], suffix: str, **how: Any) -> list[Path]:
    paths = []
    for name, image in images.items():
        paths.append(folder / f"{name}.{suffix}")
        image.save(paths[-1], **how)
    return paths


def enlarged(page: Browser, paths: list[Path], scale: float, model: str) -> dict[str, NDArray[Any]]:
    """Return what the page makes of files, by name, from the zip file that it offers."""
    page.run("document.querySelector('#clear').click()")
    for name, value in (("scale", scale), ("model", model)):
        page.run(f"document.querySelector('input[name={name}][value=\"{value}\"]').click()")
    page.choose("#files", *paths)
    page.wait("document.querySelector('#list li')")
    page.wait(SETTLED)
    assert page.run("document.querySelectorAll('#list .failed').length") == 0, page.text("#list")
    page.run("document.querySelector('#all').click()")
    file = page.downloaded()
    if len(paths) == 1:
        return {file.name: np.asarray(Image.open(io.BytesIO(file.read_bytes())))}
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        opened = {name: Image.open(io.BytesIO(archive.read(name))) for name in archive.namelist()}
        return {name: np.asarray(image) for name, image in opened.items()}


def command_line(path: Path, scale: float, model: str) -> NDArray[Any]:
    made = io.BytesIO()
    srcnn.upscale_file(path, made, scale=scale, model=model, format="png")
    with Image.open(made) as image:
        return np.asarray(image)


def difference(one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.int64]:
    """Return the largest difference of each pixel's channels."""
    assert one.shape == other.shape
    levels = np.abs(one.astype(np.int64) - other.astype(np.int64))
    return levels if levels.ndim == 2 else levels.max(axis=2)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scale", "model"),
    [(1.5, "best"), (2, "fast"), (3, "fast"), (3, "best"), (4, "best"), (8, "fast")],
)
def test_png_is_the_command_lines_to_one_level(
    page: Browser, tmp_path: Path, scale: float, model: str
) -> None:
    """At x1.5 a result of x2 is reduced, at x8 two networks run; the network is cut off."""
    images = pictures()
    if scale > 3:
        images["whole"] = images["whole"].crop((0, 0, 200, 90))
    paths = write(tmp_path, images, "png")
    made = enlarged(page, paths, scale, model)
    assert list(made) == [f"{path.stem}_x{scale}.png" for path in paths]
    for path, pixels in zip(paths, made.values(), strict=True):
        wanted = command_line(path, scale, model)
        assert difference(pixels, wanted).max() <= 1, path.name
        # Not bicubic, which is what the rest of the pipeline alone would make.
        if path.stem == "whole":
            plain = command_line(path, scale, "bicubic")
            assert difference(plain, wanted).max() > 20
    assert page.complaints() == []


@pytest.mark.slow
def test_jpeg_is_the_command_lines_to_three_levels(page: Browser, tmp_path: Path) -> None:
    """The browser decodes with its own libjpeg; one is gray, one is to be turned, one is crude."""
    images = {name: image for name, image in pictures().items() if name in ("whole", "gray")}
    paths = write(tmp_path, images, "jpg", quality=90)
    turned = {"turned": images["whole"].crop((0, 0, 200, 120))}
    exif = Image.Exif()
    exif[0x0112] = 6
    paths += write(tmp_path, turned, "jpeg", quality=95, exif=exif)
    paths += write(tmp_path, {"crude": images["whole"]}, "jpg", quality=40, subsampling=2)
    made = enlarged(page, paths, 3, "fast")
    for path, pixels in zip(paths, made.values(), strict=True):
        levels = difference(pixels, command_line(path, 3, "fast"))
        assert (levels <= 3).mean() >= 0.999, path.name
    assert list(made)[2] == "turned_x3.png"
    assert list(made.values())[2].shape == (600, 360, 3)


@pytest.mark.slow
def test_what_is_hidden_behind_alpha_does_not_show(page: Browser, tmp_path: Path) -> None:
    """Around a hole whose pixels are black the picture is as the command line makes it."""
    image = pictures()["whole"].crop((60, 60, 200, 190)).convert("RGBA")
    image.paste((0, 0, 0, 0), (40, 30, 90, 100))
    gray = pictures()["gray"].convert("LA")
    gray.paste((0, 0), (20, 20, 60, 60))
    paths = write(tmp_path, {"hole": image, "gray": gray}, "png")
    made = enlarged(page, paths, 2, "fast")
    for path, pixels in zip(paths, made.values(), strict=True):
        wanted = command_line(path, 2, "fast")
        assert np.array_equal(pixels[..., -1], wanted[..., -1])
        seen = wanted[..., -1] == 255
        assert 0 < seen.mean() < 1
        assert difference(pixels, wanted)[seen].max() <= 1


@pytest.mark.slow
def test_what_is_dropped_is_said(page: Browser, tmp_path: Path) -> None:
    deep = np.asarray(pictures()["gray"].crop((0, 0, 30, 20))).astype(np.uint16) * 257
    Image.fromarray(deep).save(tmp_path / "deep.png")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    dog = pictures()["odd"]
    dog.save(tmp_path / "profile.png", icc_profile=profile)
    paths = [tmp_path / "deep.png", tmp_path / "profile.png"]
    made = enlarged(page, paths, 2, "fast")
    rows = page.text("#list")
    assert "16 bits became 8" in rows.split("profile.png")[0]
    assert "colors were converted to sRGB" in rows.split("profile.png")[1]
    wanted = command_line(paths[1], 2, "fast")
    assert difference(made["profile_x2.png"], wanted).max() <= 2
    notes = page.run("document.querySelector('.notes').textContent")
    for word in ("metadata", "16-bit", "profile", "animation", "megapixels"):
        assert word in notes.lower()


@pytest.mark.slow
def test_what_cannot_be_read_has_one_line(page: Browser, tmp_path: Path) -> None:
    """And the pictures around it are made all the same."""
    (tmp_path / "words.png").write_text("no picture")
    paths = [*write(tmp_path, {"odd": pictures()["odd"]}, "png"), tmp_path / "words.png"]
    page.choose("#files", *paths, paths[0])
    page.wait("document.querySelectorAll('#list li').length === 3")
    page.wait(SETTLED)
    assert page.run("document.querySelectorAll('#list .done').length") == 2
    line = "words.png: this browser cannot read it as a picture; use PNG, JPEG, WebP or AVIF"
    assert page.text(".failed .words") == line
    page.run("document.querySelector('#all').click()")
    with zipfile.ZipFile(page.downloaded()) as archive:
        assert archive.namelist() == ["odd_x3.png", "odd_x3 (2).png"]


@pytest.mark.slow
def test_a_picture_can_be_taken_back(page: Browser, tmp_path: Path) -> None:
    """While it is enlarged, too; the next one is made."""
    [odd] = write(tmp_path, {"odd": pictures()["odd"]}, "png")
    large = tmp_path / "large.png"
    Image.new("RGB", (2000, 1500), (9, 99, 199)).save(large)
    page.choose("#files", large, odd)
    page.wait("document.querySelector('#list .working progress')?.value > 0")
    page.run("document.querySelector('.working .remove').click()")
    page.wait("document.querySelector('#list .done')")
    assert page.text("#list .name") == "odd.png"
    assert page.run("document.querySelectorAll('#list li').length") == 1


@pytest.mark.slow
def test_without_isolation_it_runs_on_one_thread(
    browser: Browser, folder: Path, tmp_path: Path
) -> None:
    """As on a host whose headers cannot be chosen."""
    with served(folder, {}) as address:
        browser.open(address)
        browser.wait(READY)
        assert browser.text("#state").startswith("Ready, with 1 thread.")
        assert all(url.startswith((address, "blob:")) for url in browser.requested())
        paths = write(tmp_path, {"odd": pictures()["odd"]}, "png")
        [pixels] = enlarged(browser, paths, 3, "fast").values()
    assert difference(pixels, command_line(paths[0], 3, "fast")).max() <= 1


@pytest.mark.slow
def test_it_runs_under_the_policy_of_the_service(
    browser: Browser, wasm: Path, tmp_path: Path
) -> None:
    """On several threads where there are cores; the service ends before a picture comes."""
    (tmp_path / "server").mkdir()
    with running(tmp_path / "server", "--workers", 1, "--wasm", wasm) as service:
        browser.open(f"http://{HOST}:{service.port}/local")
        browser.wait(READY)
        assert browser.run("crossOriginIsolated")
        threads = browser.run("Math.min(navigator.hardwareConcurrency, 8)")
        counted = "1 thread" if threads == 1 else f"{threads} threads"
        assert browser.text("#state").startswith(f"Ready, with {counted}.")
    paths = write(tmp_path, {"odd": pictures()["odd"]}, "png")
    [pixels] = enlarged(browser, paths, 3, "fast").values()
    assert difference(pixels, command_line(paths[0], 3, "fast")).max() <= 1
    assert browser.complaints() == []


@pytest.mark.slow
def test_passes_are_chosen_as_the_command_line_does(browser: Browser, folder: Path) -> None:
    scales = [1.01, 1.5, 2, 2.2, 3, 3.5, 4, 4.5, 5, 6, 8, 9, 12, 16, 27, 7 / 3 * 3]
    trained = ([2, 3, 4], [2, 3], [3])
    with served(folder, {}) as address:
        browser.open(address)
        made = browser.run(
            "import('./local/enlarge.js').then(({ passesFor }) => "
            f"{list(trained)}.map((each) => {scales}.map((scale) => passesFor(scale, each))))"
        )
    wanted = [[list(passes_for(scale, each)) for scale in scales] for each in trained]
    assert made == wanted
