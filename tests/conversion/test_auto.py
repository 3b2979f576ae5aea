"""``-m auto``: which network a picture gets, and that everything names that one.

The network for photos is stood in for by other shipped weights under its name.
"""

from __future__ import annotations

import io
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import srcnn as package
from srcnn.errors import ModelError
from srcnn.images.resize import imresize
from srcnn.weights import store

from ..cli.conftest import Srcnn, what_is

Pixels = NDArray[np.uint8]


@pytest.fixture(autouse=True)
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Weights of ``fast`` for every scale, and of ``fast@photo`` for x2 and x4."""
    folder = tmp_path / "weights"
    folder.mkdir()
    for name in ("fast-x2", "fast-x3", "fast-x4"):
        shutil.copy(store.FILES / f"{name}.onnx", folder)
    for scale in (2, 4):
        shutil.copy(store.FILES / f"srcnn-915-x{scale}.onnx", folder / f"fast@photo-x{scale}.onnx")
    monkeypatch.setattr(store, "FILES", folder)
    return folder


@pytest.fixture
def low(photo: Pixels) -> Pixels:
    """A clean picture, 96 x 96 x 3."""
    return imresize(photo, 1 / 3)


@pytest.fixture
def noisy(low: Pixels) -> Pixels:
    noise = np.random.default_rng(3).normal(0, 9, low.shape)
    return np.clip(np.round(low + noise), 0, 255).astype(np.uint8)


def saved(pixels: Pixels, kind: str, **how: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **how)
    return file.getvalue()


def decoded(file: bytes) -> Pixels:
    return np.asarray(Image.open(io.BytesIO(file)))


def test_what_each_file_gets(srcnn: Srcnn, low: Pixels, noisy: Pixels, tmp_path: Path) -> None:
    jpeg = saved(low, "jpeg", quality=40)
    files = {
        "clean.png": (saved(low, "png"), "fast", "has no blocks and little noise"),
        "high.jpg": (saved(low, "jpeg", quality=98), "fast", "is a JPEG of quality 98"),
        "low.jpg": (jpeg, "fast@photo", "is a JPEG of quality 40"),
        "noisy.jpg": (saved(noisy, "jpeg", quality=98), "fast@photo", "has noise of"),
        "noisy.png": (saved(noisy, "png"), "fast@photo", "has noise of"),
        "was.png": (saved(decoded(jpeg), "png"), "fast@photo", "has the blocks of a JPEG"),
        "lossy.webp": (saved(low, "webp", quality=70), "fast@photo", "is a WebP"),
    }
    for name, (data, model, why) in files.items():
        (tmp_path / name).write_bytes(data)
        out = tmp_path / f"{name}.out.png"
        ran = srcnn("upscale", tmp_path / name, "-s", 2, "-o", out, "--json", "-")
        (row,) = ran.json()["results"]
        assert ran.code == 0, name
        assert row["model"] == model, name
        assert row["choice"]["photo"] == (model == "fast@photo")
        assert row["choice"]["why"].startswith(why), name
        assert f"{name}: {model}, since it {why}" in ran.err
        assert "auto" not in ran.out.decode()
        assert srcnn("models", "--of", out).out.decode().split()[1] == model
        other = tmp_path / "named.png"
        again = ("upscale", tmp_path / name, "-s", 2, "-m", model, "-o", other, "--overwrite")
        assert srcnn(*again).code == 0
        np.testing.assert_array_equal(what_is(out)[0], what_is(other)[0])


def test_verbose_has_the_numbers_and_quiet_nothing(
    srcnn: Srcnn, noisy: Pixels, tmp_path: Path
) -> None:
    (tmp_path / "a.jpg").write_bytes(saved(noisy, "jpeg", quality=97))
    line = ("upscale", tmp_path / "a.jpg", "-s", 2, "--overwrite")
    assert "(JPEG quality 97, noise " in srcnn(*line, "--verbose").err
    assert srcnn(*line, "--quiet").err == ""


def test_stdin_is_read_once(srcnn: Srcnn, noisy: Pixels) -> None:
    ran = srcnn("upscale", "-", "-s", 2, "-m", "auto", stdin=saved(noisy, "png"))
    assert ran.code == 0
    assert "stdin: fast@photo, since it has noise" in ran.err
    wanted = package.upscale(noisy, 2, "fast@photo")
    np.testing.assert_array_equal(decoded(ran.out), wanted)


def test_all_pages_get_what_the_first_one_gets(
    srcnn: Srcnn, low: Pixels, noisy: Pixels, tmp_path: Path
) -> None:
    """Or the frames of a film would flicker."""
    for name, pages in {"a.tif": (noisy, low), "b.tif": (low, noisy)}.items():
        first, second = map(Image.fromarray, pages)
        first.save(tmp_path / name, save_all=True, append_images=[second])
        out = tmp_path / f"out-{name}"
        (row,) = srcnn("upscale", tmp_path / name, "-s", 2, "-o", out, "--json", "-").json()[
            "results"
        ]
        assert row["model"] == ("fast@photo" if name == "a.tif" else "fast")
        with Image.open(out) as made:
            for number, page in enumerate(pages):
                made.seek(number)
                wanted = package.upscale(page, 2, row["model"])
                np.testing.assert_array_equal(np.asarray(made), wanted)


@pytest.mark.parametrize("how", [["-m", "fast"], ["-s", "3"], ["-s", "6"]])
def test_there_is_no_choice(srcnn: Srcnn, noisy: Pixels, tmp_path: Path, how: list[str]) -> None:
    """A model is named, or the one for photos is not shipped for each pass (x3; x3 and x2)."""
    (tmp_path / "a.png").write_bytes(saved(noisy, "png"))
    words = ["-s", "2", *how] if "-s" not in how else how
    ran = srcnn("upscale", tmp_path / "a.png", *words, "--json", "-")
    (row,) = ran.json()["results"]
    assert (row["model"], row["choice"]) == ("fast", None)
    assert "since" not in ran.err


def test_a_dry_run_chooses_too(srcnn: Srcnn, noisy: Pixels, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(saved(noisy, "png"))
    ran = srcnn("upscale", tmp_path / "a.png", "-s", 2, "--dry-run", "--json", "-")
    assert ran.json()["results"][0]["model"] == "fast@photo"


def test_python(low: Pixels, noisy: Pixels, tmp_path: Path) -> None:
    """Arrays, files, PIL images and pickled upscalers choose as the command line does."""
    jpeg = saved(low, "jpeg", quality=40)
    photo, clean = package.load("fast@photo", 2), package.load("fast", 2)
    upscaler = package.load(None, 2)
    for each in (upscaler, pickle.loads(pickle.dumps(upscaler)), package.load("auto", 2)):
        np.testing.assert_array_equal(each.upscale(noisy), photo.upscale(noisy))
        np.testing.assert_array_equal(each.upscale(low), clean.upscale(low))
        np.testing.assert_array_equal(each.upscale(jpeg), photo.upscale(jpeg))
        opened = Image.open(io.BytesIO(jpeg))
        np.testing.assert_array_equal(np.asarray(each.upscale(opened)), photo.upscale(jpeg))
    done = package.upscale_file(jpeg, tmp_path / "out.png", 2)
    assert done.model == "fast@photo"
    assert done.choice is not None
    assert done.choice.condition.quality == 40


def test_what_needs_a_name_refuses_auto(srcnn: Srcnn, tmp_path: Path) -> None:
    ran = srcnn("export", "-m", "auto", "-s", 3, "-o", tmp_path / "x.onnx")
    assert ran.code == 6
    assert "auto" in ran.error
    with pytest.raises(ModelError, match="name one"):
        package.SRCNN.from_pretrained("auto", scale=3)


def test_compare_names_the_network_that_it_took(
    srcnn: Srcnn, photo: Pixels, tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes(saved(photo, "png"))
    line = ("compare", tmp_path / "a.png", "-s", 2, "-m", "auto", "-m", "fast@photo")
    document = srcnn(*line, "-o", tmp_path / "a.html", "--json", "-").json()
    assert [row["model"] for row in document["results"]] == ["bicubic", "fast", "fast@photo"]
