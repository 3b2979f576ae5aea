"""Networks that stay open from one image to the next."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from srcnn.baselines.bicubic import NAME as BICUBIC
from srcnn.engine.upscaler import Upscaler, load


class UpscalerPool:
    """Opens each network once, when it is first needed. Thread-safe."""

    def __init__(self, open_at: Callable[[float], Upscaler]) -> None:
        """Set up the pool.

        Args:
            open_at: Opens the upscaler for a scale: ``lambda scale: load("srcnn-955", scale)``.
        """
        self._open_at = open_at
        self._opening = Lock()
        self._first: Upscaler | None = None
        self._by_passes: dict[tuple[int, ...], Upscaler] = {}
        self._reducer = load(BICUBIC)

    def get(self, scale: float) -> Upscaler:
        """Return an upscaler for ``scale``; at 1 or below it reduces by bicubic interpolation.

        Raises:
            SrcnnError: If a network cannot be opened.
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
