"""The command line in this process, and what it is tried on."""

from __future__ import annotations

import io
import json
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from srcnn.cli.main import main

from ..engine.conftest import picture_of
from ..engine.reference import near_identity, weights_file


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: bytes
    err: str

    @property
    def error(self) -> str:
        """The error line: the only line on stderr, and fit to be read."""
        assert self.err.endswith("\n")
        assert self.err.count("\n") == 1, self.err
        assert self.err.startswith("error: "), self.err
        assert len(self.err) <= 200, self.err
        assert "Traceback" not in self.err
        return self.err

    def json(self) -> dict[str, Any]:
        """The one JSON document that stdout is."""
        document: dict[str, Any] = json.loads(self.out)
        return document


Srcnn = Callable[..., Ran]


@pytest.fixture
def srcnn(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> Iterator[Srcnn]:
    """``srcnn("upscale", path, "-s", 2)`` runs the command line as a shell would."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def run(*arguments: object, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "argv", ["srcnn", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capsysbinary.readouterr()
        code = main()
        out, err = capsysbinary.readouterr()
        return Ran(code, out, err.decode())

    yield run
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def tensors() -> dict[str, NDArray[np.float32]]:
    return near_identity()


@pytest.fixture(scope="session")
def weights(
    tensors: dict[str, NDArray[np.float32]], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A weights file for x3."""
    path = tmp_path_factory.mktemp("weights") / "test-x3.onnx"
    path.write_bytes(weights_file(tensors))
    return path


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, int], int]:
    """Shipped networks for once: each adds a number of levels to a gray picture."""
    folder = tmp_path / "shipped"
    folder.mkdir()
    levels = {("srcnn-915", 2): 8, ("srcnn-915", 3): 16, ("srcnn-915", 4): 24, ("srcnn-955", 3): 32}
    for (name, scale), level in levels.items():
        adds = near_identity(offset=level / 255, noise=0)
        (folder / f"{name}-x{scale}.onnx").write_bytes(weights_file(adds, scale, name))
    monkeypatch.setattr("srcnn.weights.store.FILES", folder)
    return levels


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, the current one."""
    path = tmp_path / "work"
    path.mkdir()
    monkeypatch.chdir(path)
    return path


@pytest.fixture
def photo(folder: Path) -> Path:
    """``photo.png`` in the current folder: 30 x 41, RGB."""
    return save(folder / "photo.png")


def save(path: Path, kind: str = "rgb", size: tuple[int, int] = (41, 30), **options: Any) -> Path:
    """A crop of the example photograph, H x W as ``size``, in a file that Pillow writes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture_of(kind, "uint8", size)).save(path, **options)
    return path


def pixels(source: Path | bytes) -> NDArray[Any]:
    """A file as Pillow reads it."""
    with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source) as image:
        return np.asarray(image)


def what_is(source: Path | bytes) -> tuple[str | None, str, tuple[int, int]]:
    """(format, mode, (width, height)) of a file, as Pillow names them."""
    with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source) as image:
        return image.format, image.mode, image.size


def tree(folder: Path) -> set[str]:
    """Every file below a folder, hidden and temporary ones too."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
