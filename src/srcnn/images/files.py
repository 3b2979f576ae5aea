"""Writing a file so that the old one or the new one is there, never a part."""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from pathlib import Path

from srcnn.errors import OutputError


def write_atomically(destination: Path, data: bytes) -> None:
    """Write ``data`` beside ``destination``, flush it to disk, and rename; `OutputError` on failure.

    Missing folders are made; the mode of a file that is replaced is kept.
    """
    part = destination.parent / f".srcnn-{uuid.uuid4().hex}.part"
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if destination.exists():
            part.chmod(destination.stat().st_mode & 0o7777)
        part.replace(destination)
    except OSError as error:
        raise OutputError(destination, f"cannot be written ({error.strerror})") from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
