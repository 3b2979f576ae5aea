"""The protocol ``photo``: files that anybody can be given, and ``auto`` on each of them."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio

import srcnn
from srcnn.evaluation.protocol import PHOTO_PROTOCOLS, protocols_named
from srcnn.evaluation.reference import Original
from srcnn.images.color import convert
from srcnn.images.crop import modcrop
from srcnn.images.degradations.named import NAMED
from srcnn.images.degrade import low_resolution
from srcnn.weights import store

from ..conftest import EXAMPLE, ROOT

SCALE = 2


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    (tmp_path / "set").mkdir()
    shutil.copy(EXAMPLE, tmp_path / "set")
    return tmp_path / "set"


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand-in weights under the name of the network for photos."""
    folder = tmp_path / "weights"
    folder.mkdir()
    shutil.copy(store.FILES / "fast-x2.onnx", folder)
    shutil.copy(store.FILES / "srcnn-915-x2.onnx", folder / "fast@photo-x2.onnx")
    monkeypatch.setattr(store, "FILES", folder)


def files_of(photo: NDArray[np.uint8]) -> dict[str, bytes]:
    return {
        rules.degradation.name: Original("dog", photo, rules).encoded(SCALE) or b""
        for rules in PHOTO_PROTOCOLS.values()
        if rules.degradation is not None
    }


def test_files_are_what_the_names_say(photo: NDArray[np.uint8]) -> None:
    files = files_of(photo)
    low = low_resolution(modcrop(photo, SCALE), SCALE)
    pictures = {name: Image.open(io.BytesIO(data)) for name, data in files.items()}
    kinds = {name: picture.format for name, picture in pictures.items()}
    for name, kind in kinds.items():
        file = NAMED[name].file
        assert kind == ("PNG" if file is None else type(file).__name__.upper()), name
    assert {picture.size for picture in pictures.values()} == {low.shape[1::-1]}
    np.testing.assert_array_equal(np.asarray(pictures["clean"]), low)
    for quality in (30, 50, 75, 90):
        wanted = io.BytesIO()
        Image.fromarray(low).save(wanted, "jpeg", quality=quality, subsampling="4:2:0")
        assert files[f"jpeg-{quality}"] == wanted.getvalue()
    noise = np.asarray(pictures["noise-10"]).astype(int) - low
    assert noise.std() == pytest.approx(10, rel=0.05)
    np.testing.assert_array_equal(
        np.asarray(pictures["resaved-50"]), np.asarray(pictures["jpeg-50"])
    )


def test_files_are_the_same_each_time_and_differ_by_picture(photo: NDArray[np.uint8]) -> None:
    assert files_of(photo) == files_of(photo)
    rules = PHOTO_PROTOCOLS["photo/noise-10"]
    one, other = (Original(name, photo, rules).encoded(SCALE) for name in ("dog", "cat"))
    assert one != other


def test_scores_are_of_those_files(dataset: Path, tmp_path: Path) -> None:
    """A function is given the decoded file, and its PSNR is scikit-image's."""
    given = []

    def nearest(low: NDArray[np.uint8]) -> NDArray[np.uint8]:
        given.append(low)
        return low.repeat(2, 0).repeat(2, 1)

    report = srcnn.evaluate(dataset, nearest, SCALE, "photo/jpeg-30")
    truth = np.asarray(Image.open(EXAMPLE))
    file = Original("dog", truth, PHOTO_PROTOCOLS["photo/jpeg-30"]).encoded(SCALE)
    assert file is not None
    low = np.asarray(Image.open(io.BytesIO(file)))
    np.testing.assert_array_equal(given[0], low)
    made = low.repeat(2, 0).repeat(2, 1)[2:-2, 2:-2]
    (_, row) = report["results"]
    assert row["mean"]["psnr_rgb"] == pytest.approx(
        peak_signal_noise_ratio(truth[2:-2, 2:-2], made)  # type: ignore[no-untyped-call]
    )
    luma = [
        np.round(convert(image / 255, "RGB", "YCbCr")[..., 0] * 255).astype(np.uint8)
        for image in (truth[2:-2, 2:-2], made)
    ]
    assert row["mean"]["psnr"] == pytest.approx(
        peak_signal_noise_ratio(*luma),  # type: ignore[no-untyped-call]
        abs=0.01,
    )
    assert set(row["mean"]) == {
        f"{name}{view}" for name in ("psnr", "ssim", "haarpsi") for view in ("", "_rgb")
    }
    assert report["protocol"]["degradation"] == "JPEG 30 4:2:0"


