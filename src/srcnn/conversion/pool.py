"""Networks that stay open from one picture to the next."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from srcnn.engine.upscaler import Upscaler, nearest_scale


class UpscalerPool:
    """Opens each network once, when it is first needed. Safe from several threads."""

    def __init__(self, open_at: Callable[[float], Upscaler]) -> None:
        """``open_at`` opens the upscaler for a scale: ``lambda scale: load("srcnn-955", scale)``."""
        self._open_at = open_at
        self._open: dict[int, Upscaler] = {}
        self._opening = Lock()

    def get(self, scale: float) -> Upscaler:
        """Return the upscaler for ``scale``, above 1. Near scales share one.

        Raises:
            SrcnnError: As opening it does.
        """
        trained = nearest_scale(scale)
        with self._opening:
            if trained not in self._open:
                self._open[trained] = self._open_at(scale)
            return self._open[trained]
