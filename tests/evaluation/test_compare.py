"""One picture by several models: the judge's own numbers, published ones, and what is shown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio

import srcnn
from srcnn.errors import InputError, LimitError, ModelError, UsageError
from srcnn.evaluation.compare import compare

from ..engine.conftest import picture_of
from ..engine.reference import near_identity, weights_file
from ..support.pictures import write_png

# Dong, Loy, He, Tang: "Learning a deep convolutional network for image super-resolution", ECCV 2014,
# table 1: Set5 x3, bicubic and SRCNN 9-1-5 trained on the 91 images; both rounded to hundredths.
PUBLISHED = {
    "baby": (33.91, 35.01),
    "bird": (32.58, 34.91),
    "butterfly": (24.04, 27.58),
    "head": (32.88, 33.55),
    "woman": (28.56, 30.92),
}


@pytest.fixture
def weights(tmp_path: Path) -> str:
    path = tmp_path / "net.onnx"
    path.write_bytes(weights_file(near_identity(noise=0.1)))
    return str(path)


@pytest.mark.parametrize("kind", ["gray", "gray+alpha", "rgb", "rgba"])
@pytest.mark.parametrize("depth", ["uint8", "uint16"])
def test_scores_are_those_of_evaluate(tmp_path: Path, weights: str, kind: str, depth: str) -> None:
    """To the last bit, and without a part of the picture that the scale does not divide."""
    folder = tmp_path / "set"
    folder.mkdir()
    file = folder / "picture.png"
    write_png(file, picture_of(kind, depth, (67, 52)))
    made = compare(file, 3, [weights, "srcnn-915"])
    report = srcnn.evaluate(folder, [weights, "srcnn-915"], 3)
    expected = {row["model"]: row["images"][0] for row in report["results"]}
    assert [shown.model for shown in made.models] == ["bicubic", weights, "srcnn-915"]
    for shown in made.models:
        assert {"name": "picture", **shown.scores} == expected[shown.model]


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_rows_with_the_authors_weights(shared: Path, name: str) -> None:
    model = shared / "reference" / "authors_weights" / "9-1-5_91-images_x3.mat"
    made = compare(shared / "data" / "set5" / f"{name}_GT.bmp", 3, [str(model)])
    assert [shown.label for shown in made.models] == ["bicubic", "9-1-5_91-images_x3.mat"]
    psnr = [shown.scores["psnr"] for shown in made.models]
    assert psnr == pytest.approx(PUBLISHED[name], abs=0.011)


def test_the_picture_shown_is_the_one_that_was_scored(tmp_path: Path, weights: str) -> None:
    """Checked with scikit-image on a gray picture; on a color one green comes nearer, as luma does."""
    for kind in ("gray", "rgb"):
        file = tmp_path / f"{kind}.png"
        write_png(file, picture_of(kind, size=(67, 52)))
        made = compare(file, 3, [weights])
        assert made.truth.shape[:2] == (66, 51)
        np.testing.assert_array_equal(made.truth, picture_of(kind, size=(67, 52))[:66, :51])
        assert made.low.shape[:2] == (22, 17)
        for shown in made.models:
            assert shown.pixels.shape == made.truth.shape
            assert shown.pixels.dtype == np.dtype(np.uint8)
            inner = (slice(3, -3), slice(3, -3))
            psnr = peak_signal_noise_ratio(  # type: ignore[no-untyped-call]
                made.truth[inner], shown.pixels[inner]
            )
            near = {"gray": 1e-9, "rgb": 2.5}[kind]
            assert shown.scores["psnr"] == pytest.approx(psnr, abs=near)


def test_low_res_is_matlabs(shared: Path) -> None:
    """MATLAB rounds between its two passes, and repeats the border; so within two levels inside."""
    folder = shared / "reference" / "matlab_lr" / "Set5" / "image_SRF_3"
    file = next(folder.glob("*_HR.png"))
    made = compare(file, 3, ["bicubic"])
    theirs = np.asarray(Image.open(str(file).replace("_HR", "_LR")).convert("RGB")).astype(int)
    assert np.abs(theirs - made.low)[2:-2, 2:-2].max() <= 2


def test_labels_are_names_until_they_clash(tmp_path: Path, weights: str) -> None:
    file = tmp_path / "p.png"
    write_png(file, picture_of("rgb"))
    twin = tmp_path / "other" / "net.onnx"
    twin.parent.mkdir()
    twin.write_bytes(Path(weights).read_bytes())
    assert [s.label for s in compare(file, 3, [weights]).models] == ["bicubic", "test-x3"]
    both = compare(file, 3, [weights, str(twin), weights, "bicubic"]).models
    assert [shown.label for shown in both] == [
        "bicubic",
        f"test-x3 ({Path(weights).parent.name})",
        "test-x3 (other)",
    ]


def test_without_a_model_it_is_the_best_shipped(tmp_path: Path) -> None:
    file = tmp_path / "p.png"
    write_png(file, picture_of("rgb"))
    assert [s.label for s in compare(file, 3).models] == ["bicubic", "fast"]


def test_refusals(tmp_path: Path, weights: str) -> None:
    file = tmp_path / "p.png"
    write_png(file, picture_of("gray"))
    with pytest.raises(UsageError, match="2 or more"):
        compare(file, 1, [weights])
    with pytest.raises(ModelError, match="trained for x3, not x2"):
        compare(file, 2, [weights])
    with pytest.raises(LimitError, match="max_pixels="):
        compare(file, 3, [weights], max_pixels=41 * 30 - 1)
    with pytest.raises(LimitError, match="max_bytes="):
        compare(file, 3, [weights], max_bytes=file.stat().st_size - 1)
    write_png(file, picture_of("gray", size=(16, 30)))
    with pytest.raises(InputError, match="too small for"):
        compare(file, 3, [weights])


def test_the_picture_is_looked_at_before_a_model_is_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a model was opened first")

    monkeypatch.setattr("srcnn.evaluation.compare.open_models", refuse)
    with pytest.raises(InputError, match="no such file"):
        compare(tmp_path / "gone.png", 3, ["a+"])
    write_png(tmp_path / "p.png", picture_of("gray", size=(16, 30)))
    with pytest.raises(InputError, match="too small for"):
        compare(tmp_path / "p.png", 3, ["a+"])
