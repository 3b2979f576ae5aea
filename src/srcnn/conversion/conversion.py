"""The options and the result of a conversion."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TypedDict

from srcnn.conversion.size import IfLarger, TargetSize
from srcnn.engine.arguments import positive, whole
from srcnn.engine.choosing import Choice, ChoiceRow
from srcnn.errors import SrcnnError, UsageError
from srcnn.images.formats import Format
from srcnn.images.io import MAX_BYTES, MAX_PIXELS


@dataclass(frozen=True)
class Limits:
    """Limits on one image.

    Attributes:
        pixels: Largest number of pixels, over all pages, of the source and of the result.
        bytes: Largest size of the source, in bytes.
        result: Largest number of pixels of the result, if it is not that of the source.
    """

    pixels: int = MAX_PIXELS
    bytes: int = MAX_BYTES
    result: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "pixels", positive(self.pixels, "max_pixels"))
        object.__setattr__(self, "bytes", positive(self.bytes, "max_bytes"))


@dataclass(frozen=True)
class Conversion:
    """How an image is enlarged and written.

    Attributes:
        size: Size of the result.
        format: Format of the result. None selects that of the target's suffix, else the source's.
        quality: Quality of JPEG, WebP and AVIF, 1 to 100. None is the format's default.
        limits: Limits on the source and the result.
        if_larger: What to do with an image that already fills the box of ``size``.
        skip_marked: Whether to skip an image that carries a mark, see `srcnn.images.mark`.
        in_place: Whether the result replaces its source. The source must then be an original in a
            format that can hold a mark, and the result has the actual format of the source.
        mark: Whether the result gets a mark.

    Raises:
        UsageError: If a value is out of range.
    """

    size: TargetSize = field(default_factory=TargetSize)
    format: Format | None = None
    quality: int | None = None
    limits: Limits = field(default_factory=Limits)
    if_larger: IfLarger = IfLarger.ERROR
    skip_marked: bool = False
    in_place: bool = False
    mark: bool = True

    def __post_init__(self) -> None:
        if self.quality is not None:
            quality = whole(self.quality, "quality")
            if not 1 <= quality <= 100:
                raise UsageError(f"quality {quality}", "must be 1 to 100", option="quality")
            object.__setattr__(self, "quality", quality)


class ConvertedRow(TypedDict):
    """One image of ``srcnn upscale`` in a JSON document.

    Attributes:
        source: Name of the source; ``-`` is stdin.
        destination: Name of the result; ``-`` is stdout.
        ok: Whether the image was converted or skipped.
        skipped: Whether the image was skipped.
        reason: Why it was skipped.
        error: The error as one line, or null.
        kind: Class of the error, such as ``InputError``.
        code: Exit code of the error.
        width: Width of the result in pixels.
        height: Height of the result in pixels.
        scale: Factor by which the image was enlarged.
        model: Name of the network.
        engine: Engine that ran the network.
        precision: Precision of the network.
        passes: Scale of each network that ran, in order; empty without a network.
        warnings: What the format of the result cannot hold of the source.
        seconds: Time from the first byte read to the last one written.
        choice: What ``-m auto`` found and why it chose this network; null without ``auto``.
    """

    source: str
    destination: str
    ok: bool
    skipped: bool
    reason: str | None
    error: str | None
    kind: str | None
    code: int | None
    width: int | None
    height: int | None
    scale: float | None
    model: str | None
    engine: str | None
    precision: str | None
    passes: list[int]
    warnings: list[str]
    seconds: float | None
    choice: ChoiceRow | None


@dataclass(frozen=True)
class Converted:
    """The result of a conversion.

    Attributes:
        source: Name of the source; ``-`` is stdin.
        destination: Name of the target; ``-`` is stdout.
        ok: Whether the conversion succeeded.
        skipped: Whether there was nothing to do, see ``reason``.
        reason: Why the image was skipped.
        error: The error, as one line.
        kind: Name of the error's class.
        code: Exit code of the error on the command line.
        width: Width of the first page of the result, in pixels.
        height: Height of the first page of the result, in pixels.
        scale: Enlargement factor of the first page.
        model: Name or file of the network.
        engine: Engine that ran it.
        precision: Precision in which it ran.
        passes: Trained scales of the passes, in order.
        warnings: What the format of the result cannot hold of the source.
        seconds: Time from the first byte read to the last one written.
        choice: Why this network was taken; None if it was named, or if there is no other.
    """

    source: str
    destination: str
    ok: bool = True
    skipped: bool = False
    reason: str | None = None
    error: str | None = None
    kind: str | None = None
    code: int | None = None
    width: int | None = None
    height: int | None = None
    scale: float | None = None
    model: str | None = None
    engine: str | None = None
    precision: str | None = None
    passes: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()
    seconds: float | None = None
    choice: Choice | None = None

    @classmethod
    def failed(
        cls, source: str, destination: str, error: SrcnnError, line: str, seconds: float
    ) -> Converted:
        """Return the result of a conversion that raised ``error``.

        Args:
            source: Name of the source.
            destination: Name of the target.
            error: The error.
            line: The error as one line.
            seconds: Time until it was raised.
        """
        kind, code = type(error).__name__, error.exit_code
        return cls(source, destination, ok=False, error=line, kind=kind, code=code, seconds=seconds)

    def row(self) -> ConvertedRow:
        """Return the result as a row of a JSON document."""
        values = asdict(self)
        lists = {key: list(values[key]) for key in ("passes", "warnings")}
        values["choice"] = None if self.choice is None else self.choice.row()
        row: ConvertedRow = {**values, **lists}  # type: ignore[typeddict-item]
        return row
