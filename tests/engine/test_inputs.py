"""Pictures as callers hold them: each kind is enlarged as the plain array, and comes back as it came."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps

import srcnn

from ..conftest import EXAMPLE, ROOT
from .conftest import picture_of

RGB = picture_of("rgb")


def large(picture: NDArray[Any]) -> NDArray[Any]:
    return srcnn.upscale(picture, 2, "srcnn-915")


class Name:
    def __fspath__(self) -> str:
        return str(EXAMPLE)


FILES: dict[str, Any] = {
    "path": lambda: EXAMPLE,
    "PathLike": Name,
    "bytes": EXAMPLE.read_bytes,
    "memoryview": lambda: memoryview(EXAMPLE.read_bytes()),
    "BytesIO": lambda: io.BytesIO(EXAMPLE.read_bytes()),
}


@pytest.mark.parametrize("kind", FILES)
def test_files_give_arrays(kind: str) -> None:
    with Image.open(EXAMPLE) as image:
        wanted = srcnn.upscale(np.asarray(image), 2, "bicubic")
    np.testing.assert_array_equal(srcnn.upscale(FILES[kind](), 2, "bicubic"), wanted)


def test_an_open_file_stays_open() -> None:
    with EXAMPLE.open("rb") as file:
        assert srcnn.upscale(file, 2, "bicubic").shape == (576, 576, 3)
        assert not file.closed


def test_one_channel_stays_one() -> None:
    gray = picture_of("gray")
    out = large(gray[..., None])
    assert out.shape[2:] == (1,)
    np.testing.assert_array_equal(out[..., 0], large(gray))


@pytest.mark.filterwarnings("ignore:the matrix:PendingDeprecationWarning")
def test_a_matrix_is_an_array() -> None:
    gray = picture_of("gray")
    np.testing.assert_array_equal(large(np.asmatrix(gray)), large(gray))


class Stream:
    """The least that a file can be: some HTTP clients give no more."""

    def __init__(self) -> None:
        self._file = io.BytesIO(EXAMPLE.read_bytes())

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)


def test_a_file_that_can_only_be_read() -> None:
    stream: Any = Stream()
    wanted = srcnn.upscale(EXAMPLE, 2, "bicubic")
    np.testing.assert_array_equal(srcnn.upscale(stream, 2, "bicubic"), wanted)


@pytest.mark.parametrize("dtype", ["uint16", "float32", "float64"])
def test_byte_order_stays(dtype: str) -> None:
    picture = picture_of("rgb", dtype)
    swapped = picture.astype(picture.dtype.newbyteorder(">"))
    out = large(swapped)
    assert out.dtype == swapped.dtype
    np.testing.assert_array_equal(out, large(picture))


def test_masks_stay_masks() -> None:
    mask = picture_of("gray") > 100
    out = large(mask)
    assert (out.dtype, out.shape) == (np.dtype(bool), (2 * mask.shape[0], 2 * mask.shape[1]))
    assert (out[::2, ::2] == mask).mean() > 0.95


@pytest.mark.parametrize("top", [255, 65535])
@pytest.mark.parametrize("kind", ["array", "tensor"])
def test_floats_far_outside_are_refused(top: int, kind: str) -> None:
    picture = RGB.astype(np.float32) / 255 * top
    image: Any = torch.from_numpy(np.moveaxis(picture, 2, 0)) if kind == "tensor" else picture
    with pytest.raises(srcnn.SrcnnError, match=f"divide by {top}") as caught:
        large(image)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("value", [-3.0, np.inf, -np.inf])
def test_what_no_division_helps(value: float) -> None:
    picture = picture_of("rgb", "float32")
    picture[2, 3] = value
    with pytest.raises(srcnn.SrcnnError, match=r"scale them to \[0, 1\]"):
        large(picture)


def test_overshoot_is_clamped() -> None:
    picture = picture_of("rgb", "float32") * 1.4 - 0.2
    assert picture.max() > 1
    out = large(picture)
    assert (out.min() >= 0, out.max()) == (True, 1)


@pytest.mark.parametrize("channels", ["gray", "gray+alpha", "rgb", "rgba"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16])
def test_tensors(channels: str, dtype: torch.dtype) -> None:
    picture = picture_of(channels, "float32")
    planes = np.moveaxis(np.atleast_3d(picture), 2, 0).copy()
    image = torch.from_numpy(planes).to(dtype).requires_grad_()
    out = srcnn.upscale(image, 2, "srcnn-915")
    assert isinstance(out, torch.Tensor)
    assert (out.dtype, out.requires_grad) == (dtype, False)
    height, width = picture.shape[:2]
    assert out.shape == (len(planes), 2 * height, 2 * width)
    wanted = np.moveaxis(np.atleast_3d(large(image.detach().float().movedim(0, 2).numpy())), 2, 0)
    np.testing.assert_allclose(out.float().numpy(), wanted, atol=0.004)
    batch = torch.stack([image.detach(), image.detach().flip(2)])
    np.testing.assert_array_equal(srcnn.upscale(batch, 2, "srcnn-915")[0].float(), out.float())


class ReadsAll:
    def read(self) -> bytes:
        return EXAMPLE.read_bytes()


WRONG: list[Any] = [
    torch.zeros(4, 4),
    torch.zeros(5, 4, 4),
    torch.zeros(3, 0, 4),
    torch.zeros(3, 4, 4, dtype=torch.uint8),
    torch.zeros(1, 1, 3, 4, 4),
    np.zeros((3, 40, 40), np.uint8),
    torch.zeros(3, 4, 4).to_sparse(),
    torch.zeros(3, 4, 4, device="meta"),
    [[1, 2]],
    17,
    None,
    io.BytesIO,
    Image.Image,
    io.StringIO("text"),
    ReadsAll(),
]


@pytest.mark.parametrize("image", WRONG, ids=lambda image: str(image)[:20])
def test_what_is_no_picture(image: Any) -> None:
    with pytest.raises(srcnn.SrcnnError) as caught:
        large(image)
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)


def test_a_truncated_pil_image() -> None:
    data = EXAMPLE.read_bytes()
    with pytest.raises(srcnn.SrcnnError) as caught:
        srcnn.upscale(Image.open(io.BytesIO(data[: len(data) // 2])), 2, "bicubic")
    assert caught.value.exit_code == 3


def test_numbers_of_numpy() -> None:
    numbers: dict[str, Any] = {
        "scale": np.float32(2),
        "tile": np.int16(16),
        "threads": np.uint8(1),
        "max_pixels": np.int64(10**6),
        "max_bytes": np.int64(10**6),
    }
    np.testing.assert_array_equal(srcnn.upscale(RGB, model="srcnn-915", **numbers), large(RGB))
    upscaler = srcnn.load("bicubic", np.int64(2))  # type: ignore[arg-type]
    size: Any = (np.int64(50), np.uint8(40))
    assert upscaler.upscale(RGB, size).shape == (50, 40, 3)


def test_an_upscaler_is_called() -> None:
    upscaler = srcnn.load("srcnn-915", 2)
    np.testing.assert_array_equal(upscaler(RGB), upscaler.upscale(RGB))


def test_pil_images_keep_what_they_carry() -> None:
    image = Image.fromarray(RGB)
    image.getexif()[0x0112], image.getexif()[0x010F] = 6, "Maker"
    image.info |= {"dpi": (300, 300), "Author": "somebody"}
    out = srcnn.upscale(image, 2, "bicubic")
    turned = np.asarray(ImageOps.exif_transpose(image))
    np.testing.assert_array_equal(np.asarray(out), srcnn.upscale(turned, 2, "bicubic"))
    assert out.getexif()[0x0112] == 1
    assert out.getexif()[0x010F] == "Maker"
    assert out.info["dpi"] == pytest.approx((600, 600))
    assert out.info["Author"] == "somebody"
    keyed = Image.fromarray(RGB)
    keyed.info["transparency"] = tuple(int(value) for value in RGB[0, 0])
    assert srcnn.upscale(keyed, 2, "bicubic").mode == "RGBA"


def test_arrays_load_no_torch() -> None:
    code = (
        "import numpy, srcnn, sys; srcnn.upscale(numpy.zeros((4, 4)), 2, 'bicubic'); "
        "sys.exit('torch' in sys.modules or 'PIL' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


SNIPPET = """
import io, pathlib
import numpy as np, torch
from numpy.typing import NDArray
from PIL.Image import Image
import srcnn

