"""The resizer against MATLAB's own files, an independent port of MATLAB, and the formula itself."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from srcnn.errors import UsageError
from srcnn.images.degrade import enlarge, low_resolution
from srcnn.images.resize import (
    imresize,
    resize_as_opencv,
    resize_columns,
    resize_rows,
    resize_window,
    window,
    windows,
)

Oracle = Callable[[NDArray[np.float64], float], NDArray[np.float64]]

SCALES = [1 / 4, 1 / 3, 0.4, 1 / 2, 0.77, 1.0, 1.5, 2.0, 2.7, 3.0, 4.0]


@pytest.fixture(scope="module")
def oracle() -> Oracle:
    """deepinv's port of MATLAB's imresize, mirrored at the border; its one file, without the package."""
    installed = importlib.metadata.distribution("deepinv")
    path = Path(str(installed.locate_file("deepinv/physics/functional/imresize.py")))
    spec = importlib.util.spec_from_file_location("deepinv_imresize", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def resize(image: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
        batch = torch.from_numpy(image)[None, None]
        out: NDArray[np.float64] = module.imresize_matlab(batch, scale=scale, antialiasing=True)[
            0, 0
        ].numpy()
        return out

    return resize


def keys(x: float) -> float:
    """Keys' cubic convolution kernel with a = -0.5, as his paper prints it."""
    x = abs(x)
    if x <= 1:
        return 3 / 2 * x**3 - 5 / 2 * x**2 + 1
    return -1 / 2 * x**3 + 5 / 2 * x**2 - 4 * x + 2 if x <= 2 else 0


def by_the_formula(row: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    """One row resized sample by sample, as MATLAB's documentation describes it."""
    stretch = min(scale, 1.0)
    reach = math.ceil(2 / stretch) + 1
    mirrored = np.pad(row, reach, mode="symmetric")
    out = []
    for i in range(math.ceil(scale * len(row))):
        at = (i + 0.5) / scale - 0.5
        taps = range(math.floor(at) - reach + 1, math.floor(at) + reach)
        weights = [keys(stretch * (at - tap)) for tap in taps]
        values = [mirrored[tap + reach] for tap in taps]
        out.append(np.dot(weights, values) / sum(weights))
    return np.array(out)


@pytest.mark.parametrize(
    ("folder", "scale", "pictures"),
    [("Set5", 2, 5), ("Set5", 3, 5), ("Set5", 4, 5), ("Set14", 3, 14)],
)
def test_shrinking_equals_matlab_bit_for_bit(
    shared: Path, folder: str, scale: int, pictures: int
) -> None:
    """The low-res files that MATLAB wrote come out of its high-res files, to the last bit."""
    place = shared / "reference" / "matlab_lr" / folder / f"image_SRF_{scale}"
    pairs = [(path, path.with_name(path.name.replace("_HR", "_LR"))) for path in place.iterdir()]
    pairs = [pair for pair in pairs if "_HR" in pair[0].name]
    assert len(pairs) == pictures
    for high, low in pairs:
        with Image.open(high) as picture, Image.open(low) as wanted:
            shrunk = imresize(np.asarray(picture), 1 / scale, border="replicate")
            np.testing.assert_array_equal(shrunk, np.asarray(wanted), err_msg=high.name)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("size", [(33, 40), (48, 48), (57, 34), (64, 101)])
def test_equals_the_independent_port(oracle: Oracle, size: tuple[int, int], scale: float) -> None:
    noise = np.random.default_rng(3).random(size)
    np.testing.assert_allclose(imresize(noise, scale), oracle(noise, scale), rtol=0, atol=1e-6)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_degradation_equals_the_independent_port(
    oracle: Oracle, photo: NDArray[np.uint8], scale: int
) -> None:
    """The low-res picture and its enlargement, on a photograph, without rounding in between."""
    high = photo[:, :, 1] / 255.0
    low = low_resolution(high, scale)
    wanted = oracle(high, 1 / scale)
    np.testing.assert_allclose(low, wanted, rtol=0, atol=1e-6)
    again = enlarge(low, scale)
    assert again.shape == high.shape
    np.testing.assert_allclose(again, oracle(wanted, scale), rtol=0, atol=1e-6)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("length", [1, 2, 3, 5, 16])
def test_one_row_and_one_column_equal_the_formula(length: int, scale: float) -> None:
    """Down to one pixel: the kernel is wider than the picture, which is mirrored again and again."""
    row = np.random.default_rng(length).random(length)
    wanted = by_the_formula(row, scale)
    across, down = imresize(row[None], scale), imresize(row[:, None], scale)
    assert across.shape == (math.ceil(scale), len(wanted))
    for line in across:
        np.testing.assert_allclose(line, wanted, rtol=0, atol=1e-12)
    np.testing.assert_allclose(down, across.T, rtol=0, atol=1e-15)


@pytest.mark.parametrize("border", ["mirror", "replicate"])
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (7, 1), (2, 3, 3), (31, 17, 4)])
def test_a_constant_picture_stays_constant(shape: tuple[int, ...], border: Any) -> None:
    for scale in SCALES:
        small = imresize(np.full(shape, 0.7), scale, border)
        assert small.shape == (*(math.ceil(side * scale) for side in shape[:2]), *shape[2:])
        np.testing.assert_allclose(small, 0.7, rtol=1e-14)
        levels = imresize(np.full(shape, 201, np.uint8), scale, border)
        np.testing.assert_array_equal(levels, 201)


