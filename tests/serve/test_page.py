"""The page of ``srcnn serve``, used as a person would, in a real browser with the real service."""

from __future__ import annotations

import base64
import json
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import numpy as np
import pytest
from PIL import Image

from srcnn.serve.site import site_of

from ..conftest import EXAMPLE
from ..support.browser import Browser
from .service import HOST, Service
from .test_local import SETTLED, command_line, difference, pictures, write

GIVE = """(() => {
  const transfer = new DataTransfer();
  for (const [name, data] of %s) {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    transfer.items.add(new File([bytes], name));
  }
  const how = { bubbles: true, cancelable: true };
  const event = "%s" === "paste"
    ? new ClipboardEvent("paste", { ...how, clipboardData: transfer })
    : new DragEvent("drop", { ...how, dataTransfer: transfer });
  document.querySelector("#drop").dispatchEvent(event);
})()"""
"""Drops or pastes files."""
SEEN = """(() => {
  const words = [];
  const note = () => {
    const bar = document.querySelector("#list progress");
    words.push([document.querySelector("#list .words")?.textContent, bar && bar.value]);
  };
  new MutationObserver(note).observe(document.querySelector("#list"),
    { subtree: true, childList: true, characterData: true, attributes: true });
  window.seen = words;
})()"""
"""Notes what the page says about the first picture."""


def give(page: Browser, how: str, *paths: Path) -> None:
    files = [[path.name, base64.b64encode(path.read_bytes()).decode()] for path in paths]
    page.run(GIVE % (json.dumps(files), how))


def settle(page: Browser, count: int) -> None:
    page.wait(f"document.querySelectorAll('#list li').length === {count}")
    page.wait(SETTLED)


@pytest.fixture
def page(browser: Browser, service: Service) -> Browser:
    browser.resize(1000, 800)
    browser.open(f"http://{HOST}:{service.port}/")
    return browser


def test_a_dropped_picture_is_enlarged_and_downloaded(page: Browser) -> None:
    """Its pixels are the command line's, and so is what the browser shows."""
    page.run(SEEN)
    give(page, "drop", EXAMPLE)
    settle(page, 1)
    page.run("document.querySelector('#list .download').click()")
    file = page.downloaded()
    assert file.name == "dog_x3.png"
    with Image.open(file) as image:
        wanted = command_line(EXAMPLE, 3, "fast")
        np.testing.assert_array_equal(np.asarray(image), wanted)
        assert image.info["exif"]  # metadata is kept
    words = [said for said, _ in page.run("window.seen") if said]
    assert words.index("Uploading") < words.index("Enlarging")
    assert words[-1].startswith("3\u00d7, fast · 864\u00a0\u00d7\u00a0864 · ")
    # All that was asked for came from the server itself, and nothing was complained about.
    address = f"http://{HOST}"
    assert all(url.startswith((address, "blob:" + address)) for url in page.requested())
    assert page.complaints() == []


@pytest.mark.slow
def test_the_slider_shows_before_and_after(page: Browser, tmp_path: Path) -> None:
    """The window's pixels: left of the line the browser's enlargement, right of it the result."""
    [path] = write(tmp_path, {"part": pictures()["whole"].crop((90, 90, 190, 170))}, "png")
    page.choose("#files", path)
    settle(page, 1)
    page.run("document.querySelector('#viewer').scrollIntoView()")
    box = page.run(
        "(({left, top, width, height}) => [left, top, width, height])"
        "(document.querySelector('#scroller').getBoundingClientRect())"
    )
    assert box[2:] == [300, 240]  # one pixel of the result is one of the screen
    result = command_line(path, 3, "fast")
    for percent in (20, 80):
        page.run(
            f"document.querySelector('#slider').value = {percent};"
            "document.querySelector('#slider').dispatchEvent(new Event('input'))"
        )
        page.screenshot(tmp_path / "window.png")
        left, top = round(box[0]), round(box[1])
        with Image.open(tmp_path / "window.png") as image:
            shown = np.asarray(image.convert("RGB"))[top : top + 240, left : left + 300]
        levels = difference(shown, result)[160:-12]  # below tags and handle, above round corners
        line = 3 * percent
        assert levels[:, line + 30 :].max() <= 1
        assert levels[:, 8 : line - 30].max() > 10
    page.run("document.querySelector('#zoom').value = '4'")
    page.run("document.querySelector('#zoom').dispatchEvent(new Event('change'))")
    assert page.run("document.querySelector('#stage').clientWidth") == 1200


@pytest.mark.slow
def test_a_folder_can_be_dropped(page: Browser, tmp_path: Path) -> None:
    """The pictures in it and below it; other files are passed over."""
    inside = tmp_path / "folder" / "inside"
    inside.mkdir(parents=True)
    images = {"odd": pictures()["odd"]}
    write(tmp_path / "folder", images, "png")
    write(inside, images, "JPG", format="jpeg")
    (inside / "notes.txt").write_text("no picture")
    page.drop(tmp_path / "folder", x=500, y=320)
    settle(page, 2)
    assert page.run("document.querySelectorAll('#list .done').length") == 2
    names = "Array.from(document.querySelectorAll('#list .download'), (link) => link.download)"
    assert sorted(page.run(names)) == ["odd_x3.JPG", "odd_x3.png"]


