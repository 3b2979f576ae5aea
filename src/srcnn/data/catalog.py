"""The data sets of the field by name, and where to find one on this machine."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from srcnn.errors import MissingData


@dataclass(frozen=True)
class DataSet:
    """A known set: its size, and the published bicubic PSNR by scale (dB, the paper's protocol)."""

    pictures: int
    bicubic_psnr: dict[int, float] = field(default_factory=dict)
    protocol: str = "paper"
    """The protocol under which ``bicubic_psnr`` was published."""


CATALOG = {
    "set5": DataSet(5, {2: 33.66, 3: 30.39, 4: 28.42}),
    "set14": DataSet(14, {2: 30.23, 3: 27.54, 4: 26.00}),
    "bsd100": DataSet(100),
    "bsd200": DataSet(200, {2: 28.38, 3: 25.94, 4: 24.65}, protocol="paper-gray"),
    "urban100": DataSet(100),
}


def data_root(given: str | Path | None = None) -> Path:
    """``given``, else ``$SRCNN_DATA``, else the user's cache folder."""
    if given is not None:
        return Path(given)
    if os.environ.get("SRCNN_DATA"):
        return Path(os.environ["SRCNN_DATA"])
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "srcnn"


def locate(name: str, root: str | Path | None = None) -> Path:
    """The folder of a data set: a path as it is, any other name under the data root."""
    if Path(name).is_dir():
        return Path(name)
    folder = data_root(root) / name
    if folder.is_dir():
        return folder
    known = "is not there" if name in CATALOG else f"is no folder, and none of {', '.join(CATALOG)}"
    raise MissingData(
        f"data set '{name}'", f"{known} (looked in {folder.parent})", "set --data-root"
    )
