"""A held-back image beside the network's result, for the run directory."""

from __future__ import annotations

from srcnn.baselines.bicubic import Bicubic
from srcnn.engine.network import Enhancer
from srcnn.evaluation.compare import compare_original
from srcnn.evaluation.protocol import PROTOCOLS
from srcnn.evaluation.reference import Original
from srcnn.figures.detail import choose_box
from srcnn.figures.panel import draw_panel
from srcnn.runs.validation import Validation
from srcnn.training.config import Recipe

PANEL = "panel.png"
"""File name in a run directory."""
_SIDE = 512
"""Size, in pixels, to which an image is cropped, so that the panel is faster than validation."""


def panel_of(recipe: Recipe, validation: Validation, model: Enhancer) -> bytes | None:
    """Return a PNG of the first held-back image, or None if there is none.

    It shows the low resolution, as validation makes it, bicubic, the network's result and the
    truth.
    """
    if not validation.originals:
        return None
    first = validation.originals[0]
    top, left = (max(0, side - _SIDE) // 2 for side in first.pixels.shape[:2])
    pixels = first.pixels[top : top + _SIDE, left : left + _SIDE]
    original = Original(first.name, pixels, PROTOCOLS["paper"])
    models: dict[str, Enhancer] = {"bicubic": Bicubic(recipe.color), model.name: model}
    comparison = compare_original(original, recipe.scale, models, validation.degradations[-1])
    return draw_panel(comparison, choose_box(comparison))
