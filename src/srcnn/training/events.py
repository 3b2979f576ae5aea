"""TensorBoard event files, written beside the log from the same numbers."""

from __future__ import annotations

import time
from pathlib import Path

from tensorboardX.event_file_writer import EventsWriter
from tensorboardX.proto.event_pb2 import Event, SessionLog
from tensorboardX.summary import scalar

from srcnn.images.files import writing

_TAGS = {"psnr": "psnr/network", "bicubic": "psnr/bicubic"}
"""TensorBoard tags. Tags of the same group are drawn next to each other."""


class Events:
    """Writes one event file. Each event is on disk when `write` returns.

    tensorboardX's SummaryWriter would hand events to its own thread, which loses them if the
    process is killed.
    """

    def __init__(self, folder: Path, first: int) -> None:
        """Open a new event file in ``folder``.

        Args:
            folder: Folder of the file; created if needed.
            first: First step that may be written. TensorBoard drops this step and later ones of
                older files.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        # The writer puts only whole seconds into the name, which cannot tell two runs apart.
        self._writer = EventsWriter(str(folder / "events"), f".{time.time_ns()}")
        self._write(Event(step=first, session_log=SessionLog(status=SessionLog.START)))

    def write(self, step: int, values: dict[str, float]) -> None:
        """Write each value under its name at ``step``."""
        for name, value in values.items():
            self._write(Event(step=step, summary=scalar(_TAGS.get(name, name), value)))

    def _write(self, event: Event) -> None:
        event.wall_time = time.time()
        with writing(self._folder):
            self._writer.write_event(event)
            self._writer.flush()

    def close(self) -> None:
        """Close the file."""
        self._writer.close()
