"""Networks of three channels: a tiny run trains, resumes, and ends with weights that everything opens."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from skimage.color import rgb2ycbcr

import srcnn
from srcnn.data.folder import LOG
from srcnn.data.patches import PatchSampler
from srcnn.data.stream import StreamSampler
from srcnn.errors import UsageError
from srcnn.export import export
from srcnn.images.color import COLORS
from srcnn.images.degrade import Degradation
from srcnn.runs.pictures import Versions, fits_in_memory, read_held_back
from srcnn.runs.plan import make_plan
from srcnn.runs.run import WEIGHTS, run_plan
from srcnn.weights.foreign import load

from .test_resume import signal_at
from .tiny import digest, recipe_for, train

ALL: dict[str, Any] = {
    "hue": 30,
    "brightness": 1.2,
    "balanced": True,
    "candidates": 2,
    "degradation": {"jpeg": [50, 90]},
}


def psnr_of(run: Path) -> list[tuple[float, float]]:
    """(validation, bicubic) of each line of the log."""
    entries = map(json.loads, (run / LOG).read_text().splitlines())
    return [(entry["psnr"], entry["bicubic"]) for entry in entries if "psnr" in entry]


@pytest.mark.parametrize("color", ["YCbCr", "RGB"])
def test_from_recipe_to_picture(photos: Path, tmp_path: Path, color: str) -> None:
    """Trained, judged, upscaled with, and exported; the card says which channels."""
    keys = {"f": [5, 1, 3], "n": [16, 12], "scale": 2, "steps": 60, "batch": 16, "lr": 1e-2}
    keys |= {"ema": 0.8, "validate_every": 60, "scores": [str(photos)]}
    recipe = recipe_for(photos, color=color, **keys)
    card = run_plan(make_plan(recipe, "tiny"), tmp_path / "run", device="cpu", quiet=True)
    assert card is not None
    assert card.color == color
    file = tmp_path / "run" / WEIGHTS
    assert load(file, 2)[1] == card
    ((psnr, bicubic),) = psnr_of(tmp_path / "run")
    assert psnr > bicubic + 0.1
    scores = card.scores[photos.name]
    assert scores["psnr"] > card.scores[f"{photos.name} bicubic"]["psnr"] + 0.1
    again = srcnn.evaluate(photos, file, 2, protocol="paper-colour")["results"][1]["mean"]
    assert again == pytest.approx(scores, abs=1e-6)
    assert set(again) > {"psnr", "psnr_cb", "psnr_cr", "psnr_ycbcr", "psnr_rgb", "ssim"}
    assert srcnn.load(file, 2).upscale(np.zeros((9, 7, 4), np.uint8)).shape == (18, 14, 4)
    assert export(file, 2, tmp_path / "alone.onnx", standalone=True) < 1e-5


@pytest.mark.parametrize(
    ("sampler", "changes"), [(PatchSampler, {}), (StreamSampler, {"megapixels": 0})]
)
def test_a_resumed_run_ends_at_the_same_bytes(
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    sampler: type[PatchSampler | StreamSampler],
    changes: dict[str, Any],
) -> None:
    """With everything that is drawn by chance in colour, from memory and streamed."""
    recipe = recipe_for(photos, color="RGB", **ALL, **changes)
    straight = train(recipe, tmp_path / "straight")
    with monkeypatch.context() as patch:
        signal_at(patch, 6, sampler=sampler)
        with pytest.raises(KeyboardInterrupt):
            train(recipe, tmp_path / "cut")
    assert train(recipe, tmp_path / "cut", resume=True) == straight
    assert train(recipe_for(photos, color="RGB", **changes), tmp_path / "plain") != straight


def test_only_weighted_channels_are_learned_and_selected_by(photos: Path, tmp_path: Path) -> None:
    """The paper's "CbCr pre-train", and then all: the validation is of what counts."""
    first = {"color": "YCbCr", "channel_weights": [0, 1, 1], "clip": 0}
    train(recipe_for(photos, **first), tmp_path / "first")
    # The last layer's filters of Y had no gradient: they are those of the start.
    start = train(recipe_for(photos, **first, steps=1, lr=1e-12), tmp_path / "start")
    assert start != digest(tmp_path / "first")
    old, new = (load(tmp_path / name / WEIGHTS, 3)[0] for name in ("start", "first"))
    last = "conv3.weight"
    np.testing.assert_allclose(new[last][0], old[last][0], atol=1e-7)
    assert np.abs(new[last][1:] - old[last][1:]).max() > 1e-4
    chroma = np.mean([in_chroma(file) for file in held_back(photos)])
    assert psnr_of(tmp_path / "first")[0][1] == pytest.approx(chroma, abs=1e-9)
    then = {"color": "YCbCr", "start": str(tmp_path / "first" / WEIGHTS)}
    train(recipe_for(photos, **then), tmp_path / "then")
    sha256 = hashlib.sha256(Path(then["start"]).read_bytes()).hexdigest()
    started_from = load(tmp_path / "then" / WEIGHTS, 3)[1].started_from
    assert started_from == f"{WEIGHTS} sha256 {sha256}"
    with pytest.raises(UsageError, match="has color YCbCr, but the recipe has RGB"):
        train(recipe_for(photos, color="RGB", start=then["start"]), tmp_path / "other")


