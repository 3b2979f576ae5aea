"""What weights are called beside others."""

from __future__ import annotations

from pathlib import Path

import pytest

from srcnn.weights.foreign import to_safetensors
from srcnn.weights.labels import labels_of, name_of
from srcnn.weights.onnx_file import from_onnx

from ..engine.reference import near_identity, weights_file


def made(path: Path, name: str = "best", scale: int = 3) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(weights_file(near_identity(), scale, name))
    return str(path)


def test_a_file_is_called_by_its_card(tmp_path: Path) -> None:
    model = made(tmp_path / "run" / "weights.onnx")
    tensors, card = from_onnx(Path(model).read_bytes(), model)
    other = tmp_path / "weights.safetensors"
    other.write_bytes(to_safetensors(tensors, card))
    none = tmp_path / "SRCNN_x3.mat"
    none.write_bytes(b"no card")
    names = ["bicubic", "best", str(none), model]
    assert list(labels_of(names).values()) == ["bicubic", "best", "SRCNN_x3.mat", "best-x3"]
    assert [name_of(name) for name in names] == ["bicubic", "best", "SRCNN_x3", "best"]
    assert labels_of([str(other)]) == {str(other): "best-x3"}


def test_labels_differ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    a, b, c, d = (made(Path(name) / "weights.onnx") for name in ("a", "b", "x/a", "y"))
    other = made(Path("weights.onnx"), "BEST")
    assert labels_of([a, b]) == {a: "best-x3 (a)", b: "best-x3 (b)"}
    assert labels_of([a, c, d]) == {
        a: "best-x3 (a_weights.onnx)",
        c: "best-x3 (x_a_weights.onnx)",
        d: "best-x3 (y)",
    }
    assert labels_of([a, other]) == {a: "best-x3 (a)", other: "BEST-x3"}
    twins = [made(Path("q_r/w.onnx")), made(Path("q/r_w.onnx")), made(Path("z/q_r/w.onnx"))]
    assert len({label.casefold() for label in labels_of(twins).values()}) == 3
    hostile = made(Path("h.onnx"), "../up/..")
    assert "/" not in labels_of([hostile])[hostile]


def test_what_is_taken_is_left_to_others(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "truth.pth"
    file.parent.mkdir()
    file.touch()
    assert labels_of([str(file)], ["truth.pth"]) == {str(file): "truth.pth (deep)"}
