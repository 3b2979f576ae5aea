"""Other people's networks: what comes out is what the network itself makes, tiles and all."""

from __future__ import annotations

import logging
import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

from srcnn.engine.network import Network
from srcnn.engine.options import Engine
from srcnn.engine.session import _first_used
from srcnn.engine.upscaler import load
from srcnn.errors import MissingExtra, ModelError, SrcnnError, UsageError
from srcnn.images.resize import imresize
from srcnn.weights.spandrel import import_spandrel

from ..support.networks import SCALES, copier, other_network, save_other

KINDS = list(SCALES)


def whole(network: nn.Module, image: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The network on a whole image, as torch runs it: H x W x 3 in levels, not rounded."""
    given = torch.from_numpy(image.transpose(2, 0, 1)[None] / 255).float()
    with torch.inference_mode():
        answer: NDArray[np.float64] = network(given).clamp(0, 1)[0].double().numpy()
    return answer.transpose(1, 2, 0) * 255


@pytest.mark.parametrize("tile", [64, "auto"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_inside_is_the_networks_own(
    tmp_path: Path, photo: NDArray[np.uint8], kind: str, tile: int | str
) -> None:
    """Half a level for rounding, a quarter for the halo; the border has real pixels, not zeros."""
    scale, image = SCALES[kind], photo[:100, :90]
    upscaler = load(str(save_other(tmp_path / "a.pth", kind)), scale, tile=tile)
    assert (upscaler.passes, upscaler.engine, upscaler.precision) == ((scale,), "torch", "fp32")
    made, wanted = upscaler.upscale(image), whole(other_network(kind), image)
    assert made.shape == wanted.shape
    border = 36 * scale
    inner = np.s_[border:-border, border:-border]
    assert np.ptp(wanted[inner]) > 40
    assert np.abs(made[inner] - wanted[inner]).max() <= 0.76


@pytest.mark.parametrize(("depth", "halo"), [(3, 8), (6, 8), (7, 16), (14, 16), (15, 24), (30, 32)])
def test_the_halo_is_what_the_network_sees(
    tmp_path: Path, photo: NDArray[np.uint8], depth: int, halo: int
) -> None:
    """It sees depth + 2 pixels far. Tiles then equal the whole, which one tile is."""
    torch.save(copier(depth).state_dict(), tmp_path / "a.pth")
    tiled = load(str(tmp_path / "a.pth"), 2, tile=40)
    network = tiled.networks.get(2)
    assert isinstance(network, Network)
    assert (network.grid.factor, network.grid.radius) == (2, halo)
    image = photo[:60, :50] // 2
    np.testing.assert_array_equal(
        tiled.upscale(image), load(str(tmp_path / "a.pth"), 2, tile=200).upscale(image)
    )
    far = np.pad(image, [(depth + 2, 0), (0, 0), (0, 0)], mode="edge")[: len(image)]
    nearest = (image + far).repeat(2, 0).repeat(2, 1)
    np.testing.assert_array_equal(tiled.upscale(image), nearest)


def test_farther_than_the_largest_halo_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    torch.save(copier(36).state_dict(), tmp_path / "a.pth")
    with caplog.at_level(logging.INFO, "srcnn"):
        assert load(str(tmp_path / "a.pth"), 2).tile == 8 * 32
    assert "halo of 32 pixels, tiles differ by up to " in caplog.text


def test_a_gray_network_works_on_luma(tmp_path: Path, photo: NDArray[np.uint8]) -> None:
    torch.save(copier(3, channels=1).state_dict(), tmp_path / "a.pth")
    upscaler = load(str(tmp_path / "a.pth"), 2)
    assert upscaler.networks.get(2).color == "Y"
    gray = photo[:40, :30, 1] // 2
    far = np.pad(gray, [(5, 0), (0, 0)], mode="edge")[:40]
    np.testing.assert_array_equal(upscaler.upscale(gray), (gray + far).repeat(2, 0).repeat(2, 1))


def test_any_size_is_the_next_scale_and_bicubic(tmp_path: Path, photo: NDArray[np.uint8]) -> None:
    path, image = str(save_other(tmp_path / "a.pth", "compact")), photo[:40, :30]
    exact = load(path, 2, tile=1000).upscale(image / 255)
    smaller = imresize(exact, size=(60, 45)).clip(0, 1)
    np.testing.assert_allclose(load(path, 1.5).upscale(image / 255), smaller, atol=2e-3)
    assert load(path, 3).passes == (2, 2)


def test_the_average_over_flips(tmp_path: Path, photo: NDArray[np.uint8]) -> None:
    path, image = str(save_other(tmp_path / "a.pth", "esrgan")), photo[:40, :40] / 255
    made = load(path, 4, tta=True).upscale(image)
    plain = load(path, 4)
    turned = [np.rot90(plain.upscale(np.rot90(image, k)), -k) for k in range(4)]
    turned += [np.rot90(plain.upscale(np.rot90(image[::-1], k)), -k)[::-1] for k in range(4)]
    np.testing.assert_allclose(made, np.mean(turned, axis=0), atol=2e-3)


def test_a_pickle_upscales_without_the_file(tmp_path: Path, photo: NDArray[np.uint8]) -> None:
    path, image = save_other(tmp_path / "a.safetensors", "span"), photo[:30, :30]
    upscaler = load(str(path), 3)
    before = upscaler.upscale(image)
    pickled = pickle.dumps(upscaler)
    path.unlink()
    again = pickle.loads(pickled)
    assert (again.engine, again.tile) == (upscaler.engine, upscaler.tile)
    np.testing.assert_array_equal(again.upscale(image), before)


def test_a_forked_process_is_told_to_spawn(
    tmp_path: Path, photo: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    upscaler = load(str(save_other(tmp_path / "a.pth", "compact")), 2)
    monkeypatch.setitem(_first_used, "torch", os.getpid() + 1)
    with pytest.raises(SrcnnError, match="forked after its first use; use spawn"):
        upscaler.upscale(photo[:20, :20])


def test_engines_that_cannot_run_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(save_other(tmp_path / "a.pth", "compact"))
    for name in ("onnxruntime", "openvino"):
        with pytest.raises(UsageError, match="runs only srcnn's own networks; leave out --engine"):
            load(path, 2, Engine(name))
    with pytest.raises(UsageError, match="must be auto or a whole number"):
        load(path, 2, tile=0)
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(MissingExtra, match="device 'cuda'"):
        load(path, 2, Engine("torch", device="cuda"))


def test_bf16_is_close(tmp_path: Path, photo: NDArray[np.uint8]) -> None:
    path, image = str(save_other(tmp_path / "a.pth", "compact")), photo[:40, :40]
    half = load(path, 2, "torch", "bf16")
    assert half.precision == "bf16"
    difference = half.upscale(image) * 1.0 - load(path, 2).upscale(image)
    assert 0 < np.abs(difference).max() <= 4


def test_numbers_that_are_none(tmp_path: Path) -> None:
    state = other_network("compact").state_dict()
    state["body.2.bias"][0] = torch.nan
    torch.save(state, tmp_path / "a.pth")
    with pytest.raises(ModelError, match="does not return finite numbers of the right shape"):
        load(str(tmp_path / "a.pth"), 2)


def unfit() -> dict[str, Any]:
    state = other_network("compact").state_dict()
    del state["body.1.weight"]
    return state | {"body.1.weight": torch.zeros(2)}


def sizes(scale: int, given: int = 3, made: int = 3) -> dict[str, Any]:
    import_spandrel()
    from spandrel.architectures.Compact import Compact

    network = Compact(num_in_ch=given, num_out_ch=made, num_feat=4, num_conv=1, upscale=scale)
    state: dict[str, Any] = network.state_dict()
    return state


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (lambda: {"body.0.weight": torch.zeros(3)}, "is neither an SRCNN nor a network that spa"),
        (unfit, "cannot be opened by spandrel"),
        (lambda: sizes(1), "is not an upscaling network"),
        (lambda: sizes(2, given=2, made=2), "converts 2 to 2 channels"),
        (lambda: {"body.0.weight": torch.zeros(1).expand(2**28)}, "over the limit"),
        (lambda: {"body.0.weight": torch.zeros(3).to_sparse()}, "is not a plain tensor"),
        (lambda: {"body.0.weight": [1.0]}, "is not a plain tensor"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, state: Any, why: str) -> None:
    torch.save(state(), tmp_path / "a.pth")
    with pytest.raises(ModelError, match=why) as caught:
        load(str(tmp_path / "a.pth"), 2)
    assert len(str(caught.value).splitlines()) == 1
