"""The limits of the service, one field each. Options and documentation are made from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from srcnn.engine.threads import cores


def limit(default: float, text: str, unit: str = "") -> Any:
    """Return a field with a default, the help text of its option, and its unit."""
    return field(default=default, metadata={"help": text, "unit": unit})


@dataclass(frozen=True)
class ServeLimits:
    """What one client, and all of them together, may use.

    Every field is an option of ``srcnn serve``; its help text is in the field's metadata.
    """

    max_bytes: int = limit(25_000_000, "Largest body of a request.", "bytes")
    max_pixels: int = limit(16_000_000, "Largest picture that is taken, all pages.", "pixels")
    max_result: int = limit(64_000_000, "Largest result, all pages.", "pixels")
    max_pages: int = limit(500, "Most pages or frames of a picture.")
    seconds: float = limit(30.0, "Time for the work on any picture.", "s")
    seconds_per_megapixel: float = limit(2.0, "More time for each megapixel of the result.", "s")
    waiting: int = limit(30, "Most requests that wait for a worker.")
    wait_seconds: float = limit(30.0, "Longest wait for a worker.", "s")
    per_client: int = limit(0, "Most requests of one address at a time; 0: any number.")
    header_seconds: float = limit(10.0, "Time for a client to send its headers.", "s")
    body_seconds: float = limit(30.0, "Time for a client to send its body.", "s")
    held_bytes: int = limit(
        250_000_000, "Largest size of all unfinished requests together.", "bytes"
    )
    worker_memory: int = limit(2_000_000_000, "Memory at which a worker is replaced.", "bytes")

    def deadline(self, pixels: int) -> float:
        """Return the seconds that the work on a result of ``pixels`` pixels may take."""
        return self.seconds + self.seconds_per_megapixel * pixels / 1e6


def default_workers() -> int:
    """Return the number of workers: one for each core, at most four."""
    return min(cores(), 4)
