"""Curves of training runs: loss and PSNR over steps, and PSNR on Set5 beside the paper's curves."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from srcnn.errors import InputError, ModelError
from srcnn.weights.card import Card, card_from_json

_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_PAPERS = ("#a9a9a9", "#858585", "#5e5e5e")
SET5_X3 = {"bicubic": 30.39, "sparse coding": 31.42}
"""PSNR on Set5 at x3, in dB, which the paper's figures draw as lines (paper, table 2)."""
Curve = tuple[Sequence[float], Sequence[float]]


@dataclass(frozen=True)
class Run:
    """The log of a run."""

    name: str
    validations: Sequence[Mapping[str, float | None]]
    """Log entries that have a step, as `srcnn.training.log.RunLog.write` makes them."""
    card: Card | None = None
    """Card of the weights, if the run is finished."""

    def curve(self, x: str, y: str) -> Curve:
        """Return two columns of the log, without the entries that lack one of them."""
        pairs = [(line.get(x), line.get(y)) for line in self.validations]
        known = [(at, value) for at, value in pairs if at is not None and value is not None]
        return [at for at, _ in known], [value for _, value in known]


def read_run(log: Path, name: str) -> Run:
    """Read the ``log.jsonl`` of a run; incomplete lines are skipped.

    Args:
        log: The file.
        name: Name in legends.

    Raises:
        InputError: If it is not a log, or has no validation yet.
    """
    entries = []
    try:
        lines = log.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(log, f"cannot be read ({error})") from None
    for line in lines:
        with suppress(ValueError):
            entries.append(json.loads(line))
    entries = [entry for entry in entries if isinstance(entry, dict)]
    cards = []
    for entry in entries:
        if "card" in entry:
            with suppress(ModelError):
                cards.append(card_from_json(entry["card"], str(log)))
    steps = [entry for entry in entries if "step" in entry]
    if not steps:
        raise InputError(log, "contains no validation scores")
    # matplotlib hides labels that begin with _ and parses $ as math.
    return Run(name.lstrip("_").replace("$", r"\$"), steps, cards[-1] if cards else None)


def draw(figure: Figure, dpi: int = 160) -> bytes:
    """Return the bytes of a PNG of a figure."""
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=dpi)
    return out.getvalue()


def curves_figure(runs: Sequence[Run]) -> Figure:
    """Draw loss on the left, and on the right PSNR of the held-back images beside bicubic's.

    Runs share axes only if their bicubic PSNR is the same, because PSNR on different images cannot
    be compared.
    """
    groups: dict[float | None, list[Run]] = {}
    for run in runs:
        bicubic = run.curve("step", "bicubic")[1]
        groups.setdefault(round(bicubic[-1], 3) if bicubic else None, []).append(run)
    figure = Figure(figsize=(10, 3.7 * len(groups)), layout="constrained")
    rows = figure.subplots(len(groups), 2, squeeze=False)
    for (loss, psnr), (bicubic_psnr, group) in zip(rows, groups.items(), strict=True):
        for color, run in zip(_COLORS * len(group), group, strict=False):
            loss.plot(*run.curve("step", "loss"), color=color, linewidth=1.2, label=run.name)
            steps, values = run.curve("step", "psnr")
            psnr.plot(steps, values, color=color, linewidth=1.5, label=run.name)
            if values:  # mark the weights that are kept
                best = values.index(max(values))
                psnr.plot(steps[best], values[best], "o", color=color, markersize=5)
        if bicubic_psnr is not None:
            psnr.axhline(bicubic_psnr, color="black", linestyle="--", linewidth=1)
            # A curve that begins at 10 dB would compress the part that matters.
            best_psnr = max(
                [bicubic_psnr, *(v for run in group for v in run.curve("step", "psnr")[1])]
            )
            lowest = bicubic_psnr - max(0.5, best_psnr - bicubic_psnr)
            if psnr.get_ylim()[0] < lowest:
                psnr.set_ylim(lowest, best_psnr + (best_psnr - lowest) / 20)
            _name(psnr, bicubic_psnr, f"bicubic {bicubic_psnr:.2f} dB")
        loss.set_yscale("log")
        for axes in (loss, psnr):
            axes.xaxis.set_major_locator(MaxNLocator(6))
        finish(loss, "step", "loss")
        finish(psnr, "step", "PSNR of the held-back pictures, dB")
        if bicubic_psnr is None:  # nothing was held back
            psnr.set_visible(False)
        (loss if bicubic_psnr is None else psnr).legend(loc="best", frameon=False, fontsize=9)
    return figure


def set5_figure(runs: Sequence[Run], published: Mapping[str, Curve]) -> Figure:
    """Draw PSNR on Set5 at x3 over the training samples (log axis), beside the paper's curves.

    A run is a line if its log has ``samples`` and ``set5_psnr``, a point if only its card has a
    score on Set5, and is omitted if its card has another scale.

    Args:
        runs: The runs.
        published: (samples, dB) by network.
    """
    figure = Figure(figsize=(10, 5.2), layout="constrained")
    axes = figure.add_subplot()
    axes.set_xscale("log")
    for color, (network, curve) in zip(_PAPERS * len(published), published.items(), strict=False):
        axes.plot(*curve, color=color, linewidth=1.2, label=f"the paper's {network}, ImageNet")
    for color, run in zip(_COLORS * len(runs), runs, strict=False):
        card = run.card
        if card is not None and card.scale != 3:
            continue
        samples, psnr = run.curve("samples", "set5_psnr")
        if psnr:
            axes.plot(samples, psnr, color=color, linewidth=1.8, label=run.name)
        elif card is not None and "set5" in card.scores:
            end = card.scores["set5"]["psnr"]
            axes.plot(card.samples, end, "o", color=color, label=f"{run.name}, at its end")
    for name, value in SET5_X3.items():
        axes.axhline(value, color="black", linestyle="--", linewidth=1)
        _name(axes, value, f"{name} {value:.2f} dB")
    axes.set_ylim(bottom=30.2)
    finish(axes, "training samples (the paper's backprops)", "PSNR on Set5 at x3, dB")
    figure.legend(loc="outside upper center", ncols=3, frameon=False, fontsize=9)
    return figure


def _name(axes: Axes, value: float, text: str) -> None:
    """Write a text above a horizontal line, at its right end."""
    axes.annotate(
        text,
        (1, value),
        (-4, 3),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        horizontalalignment="right",
        fontsize=9,
    )


def finish(axes: Axes, x: str, y: str) -> None:
    """Set the names of the axes and a faint grid, and remove the frame at the top and the right."""
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.grid(color="0.92")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
