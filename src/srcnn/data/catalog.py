"""The data sets of the field by name: what they are, where they come from, where they lie on this machine."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from srcnn.errors import MissingData, choices

RAW = "https://raw.githubusercontent.com"
"""Where the files of a GitHub repository are served one by one."""
PHOTOS_PAGE = "docs/photos.md"
"""The page that names the author, the license and the source of every picture of ``photos``."""


@dataclass(frozen=True)
class DataSet:
    """A known set: its size, its origin, and the published bicubic PSNR by scale (dB, the paper's protocol)."""

    title: str
    """As papers write it."""
    use: str
    """``train`` or ``test``; never both."""
    pictures: int
    origin: str
    """``owner/repository/revision/folder`` on GitHub; empty if nobody is known to serve the pictures."""
    licence: str
    bicubic_psnr: dict[int, float] = field(default_factory=dict)
    protocol: str = "paper"
    """The protocol under which ``bicubic_psnr`` was published."""
    checked: str = "file"
    """What the sha256 is of: ``file``, its bytes, or ``pixels``, so that any lossless copy is as good."""

    @property
    def source(self) -> str:
        """The page that shows the pictures, or that lists what they were cut from."""
        if not self.origin:
            return PHOTOS_PAGE
        owner, repository, revision, folder = self.origin.split("/", 3)
        return f"https://github.com/{owner}/{repository}/tree/{revision}/{folder}"

    def url(self, file: str) -> str:
        """Where one file is served."""
        return f"{RAW}/{self.origin}/{quote(file)}"


_NONE = "none stated"
_BSDS = "non-commercial research and education"
# A branch may move or lose them: this commit's README names all three folders.
_CORPUS = "imazen/codec-corpus/e043c0d64b27d4222663b7fb5976b3537b207856"
_URBAN = "jbhuang0604/SelfExSR/18e00f2d1bd3941e9b8d4895d3541543ad86d5b2/data/Urban100"

CATALOG = {
    "set5": DataSet(
        *("Set5", "test", 5, "tegg89/SRCNN-Tensorflow/master/Test/Set5", _NONE),
        {2: 33.66, 3: 30.39, 4: 28.42},
    ),
    "set14": DataSet(
        *("Set14", "test", 14, "tegg89/SRCNN-Tensorflow/master/Test/Set14", _NONE),
        {2: 30.23, 3: 27.54, 4: 26.00},
    ),
    "bsd100": DataSet("BSD100", "test", 100, "BIDS/BSDS500/master/BSDS500/data/images/val", _BSDS),
    "bsd200": DataSet(
        *("BSD200", "test", 200, "BIDS/BSDS500/master/BSDS500/data/images/test", _BSDS),
        {2: 28.38, 3: 25.94, 4: 24.65},
        protocol="paper-gray",
    ),
    # Cropped to even sides there: at x3 a picture can lack the last row or column of the original.
    "urban100": DataSet(
        *("Urban100", "test", 100, f"{_URBAN}/image_SRF_2", "Creative Commons, from Flickr")
    ),
    "t91": DataSet("T91", "train", 91, "tegg89/SRCNN-Tensorflow/master/Train", _NONE),
    # Without 302003.jpg, which is the woman of Set5.
    "bsds_train": DataSet(
        *("BSDS500 train", "train", 199, "BIDS/BSDS500/master/BSDS500/data/images/train", _BSDS)
    ),
    "cid22": DataSet(
        *("CID22", "train", 209, f"{_CORPUS}/CID22/CID22-512/training", "CC BY-SA 4.0"),
        checked="pixels",
    ),
    # Nine of the 32.
    "clic": DataSet(
        *("CLIC", "train", 9, f"{_CORPUS}/clic2025/training", "Unsplash licence"), checked="pixels"
    ),
    "gb82": DataSet("GB82", "train", 25, f"{_CORPUS}/gb82", "CC0 1.0", checked="pixels"),
    "photos": DataSet(
        *("photos", "train", 246, "", "CC0, CC BY(-SA), Unsplash, (L)GPL"), checked="pixels"
    ),
}


def catalog_name(name: str) -> str:
    """Return the name that the catalog has for one in any case; `MissingData` for an unknown one."""
    if name.lower() not in CATALOG:
        raise MissingData(f"data set '{name}'", "is unknown", choices(name, CATALOG))
    return name.lower()


def known(name: str) -> DataSet:
    """Return a data set of the catalog; `MissingData` for any other name."""
    return CATALOG[catalog_name(name)]


def how_to_get(name: str) -> str:
    """Return what to do to have a known data set on this machine."""
    if CATALOG[name].origin:
        return f"run: srcnn data fetch {name}"
    return f"{CATALOG[name].source} lists what its pictures were cut from"


def data_root(given: str | Path | None = None) -> Path:
    """``given``, else ``$SRCNN_DATA``, else the user's cache folder."""
    if given is not None:
        return Path(given)
    if os.environ.get("SRCNN_DATA"):
        return Path(os.environ["SRCNN_DATA"])
    return cache()


def cache() -> Path:
    """Return the user's cache folder for srcnn; one for temporary files if the user has no home."""
    if folder := os.environ.get("XDG_CACHE_HOME"):
        return Path(folder) / "srcnn"
    try:
        return Path.home() / ".cache" / "srcnn"
    except RuntimeError:  # a number without an entry, as in many containers
        return Path(tempfile.gettempdir()) / f"srcnn-{os.getuid()}"


def report_name(name: str, folder: Path) -> str:
    """Return what a data set goes by in reports: its name in the catalog, else that of its ``folder``.

    ``Set5`` is the data set of the catalog unless there is a folder of that very name.
    """
    if name in CATALOG:
        return name
    if name.lower() in CATALOG and folder != Path(name):
        return name.lower()
    return folder.resolve().name


def title_of(name: str) -> str:
    """What a data set of a report goes by in tables and figures: ``BSD200``; any other name as it is."""
    return CATALOG[name].title if name in CATALOG else name


def locate(name: str, root: str | Path | None = None) -> Path:
    """Return the folder of a data set.

    Args:
        name: A name of the catalog, in any case, or a path, or the name of a folder under the data
            root. A folder whose path is the very ``name`` stands before another case of a known name.
        root: The data root; see `data_root`.

    Raises:
        MissingData: There is none.
    """
    folder = data_root(root) / name
    if folder.is_dir() and (name in CATALOG or not Path(name).is_dir()):
        return folder
    if Path(name).is_dir():
        return Path(name)
    if name.lower() not in CATALOG:
        why = f"is no folder, and none of {', '.join(CATALOG)}"
        raise MissingData(f"data set '{name}'", f"{why} (looked in {folder.parent})")
    if (other := _in_any_case(folder)) is not None:
        return other
    # Not every command has the option.
    place = "$SRCNN_DATA" if root is None else "--data-root"
    raise MissingData(
        f"data set '{name}'",
        f"is not there (looked in {folder.parent})",
        f"{how_to_get(name.lower())}; or set {place}",
    )


def _in_any_case(folder: Path) -> Path | None:
    """Return the folder beside ``folder`` whose name differs in case only; the catalog's name first."""
    if not folder.parent.is_dir():
        return None
    named = [each for each in folder.parent.iterdir() if each.name.lower() == folder.name.lower()]
    found = sorted(
        (each for each in named if each.is_dir()), key=lambda each: each.name not in CATALOG
    )
    return found[0] if found else None
