"""The plan of a conversion, made from the source's header alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePath

from srcnn.conversion.conversion import Conversion, Converted
from srcnn.conversion.places import Source, Target
from srcnn.conversion.pool import UpscalerPool
from srcnn.conversion.size import IfLarger
from srcnn.engine.choosing import Choice
from srcnn.engine.sizes import check_size
from srcnn.engine.upscaler import Upscaler
from srcnn.errors import UsageError
from srcnn.images.color_coding import with_coding
from srcnn.images.condition import Condition, condition_of
from srcnn.images.corrections import Corrected, line_of
from srcnn.images.encode import losses
from srcnn.images.formats import FORMATS, SUFFIXES, Format, result_format
from srcnn.images.mark import Mark, mark_of
from srcnn.images.metadata import Metadata
from srcnn.images.picture import Header, Picture, check_pixels

MADE_BY_SRCNN = "made by srcnn"
"""Reason for which an image with a mark is skipped."""
THERE = "destination exists"
"""Reason for which an image with an existing destination is skipped."""


@dataclass(frozen=True)
class PagePlan:
    """What one page, frame or image becomes.

    Attributes:
        size: (height, width) of the result.
        scale: Enlargement factor.
        upscaler: Enlarges it.
        passes: Trained scales of the networks that run, in order.
        metadata: Metadata to write.
        corrected: What was changed in the metadata.
        said: What the metadata cannot express of the source's colors.
        choice: Why this upscaler was taken; None if its model was named.
    """

    size: tuple[int, int]
    scale: float
    upscaler: Upscaler
    passes: tuple[int, ...]
    metadata: Metadata
    corrected: Corrected
    said: tuple[str, ...] = ()
    choice: Choice | None = None


@dataclass(frozen=True)
class Plan:
    """What an image becomes. At most a sample is decoded yet, to choose a network.

    Attributes:
        name: Name of the source.
        picture: The opened source.
        format: Format of the result.
        pages: The pages of the result; empty if there is a ``reason``.
        warnings: What the format cannot hold of the source.
        reason: Why there is nothing to do, or None.
    """

    name: str
    picture: Picture
    format: Format
    pages: tuple[PagePlan, ...]
    warnings: tuple[str, ...]
    reason: str | None = None

    def result(self, destination: str) -> Converted:
        """Return the result to report once the plan has been carried out."""
        if self.reason is not None:
            return Converted(self.name, destination, skipped=True, reason=self.reason)
        page = self.pages[0]
        upscaler = page.upscaler
        return Converted(
            self.name,
            destination,
            width=page.size[1],
            height=page.size[0],
            scale=page.scale,
            model=upscaler.name,
            engine=upscaler.engine,
            precision=upscaler.precision,
            passes=page.passes,
            warnings=self.warnings,
            choice=page.choice,
        )


def make_plan(source: Source, target: Target, pool: UpscalerPool, conversion: Conversion) -> Plan:
    """Open a source, check it against the limits, and open the networks that it needs.

    Raises:
        SrcnnError: If the source cannot be read, is too large, or cannot be enlarged.
    """
    limits, name = conversion.limits, source.name
    picture = source.open(limits)
    if conversion.skip_marked and mark_of(picture.header.metadata):
        return Plan(name, picture, picture.header.format, (), (), MADE_BY_SRCNN)
    fmt = conversion.format or SUFFIXES.get(target.suffix)
    fmt = fmt or _format_like(picture.header)
    if conversion.in_place:
        fmt = picture.header.format  # a wrong suffix must not drop frames or alpha
        _check_in_place(picture, name)
    headers = picture.headers() if fmt.pages else [picture.header]
    check_pixels(headers, limits.pixels, name)
    sizes = [conversion.size.size_of(header.height, header.width) for header in headers]
    large = [header for header, (_, scale) in zip(headers, sizes, strict=True) if scale <= 1]
    if large and conversion.if_larger != IfLarger.REDUCE:
        why = f"is {large[0].width} x {large[0].height} already"
        if conversion.if_larger == IfLarger.SKIP:
            return Plan(name, picture, fmt, (), (), why)
        raise UsageError(name, why, "use {option} to skip or reduce it", "if_larger")
    check_size([size for size, _ in sizes], limits.result or limits.pixels, name)
    upscalers = [pool.get(scale) for _, scale in sizes]
    seen = condition_of(picture) if any(each.chooses for each in upscalers) else None
    pages = [
        _plan_page(header, size, scale, upscaler, fmt, conversion.mark, seen)
        for header, (size, scale), upscaler in zip(headers, sizes, upscalers, strict=True)
    ]
    warnings = [f"in {fmt.name.upper()}, {loss}" for loss in losses(picture.header, fmt)]
    warnings += dict.fromkeys(said for page in pages for said in page.said)
    changed = line_of(page.corrected for page in pages) if fmt.metadata else None
    warnings += [changed] if changed else []
    if picture.header.cmyk:
        warnings.append("CMYK becomes sRGB")
    return Plan(name, picture, fmt, tuple(pages), tuple(warnings))


def _check_in_place(picture: Picture, name: str) -> None:
    """Check that a second run would not enlarge the image again.

    Raises:
        UsageError: If the image has a mark already, or its format cannot be written or hold one.
    """
    if mark_of(picture.header.metadata):
        fix = "to enlarge it again leave out {option}"
        raise UsageError(name, f"was {MADE_BY_SRCNN}", fix, "in_place")
    fmt = picture.header.format
    if fmt.name not in FORMATS:
        raise UsageError(
            name,
            f"is {fmt.name.upper()}, which srcnn can read but not write",
            "leave out {option}",
            "in_place",
        )
    if not fmt.metadata:
        why = f"is {fmt.name.upper()}, which holds no mark: the next run would enlarge it again"
        raise UsageError(name, why, "leave out {option}", "in_place")


def _format_like(header: Header) -> Format:
    """Return the default format of a result."""
    return result_format(header.format, header.has_alpha, header.dtype.itemsize > 1)


def _plan_page(
    header: Header,
    size: tuple[int, int],
    scale: float,
    upscaler: Upscaler,
    fmt: Format,
    mark: bool,
    seen: Condition | None,
) -> PagePlan:
    choice = None
    if seen is not None:
        upscaler, choice = upscaler.suited(seen)
    passes = upscaler.passes_to((header.height, header.width), size)
    if header.metadata.tags and fmt.name != "tiff":  # no other format has such tags
        header = replace(header, metadata=replace(header.metadata, tags={}))
    corrected = header.corrected_for(size)
    metadata, said = with_coding(corrected.metadata, fmt, header.channels < 3)
    if mark and fmt.metadata:
        metadata = _mark(upscaler, scale, passes).on(metadata)
    return PagePlan(size, scale, upscaler, passes, metadata, corrected, tuple(said), choice)


def _mark(upscaler: Upscaler, scale: float, passes: tuple[int, ...]) -> Mark:
    digests = upscaler.networks.digests
    return Mark(
        # A full path would reveal where it was made.
        PurePath(upscaler.name).name,
        f"{scale:.6g}",
        " ".join(map(str, passes)),
        " ".join(filter(None, (digests.get(each) for each in passes))),
    )
