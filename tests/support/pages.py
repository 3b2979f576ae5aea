"""What the pages show, and a checkout in which it runs."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import scipy.io
import torch
from PIL import Image

from ..conftest import EXAMPLE, ROOT
from .networks import save_other

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(language: str) -> list[tuple[str, str]]:
    """(page, text) of every block in a language."""
    pattern = re.compile(rf"^```{language}\n(.*?)^```", re.DOTALL | re.MULTILINE)
    return [
        (page.relative_to(ROOT).as_posix(), text)
        for page in PAGES
        for text in pattern.findall(page.read_text(encoding="utf-8"))
    ]


def make_checkout(folder: Path) -> Path:
    """Fill a folder with what a checkout has, a user's files, and data sets of a few small pictures."""
    for name in ("recipes", "experiments", "examples"):
        shutil.copytree(ROOT / name, folder / name)
    photo = Image.open(EXAMPLE).convert("RGB")
    small = photo.crop((90, 90, 154, 138))
    for name in (
        "photo.jpg",
        "photo.png",
        "scan.tif",
        "holiday/a/b.jpg",
        "album/c.png",
        "inbox/a.jpg",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        small.save(folder / name)
    (folder / "files.txt").write_text("photo.jpg\nholiday/a/b.jpg\n")
    # A data root; the pictures of photos/ and my/ are large enough to learn from.
    tests = dict.fromkeys(("set5", "set14", "bsd100", "bsd200", "my/test"), 3)
    training = ("t91", "cid22", "clic", "gb82", "photos", "my/photos", "my/scans", "my-photos")
    for name, count in (tests | dict.fromkeys(training, 16)).items():
        (folder / name).mkdir(parents=True)
        for k in range(count):
            photo.rotate(k).crop((20 + k, 40, 200 + k, 220)).save(folder / name / f"{k}.png")
    random = np.random.default_rng(1)
    layers = {"conv1": (81, 64), "conv2": (64, 1, 32), "conv3": (32, 25)}
    content = {f"weights_{name}": random.normal(0, 0.01, size) for name, size in layers.items()}
    sizes = zip(layers, (64, 32, 1), strict=True)
    content |= {f"biases_{name}": np.zeros((count, 1)) for name, count in sizes}
    scipy.io.savemat(folder / "my.mat", content)
    kernels = {"conv1": (64, 1, 9, 9), "conv2": (32, 64, 1, 1), "conv3": (1, 32, 5, 5)}
    state = {f"{name}.weight": torch.randn(size) / 100 for name, size in kernels.items()}
    state |= {f"{name}.bias": torch.zeros(size[0]) for name, size in kernels.items()}
    torch.save(state, folder / "theirs.pth")
    torch.save(state, folder / "learn.pth")
    save_other(folder / "4x_esrgan.pth", "esrgan")
    recipes = dict(reversed(blocks("yaml")))  # the first of each page
    for name in ("my", "first"):
        (folder / f"{name}.yaml").write_text(recipes["docs/training.md"])
    (folder / "scans.yaml").write_text(recipes["docs/how-to/fine-tune.md"])
    return folder


def enter_copy(checkout: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy a checkout, and make the copy the current folder and the data root."""
    shutil.copytree(checkout, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SRCNN_DATA", str(folder))
    return folder
