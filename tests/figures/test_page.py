"""The page of a comparison: whole in itself, its names escaped, its pictures the ones compared."""

from __future__ import annotations

import base64
import dataclasses
import io
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from srcnn.figures.detail import Box
from srcnn.figures.page import make_page

from .conftest import Make

VOID = {"img", "input", "meta", "link", "br"}
BOX = Box(6, 3, 12, 9)


class Page(HTMLParser):
    """Every tag with its attributes, and the text of some; tags have to nest."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(data.decode())
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open:
            self.text.setdefault(self._open[-1], []).append(data)

    def pictures(self) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.tags if tag == "img" and "src" in attrs]


def test_the_pictures_are_in_it(make: Make) -> None:
    comparison = make(("a", "b"))
    shown = Page(make_page(comparison, BOX)).pictures()
    assert [image["data-name"] for image in shown] == [
        *("low-res", "bicubic", "a", "b", "ground truth"),
    ]
    expected = [comparison.low, *(s.pixels for s in comparison.models), comparison.truth]
    for image, pixels in zip(shown, expected, strict=True):
        kind, data = (image["src"] or "").split(",")
        assert kind == "data:image/png;base64"
        with Image.open(io.BytesIO(base64.b64decode(data, validate=True))) as decoded:
            np.testing.assert_array_equal(np.asarray(decoded), pixels)
        assert (image["width"], image["height"]) == ("90", "60")
        assert (image["alt"] or "").startswith(f"{image['data-name']}, ")


def test_the_scores_are_in_it(make: Make) -> None:
    page = Page(make_page(make(("a",)), BOX))
    assert page.text["td"] == ["30.00", "+0.00", "0.9000", "31.00", "+1.00", "0.9100"]
    assert [text for text in page.text["th"] if text.strip()][-2:] == ["bicubic", "a"]
    comparison = make(("a",))
    for shown in comparison.models:
        shown.scores.update(psnr=float("inf"), ssim=1.0)
    page = Page(make_page(comparison, BOX))
    assert page.text["td"] == ["inf", "+0.00", "1.0000"] * 2


def test_nothing_is_fetched(make: Make) -> None:
    data = make_page(make(), BOX)
    page = Page(data)
    assert not {"link", "iframe", "object", "embed", "base"} & {tag for tag, _ in page.tags}
    for _, attrs in page.tags:
        for name in ("src", "href", "srcset", "poster", "action"):
            assert (attrs.get(name) or "data:").startswith("data:")
    assert b"://" not in data
    assert re.search(rb"@import|url\(|fetch\(|XMLHttpRequest|import\(", data) is None
    (policy,) = (a["content"] for t, a in page.tags if t == "meta" and "http-equiv" in a)
    assert policy is not None
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert b"$" not in data  # every place of the template is filled


@pytest.mark.parametrize(
    "name", ["<script>.png", "\"'><img src=x onerror=alert(1)>", "&amp;.png", "</title>", "$name"]
)
def test_names_are_text(make: Make, name: str) -> None:
    plain = Page(make_page(make(("a",)), BOX))
    comparison = make((f"b{name}",), source=f"folder/{name}".replace("/t", "_t"))
    page = Page(make_page(comparison, BOX))
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in plain.tags]
    file = Path(comparison.source).name
    assert page.text["title"] == [f"{file} at x3: srcnn compare"]
    assert page.text["h1"] == [f"{file}, x3"]
    assert page.pictures()[2]["data-name"] == f"b{name}"


def test_a_name_need_not_be_text(make: Make) -> None:
    comparison = dataclasses.replace(make(), source="caf\udce9.png")
    assert Page(make_page(comparison, BOX)).text["h1"] == ["caf\\udce9.png, x3"]


def test_it_opens_at_the_best_model(make: Make) -> None:
    """The later a model of `make` is named, the better it is; here the better one comes first."""
    comparison = make(("a", "b"))
    models = [comparison.models[0], comparison.models[2], comparison.models[1]]
    page = Page(make_page(dataclasses.replace(comparison, models=models), BOX))
    (stage,) = (attrs for _, attrs in page.tags if attrs.get("id") == "stage")
    names = [image["data-name"] for image in page.pictures()]
    assert [names[int(stage[f"data-{side}"] or 0)] for side in ("left", "right", "reference")] == [
        *("bicubic", "b", "ground truth"),
    ]


def test_bicubic_alone_stands_beside_the_truth(make: Make) -> None:
    page = Page(make_page(make(()), BOX))
    (stage,) = (attrs for _, attrs in page.tags if attrs.get("id") == "stage")
    assert (stage["data-left"], stage["data-right"]) == ("1", "2")


def test_differences_are_shown_8_times_as_bright_first(make: Make) -> None:
    """Unless another factor is asked for: in a dark room, too, a few gray levels are seen."""
    page = Page(make_page(make(), BOX))
    factors = [attrs["value"] for tag, attrs in page.tags if tag == "option"]
    assert factors[factors.index("0", 1) :] == ["0", "8", "16", "4", "1"]


DRIVER = """
<script>
addEventListener("load", async () => {
  const get = (id) => document.getElementById(id), said = [];
  const key = (name) => document.body.dispatchEvent(new KeyboardEvent("keydown", {key: name, bubbles: true}));
  const pointer = (id, type, x) => get(id).dispatchEvent(new PointerEvent(type,
    {clientX: get("scroller").getBoundingClientRect().left + x, button: 0, pointerId: 1, bubbles: true}));
  const tell = () => said.push([get("left-name").textContent, get("right-name").textContent,
    get("right-picture").style.clipPath, get("stage").clientWidth, get("stage").style.filter].join("|"));
  Element.prototype.setPointerCapture = () => {};
  const set = (id, value, event) => { get(id).value = value; get(id).dispatchEvent(new Event(event)); };
  set("zoom", "1", "change"); tell();
  set("slider", "25", "input"); tell();
  pointer("scroller", "pointerdown", 60); tell();
  pointer("scroller", "pointermove", 30); tell();
  pointer("scroller", "pointerup", 30); pointer("scroller", "pointermove", 80); tell();
  key("x"); key("d"); tell();
  key("d"); key("+"); tell();
  set("left", "0", "change"); set("right", "3", "change"); tell();
  get("detail").click(); said.push(get("zoom").value);
  document.title = said.join("; ");
});
</script>
"""


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs chromium")
def test_slider_zoom_and_difference_in_a_browser(make: Make, tmp_path: Path) -> None:
    """90 pixels wide; the handlers of the page are driven as a person would."""
    page = tmp_path / "page.html"
    page.write_bytes(make_page(make(("a",)), BOX).replace(b"</body>", DRIVER.encode() + b"</body>"))
    words = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--window-size=900,700"]
    words += [f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", page.as_uri()]
    ran = subprocess.run(words, capture_output=True, check=True, timeout=120)
    (title,) = Page(ran.stdout).text["title"]
    assert title.split("; ") == [
        "bicubic|a|inset(0px 0px 0px 45px)|90|",
        "bicubic|a|inset(0px 0px 0px 22.5px)|90|",
        "bicubic|a|inset(0px 0px 0px 60px)|90|",
        "bicubic|a|inset(0px 0px 0px 30px)|90|",
        "bicubic|a|inset(0px 0px 0px 30px)|90|",
        "a, difference x8|bicubic, difference x8|inset(0px 0px 0px 30px)|90|brightness(8)",
        "a|bicubic|inset(0px 0px 0px 60px)|180|",
        "low-res|ground truth|inset(0px 0px 0px 60px)|180|",
        "16",
    ]
