"""The example-based methods by name. They are trained on T91 at first use and cached."""

from __future__ import annotations

import hashlib
import logging
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn._optional import need
from srcnn.baselines import anchored, sparse_coding
from srcnn.baselines.dictionary import check_enough
from srcnn.baselines.example_based import Coder, ExampleBased
from srcnn.baselines.features import SMALLEST, basis_of
from srcnn.baselines.patches import side
from srcnn.baselines.samples import Pair, Settings
from srcnn.data.catalog import cache, locate
from srcnn.data.folder import pictures_in
from srcnn.data.verify import checksums
from srcnn.engine.threads import one_core_per_product
from srcnn.errors import MissingData, ModelError, OutputError
from srcnn.images.alpha import without_alpha
from srcnn.images.color import rgb_to_ycbcr
from srcnn.images.crop import modcrop
from srcnn.images.degrade import enlarge, low_resolution
from srcnn.images.files import atomic_file, remove_parts
from srcnn.images.io import open_picture
from srcnn.images.quantize import to_float, to_uint8
from srcnn.images.resize import imresize
from srcnn.terminal import duration
from srcnn.weights.store import SCALES

TRAINED_ON = "t91"
_VERSION = 1
"""Version of the training code. A cached model of another version is not used."""
_log = logging.getLogger(__name__)

Arrays = dict[str, NDArray[np.float32]]
"""Arrays of a trained method by name, including ``basis``."""

Say = Callable[[str], None]
"""Receives progress messages."""


@dataclass(frozen=True)
class Method:
    """One method: its class, its training function and its settings."""

    coder: Callable[..., Coder]
    train: Callable[..., Coder]
    settings: Settings


METHODS = {
    sparse_coding.NAME: Method(sparse_coding.SparseCoding, sparse_coding.train, Settings()),
    anchored.NAME: Method(anchored.Anchored, anchored.train, anchored.Settings()),
}


def open_example_based(
    name: str,
    scale: int,
    data_root: str | Path | None = None,
    say: Say | None = None,
) -> ExampleBased:
    """Return a method for a scale, from the cache or trained on T91 now.

    If T91 is missing, a cached model that was trained on it is used, else the latest cached model.
    A warning is logged if the model was trained on other images than T91.

    Args:
        name: A name in `METHODS`.
        scale: 2, 3 or 4.
        data_root: Folder of named data sets.
        say: Receives the progress of training.

    Raises:
        ModelError: If the name or the scale is not known.
        MissingData: If it has to be trained, and T91 is missing or has too little to learn from.
        MissingExtra: If it has to be trained, and the extra ``evaluate`` is not installed.
    """
    if name not in METHODS:
        raise ModelError(
            f"model '{name}'", "is not an example-based model", f"use {' or '.join(METHODS)}"
        )
    if scale not in SCALES:
        known = ", ".join(f"x{scale}" for scale in SCALES)
        raise ModelError(f"model '{name}'", f"is not available for x{scale}", f"use {known}")
    try:
        files = pictures_in(locate(TRAINED_ON, data_root))
    except MissingData:
        last = _read_last(name, scale)
        if last is None:
            raise
        arrays, pictures = last
    else:
        pictures = _digest(hashlib.sha256(file.read_bytes()).digest() for file in files)
        arrays = _read_or_train(name, scale, files, pictures, say or (lambda text: None))
    if pictures != _digest_of_the_91():
        _log.warning(
            "%s x%d was trained on images other than T91; run: srcnn data verify %s",
            *(name, scale, TRAINED_ON),
        )
    basis = arrays.pop("basis")
    return ExampleBased(name, scale, basis, METHODS[name].coder(**arrays))


def _read_last(name: str, scale: int) -> tuple[Arrays, str] | None:
    """Return (arrays, digest of the images) of a cached model, or None if there is none.

    A model trained on T91 comes first, else the latest one.
    """
    kept, whole = _path(name, scale, "*"), _path(name, scale, _digest_of_the_91())
    last = sorted(kept.parent.glob(kept.name), key=lambda path: -path.stat().st_mtime_ns)
    for path in sorted(last, key=lambda path: path != whole):
        arrays = _read(path, scale, METHODS[name])
        if arrays is not None:
            _log.info("%s was not found; using %s", TRAINED_ON, path)
            return arrays, path.stem.rpartition("-")[2]
    return None


def _read_or_train(name: str, scale: int, files: Sequence[Path], pictures: str, say: Say) -> Arrays:
    """Return the arrays trained on images whose digest is ``pictures``, training them if needed."""
    path = _path(name, scale, pictures)
    arrays = _read(path, scale, METHODS[name])
    if arrays is None:
        need("evaluate", f"model {name}", "scipy", "sklearn")
        try:
            arrays = train(name, scale, files, METHODS[name], say)
        except MissingData as error:
            where = f"the pictures in {files[0].parent}"
            raise MissingData(where, error.why, f"run: srcnn data verify {TRAINED_ON}") from None
        _keep(path, arrays)
    return arrays


