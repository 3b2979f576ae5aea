"""Weights that lack their global skip are recognized, and run with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import srcnn
from srcnn.errors import ModelError
from srcnn.models.srcnn import SRCNN, bias_of, init_he, init_paper
from srcnn.weights.foreign import load, open_weights
from srcnn.weights.skip import with_skip
from srcnn.weights.store import find

from ..support.command import run
from ..support.reports import numbers

NAMES = [("srcnn-915", 2), ("srcnn-935", 3), ("srcnn-955", 4), ("srcnn-915@t91", 3)]


def less_its_input(name: str, scale: int) -> dict[str, torch.Tensor]:
    """Return the state dict of a shipped network less its input: one more filter carries -x."""
    old = SRCNN.from_pretrained(name, scale)
    new = SRCNN(old.f, [n + 1 for n in old.n])
    with torch.no_grad():
        for k, (a, b) in enumerate(zip(old.layers, new.layers, strict=True)):
            last = k == len(old.layers) - 1
            b.weight.zero_()
            b.weight[: len(a.weight), : a.weight.shape[1]] = a.weight
            bias_of(b).zero_()
            bias_of(b)[: len(a.weight)] = bias_of(a)
            middle = a.kernel_size[0] // 2
            b.weight[-1, -1, middle, middle] += -1 if last else 1
    return new.state_dict()


@pytest.mark.parametrize(("name", "scale"), NAMES)
@pytest.mark.parametrize("asked", [2, 3, 4])
def test_the_same_network_comes_out(tmp_path: Path, name: str, scale: int, asked: int) -> None:
    """To rounding, on a photograph, at whatever scale it is used."""
    torch.save(less_its_input(name, scale), tmp_path / "net.pth")
    tensors, card = load(tmp_path / "net.pth", asked)
    whole, truth = SRCNN.from_tensors(tensors), SRCNN.from_pretrained(name, scale)
    assert card.n == tuple(n + 2 for n in truth.n)
    photo = torch.rand(1, 1, 40, 40, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        torch.testing.assert_close(whole(photo), truth(photo), atol=2e-5, rtol=0)


def test_it_scores_as_the_network_with_the_skip(
    shared: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """32.39 dB, and not 6; said in one line; and exported with its skip."""
    torch.save(less_its_input("srcnn-915", 3), tmp_path / "net.pth")
    root = shared / "data"
    line = ["set5", "-m", tmp_path / "net.pth", "-s", 3, "--data-root", root]
    assert run(monkeypatch, "evaluate", *line) == 0
    assert (
        run(monkeypatch, "export", "-m", tmp_path / "net.pth", "-s", 3, "-o", tmp_path / "n.onnx")
        == 0
    )
    models: list[str | Path] = ["srcnn-915", tmp_path / "net.pth", tmp_path / "n.onnx"]
    report = srcnn.evaluate("set5", models, 3, data_root=root, metrics="psnr")
    plain, *theirs = [numbers(row["mean"])["psnr"] for row in report["results"][1:]]
    assert theirs == pytest.approx([plain] * 2, abs=1e-3)
    assert report["warnings"] == []


def test_it_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    torch.save(less_its_input("srcnn-915", 3), tmp_path / "net.pth")
    load(tmp_path / "net.pth", 3)
    assert caplog.messages == [f"{tmp_path / 'net.pth'}: predicts a residual, so bicubic is added"]


@pytest.mark.parametrize("name", ["srcnn-915", "srcnn-935", "srcnn-955"])
@pytest.mark.parametrize("asked", [2, 3, 4])
def test_networks_that_give_pictures_stay_as_they_are(name: str, asked: int) -> None:
    """Also at a scale that they were not trained for."""
    for scale in (2, 3, 4):
        tensors = open_weights(name, scale)[0]
        assert with_skip(tensors, asked, name) is tensors


def test_the_authors_stay_as_they_are(shared: Path, caplog: pytest.LogCaptureFixture) -> None:
    for path in (shared / "reference" / "authors_weights").glob("*.mat"):
        assert load(path, 3)[1].n == (64, 32)
    assert caplog.messages == []


def test_untrained_networks_stay_as_they_are(caplog: pytest.LogCaptureFixture) -> None:
    """Their answers may be about 0, too, but are of no use to bicubic."""
    for seed in range(8):
        torch.manual_seed(seed)
        for network in (SRCNN((5, 3, 3), (4, 3)), SRCNN((9, 1, 5), (8, 4), 3)):
            for init in (None, init_he, init_paper):
                if init is not None:
                    init(network)
                tensors = network.tensors()
                assert with_skip(tensors, 3, "net") is tensors
    nn.init.zeros_(network.layers[-1].weight)
    tensors = network.tensors()
    assert with_skip(tensors, 3, "net") is tensors
    assert caplog.messages == []


def test_in_other_units_it_is_refused(
    shared: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A last layer that gives gray levels of 255."""
    state = less_its_input("srcnn-915", 3)
    for part in ("weight", "bias"):
        state[f"conv3.{part}"] *= 255
    torch.save(state, tmp_path / "net.pth")
    with pytest.raises(ModelError, match="not in the units of"):
        load(tmp_path / "net.pth", 3)
    line = ["set5", "-m", tmp_path / "net.pth", "-s", 3, "--data-root", shared / "data"]
    assert run(monkeypatch, "evaluate", *line) == 6
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert len(err) <= 200


def test_three_channels(tmp_path: Path) -> None:
    """A residual of RGB: Laplacian sharpening of each channel, which helps bicubic a little."""
    network = SRCNN((3, 1, 3), (6, 6), 3)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.zero_()
        kernel = torch.tensor([[0.0, -1, 0], [-1, 4, -1], [0, -1, 0]])
        first, second, last = (layer.weight for layer in network.layers)
        for c in range(3):  # a positive and a negative half of each channel
            first[c, c], first[c + 3, c] = kernel, -kernel
            last[c, c, 1, 1], last[c, c + 3, 1, 1] = 0.3, -0.3
        second[..., 0, 0] = torch.eye(6)
    tensors = network.tensors()
    out = with_skip(tensors, 3, "net")
    assert out is not tensors
    given = torch.rand(1, 3, 20, 20, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        torch.testing.assert_close(
            SRCNN.from_tensors(out)(given), given + network(given), atol=1e-5, rtol=0
        )
    assert np.isfinite(out["conv1.weight"]).all()


def test_shipped_names_are_not_probed() -> None:
    """A card says what a file is."""
    assert load(find("srcnn-915", 3), 3)[1].n == (64, 32)
