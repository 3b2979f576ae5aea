"""The report: what was judged, by which protocol, with which result; as JSON and as a table."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from srcnn.baselines.bicubic import NAME as BICUBIC
from srcnn.data.catalog import CATALOG, locate, report_name
from srcnn.data.folder import pictures_in
from srcnn.engine.options import AUTO, Engine
from srcnn.errors import SrcnnError, UsageError
from srcnn.evaluation.models import open_models
from srcnn.evaluation.protocol import PROTOCOLS, Protocol, protocol_named
from srcnn.evaluation.reference import read_originals
from srcnn.evaluation.save import save_judged
from srcnn.evaluation.scoring import Judged, Keep, mean, score_pictures
from srcnn.metrics import METRICS, OF_ONE_CHANNEL
from srcnn.weights.store import default

_TOLERANCE = 0.011
"""dB; published rows are rounded to hundredths."""

_OF_ONE = ("ssim", "msssim")
"""Metrics between 0 and 1, shown with four places; others with two, as in the paper."""

Report = dict[str, Any]


def make_report(
    datasets: Sequence[str],
    models: Sequence[str] | None,
    scales: Sequence[int],
    protocol: str = "paper",
    metrics: Sequence[str] = ("psnr", "ssim"),
    data_root: str | Path | None = None,
    save: Path | None = None,
    progress: Callable[[str], None] | None = None,
    engine: Engine = AUTO,
) -> Report:
    """Judge every model on every data set at every scale, bicubic first; ``None`` is the best shipped.

    A picture that cannot be judged is left out and named under ``failures``; its error if there is no other.
    ``save`` is a folder for the judged pictures; ``progress`` is told in words what is at work.
    """
    rules = protocol_named(protocol)
    check_metrics(metrics, rules)
    if not scales or any(scale < 2 for scale in scales):
        raise UsageError("scale", "has to be 2 or more")
    scales = list(dict.fromkeys(scales))
    names = list(dict.fromkeys([BICUBIC, *([default(*scales)] if models is None else models)]))
    folders = {name: locate(name, data_root) for name in datasets}
    titles = {name: report_name(name, folder) for name, folder in folders.items()}
    pictures = {name: pictures_in(folder) for name, folder in folders.items()}
    _refuse_clashes("data sets", titles.values())
    for name, files in pictures.items():
        _refuse_clashes(f"pictures of {name}", (file.stem for file in files))
    if save is not None:
        _refuse_clashes("weights files", (Path(name).name for name in names))
    measures = {metric: METRICS[metric] for metric in metrics}
    # Everything that can be wrong with a model is found before any work starts.
    resolved = engine.resolved()
    opened = open_models(names, scales, resolved, data_root, progress)
    results: list[dict[str, Any]] = []
    failures: list[SrcnnError] = []
    for name, files in pictures.items():
        dataset = titles[name]
        for scale in scales:
            keep = None
            if save is not None:
                keep = _keeper(save / f"{dataset}_x{scale}", scale)
            originals = read_originals(files, rules, failures, progress)
            rows = score_pictures(originals, opened[scale], scale, measures, keep, failures)
            results += [
                {
                    "dataset": dataset,
                    "scale": scale,
                    "model": model,
                    "images": rows[model],
                    "mean": mean(rows[model]),
                }
                for model in names
                if rows[model]
            ]
    if not results and sum(map(len, pictures.values())) == 1:
        raise failures[-1]
    return {
        "schema": 1,
        "protocol": rules.to_dict(),
        "engine": resolved.name,
        "precision": resolved.precision,
        "tta": resolved.ensemble,
        "checks": _checks(results, rules),
        "failures": sorted({str(failure) for failure in failures}),
        "results": results,
    }


def check_metrics(metrics: Sequence[str], rules: Protocol) -> None:
    """`UsageError` unless there are metrics by these names, and each is of what the protocol scores."""
    for metric in metrics:
        if metric not in METRICS:
            raise UsageError(f"metric '{metric}'", "is unknown", f"use {', '.join(METRICS)}")
        if metric in OF_ONE_CHANNEL and rules.together:
            why = f"is of one channel, and {rules.name} scores {rules.together[0]} as one"
            fix = f"use {', '.join(name for name in METRICS if name not in OF_ONE_CHANNEL)}"
            raise UsageError(f"metric '{metric}'", why, fix)
    if not metrics:
        raise UsageError("metrics", "none is named", f"use {', '.join(METRICS)}")


def _refuse_clashes(what: str, names: Iterable[str]) -> None:
    """Rows and saved pictures go by name: two of one name would be mixed up."""
    for name, count in Counter(names).items():
        if count > 1:
            raise UsageError(what, f"{count} are named '{name}'", "rename all but one")


def _keeper(folder: Path, scale: int) -> Keep:
    def keep(model: str, judged: Judged) -> None:
        # A weights file lends the folder its own name, without the way to it.
        save_judged(folder / Path(model).name, judged, scale)

    return keep


def _checks(results: Sequence[dict[str, Any]], rules: Protocol) -> list[dict[str, Any]]:
    """Our bicubic rows against the published ones, where there are any."""
    checks = []
    for row in results:
        known = CATALOG.get(row["dataset"])
        if row["model"] != BICUBIC or known is None:
            continue
        if not rules.like(PROTOCOLS[known.protocol]):
            continue
        published = known.bicubic_psnr.get(row["scale"])
        measured = row["mean"].get("psnr")
        if published is not None and measured is not None:
            checks.append(
                {
                    "dataset": row["dataset"],
                    "scale": row["scale"],
                    "bicubic_psnr": measured,
                    "published": published,
                    "agrees": abs(measured - published) <= _TOLERANCE,
                }
            )
    return checks


def check_line(check: dict[str, Any]) -> str:
    """One check in words."""
    row = f"{check['dataset']} x{check['scale']}: bicubic {check['bicubic_psnr']:.2f} dB"
    if check["agrees"]:
        return f"{row}, as published"
    return f"WARNING: {row}, but {check['published']:.2f} dB is published: these are other pictures"


def to_table(report: Report) -> str:
    """The means as text, of which there are some: a line for each data set, scale and model."""
    rows = report["results"]
    metrics = list(rows[0]["mean"])
    width = max(len("model"), *(len(row["model"]) for row in rows))
    place = max(len("data set"), *(len(row["dataset"]) for row in rows))
    wide = {metric: max(9, len(metric) + 2) for metric in metrics}
    head = f"{'data set':{place}}  scale  {'model':{width}}"
    head += "".join(f"{metric:>{wide[metric]}}" for metric in metrics)
    lines = [head]
    for row in rows:
        cells = "".join(
            f"{row['mean'][metric]:{wide[metric]}.{4 if metric.startswith(_OF_ONE) else 2}f}"
            for metric in metrics
        )
        lines.append(f"{row['dataset']:{place}}  x{row['scale']:<4}  {row['model']:{width}}{cells}")
    return "\n".join(lines)


def finite(value: Any) -> Any:
    """The report with infinity (two equal pictures) as null, which JSON can hold."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
