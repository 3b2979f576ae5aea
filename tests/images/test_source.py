"""Every kind of source: paths, bytes, open files and streams."""

from __future__ import annotations

import io
import re
from pathlib import Path, PurePath
from typing import Any

import numpy as np
import pytest
from PIL import Image

from srcnn.errors import InputError, LimitError, UsageError
from srcnn.images.io import open_picture

from .specimens import NAMES, specimen


class Stream(io.RawIOBase):
    """A source that can be read once, as a socket is."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._data.read(size and min(size, 1000))


class OnlyReads:
    """A source with nothing but `read`, as some libraries hand out."""

    def __init__(self, data: bytes) -> None:
        self.read = io.BytesIO(data).read


@pytest.mark.parametrize(
    "kind", ["bytearray", "memoryview", "BytesIO", "file", "stream", "only reads", "PathLike"]
)
@pytest.mark.parametrize("name", NAMES)
def test_every_source_is_read_as_the_bytes_are(tmp_path: Path, name: str, kind: str) -> None:
    """A file is read from its beginning, wherever it stands, and by several readers at a time."""
    data = specimen(name)
    (tmp_path / "picture").write_bytes(data)
    with (tmp_path / "picture").open("rb") as file:
        file.seek(7)
        sources: dict[str, Any] = {
            "bytearray": bytearray(data),
            "memoryview": memoryview(data)[::1],
            "BytesIO": io.BytesIO(data),
            "file": file,
            "stream": Stream(data),
            "only reads": OnlyReads(data),
            "PathLike": PurePath(tmp_path / "picture"),
        }
        try:
            wanted = open_picture(data)
        except InputError as error:
            with pytest.raises(InputError, match=re.escape(error.why)):
                open_picture(sources[kind])
            return
        picture = open_picture(sources[kind])
        assert picture.header == wanted.header
        for page, truth in zip(picture.pages(), wanted.pages(), strict=True):
            np.testing.assert_array_equal(page.read(), truth.read())
            assert page.header == truth.header


def test_files_have_names_and_limits(tmp_path: Path) -> None:
    path = tmp_path / "picture"
    path.write_bytes(b"no picture")
    with path.open("rb") as file, pytest.raises(InputError, match=f"{path}: is not an image"):
        open_picture(file)
    for source in (io.BytesIO(bytes(99)), Stream(bytes(99)), bytearray(99), memoryview(bytes(99))):
        with pytest.raises(LimitError, match="has more than 98 bytes, the limit"):
            open_picture(source, max_bytes=98)  # type: ignore[arg-type]
    with path.open() as text, pytest.raises(UsageError, match="open it with mode 'rb'"):
        open_picture(text)  # type: ignore[arg-type]
    for nothing in (None, 3, Image.new("L", (1, 1))):
        with pytest.raises(UsageError, match="is not a path, bytes or a file"):
            open_picture(nothing)  # type: ignore[arg-type]
