"""Small pictures cut from a photograph, bad ones among them, and an engine that one of them kills."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import numpy as np

from srcnn.images.encode import encode
from srcnn.images.formats import FORMATS
from srcnn.images.io import open_picture

from ..conftest import EXAMPLE

KILLER = "killer.png"
_DEADLY = 77
"""Value of every pixel of the picture that kills a worker; no other picture is of one color."""
_PER_FOLDER = 100


def make(folder: Path, count: int, bad: int, deadly: bool = False) -> None:
    """Write ``count`` pictures into subfolders, of which ``bad`` cannot be read."""
    photo = open_picture(EXAMPLE).read()
    for number in range(count - deadly):
        place = folder / f"{number // _PER_FOLDER:02d}"
        place.mkdir(parents=True, exist_ok=True)
        kind = ("png", "jpeg")[number % 2]
        top, left = number * 7 % 240, number * 11 % 230
        side = 24 + number % 5 * 2
        data = encode(photo[top : top + side, left : left + side + number % 3 * 4], FORMATS[kind])
        turn = number // (count // bad)
        if number % (count // bad) == 3 + turn % 2:
            data = (b"", b"not a picture", data[: len(data) // 3], data[:20])[turn % 4]
        (place / f"{number:04d}.{kind.replace('jpeg', 'jpg')}").write_bytes(data)
    if deadly:
        (folder / KILLER).write_bytes(
            encode(np.full_like(photo[:24, :24], _DEADLY), FORMATS["png"])
        )


def write_deadly_engine(folder: Path) -> None:
    """Write a module that Python runs at its start if the folder is in PYTHONPATH.

    It replaces ONNX Runtime by an engine that ends its process at the picture ``KILLER``.
    """
    code = """
        import importlib.util, os, sys

        class Finder:
            def find_spec(self, name, path=None, target=None):
                if name != "srcnn.engine.backends.onnxruntime":
                    return None
                sys.meta_path.remove(self)
                spec = importlib.util.find_spec(name)
                load = spec.loader.exec_module

                def exec_module(module):
                    load(module)
                    run = module.OnnxRuntime.run

                    def deadly(self, batch):
                        if batch.min() == batch.max() != 0.5:  # 0.5: a network that is opened
                            os._exit(1)
                        return run(self, batch)

                    module.OnnxRuntime.run = deadly

                spec.loader.exec_module = exec_module
                return spec

        sys.meta_path.insert(0, Finder())
        """
    (folder / "sitecustomize.py").write_text(dedent(code))
