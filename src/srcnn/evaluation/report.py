"""Evaluate models on data sets: what ``srcnn evaluate`` and `srcnn.evaluate` do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from srcnn.baselines.bicubic import NAME as BICUBIC
from srcnn.data.catalog import CATALOG, locate, report_name
from srcnn.data.folder import pictures_in
from srcnn.engine.options import AUTO, Engine
from srcnn.errors import SrcnnError, UsageError, choices
from srcnn.evaluation.documents import Check, Report, Result
from srcnn.evaluation.models import open_models
from srcnn.evaluation.protocol import PROTOCOLS, Protocol, protocol_named
from srcnn.evaluation.reference import read_originals
from srcnn.evaluation.save import REFERENCES, save_judged, save_references, saved_names
from srcnn.evaluation.scoring import Judged, Keep, score_pictures
from srcnn.metrics import METRICS
from srcnn.weights.labels import labels_of, name_of
from srcnn.weights.store import default

_TOLERANCE = 0.011
"""Largest difference, in dB, of a bicubic row from a published one: those are rounded to hundredths."""


@dataclass(frozen=True)
class Request:
    """What to evaluate, and how.

    Attributes:
        datasets: Catalog names, or folders of high-resolution pictures.
        models: Model names or weights files; ``None`` is the default network. Bicubic is added.
        scales: Scales of 2 or more.
        protocol: Name of a protocol.
        metrics: Names of metrics.
        engine: How networks are run.
    """

    datasets: Sequence[str]
    models: Sequence[str] | None
    scales: Sequence[int]
    protocol: str = "paper"
    metrics: Sequence[str] = ("psnr", "ssim")
    engine: Engine = AUTO

    @property
    def names(self) -> list[str]:
        """The models, each once, bicubic first."""
        models = [default(*self.scales)] if self.models is None else self.models
        return list(dict.fromkeys([BICUBIC, *models]))


@dataclass(frozen=True)
class _DataSet:
    """A data set that was found, under its name in the report."""

    title: str
    files: list[Path]


def make_report(
    request: Request,
    data_root: str | Path | None = None,
    save: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> Report:
    """Score every model on every data set at every scale, bicubic first.

    Args:
        request: What to evaluate.
        data_root: Where named data sets lie.
        save: A folder for the pictures that models made.
        progress: Called with a line about what is being done.

    Returns:
        The report. A picture that cannot be scored is left out and named under ``failures``.

    Raises:
        UsageError: If the request is wrong in itself.
        MissingData: If a data set is not there.
        ModelError: If a model cannot be used.
        InputError: If there is one picture only, and it cannot be scored.
    """
    rules = protocol_named(request.protocol)
    check_metrics(request.metrics, rules)
    if not request.scales or any(scale < 2 for scale in request.scales):
        raise UsageError("scale", "has to be 2 or more")
    scales, names = list(dict.fromkeys(request.scales)), request.names
    datasets = _find(request.datasets, data_root)
    if save is not None:
        for dataset in datasets:
            _refuse_clashes(f"pictures to save of {dataset.title}", saved_names(dataset.files))
    measures = {metric: METRICS[metric].measure for metric in request.metrics}
    # Everything that can be wrong with a model is found before any work starts.
    engine = request.engine.resolved()
    opened = open_models(names, scales, request.engine, data_root, progress)
    labels = labels_of(names, REFERENCES)
    results: list[Result] = []
    failures: list[SrcnnError] = []
    for dataset in datasets:
        for scale in scales:
            keep = None
            if save is not None:
                keep = _keeper(save / f"{dataset.title}_x{scale}", scale, labels)
            originals = read_originals(dataset.files, rules, failures, progress)
            rows = score_pictures(originals, opened[scale], scale, measures, keep, failures)
            results += [
                Result(dataset.title, scale, name, rows[name], name_of(name), labels[name])
                for name in names
                if rows[name]
            ]
    if not results and sum(len(dataset.files) for dataset in datasets) == 1:
        raise failures[-1]
    errors = sorted({str(failure): failure for failure in failures}.values(), key=str)
    return Report(rules, engine, _checks(results, rules), errors, results)


def check_metrics(metrics: Sequence[str], rules: Protocol) -> None:
    """Raise `UsageError` unless all metrics are known and measure what the protocol scores."""
    for metric in metrics:
        if metric not in METRICS:
            raise UsageError(f"metric '{metric}'", "is unknown", choices(metric, METRICS))
        if METRICS[metric].of_one_channel and rules.together:
            why = f"is of one channel, and {rules.name} scores {rules.together[0]} as one"
            others = [name for name, one in METRICS.items() if not one.of_one_channel]
            fix = f"use {', '.join(others)}"
            raise UsageError(f"metric '{metric}'", why, fix)
    if not metrics:
        raise UsageError("metrics", "none is named", choices(metric, METRICS))


def _find(names: Sequence[str], data_root: str | Path | None) -> list[_DataSet]:
    """Find the pictures of every data set; refuse names that a report would mix up."""
    folders = {name: locate(name, data_root) for name in names}
    datasets = {
        name: _DataSet(report_name(name, folder), pictures_in(folder))
        for name, folder in folders.items()
    }
    _refuse_clashes("data sets", (dataset.title for dataset in datasets.values()))
    for name, dataset in datasets.items():
        _refuse_clashes(f"pictures of {name}", (file.stem for file in dataset.files))
    return list(datasets.values())


def _refuse_clashes(what: str, names: Iterable[str]) -> None:
    """Raise `UsageError` for a repeated name: rows and saved pictures are told apart by theirs."""
    for name, count in Counter(names).items():
        if count > 1:
            raise UsageError(what, f"{count} are named '{name}'", "rename all but one")


def _keeper(folder: Path, scale: int, labels: Mapping[str, str]) -> Keep:
    def keep(model: str, judged: Judged) -> None:
        save_judged(folder / labels[model], judged, scale)
        if model == BICUBIC:  # once for each picture
            save_references(folder, judged.original, scale)

    return keep


def _checks(results: Sequence[Result], rules: Protocol) -> list[Check]:
    """Compare bicubic rows with the published ones, where there are any."""
    checks = []
    for row in results:
        known = CATALOG.get(row.dataset)
        if row.model != BICUBIC or known is None or not rules.like(PROTOCOLS[known.protocol]):
            continue
        published = known.bicubic_psnr.get(row.scale)
        measured = row.mean.get("psnr")
        if published is not None and measured is not None:
            agrees = abs(measured - published) <= _TOLERANCE
            checks.append(Check(row.dataset, row.scale, measured, published, agrees))
    return checks


def to_table(report: Report) -> str:
    """Return the means as text, a line for each data set, scale and model; there has to be one."""
    rows = report.results
    metrics = list(rows[0].mean)
    width = max(len("model"), *(len(row.shown) for row in rows))
    place = max(len("data set"), *(len(row.dataset) for row in rows))
    wide = {metric: max(9, len(metric) + 2) for metric in metrics}
    head = f"{'data set':{place}}  scale  {'model':{width}}"
    head += "".join(f"{metric:>{wide[metric]}}" for metric in metrics)
    lines = [head]
    for row in rows:
        means = row.mean
        cells = "".join(
            f"{means[metric]:{wide[metric]}.{METRICS[metric.partition('_')[0]].places}f}"
            for metric in metrics
        )
        lines.append(f"{row.dataset:{place}}  x{row.scale:<4}  {row.shown:{width}}{cells}")
    return "\n".join(lines)
