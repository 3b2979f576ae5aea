"""The data sets of the field by name: what they are, their origin, and where they lie locally."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from srcnn.errors import MissingData, choices

RAW = "https://raw.githubusercontent.com"
"""Host that serves the single files of GitHub repositories."""
PHOTOS_PAGE = "docs/photos.md"
"""Page with the author, license and source of every image of ``photos``."""


@dataclass(frozen=True)
class DataSet:
    """A known data set.

    Attributes:
        title: Title as papers write it.
        use: ``train`` or ``test``, never both.
        pictures: Number of images.
        origin: ``owner/repository/revision/folder`` on GitHub; empty if no known server has the
            images.
        license: License of the images.
        bicubic_psnr: Published PSNR of bicubic interpolation in dB, by scale.
        protocol: Protocol of the published ``bicubic_psnr``.
        checked: What the SHA-256 sums cover: ``file``, the bytes, or ``pixels``, which accepts any
            lossless copy.
    """

    title: str
    use: str
    pictures: int
    origin: str
    license: str
    bicubic_psnr: dict[int, float] = field(default_factory=dict)
    protocol: str = "paper"
    checked: str = "file"

    @property
    def source(self) -> str:
        """The page that shows the images, or that lists the photographs they were cut from."""
        if not self.origin:
            return PHOTOS_PAGE
        owner, repository, revision, folder = self.origin.split("/", 3)
        return f"https://github.com/{owner}/{repository}/tree/{revision}/{folder}"

    def url(self, file: str) -> str:
        """Return the address of one file."""
        return f"{RAW}/{self.origin}/{quote(file)}"


_NONE = "none stated"
_BSDS = "non-commercial research and education"
# A commit, because a branch may move or lose files; its README names all three folders.
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
    # That repository crops to even sides, so an image can lack the last row or column at x3.
    "urban100": DataSet(
        *("Urban100", "test", 100, f"{_URBAN}/image_SRF_2", "Creative Commons, from Flickr")
    ),
    "t91": DataSet("T91", "train", 91, "tegg89/SRCNN-Tensorflow/master/Train", _NONE),
    # 302003.jpg is excluded, because it is the woman of Set5.
    "bsds_train": DataSet(
        *("BSDS500 train", "train", 199, "BIDS/BSDS500/master/BSDS500/data/images/train", _BSDS)
    ),
    "cid22": DataSet(
        *("CID22", "train", 209, f"{_CORPUS}/CID22/CID22-512/training", "CC BY-SA 4.0"),
        checked="pixels",
    ),
    # Nine of the 32 images.
    "clic": DataSet(
        *("CLIC", "train", 9, f"{_CORPUS}/clic2025/training", "Unsplash license"), checked="pixels"
    ),
    "gb82": DataSet("GB82", "train", 25, f"{_CORPUS}/gb82", "CC0 1.0", checked="pixels"),
    "photos": DataSet(
        *("photos", "train", 246, "", "CC0, CC BY(-SA), Unsplash, (L)GPL"), checked="pixels"
    ),
}
"""The data sets by name."""


def catalog_name(name: str) -> str:
    """Return the catalog's spelling of a name given in any case.

    Raises:
        MissingData: The catalog does not contain the name.
    """
    if name.lower() not in CATALOG:
        raise MissingData(f"data set '{name}'", "is unknown", choices(name, CATALOG))
    return name.lower()


def known(name: str) -> DataSet:
    """Return a data set of the catalog, whose name may be given in any case.

    Raises:
        MissingData: The catalog does not contain the name.
    """
    return CATALOG[catalog_name(name)]


def how_to_get(name: str) -> str:
    """Return advice on how to get a known data set."""
    if CATALOG[name].origin:
        return f"run: srcnn data fetch {name}"
    return f"{CATALOG[name].source} lists the images that it was cut from"


def data_root(given: str | Path | None = None) -> Path:
    """Return ``given``, or else ``$SRCNN_DATA``, or else the user's cache folder."""
    if given is not None:
        return Path(given)
    if os.environ.get("SRCNN_DATA"):
        return Path(os.environ["SRCNN_DATA"])
    return cache()


def cache() -> Path:
    """Return srcnn's cache folder, or a temporary folder if the user has no home."""
    if folder := os.environ.get("XDG_CACHE_HOME"):
        return Path(folder) / "srcnn"
    try:
        return Path.home() / ".cache" / "srcnn"
    except RuntimeError:  # the user ID has no passwd entry, as in many containers
        return Path(tempfile.gettempdir()) / f"srcnn-{os.getuid()}"


def report_name(name: str, folder: Path) -> str:
    """Return the name of a data set in reports: that of the catalog, or else that of its folder.

    ``Set5`` means the data set of the catalog unless a folder with exactly that name exists.

    Args:
        name: The name as given by the user.
        folder: The folder that `locate` found for it.
    """
    if name in CATALOG:
        return name
    if name.lower() in CATALOG and folder != Path(name):
        return name.lower()
    return folder.resolve().name


def title_of(name: str) -> str:
    """Return the title of a data set in tables and figures; unknown names stay unchanged."""
    return CATALOG[name].title if name in CATALOG else name


def locate(name: str, root: str | Path | None = None) -> Path:
    """Return the folder of a data set.

    Args:
        name: A name of the catalog in any case, a path, or the name of a folder in the data root.
            An existing path takes precedence over a catalog name in another case.
        root: The data root; see `data_root`.

    Raises:
        MissingData: No such data set or folder exists.
    """
    folder = data_root(root) / name
    if folder.is_dir() and (name in CATALOG or not Path(name).is_dir()):
        return folder
    if Path(name).is_dir():
        return Path(name)
    if name.lower() not in CATALOG:
        why = f"is neither a folder nor one of {', '.join(CATALOG)}"
        raise MissingData(f"data set '{name}'", f"{why} (looked in {folder.parent})")
    if (other := _in_any_case(folder)) is not None:
        return other
    # Not every command has --data-root, so mention it only if it was used.
    place = "$SRCNN_DATA" if root is None else "--data-root"
    raise MissingData(
        f"data set '{name}'",
        f"was not found (looked in {folder.parent})",
        f"{how_to_get(name.lower())}; or set {place}",
    )


def _in_any_case(folder: Path) -> Path | None:
    """Return the folder whose name differs only in case, preferring the catalog's spelling."""
    if not folder.parent.is_dir():
        return None
    named = [each for each in folder.parent.iterdir() if each.name.lower() == folder.name.lower()]
    found = sorted(
        (each for each in named if each.is_dir()), key=lambda each: each.name not in CATALOG
    )
    return found[0] if found else None
