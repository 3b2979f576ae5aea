"""The request of an evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from srcnn.baselines.bicubic import NAME as BICUBIC
from srcnn.engine.options import AUTO, Engine
from srcnn.errors import UsageError, choices
from srcnn.evaluation.functions import Function
from srcnn.evaluation.protocol import Protocol, protocols_named
from srcnn.metrics import METRICS
from srcnn.weights.store import default


@dataclass(frozen=True)
class GivenFolders:
    """A caller's own pair of folders.

    Attributes:
        high: High-resolution images.
        low: Their low-resolution files, or a folder that has a subfolder for each scale. If None,
            they are made.
    """

    high: Path
    low: Path | None = None


@dataclass(frozen=True)
class Request:
    """What to evaluate, and how.

    Attributes:
        datasets: Catalog names, or folders of high-resolution images.
        models: Model names, weights files or functions. None selects the default network, or no
            network if there are ``pictures``. Bicubic is always added.
        scales: Scales of 2 or more.
        protocol: Name of a protocol, or several names.
        metrics: Names of metrics. None is those that the protocols are usually reported with.
        engine: How networks are run.
        pictures: Folders of upscaled images to score like models.
        given: A pair of folders in addition to the data sets.
    """

    datasets: Sequence[str]
    models: Sequence[str | Function] | None
    scales: Sequence[int]
    protocol: str | Sequence[str] = "paper"
    metrics: Sequence[str] | None = None
    engine: Engine = AUTO
    pictures: Sequence[Path] = ()
    given: GivenFolders | None = None

    @property
    def entries(self) -> list[str | Function]:
        """The models in order, bicubic first.

        Repeated names are dropped. If several functions have the same name, the later ones get a
        number.
        """
        models = self.models
        if models is None:
            models = [] if self.pictures else [default(*self.scales)]
        found: dict[str, str | Function] = {BICUBIC: BICUBIC}
        for each in models:
            if isinstance(each, str):
                found[each] = each
                continue
            names = [each.name, *(f"{each.name} {count}" for count in range(2, len(models) + 2))]
            name = next(name for name in names if name not in found)
            found[name] = replace(each, name=name)
        return list(found.values())

    @property
    def named(self) -> list[str]:
        """Models given by name or file, bicubic first."""
        return [each for each in self.entries if isinstance(each, str)]

    @property
    def functions(self) -> list[Function]:
        """Models given as functions."""
        return [each for each in self.entries if isinstance(each, Function)]

    @property
    def protocols(self) -> list[Protocol]:
        """The protocols, each once.

        Raises:
            UsageError: If a name is unknown.
        """
        names = [self.protocol] if isinstance(self.protocol, str) else self.protocol
        return protocols_named(names)

    @property
    def measures(self) -> Sequence[str]:
        """The metrics: those that were asked for, or the usual ones."""
        if self.metrics is not None:
            return self.metrics
        perceptual = any(rules.degradation is not None for rules in self.protocols)
        return ("psnr", "ssim", "haarpsi") if perceptual else ("psnr", "ssim")

    def check(self) -> None:
        """Check the request, without looking at data or models.

        Raises:
            UsageError: If it is invalid.
        """
        protocols = self.protocols
        if not protocols:
            raise UsageError("protocol", "none was given")
        for rules in protocols:
            check_metrics(self.measures, rules)
        if not self.scales or any(scale < 2 for scale in self.scales):
            raise UsageError("scale", "must be 2 or more")
        if not self.datasets and self.given is None:
            raise UsageError("data set", "none was given", "give a name, or a folder of images")
        names = [str(folder) for folder in self.pictures]
        names += [each if isinstance(each, str) else each.name for each in self.entries]
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise UsageError(f"pictures {twice[0]}", "is given twice", "give it once")


def check_metrics(metrics: Sequence[str], rules: Protocol) -> None:
    """Check that all metrics are known and apply to what the protocol scores.

    Raises:
        UsageError: If one is unknown or does not apply, or there is none.
    """
    for metric in metrics:
        if metric not in METRICS:
            raise UsageError(f"metric '{metric}'", "is unknown", choices(metric, METRICS))
        if METRICS[metric].of_one_channel and rules.together:
            why = f"needs one channel, but {rules.name} scores {rules.together[0]} together"
            others = [name for name, one in METRICS.items() if not one.of_one_channel]
            fix = f"use {', '.join(others)}"
            raise UsageError(f"metric '{metric}'", why, fix)
    if not metrics:
        raise UsageError("metrics", "none was given", f"use {', '.join(METRICS)}")
