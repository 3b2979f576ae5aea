"""Evaluation of models on data sets, for ``srcnn evaluate`` and `srcnn.evaluate`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from srcnn import __version__
from srcnn.baselines.bicubic import NAME as BICUBIC
from srcnn.data.catalog import CATALOG
from srcnn.errors import SrcnnError, UsageError
from srcnn.evaluation.documents import Check, Origin, Report, Result
from srcnn.evaluation.finished import finished_pictures
from srcnn.evaluation.models import open_models, origin_of
from srcnn.evaluation.protocol import PROTOCOLS, Protocol
from srcnn.evaluation.reference import read_originals
from srcnn.evaluation.request import Request
from srcnn.evaluation.save import REFERENCES, save_references, save_scored, saved_names
from srcnn.evaluation.scoring import Keep, Model, Scored, score_pictures
from srcnn.evaluation.sources import Source, find_sources, refuse_clashes
from srcnn.evaluation.table import below_bicubic
from srcnn.metrics import METRICS
from srcnn.weights.labels import labels_of

_TOLERANCE = 0.011
"""Largest accepted difference, in dB, from a published bicubic score, which has two decimals."""
Say = Callable[[str], None]


@dataclass(frozen=True)
class _Task:
    """One data set at one scale, with its models.

    Attributes:
        source: The data set.
        scale: The scale.
        models: The models to score, bicubic first.
        origins: Identity of each model, by name.
    """

    source: Source
    scale: int
    models: Sequence[Model]
    origins: dict[str, Origin]


def make_report(
    request: Request,
    data_root: str | Path | None = None,
    save: Path | None = None,
    progress: Say | None = None,
) -> Report:
    """Score every model on every data set at every scale, bicubic first.

    Args:
        request: What to evaluate.
        data_root: Folder that holds the named data sets.
        save: Folder to which the upscaled images are written, or None.
        progress: Called with a line about the current step.

    Returns:
        The report. An image that cannot be scored is omitted and listed under ``failures``.

    Raises:
        UsageError: If the request is invalid, or images do not fit each other.
        MissingData: If a data set is missing.
        ModelError: If a model cannot be used.
        InputError: If the only image cannot be scored.
    """
    request.check()
    protocols, scales = request.protocols, list(dict.fromkeys(request.scales))
    sources = find_sources(request.datasets, scales, data_root, request.given)
    labels = labels_of(request.named, REFERENCES)
    labels |= {each.name: Path(each.name).name for each in request.functions}
    labels |= {str(folder): folder.name for folder in request.pictures}
    if save is not None:
        if len(protocols) > 1:
            raise UsageError("--save", "works with only one protocol")
        for source in sources:
            saved = [file for each in source.at.values() for file in each.high]
            refuse_clashes(f"images of {source.title} to save", saved_names(dict.fromkeys(saved)))
        refuse_clashes("folders to save to", labels.values())
    # Open all models before the scoring starts, so that errors show early.
    engine = request.engine.resolved()
    tasks = _tasks(request, sources, scales, data_root, progress)
    results: list[Result] = []
    failures: list[SrcnnError] = []
    for task in tasks:
        for rules in protocols:
            results += _results(task, rules, request, labels, save, failures, progress)
    files = {file for source in sources for each in source.at.values() for file in each.high}
    if not results and len(files) == 1:
        raise failures[-1]
    errors = sorted({str(failure): failure for failure in failures}.values(), key=str)
    checks = _checks(results, protocols)
    date = datetime.now(UTC).isoformat(timespec="seconds")
    warnings = [str(check) for check in checks if not check.agrees]
    warnings += below_bicubic(results)
    taken = [one for source in sources for one in source.taken()]
    return Report(protocols, engine, checks, errors, results, __version__, date, warnings, taken)


def _tasks(
    request: Request,
    sources: Sequence[Source],
    scales: Sequence[int],
    data_root: str | Path | None,
    progress: Say | None,
) -> list[_Task]:
    """Open every model for every scale, and find the finished images of every data set."""
    finished = {
        (source.title, scale): [
            finished_pictures(folder, source.title, source.at[scale], scale)
            for folder in request.pictures
        ]
        for source in sources
        for scale in scales
    }
    opened = open_models(request.named, scales, request.engine, data_root, progress)
    tasks = []
    for scale in scales:
        origins = {name: origin_of(name, scale) for name in request.named}
        files = dict(zip(request.named, opened[scale], strict=True))
        chosen: list[Model] = [
            files[each] if isinstance(each, str) else each.at(scale) for each in request.entries
        ]
        origins |= {each.name: Origin(str(each)) for each in request.functions}
        for source in sources:
            models = [*chosen, *finished[source.title, scale]]
            tasks.append(_Task(source, scale, models, origins))
    order = {source.title: k for k, source in enumerate(sources)}
    return sorted(tasks, key=lambda task: order[task.source.title])


def _results(
    task: _Task,
    rules: Protocol,
    request: Request,
    labels: Mapping[str, str],
    save: Path | None,
    failures: list[SrcnnError],
    progress: Say | None,
) -> list[Result]:
    """Score the models of a task by one protocol."""
    title, scale = task.source.title, task.scale
    files = task.source.at[scale]
    measures = {metric: METRICS[metric].measure for metric in request.measures}
    keep = None if save is None else _keeper(save / f"{title}_x{scale}", scale, labels)
    originals = read_originals(files.high, rules, failures, progress, files.low)
    rows = score_pictures(originals, task.models, scale, measures, keep, failures)
    return [
        Result(
            *(title, scale, name, images, rules.name),
            task.origins.get(name) or Origin(labels[name]),
            labels[name],
        )
        for name, images in rows.items()
        if images
    ]


def _keeper(folder: Path, scale: int, labels: Mapping[str, str]) -> Keep:
    def keep(model: str, scored: Scored) -> None:
        save_scored(folder / labels[model], scored, scale)
        if model == BICUBIC:  # once per image
            save_references(folder, scored.original, scale)

    return keep


def _checks(results: Sequence[Result], protocols: Sequence[Protocol]) -> list[Check]:
    """Compare bicubic scores with the published ones, if there are any."""
    named = {rules.name: rules for rules in protocols}
    checks = []
    for row in results:
        known = CATALOG.get(row.dataset)
        if row.model != BICUBIC or known is None:
            continue
        if not named[row.protocol].like(PROTOCOLS[known.protocol]):
            continue
        published = known.bicubic_psnr.get(row.scale)
        measured = row.mean.get("psnr")
        if published is not None and measured is not None:
            agrees = abs(measured - published) <= _TOLERANCE
            checks.append(Check(row.dataset, row.scale, measured, published, agrees))
    return checks
