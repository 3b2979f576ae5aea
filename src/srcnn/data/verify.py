"""Verify that the images of a data set are the published ones, by name and SHA-256.

``checksums/<data set>.txt`` has a line ``<sha256>  <file>`` for each image, the format of
sha256sum. A ``-`` means that the checksum is unknown.
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
"""Folder of the checksum files."""


@dataclass
class Findings:
    """Result of verifying a data set's folder; all names are relative to it.

    Attributes:
        verified: Images with the right checksum.
        unchecked: Images whose checksum is unknown.
        missing: Images that are not in the folder.
        changed: Images with a wrong checksum.
        extra: Images that do not belong to the data set.
    """

    verified: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every image was verified and there are no others."""
        return not (self.unchecked or self.missing or self.changed or self.extra)


def checksums(name: str) -> dict[str, str | None]:
    """Return the SHA-256 of each file of a data set; ``None`` if it is unknown.

    Raises:
        MissingData: The data set is unknown.
    """
    known(name)
    lines = (CHECKSUMS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("  ", 1) for line in lines if not line.startswith("#"))
    return {file: None if sha256 == "-" else sha256 for sha256, file in pairs}


def digest(data: bytes, checked: str, name: str = "a picture") -> str:
    """Return the SHA-256 of a file, or of the image in it.

    Args:
        data: Contents of the file.
        checked: ``file`` hashes the bytes, ``pixels`` the size and RGB pixels of the image.
        name: Name of the file, for error messages.

    Raises:
        InputError: Pixels are wanted, but the file is not an image.
    """
    if checked == "file":
        return hashlib.sha256(data).hexdigest()
    pixels = open_picture(data, name=name).read()
    if pixels.ndim == 2:  # formats may store a gray image as gray or as RGB
        pixels = np.repeat(pixels[..., None], 3, axis=2)
    head = "x".join(map(str, pixels.shape)) + f" {pixels.dtype}\n"
    return hashlib.sha256(head.encode() + pixels.tobytes()).hexdigest()


def files_of(name: str, folder: Path) -> dict[str, Path]:
    """Return the paths of a data set's files that exist in a folder, by name."""
    checked = known(name).checked
    there = {_key(str(path.relative_to(folder)), checked): path for path in _pictures(folder)}
    here = {file: there.get(_key(file, checked)) for file in checksums(name)}
    return {file: path for file, path in here.items() if path is not None}


def verify(name: str, folder: Path) -> Findings:
    """Compare a folder, including subfolders, with the data set ``name``.

    Raises:
        MissingData: The data set is unknown.
    """
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
    """Return which files are byte-for-byte copies of test images, as ``set/file`` by path."""
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
    """Return the name that identifies a file; without the suffix if any lossless format will do."""
    return file if checked == "file" else str(PurePath(file).with_suffix(""))


def _digest_of(path: Path, checked: str) -> str:
    try:
        return digest(path.read_bytes(), checked, str(path))
    except (InputError, OSError):
        return ""