@pytest.mark.slow
def test_many_are_packed_into_one_file(page: Browser, tmp_path: Path) -> None:
    """Pasted and chosen ones, of two formats, with the settings of the moment they came."""
    images = {name: image for name, image in pictures().items() if name in ("odd", "gray")}
    paths = [*write(tmp_path, images, "png"), *write(tmp_path, images, "jpg", quality=95)]
    page.run("document.querySelector('input[value=\"2\"]').click()")
    page.run("document.querySelector('input[value=best]').click()")
    give(page, "paste", *paths[:2])
    page.choose("#files", *paths[2:])
    settle(page, 4)
    page.run("document.querySelector('#all').click()")
    with zipfile.ZipFile(page.downloaded()) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["odd_x2.png", "gray_x2.png", "odd_x2.jpg", "gray_x2.jpg"]
        for path, name in zip(paths[:2], archive.namelist(), strict=False):
            with archive.open(name) as file, Image.open(file) as image:
                np.testing.assert_array_equal(np.asarray(image), command_line(path, 2, "best"))


def test_an_error_is_one_line(page: Browser, tmp_path: Path) -> None:
    """And the picture can be tried once more."""
    bad = tmp_path / "<b>words.png"
    bad.write_text("no picture")
    page.choose("#files", bad)
    settle(page, 1)
    assert page.text(".failed .words").startswith(
        f"{bad.name}: is not a picture of a known format; "
    )
    assert page.text(".failed .name") == bad.name
    page.run("document.querySelector('.failed .again').click()")
    settle(page, 1)
    assert page.run("document.querySelectorAll('.failed').length") == 1
    assert page.run("document.querySelector('#all').disabled")


@pytest.mark.slow
def test_it_works_by_keyboard(page: Browser, tmp_path: Path) -> None:
    """From the scale to the download, in the order of the page, and the focus is always seen."""
    focus = "document.activeElement.id || document.activeElement.value || document.activeElement.className"
    page.press("Tab", "Tab", "Tab")  # two links, then the scale
    assert page.run(focus) == "3"
    page.press("ArrowRight", "Tab", "ArrowRight", "Tab")
    assert page.run("new FormData(document.querySelector('form')).get('scale')") == "4"
    assert page.run("new FormData(document.querySelector('form')).get('model')") == "best"
    page.press("Tab")
    assert page.run(focus) == "files"
    outline = "getComputedStyle(document.querySelector('#drop')).outlineStyle"
    assert page.run(outline) == "solid"
    page.choose("#files", *write(tmp_path, {"odd": pictures()["odd"]}, "png"))
    settle(page, 1)
    page.press("Tab", "Tab", "Tab")  # zoom, the pictures, the slider
    assert page.run(focus) == "slider"
    page.press("Home", "ArrowRight")
    assert float(page.run("document.querySelector('#slider').value")) == 0.5
    page.press("Tab", "Tab", "Tab", "Tab")  # all, clear, compare
    assert page.run(focus) == "button download"
    page.press("Enter")
    with Image.open(page.downloaded()) as image:
        assert image.size == (244, 188)
    page.press("Tab", "Tab", "Enter")  # again, remove
    assert page.run(focus) == "files"


def test_every_control_has_a_name(page: Browser) -> None:
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    roles = {"button", "link", "radio", "combobox", "slider", "textbox"}
    named = [node for node in nodes if node.get("role", {}).get("value") in roles]
    assert len(named) >= 9
    assert all(node["name"]["value"] for node in named)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(page: Browser, tmp_path: Path, scheme: str) -> None:
    """390 pixels wide, nothing is cut off; the text is readable in the light and in the dark."""
    long = tmp_path / f"{'a_long_name_' * 9}.png"
    pictures()["odd"].save(long)
    page.prefer(scheme)
    page.resize(390, 844, mobile=True)
    page.choose("#files", long)
    settle(page, 1)
    assert page.run("document.documentElement.scrollWidth") == 390
    wide = """Array.from(document.querySelectorAll("main *")).filter((each) => {
      const box = each.getBoundingClientRect();
      return box.width && box.right > 390 && !each.closest("#scroller");
    }).length"""
    assert page.run(wide) == 0
    for selector in ("h1", ".lede", "#list .words", "#drop strong", ".choice span"):
        assert contrast(page, selector) >= 4.5, selector


def contrast(page: Browser, selector: str) -> float:
    """Return the contrast of a text to what is behind it, as WCAG 2.2 defines it."""
    script = """(() => {
      let each = document.querySelector(SELECTOR);
      const ink = getComputedStyle(each).color;
      const clear = (color) => color === "rgba(0, 0, 0, 0)";
      while (clear(getComputedStyle(each).backgroundColor)) each = each.parentElement;
      return [ink, getComputedStyle(each).backgroundColor];
    })()""".replace("SELECTOR", json.dumps(selector))
    light = []
    for color in page.run(script):
        levels = np.array([int(part) for part in color[4:-1].split(",")]) / 255
        linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
        light.append(float(linear @ (0.2126, 0.7152, 0.0722)))
    return (max(light) + 0.05) / (min(light) + 0.05)


class Busy(BaseHTTPRequestHandler):
    """The page, and a service that is busy for two requests."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        asset = site_of(None)[self.path.removeprefix("/")]
        self._answer(200, asset.content, {**asset.headers, "Content-Type": asset.type})

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.asked.append(self.path)
        if len(self.asked) < 3:
            self._answer(503, b"{}", {"Retry-After": "1"})
        else:
            self._answer(200, body, {"Content-Type": "image/png"})

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


def test_a_busy_server_is_asked_later(browser: Browser) -> None:
    with ThreadingHTTPServer((HOST, 0), Busy) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        browser.open(f"http://{HOST}:{server.server_port}/")
        browser.run(SEEN)
        browser.choose("#files", EXAMPLE)
        settle(browser, 1)
        server.shutdown()
    said = [words for words, _ in browser.run("window.seen") if words]
    assert "The server is busy; trying again in 1 s" in said
    assert said[-1].startswith("3\u00d7, fast")
    assert Busy.asked == ["/v1/upscale?scale=3&model=fast"] * 3
