"""An evaluation as a text table, and warnings about its scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from srcnn.baselines.bicubic import NAME as BICUBIC
from srcnn.evaluation.documents import Report, Result
from srcnn.evaluation.protocol import PHOTO
from srcnn.metrics import METRICS

_BELOW = 0.02
"""Smallest deficit to bicubic, in dB, that causes a warning. Rounding costs up to half of it."""
_FAR_BELOW = 10.0
"""Deficit, in dB, above which the output is hardly an image."""


def to_table(report: Report) -> str:
    """Return the means as text, one line for each data set, scale and model.

    There must be at least one result. Several protocols add a column. A cell is empty if the
    protocol does not score the metric.
    """
    rows = report.results
    metrics = list(dict.fromkeys(metric for row in rows for metric in row.mean))
    most: dict[tuple[str, int, str], int] = {}
    for row in rows:
        most[_group(row)] = max(most.get(_group(row), 0), len(row.images))
    texts = [_texts(row, metrics, most[_group(row)]) for row in rows]
    heads = ["data set", "scale", "model", "protocol", *metrics]
    shown = [k for k in range(len(heads)) if k != 3 or len(report.protocols) > 1]
    width = {k: max(len(heads[k]), *(len(text[k]) for text in texts)) for k in shown}
    lines = []
    for text in (heads, *texts):
        cells = (
            f"{text[k]:{width[k]}}" if k < 4 else f"{text[k]:>{max(7, width[k])}}" for k in shown
        )
        lines.append("  ".join(cells))
    return "\n".join(lines)


def _group(row: Result) -> tuple[str, int, str]:
    """Return what rows have in common whose means can be compared."""
    return row.dataset, row.scale, row.protocol


def _texts(row: Result, metrics: Sequence[str], most: int) -> list[str]:
    """Return the cells of a row; a mean of fewer pictures than another row has says so."""
    means = row.mean
    places = {metric: METRICS[metric.partition("_")[0]].places for metric in means}
    numbers = [f"{means[name]:.{places[name]}f}" if name in means else "" for name in metrics]
    part = "" if len(row.images) == most else f" ({len(row.images)} of {most})"
    return [row.dataset, f"x{row.scale}", row.shown + part, row.protocol, *numbers]


def below_bicubic(results: Sequence[Result]) -> Iterator[str]:
    """Yield a line with a hint for each model that scores below bicubic on the same images."""
    bicubic = {
        (row.dataset, row.scale, row.protocol): {image.name: image for image in row.images}
        for row in results
        if row.model == BICUBIC
    }
    for row in results:
        known = bicubic[row.dataset, row.scale, row.protocol]
        differences = [
            image.scores["psnr"] - known[image.name].scores["psnr"]
            for image in row.images
            if "psnr" in image.scores and image.name in known
        ]
        finite = [each for each in differences if abs(each) < float("inf")]
        less = -sum(finite) / len(finite) if finite else 0.0
        if less > _BELOW:
            where = f"{row.shown} is {less:.2f} dB below bicubic on {row.dataset} x{row.scale}"
            yield f"{where} ({row.protocol}): {_hint(row.protocol, less)}"


def _hint(protocol: str, less: float) -> str:
    if less > _FAR_BELOW:
        return "check for values of 0 to 255, another scale, or a missing global skip"
    if protocol.startswith(PHOTO):
        return "this is for clean images: try its @photo, or auto"
    other = "paper" if protocol == "opencv" else "opencv"
    return f"check its scale, range, channels and skip, or try --protocol {other}"