def held_back(photos: Path) -> list[Path]:
    return make_plan(recipe_for(photos), "tiny").held_back


def in_chroma(file: Path) -> float:
    """PSNR of bicubic in Cb and Cr together: by scikit-image's colours, and MATLAB's resize."""
    truth = np.round(rgb2ycbcr(np.asarray(Image.open(file))))[..., 1:]
    made = srcnn.imresize(srcnn.imresize(truth / 255, 1 / 3), 3.0)
    errors = (np.round(np.clip(made, 0, 1) * 255) - truth)[3:-3, 3:-3]
    return float(10 * np.log10(255**2 / np.mean(errors**2)))


def test_a_gray_picture_is_trained_on_as_colour_without_any(tmp_path: Path) -> None:
    gray = np.random.default_rng(0).integers(0, 256, (48, 60), np.uint8)
    Image.fromarray(gray).save(tmp_path / "gray.png")
    Image.fromarray(np.dstack([gray] * 3)).save(tmp_path / "equal.png")
    for color in COLORS[1:]:
        versions = Versions(3, (), Degradation(), 24, color=color)
        (one,), (other,) = (list(versions.all(tmp_path / n)) for n in ("gray.png", "equal.png"))
        np.testing.assert_array_equal(one[0], other[0])
        np.testing.assert_array_equal(one[1].low, other[1].low)
        np.testing.assert_array_equal(one[1].enlarged, other[1].enlarged)
        assert one[0].shape == (48, 60, 3)
    (truth, _), *_ = Versions(3, (), Degradation(), 24, color="YCbCr").all(tmp_path / "gray.png")
    assert (truth[..., 1:] == 128).all()


def test_pictures_without_colour_do_not_select_colour_networks(tmp_path: Path) -> None:
    """Two of their channels are right from the start; each is named."""
    gray = np.random.default_rng(0).integers(0, 256, (48, 60), np.uint8)
    files = [tmp_path / name for name in ("gray.png", "equal.png", "colour.png")]
    pictures = (gray, np.dstack([gray] * 3), np.dstack([gray, gray, gray[::-1]]))
    for file, pixels in zip(files, pictures, strict=True):
        Image.fromarray(pixels).save(file)
    said: list[str] = []
    assert [o.name for o in read_held_back(files, "RGB", said.append)] == [str(files[2])]
    assert said == [f"{file}: is gray; not used for validation" for file in files[:2]]
    assert len(read_held_back(files, "Y", said.append)) == 3


def test_three_channels_take_three_times_the_memory(photos: Path) -> None:
    files = sorted(photos.iterdir())[:3]  # 27,648 pixels
    assert fits_in_memory(files * 100, (), 3)
    assert not fits_in_memory(files * 100, (), 3, channels=3)
    assert fits_in_memory(files * 100, (), 9, channels=3)