def train(name: str, scale: int, files: Sequence[Path], method: Method, say: Say) -> Arrays:
    """Train a method on image files and return its arrays. It uses one core and is reproducible."""
    started = time.monotonic()

    def progress(part: float) -> None:
        left = (time.monotonic() - started) * (1 - part) / part
        say(f"training {name} x{scale} (only once)  {part:4.0%}  {duration(left)} left")

    with one_core_per_product():
        lumas = [luma_of(open_picture(file).read()) for file in files]
        pairs = list(_pairs(lumas, scale))
        if not pairs:
            check_enough(0, method.settings.learning)
        smaller = [pair for size in method.settings.shrink for pair in _pairs(lumas, scale, size)]
        progress(0.05)
        basis = basis_of([bicubic for _, bicubic in pairs], scale)
        progress(0.1)
        coder = method.train(
            *(pairs + smaller, scale, basis, method.settings),
            lambda part: progress(0.1 + 0.9 * part),
        )
    _log.info("%s x%d trained in %s", name, scale, duration(time.monotonic() - started))
    return {"basis": basis, **vars(coder)}


def luma_of(pixels: NDArray[np.number]) -> NDArray[np.uint8]:
    """Return the Y of an image by the paper's protocol, (H, W) uint8. Gray stays as it is."""
    image = to_float(without_alpha(pixels), np.float64)
    return to_uint8(image if image.ndim == 2 else rgb_to_ycbcr(image)[..., 0])


def _pairs(lumas: Sequence[NDArray[np.uint8]], scale: int, size: float = 1) -> Iterator[Pair]:
    """Yield (truth, bicubic) of every image, reduced by ``size`` first, unless it is too small."""
    for luma in lumas:
        if min(luma.shape) * size >= SMALLEST * scale:
            truth = luma if size == 1 else imresize(luma, size)
            truth = modcrop(truth, scale)
            low = low_resolution(to_float(truth, np.float64), scale)
            yield to_float(truth), enlarge(low, scale).astype(np.float32)


def _path(name: str, scale: int, pictures: str) -> Path:
    """Return the path of a cached model, whose name encodes code version, settings and images."""
    known = hashlib.sha256(f"{_VERSION} {METHODS[name].settings}".encode()).hexdigest()
    return cache() / "baselines" / f"{name}-x{scale}-{known[:8]}-{pictures}.npz"


def _digest(sha256s: Iterable[bytes]) -> str:
    """Return a digest that identifies a set of images by their SHA-256 sums."""
    return hashlib.sha256(b"".join(sha256s)).hexdigest()[:16]


def _digest_of_the_91() -> str:
    known = sorted(checksums(TRAINED_ON).items())
    return _digest(bytes.fromhex(sha256) for _, sha256 in known if sha256 is not None)


def _read(path: Path, scale: int, method: Method) -> Arrays | None:
    """Return the arrays of a cached model; None if there is none or it is damaged."""
    if not path.is_file():
        return None
    names = ("basis", *(field.name for field in fields(method.coder)))  # type: ignore[arg-type]
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.testzip() is not None:
                raise ValueError("a checksum is wrong")
        with np.load(path, allow_pickle=False) as file:
            arrays: dict[str, Any] = {name: file[name] for name in names}
        _check(arrays, scale)
    except Exception as error:  # a damaged archive may raise anything
        _log.info("%s is damaged (%s); training again", path, error)
        return None
    return arrays


def _check(arrays: dict[str, NDArray[np.number]], scale: int) -> None:
    """Check that arrays fit each other and the scale.

    Raises:
        ValueError: If they do not, or a value is not finite.
    """
    pixels = side(scale) ** 2
    basis, atoms, answers = arrays.values()
    if basis.shape != (4 * pixels, atoms.shape[1]):
        raise ValueError("the basis has the wrong shape")
    if len(atoms) != len(answers) or answers.shape[-1] != pixels:
        raise ValueError("the answers have the wrong shape")
    for array in arrays.values():
        if array.dtype != np.float32 or not np.isfinite(array).all():
            raise ValueError("it contains NaN or infinity")


def _keep(path: Path, arrays: Arrays) -> None:
    try:
        remove_parts(path.parent)
        with atomic_file(path) as file:
            np.savez(file, allow_pickle=False, **arrays)
    except OutputError as error:
        _log.warning("%s; the next run will train again", error)