def use(array: NDArray[np.uint8], tensor: torch.Tensor, image: Image) -> None:
    reveal_type(srcnn.upscale("a.png"))
    reveal_type(srcnn.upscale(pathlib.Path("a.png"), 2, engine="torch"))
    reveal_type(srcnn.upscale(io.BytesIO()))
    reveal_type(srcnn.upscale(array, 2))
    reveal_type(srcnn.upscale(tensor))
    reveal_type(srcnn.upscale(image))
    reveal_type(srcnn.load().upscale(image))
    reveal_type(srcnn.upscale_file("a.png", "b.png"))
"""


def test_a_type_checker_knows_what_comes_back(tmp_path: Path) -> None:
    (tmp_path / "use.py").write_text(SNIPPET)
    command = [sys.executable, "-m", "mypy", "--strict", f"--cache-dir={ROOT / '.mypy_cache'}"]
    ran = subprocess.run(
        [*command, f"--config-file={ROOT / 'pyproject.toml'}", str(tmp_path / "use.py")],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "MYPYPATH": str(ROOT / "src")},
    )
    assert ran.returncode == 0, ran.stdout
    shown = [line.split('"')[1] for line in ran.stdout.splitlines() if "Revealed" in line]
    plain = "numpy.dtype[Any]"
    kinds = [plain] * 3 + ["unsignedinteger", "Tensor", "Image", "Image", "Converted"]
    assert len(shown) == len(kinds)
    for kind, wanted in zip(shown, kinds, strict=True):
        assert wanted in kind


@pytest.mark.parametrize("size", [30, (30,), (30, 40, 3), (30, 4.5), (0, 30), "ab"])
def test_what_is_no_size(size: Any) -> None:
    with pytest.raises(srcnn.SrcnnError, match="size"):
        srcnn.load("bicubic").upscale(np.zeros((9, 8), np.uint8), size)