def test_borders_differ_at_the_border_only(photo: NDArray[np.uint8]) -> None:
    mirrored, repeated = (imresize(photo, 1 / 3, border) for border in ("mirror", "replicate"))
    np.testing.assert_array_equal(mirrored[2:-2, 2:-2], repeated[2:-2, 2:-2])
    assert (mirrored != repeated).any()


@pytest.mark.parametrize(
    ("dtype", "peak", "off"),
    [(np.uint8, 255, 1.25), (np.uint16, 65535, 1.25), (np.float32, 1, 1e-6), (np.float64, 1, 1e-6)],
)
@pytest.mark.parametrize("scale", [1 / 3, 3.0])
def test_every_dtype_is_kept(
    oracle: Oracle, photo: NDArray[np.uint8], dtype: Any, peak: float, off: float, scale: float
) -> None:
    """The values are the independent port's; integers are off by the rounding of two passes at most."""
    levels = (photo[:80, :90, 0] / 255.0 * 0.5 + 0.25) * peak
    image = (np.rint(levels) if peak > 1 else levels).astype(dtype)
    out = imresize(image, scale)
    assert out.dtype == dtype
    wanted = oracle(image.astype(np.float64), scale)
    np.testing.assert_allclose(out.astype(np.float64), wanted, rtol=0, atol=off)


def test_integers_are_clamped_and_floats_are_not() -> None:
    """An edge rings: the overshoot of black and white is cut for integers, kept for floats."""
    edge = np.zeros((8, 16))
    edge[:, 8:] = 1.0
    rings = imresize(edge, 3)
    assert rings.min() < -0.01
    assert rings.max() > 1.01
    levels = imresize((edge * 255).astype(np.uint8), 3)
    np.testing.assert_array_equal(levels, np.rint(np.clip(rings, 0, 1) * 255))


def test_channels_are_resized_apart(photo: NDArray[np.uint8]) -> None:
    whole = imresize(photo, 0.4)
    for channel in range(3):
        np.testing.assert_array_equal(whole[..., channel], imresize(photo[..., channel], 0.4))


@pytest.mark.parametrize("size", [(13, 60), (60, 13), (31, 29), (1, 200)])
def test_a_size_gives_each_axis_its_own_scale(size: tuple[int, int]) -> None:
    """For a picture that is a column times a row, by the formula on each: new over old is the scale."""
    random = np.random.default_rng(4)
    column, row = random.random(26), random.random(30)
    out = imresize(np.outer(column, row), size=size)
    wanted = np.outer(by_the_formula(column, size[0] / 26), by_the_formula(row, size[1] / 30))
    np.testing.assert_allclose(out, wanted, rtol=0, atol=1e-12)


@pytest.mark.parametrize("rows", [1, 7, 64, 1000])
@pytest.mark.parametrize("size", [(120, 150), (119, 151), (47, 210)])
def test_strips_of_any_height_make_the_same_picture(
    size: tuple[int, int], rows: int, photo: NDArray[np.uint8]
) -> None:
    low = photo[:40, :50] / 255.0
    tops = range(0, size[0], rows)
    planes = low.transpose(2, 0, 1).astype(np.float32)
    whole = imresize(low, size=size).transpose(2, 0, 1)
    for left, right in ((0, size[1]), (13, 14), (31, size[1])):
        columns = window(50, size[1], left, right)
        strips = []
        for top in tops:
            strip = window(40, size[0], top, min(top + rows, size[0]))
            # Only the rows that the window asks for are there.
            source = planes[:, strip.first : strip.last]
            strips.append(resize_window(source, strip, columns, strip.first))
        made = np.concatenate(strips, axis=1)
        np.testing.assert_allclose(made, whole[:, :, left:right], rtol=0, atol=2e-6)


