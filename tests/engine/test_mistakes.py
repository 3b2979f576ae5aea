"""Wrong values for the options of `upscale`, `load` and `Upscaler`: each is an error of ours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import srcnn

from .conftest import picture_of

RGB = picture_of("rgb")


@pytest.mark.parametrize(
    "options",
    [
        {"threads": "1"},
        {"threads": 1.5},
        {"threads": -1},
        {"tile": None},
        {"tile": "x"},
        {"max_pixels": None},
        {"max_pixels": "9"},
        {"max_bytes": 0},
        {"scale": None},
        {"scale": "3"},
        {"scale": [3]},
        {"scale": np.array([3.0, 2.0])},
        {"scale": 3j},
        {"engine": 3},
        {"precision": None},
    ],
    ids=str,
)
def test_mistakes_in_options(options: dict[str, Any]) -> None:
    with pytest.raises(srcnn.SrcnnError) as caught:
        srcnn.upscale(RGB, **{"model": "srcnn-915", **options})
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("size", [(50, 0), 50, (50,), (50, 40, 3), "ab", (2.5, 3)])
def test_sizes_that_are_none(size: Any) -> None:
    with pytest.raises(srcnn.SrcnnError, match="size") as caught:
        srcnn.load("bicubic", 2).upscale(RGB, size)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("scale", [1, 0, np.nan, np.inf, "2", None])
def test_another_scale_is_checked(scale: Any) -> None:
    with pytest.raises(srcnn.SrcnnError, match="scale") as caught:
        srcnn.load("srcnn-915", 2).at(scale)
    assert caught.value.exit_code == 2


def test_a_model_without_a_name() -> None:
    with pytest.raises(srcnn.SrcnnError, match="''") as caught:
        srcnn.upscale(RGB, 2, model="")
    assert caught.value.exit_code == 6


def test_progress_that_is_no_function() -> None:
    progress: Any = 3
    with pytest.raises(srcnn.SrcnnError, match="progress 3"):
        srcnn.load("bicubic", 2).upscale(RGB, progress=progress)
