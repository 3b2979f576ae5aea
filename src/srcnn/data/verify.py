"""Whether the pictures of a data set are the ones that everybody else has: names and sha256.

The checksums lie in ``checksums/<data set>.txt``, a line ``<sha256>  <file>`` each, in the form of
sha256sum; a ``-`` stands where none is known.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePath

import numpy as np

from srcnn.data.catalog import CATALOG, known
from srcnn.data.folder import pictures_in
from srcnn.errors import InputError, MissingData
from srcnn.images.io import open_picture

CHECKSUMS = Path(__file__).parent / "checksums"


@dataclass
class Findings:
    """What is in the folder of a data set; all names are relative to it."""

    verified: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    """There by name, but no checksum is known."""
    missing: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    """Pictures that are not of the set."""

    @property
    def ok(self) -> bool:
        """Whether every picture was verified and there is no other."""
        return not (self.unchecked or self.missing or self.changed or self.extra)


def checksums(name: str) -> dict[str, str | None]:
    """File to sha256, or to ``None`` where none is known; `MissingData` for an unknown set."""
    known(name)
    lines = (CHECKSUMS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("  ", 1) for line in lines if not line.startswith("#"))
    return {file: None if sha256 == "-" else sha256 for sha256, file in pairs}


def digest(data: bytes, checked: str, name: str = "a picture") -> str:
    """sha256 of the bytes of a file, or (``pixels``) of the RGB picture in it and its size.

    Raises `InputError` where pixels are asked for and there are none.
    """
    if checked == "file":
        return hashlib.sha256(data).hexdigest()
    pixels = open_picture(data, name=name).read()
    if pixels.ndim == 2:  # a format may store a gray picture as gray or as RGB
        pixels = np.repeat(pixels[..., None], 3, axis=2)
    head = "x".join(map(str, pixels.shape)) + f" {pixels.dtype}\n"
    return hashlib.sha256(head.encode() + pixels.tobytes()).hexdigest()


def files_of(name: str, folder: Path) -> dict[str, Path]:
    """The files of the data set that are in a folder by name: file to path."""
    checked = known(name).checked
    there = {_key(str(path.relative_to(folder)), checked): path for path in _pictures(folder)}
    here = {file: there.get(_key(file, checked)) for file in checksums(name)}
    return {file: path for file, path in here.items() if path is not None}


def verify(name: str, folder: Path) -> Findings:
    """Compare a folder with the data set ``name``, its subfolders included."""
    checked, here = known(name).checked, files_of(name, folder)
    findings = Findings()
    for file, sha256 in checksums(name).items():
        if file not in here:
            findings.missing.append(file)
        elif sha256 is None:
            findings.unchecked.append(file)
        elif _digest_of(here[file], checked) == sha256:
            findings.verified.append(file)
        else:
            findings.changed.append(file)
    others = set(_pictures(folder)) - set(here.values())
    findings.extra = sorted(str(path.relative_to(folder)) for path in others)
    return findings


def from_test_sets(files: Iterable[Path]) -> dict[Path, str]:
    """Which files are, byte for byte, pictures of a test set: path to ``set/file``."""
    tests = {
        sha256: f"{name}/{file}"
        for name, data in CATALOG.items()
        if data.use == "test" and data.checked == "file"
        for file, sha256 in checksums(name).items()
    }
    found = {file: tests.get(_digest_of(file, "file")) for file in files}
    return {file: test for file, test in found.items() if test is not None}


def _pictures(folder: Path) -> list[Path]:
    try:
        return pictures_in(folder, recursive=True)
    except MissingData:
        return []


def _key(file: str, checked: str) -> str:
    """What a file goes by: where pixels count, the format that they are packed in does not."""
    return file if checked == "file" else str(PurePath(file).with_suffix(""))


def _digest_of(path: Path, checked: str) -> str:
    try:
        return digest(path.read_bytes(), checked, str(path))
    except (InputError, OSError):
        return ""
