"""Networks that stay open from one picture to the next."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from srcnn.baselines.bicubic import NAME as BICUBIC
from srcnn.engine.upscaler import Upscaler, load


class UpscalerPool:
    """Opens each network once, when it is first needed. Safe from several threads."""

    def __init__(self, open_at: Callable[[float], Upscaler]) -> None:
        """``open_at`` opens the upscaler for a scale: ``lambda scale: load("srcnn-955", scale)``."""
        self._open_at = open_at
        self._opening = Lock()
        self._first: Upscaler | None = None
        self._by_passes: dict[tuple[int, ...], Upscaler] = {}
        self._reducer = load(BICUBIC)

    def get(self, scale: float) -> Upscaler:
        """Return an upscaler that runs the networks for ``scale``; at 1 or below, bicubic reduces.

        Raises:
            SrcnnError: As opening them does.
        """
        if scale <= 1:
            return self._reducer
        with self._opening:
            if self._first is None:
                self._first = self._open_at(scale)
            passes = self._first.networks.passes_for(scale)
            if passes not in self._by_passes:
                self._by_passes[passes] = self._first.at(scale)
            return self._by_passes[passes]
