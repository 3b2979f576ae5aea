"""The requested size of a result."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from srcnn.engine.arguments import number, positive
from srcnn.engine.sizes import check_scale, enlarged_size
from srcnn.errors import UsageError


class IfLarger(StrEnum):
    """What to do with an image that already fills the requested box."""

    ERROR = "error"
    SKIP = "skip"
    REDUCE = "reduce"

    @classmethod
    def of(cls, name: str) -> IfLarger:
        """Return the choice with this name.

        Raises:
            UsageError: If the name is not known.
        """
        try:
            return cls(name)
        except ValueError:
            known = ", ".join(cls)
            raise UsageError(f"if_larger {name!r}", "is unknown", f"use {known}") from None


_BOX = ("width", "height", "max_edge")


@dataclass(frozen=True)
class TargetSize:
    """A scale, or a box into which the result fits. The aspect ratio is always kept.

    Attributes:
        scale: Enlargement factor, above 1. The default is 3 if nothing else is given.
        width: Largest width of the result, in pixels.
        height: Largest height of the result, in pixels.
        max_edge: Largest longer side of the result, in pixels.

    Raises:
        UsageError: If the scale does not enlarge, a size is below 1, or values cannot be combined.
    """

    scale: float | None = None
    width: int | None = None
    height: int | None = None
    max_edge: int | None = None

    def __post_init__(self) -> None:
        box = [name for name in _BOX if getattr(self, name) is not None]
        if self.scale is not None and box:
            why = "cannot be combined with a width, a height or a longest edge"
            raise UsageError("{option}", why, option="scale")
        if self.max_edge is not None and len(box) > 1:
            raise UsageError(
                "{option}", "cannot be combined with a width or a height", option="max_edge"
            )
        for name in box:
            object.__setattr__(self, name, positive(getattr(self, name), name))
        if not box:
            scale = 3.0 if self.scale is None else number(self.scale, "scale")
            check_scale(scale)
            object.__setattr__(self, "scale", scale)

    def size_of(self, height: int, width: int) -> tuple[tuple[int, int], float]:
        """Return ((height, width) of the result, its scale) for an image of this size.

        The scale is 1 or less for an image that already fills the box.
        """
        scale = self.scale
        if scale is None:
            sides = zip(_BOX, (width, height, max(height, width)), strict=True)
            scale = min(
                getattr(self, name) / side
                for name, side in sides
                if getattr(self, name) is not None
            )
        new = enlarged_size(height, width, scale)
        return (max(new[0], 1), max(new[1], 1)), scale

    @property
    def suffix(self) -> str:
        """Suffix of the default name of a result, such as ``_x3``, ``_x2.5`` or ``_w1200``."""
        if self.scale is not None:
            return f"_x{self.scale:g}"
        sides = ((name[0] if name != "max_edge" else "e", getattr(self, name)) for name in _BOX)
        return "_" + "".join(f"{letter}{value}" for letter, value in sides if value is not None)
