"""Finding weights files by name and by path, and what the shipped ones hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from srcnn.errors import ModelError
from srcnn.weights import store
from srcnn.weights.architectures.table import check_fit
from srcnn.weights.card import SRCNN
from srcnn.weights.graph import to_onnx
from srcnn.weights.onnx_file import from_onnx, read_card

from .reference import card_of, random_tensors


def a_file() -> bytes:
    return to_onnx(random_tensors((3, 1, 3), (4, 3)), card_of((3, 1, 3), (4, 3)))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of a few files, in place of the shipped one."""
    for name in ("srcnn-915-x2", "srcnn-915-x3", "srcnn-955-x3", "srcnn-935@wide-x4"):
        (tmp_path / f"{name}.onnx").write_bytes(a_file())
    (tmp_path / "notes.txt").write_text("no weights")
    monkeypatch.setattr(store, "FILES", tmp_path)
    return tmp_path


def test_every_file_has_a_name_and_a_scale(folder: Path) -> None:
    assert store.shipped() == {
        ("srcnn-915", 2): folder / "srcnn-915-x2.onnx",
        ("srcnn-915", 3): folder / "srcnn-915-x3.onnx",
        ("srcnn-955", 3): folder / "srcnn-955-x3.onnx",
        ("srcnn-935@wide", 4): folder / "srcnn-935@wide-x4.onnx",
    }


@pytest.mark.parametrize(
    ("scales", "name"), [((3,), "srcnn-955"), ((2,), "srcnn-915"), ((2, 3), "srcnn-915")]
)
@pytest.mark.usefixtures("folder")
def test_the_default_is_the_best_for_all_scales(scales: tuple[int, ...], name: str) -> None:
    assert store.default(*scales) == name


@pytest.mark.parametrize("scales", [(4,), (3, 4), (8,)])
@pytest.mark.usefixtures("folder")
def test_without_a_network_there_is_no_default(scales: tuple[int, ...]) -> None:
    """The one for x4 carries a tag: another training is never taken by itself."""
    wanted = ", ".join(f"x{scale}" for scale in scales)
    with pytest.raises(
        ModelError, match=f"network for {wanted}: none is shipped; choose one with -m"
    ):
        store.default(*scales)


def test_find(folder: Path) -> None:
    assert store.find("srcnn-915", 2) == folder / "srcnn-915-x2.onnx"
    assert store.find("srcnn-935@wide", 4) == folder / "srcnn-935@wide-x4.onnx"
    path = str(folder / "srcnn-915-x2.onnx")
    assert store.find(path, 4) == Path(path)


@pytest.mark.parametrize(
    ("model", "scale", "message"),
    [
        ("srcnn-915", 4, "model 'srcnn-915': is not shipped for x4; use x2, x3"),
        ("srcnn-935", 4, "model 'srcnn-935': is unknown; did you mean srcnn-935@wide?"),
        ("edsr", 3, "use srcnn-915, srcnn-955, or a weights file"),
        ("none.onnx", 3, "none.onnx: no such weights file"),
        ("folder/none", 3, "folder/none: no such weights file"),
        ("./", 3, "no such weights file"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_cannot_be_found(model: str, scale: int, message: str) -> None:
    """The error says what there is instead."""
    with pytest.raises(ModelError) as caught:
        store.find(model, scale)
    assert message in str(caught.value)
    assert caught.value.exit_code == 6


@pytest.mark.parametrize(
    ("model", "is_file"),
    [
        ("srcnn-955", False),
        ("srcnn-955@2.5", False),
        ("bicubic", False),
        ("a.onnx", True),
        ("a.mat", True),
        ("a.pth", True),
        ("a.safetensors", True),
        ("runs/best", True),
        ("runs\\best", True),
    ],
)
def test_a_name_or_a_file(model: str, is_file: bool) -> None:
    assert store.is_file_name(model) == is_file


def test_read_card_needs_no_onnx_package() -> None:
    """The card that ONNX Runtime reads is the one that onnx wrote."""
    assert read_card(a_file(), "test") == card_of((3, 1, 3), (4, 3))


def test_onnx_without_a_card() -> None:
    model = onnx.load_from_string(a_file())
    del model.metadata_props[:]
    with pytest.raises(ModelError, match="has no srcnn card; use an ONNX file") as caught:
        read_card(model.SerializeToString(), "test")
    assert caught.value.exit_code == 6


@pytest.mark.parametrize("part", [0.0, 0.3, 0.9])
def test_a_truncated_file(capfd: pytest.CaptureFixture[str], part: float) -> None:
    """One error, and nothing on stdout, which belongs to results."""
    data = a_file()
    with pytest.raises(ModelError, match="test: is not an srcnn weights file") as caught:
        read_card(data[: int(len(data) * part)], "test")
    assert len(str(caught.value)) < 200
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"scale"', b'"sc\xff\xfee"'), (b"input", b"inp\xfft")],
)
def test_broken_text(capfd: pytest.CaptureFixture[str], old: bytes, new: bytes) -> None:
    """In the card and in a node: ONNX Runtime would tell stdout that it tries again."""
    data = a_file().replace(old, new, 1)
    with pytest.raises(ModelError, match="test: "):
        read_card(data, "test")
    assert capfd.readouterr() == ("", "")


SHIPPED = store.shipped()


def test_no_shipped_file_is_misnamed() -> None:
    assert set(store.FILES.glob("*")) - {store.FILES / ".gitkeep"} == set(SHIPPED.values())


@pytest.mark.parametrize(("name", "scale"), SHIPPED, ids=lambda value: str(value))
def test_a_shipped_file_is_what_its_name_says(name: str, scale: int) -> None:
    """Its card has its name and scale; its tensors are finite, of the sizes on the card, and none is 0."""
    data = SHIPPED[name, scale].read_bytes()
    tensors, card = from_onnx(data, name)
    assert (card.name, card.scale) == (name, scale)
    check_fit(tensors, card, name)
    assert all(np.isfinite(tensor).all() and tensor.any() for tensor in tensors.values())
    assert read_card(data, name) == card
    if card.architecture == SRCNN:
        assert name.split("@")[0] == "srcnn-" + "".join(str(size) for size in card.f)
