"""Networks that stay open from one picture to the next."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from srcnn.baselines.bicubic import NAME as BICUBIC
from srcnn.engine.upscaler import Upscaler, load, nearest_scale


class UpscalerPool:
    """Opens each network once, when it is first needed. Safe from several threads."""

    def __init__(self, open_at: Callable[[float], Upscaler]) -> None:
        """``open_at`` opens the upscaler for a scale: ``lambda scale: load("srcnn-955", scale)``."""
        self._open_at = open_at
        self._open: dict[int, Upscaler] = {}
        self._opening = Lock()
        self._reducer = load(BICUBIC)

    def get(self, scale: float) -> Upscaler:
        """Return the upscaler for ``scale``. Near scales share one, and bicubic reduces.

        Raises:
            SrcnnError: As opening it does.
        """
        if scale <= 1:
            return self._reducer
        trained = nearest_scale(scale)
        with self._opening:
            if trained not in self._open:
                self._open[trained] = self._open_at(scale)
            return self._open[trained]