@pytest.mark.parametrize("size", [(120, 150), (119, 151), (30, 33)])
@pytest.mark.parametrize(("start", "stop"), [(0, None), (7, 30), (-5, 40)])
def test_windows_are_one_window_in_parts(
    size: tuple[int, int], start: int, stop: int | None, photo: NDArray[np.uint8]
) -> None:
    """Columns and rows resized apart, in parts, give what one window gives."""
    planes = np.moveaxis(photo[:40, :50] / 255.0, 2, 0).astype(np.float32)
    spans = [(start, side if stop is None else min(stop, side)) for side in size]
    down, across = (window(planes.shape[k + 1], size[k], *spans[k]) for k in (0, 1))
    wanted = resize_window(planes[:, down.first : down.last], down, across, down.first)
    rows, columns = (windows(planes.shape[k + 1], size[k], *spans[k], 8) for k in (0, 1))
    assert all(len(part.matrix) <= 8 for part in (*rows, *columns))
    assert max(part.matrix.shape[1] for part in rows) < down.matrix.shape[1]
    between = resize_columns(planes, columns)
    made = np.concatenate([resize_rows(between, part) for part in rows], axis=1)
    np.testing.assert_allclose(made, wanted, rtol=0, atol=1e-6)


def test_a_window_over_the_border_repeats_the_edge(photo: NDArray[np.uint8]) -> None:
    low = (photo[:9, :7, 0] / 255.0).astype(np.float32)
    rows, columns = window(9, 20, -3, 24), window(7, 15, -2, 16)
    padded = np.pad(imresize(low, size=(20, 15)), ((3, 4), (2, 1)), mode="edge")
    np.testing.assert_allclose(resize_window(low[None], rows, columns)[0], padded, atol=2e-6)


@pytest.mark.parametrize(
    "shape", [(0, 5), (5, 0), (5, 5, 0), (5,), (1, 5, 5, 3)], ids=lambda shape: f"shape {shape}"
)
def test_what_is_no_picture_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(UsageError, match="not empty"):
        imresize(np.zeros(shape), 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "either a scale or a size"),
        ({"scale": 2, "size": (8, 8)}, "either a scale or a size"),
        ({"scale": 0}, "positive"),
        ({"scale": -1}, "positive"),
        ({"scale": math.nan}, "positive"),
        ({"scale": math.inf}, "positive"),
        ({"size": (0, 8)}, "positive"),
        ({"size": (8, -1)}, "positive"),
        ({"scale": 2, "border": "wrap"}, "use mirror or replicate"),
    ],
)
def test_impossible_wishes_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        imresize(np.zeros((4, 4)), **arguments)


@pytest.mark.parametrize("dtype", [np.int32, np.int8, np.bool_, np.complex128])
def test_other_dtypes_are_refused(dtype: Any) -> None:
    with pytest.raises(UsageError, match="uint8, uint16 or float"):
        imresize(np.zeros((4, 4), dtype), 2)


@pytest.mark.parametrize("scale", [1 / 4, 1 / 3, 1 / 2, 0.77, 2.0, 3.0, 4.0])
def test_opencv(photo: NDArray[np.uint8], scale: float) -> None:
    """Floats as OpenCV's own; of integers, whose weights it rounds to 11 bits, a level here and there."""
    photo = photo[:120, :96]
    ours = resize_as_opencv(photo / 255, scale)
    size = (ours.shape[1], ours.shape[0])
    theirs = cv2.resize(photo / 255, size, interpolation=cv2.INTER_CUBIC)
    assert np.abs(ours - theirs).max() < 1e-5  # its weights are float32
    levels = cv2.resize(photo, size, interpolation=cv2.INTER_CUBIC)
    apart = np.abs(resize_as_opencv(photo, scale).astype(int) - levels)
    assert apart.max() <= 1
    assert apart.mean() < 0.01
