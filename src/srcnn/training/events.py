"""TensorBoard's event files, beside the log and from the same numbers."""

from __future__ import annotations

import time
from pathlib import Path

from tensorboardX.event_file_writer import EventsWriter
from tensorboardX.proto.event_pb2 import Event, SessionLog
from tensorboardX.summary import scalar

from srcnn.images.files import writing

_TAGS = {"psnr": "psnr/network", "bicubic": "psnr/bicubic"}
"""Tags of one group are drawn beside each other."""


class Events:
    """One event file in ``folder``; what is written is in it when the call returns.

    tensorboardX's SummaryWriter would hand events to a thread of its own, which a kill cuts off.
    """

    def __init__(self, folder: Path, first: int) -> None:
        """``first``: the first step that may come; TensorBoard drops later ones of earlier files."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        # In the name there are seconds already, which are too coarse to tell two runs apart.
        self._writer = EventsWriter(str(folder / "events"), f".{time.time_ns()}")
        self._write(Event(step=first, session_log=SessionLog(status=SessionLog.START)))

    def write(self, step: int, values: dict[str, float]) -> None:
        """Each value under its name at ``step``."""
        for name, value in values.items():
            self._write(Event(step=step, summary=scalar(_TAGS.get(name, name), value)))

    def _write(self, event: Event) -> None:
        event.wall_time = time.time()
        with writing(self._folder):
            self._writer.write_event(event)
            self._writer.flush()

    def close(self) -> None:
        self._writer.close()