def test_photo_is_a_row_for_each_degradation() -> None:
    assert [rules.name for rules in protocols_named(["photo"])] == [*PHOTO_PROTOCOLS]
    page = (ROOT / "docs" / "photo.md").read_text()
    for name in NAMED:
        assert f"`{name}`" in page


def test_auto_sees_the_file(dataset: Path, shelf: None) -> None:
    """The choice differs by degradation, and each picture says what it was scored with."""
    protocols = ["photo/clean", "photo/jpeg-75", "photo/webp-50", "photo/noise-10", "photo/blur"]
    models = ["auto", "fast", "fast@photo"]
    report = srcnn.evaluate(dataset, models, SCALE, protocols, metrics="psnr")
    taken = {}
    for name in protocols:
        rows = {row["model"]: row for row in report["results"] if row["protocol"] == name}
        (image,) = rows["auto"]["images"]
        taken[name] = image["model"]
        assert rows["auto"]["mean"] == rows[image["model"]]["mean"]
        assert "model" not in rows["fast"]["images"][0]
    photos = {name for name, model in taken.items() if model == "fast@photo"}
    assert photos == {"photo/jpeg-75", "photo/webp-50", "photo/noise-10"}


def test_saved_files_are_the_degraded_ones(dataset: Path, tmp_path: Path) -> None:
    """So that other programs can be given them, and scored with --pictures."""
    from srcnn.evaluation.report import make_report
    from srcnn.evaluation.request import Request

    request = Request([str(dataset)], ["bicubic"], [SCALE], "photo/jpeg-50", ["psnr"])
    make_report(request, save=tmp_path / "out")
    saved = tmp_path / "out" / "set_x2" / "low-resolution" / "dog.jpg"
    photo = np.asarray(Image.open(EXAMPLE))
    assert saved.read_bytes() == Original("dog", photo, PHOTO_PROTOCOLS["photo/jpeg-50"]).encoded(2)


MISSED = {(3, "photo/photon-10", "face"), (4, "photo/photon-10", "face")}
"""Where `auto` takes the wrong network: at this scale the picture has some twenty tiles of 16 x 16."""
GATE = ["photo/clean", "photo/jpeg-30", "photo/noise-10", "photo/photon-10"]


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.parametrize("scale", store.SCALES)
def test_auto_does_no_harm(shared: Path, scale: int, request: pytest.FixtureRequest) -> None:
    """On each picture of Set14, by four degradations, or by all with ``--soak``.

    `auto` is at least bicubic - 0.05 dB, or, where neither network is, within 0.1 dB of the better
    one. On clean pictures it is the network for clean pictures, or within 0.1 dB of it.
    """
    protocols = list(PHOTO_PROTOCOLS) if request.config.getoption("--soak") else GATE
    clean = store.default(scale)
    photo = f"{clean}{store.PHOTO}"
    if (photo, scale) not in store.shipped():
        pytest.skip(f"{photo} is not shipped for x{scale}")
    models = ["auto", clean, photo]
    report = srcnn.evaluate(
        "set14", models, scale, protocols, metrics="psnr", data_root=shared / "data"
    )
    for name in protocols:
        rows = {
            row["model"]: {image["name"]: image["psnr"] or np.inf for image in row["images"]}
            for row in report["results"]
            if row["protocol"] == name
        }
        assert len(rows["auto"]) == 14
        for picture, psnr in rows["auto"].items():
            if (scale, name, picture) in MISSED:
                continue
            best = max(rows[clean][picture], rows[photo][picture])
            assert psnr >= min(rows["bicubic"][picture] - 0.05, best - 0.1), (name, picture)
            if name == "photo/clean":
                assert psnr >= rows[clean][picture] - 0.1, picture
