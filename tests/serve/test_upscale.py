"""What a client gets: the command line's file, or an error as JSON."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from srcnn.cli.main import app
from srcnn.images.formats import FORMATS
from srcnn.images.io import open_picture
from srcnn.images.mark import mark_of
from srcnn.serve.answers import MEDIA
from srcnn.serve.query import Query

from ..cli.conftest import Srcnn
from ..conftest import EXAMPLE
from .service import UPSCALE, Service

PNG = EXAMPLE.read_bytes()


def small(fmt: str, **options: Any) -> bytes:
    """A crop of the example photograph in a format."""
    out = io.BytesIO()
    with Image.open(EXAMPLE) as image:
        image.crop((50, 60, 90, 100)).save(out, fmt, **options)
    return out.getvalue()


EXIF = Image.Exif()
EXIF[0x010E] = "A dog"
EXIF[0x0112] = 6
PICTURES = {
    "photo.png": small("PNG", dpi=(300, 300)),
    "turned.jpg": small("JPEG", quality=90, exif=EXIF.tobytes()),
    "lossless.webp": small("WEBP", lossless=True, exif=EXIF.tobytes()),
    "pages.tif": small("TIFF", save_all=True, append_images=[Image.new("RGB", (20, 30), "red")]),
    "animation.gif": small("GIF"),
    "plain.bmp": small("BMP"),
    "plain.ppm": small("PPM"),
}


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("scale=2", ["-s", "2"]),
        ("max_edge=100&model=srcnn-915&format=png", ["--max-edge", "100", "-m", "srcnn-915"]),
    ],
)
def test_the_answer_is_the_command_lines_file(
    name: str,
    query: str,
    words: list[str],
    service: Service,
    srcnn: Srcnn,
    tmp_path: Path,
) -> None:
    source = tmp_path / name
    source.write_bytes(PICTURES[name])
    out = tmp_path / ("out.png" if "format=png" in query else f"out{source.suffix}")
    assert srcnn("upscale", source, *words, "-o", out, "--quiet").code == 0
    answer = service.upscale(PICTURES[name], query)
    assert (answer.status, answer.sha256) == (200, hashlib.sha256(out.read_bytes()).hexdigest())
    with Image.open(out) as image:
        media = Image.MIME[image.format or ""]
        report = json.loads(answer.headers["Srcnn-Result"])
        assert (report["width"], report["height"]) == image.size
    assert answer.headers["Content-Type"] == media
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_every_format_has_its_media_type() -> None:
    assert list(MEDIA) == list(FORMATS)


def test_query_keys_are_options_of_the_command_line() -> None:
    options = {opt for param in app.commands["upscale"].params for opt in param.opts}
    assert {"--" + name.replace("_", "-") for name in Query.__annotations__} <= options


def test_post_and_put_are_the_same(service: Service) -> None:
    picture = PICTURES["photo.png"]
    put, post = (service.ask(method, f"{UPSCALE}?scale=2", picture) for method in ("PUT", "POST"))
    assert (put.status, put.body) == (post.status, post.body)


def test_quality_tta_and_mark_are_taken(service: Service) -> None:
    picture = PICTURES["photo.png"]
    plain = service.upscale(picture, "scale=2&format=jpg&quality=50")
    fine = service.upscale(picture, "scale=2&format=jpg&quality=95")
    assert plain.headers["Content-Type"] == "image/jpeg"
    assert len(plain.body) < len(fine.body)
    marks = [
        mark_of(
            open_picture(service.upscale(picture, f"scale=2&no_mark={no}").body).header.metadata
        )
        for no in (0, 1)
    ]
    assert [mark is not None for mark in marks] == [True, False]
    once, averaged = (
        np.asarray(Image.open(io.BytesIO(service.upscale(picture, query).body)), np.int16)
        for query in ("scale=2", "scale=2&tta=1")
    )
    assert 0 < np.abs(once - averaged).max() < 40


@pytest.mark.parametrize(
    ("query", "status", "kind", "says"),
    [
        ("sale=2", 400, "UsageError", "did you mean scale?"),
        ("scale=2&scale=3", 400, "UsageError", "twice"),
        ("scale=two", 400, "UsageError", "not a number"),
        ("scale=nan", 400, "UsageError", "above 1"),
        ("scale=1", 400, "UsageError", "above 1"),
        ("scale=2&width=100", 400, "UsageError", "cannot be combined"),
        ("width=1.5", 400, "UsageError", "whole number"),
        ("width=" + "9" * 500, 400, "UsageError", "whole number"),
        ("scale=2&format=svg", 400, "UsageError", "not a format"),
        ("scale=2&quality=0", 400, "UsageError", "1 to 100"),
        ("scale=2&tta=perhaps", 400, "UsageError", "tta"),
        ("width=30", 400, "UsageError", "if_larger=reduce"),
        ("width=30&if_larger=skip", 400, "UsageError", "reduce"),
        ("scale=2&model=bset", 404, "ModelError", "did you mean best?"),
        ("scale=2&model=/etc/passwd", 404, "ModelError", "unknown"),
        ("scale=2&model=../fast-x2.onnx", 404, "ModelError", "unknown"),
        ("scale=2&output=/tmp/x", 400, "UsageError", "not known"),
        ("scale=%ff%fe", 400, "UsageError", "not a number"),
        ("width=9000", 413, "LimitError", "smaller result"),
    ],
)
def test_what_is_wrong_is_said_as_json(
    query: str, status: int, kind: str, says: str, service: Service
) -> None:
    answer = service.upscale(PICTURES["photo.png"], query)
    assert (answer.status, answer.error["kind"]) == (status, kind)
    assert says in " ".join(answer.error.values())
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b"", 415, "UnknownFormat"),
        (b"hello", 415, "UnknownFormat"),
        (b"<svg/>", 415, "UnknownFormat"),
        (b"%PDF-1.7", 415, "UnknownFormat"),
        (PNG[:1000], 422, "InputError"),
        (b"GIF89a" + bytes(100), 422, "InputError"),
    ],
)
def test_what_is_no_picture(body: bytes, status: int, kind: str, service: Service) -> None:
    answer = service.upscale(body)
    assert (answer.status, answer.error["kind"]) == (status, kind)


def test_other_paths_and_methods(service: Service) -> None:
    missing = service.ask("GET", "/v2/upscale")
    assert (missing.status, missing.error["kind"]) == (404, "UnknownPath")
    wrong = service.ask("GET", UPSCALE)
    assert (wrong.status, wrong.error["kind"]) == (405, "WrongMethod")
    assert set(wrong.headers["Allow"].replace(" ", "").split(",")) == {"POST", "PUT"}
    assert service.ask("DELETE", "/healthz").status == 405


def test_models_are_those_of_the_command_line(service: Service, srcnn: Srcnn) -> None:
    document = json.loads(service.ask("GET", "/v1/models").body, parse_constant=pytest.fail)
    assert document["models"] == srcnn("models", "--json", "-").json()["models"]
    assert document["default"] == "fast"
    assert document["limits"]["max_bytes"] == 25_000_000


def test_metrics_count(service: Service) -> None:
    before = service.metrics()
    done, refused = (f'srcnn_requests_total{{path="{UPSCALE}",status="{s}"}}' for s in (200, 415))
    picture = PICTURES["photo.png"]
    size = len(service.upscale(picture).body)
    service.upscale(b"hello")
    service.ask("GET", "/made/up")
    after = service.metrics()

    def grown(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert (grown(done), grown(refused)) == (1, 1)
    assert grown('srcnn_picture_bytes_total{direction="in"}') == len(picture) + 5
    assert grown('srcnn_picture_bytes_total{direction="out"}') == size
    assert grown("srcnn_work_seconds_count") == 1
    assert grown('srcnn_work_seconds_bucket{le="+Inf"}') == 1
    assert grown('srcnn_requests_total{path="other",status="404"}') == 1
    assert not any("made" in name for name in after)
    assert after["srcnn_workers_ready"] == 1
    assert after["srcnn_held_bytes"] == 0


def test_the_description_is_what_the_service_does(service: Service) -> None:
    document = service.json("/openapi.json")
    operation = document["paths"][UPSCALE]["put"]
    assert [row["name"] for row in operation["parameters"]] == list(Query.__annotations__)
    error = document["components"]["schemas"]["Error"]
    answer = service.upscale(b"hello")
    assert set(error["properties"]) == set(answer.error)
    assert str(answer.status) in operation["responses"]
    done = service.upscale(PICTURES["photo.png"])
    result = json.loads(done.headers["Srcnn-Result"])
    types: dict[str, Any] = {"integer": int, "number": (int, float), "string": str, "array": list}
    schema = document["components"]["schemas"]["Result"]["properties"]
    assert set(schema) == set(result)
    for name, about in schema.items():
        assert isinstance(result[name], types[about["type"]])
    assert done.headers["Content-Type"] in operation["responses"]["200"]["content"]
    for path in document["paths"]:
        if path != UPSCALE:
            assert service.ask("GET", path).status == 200
