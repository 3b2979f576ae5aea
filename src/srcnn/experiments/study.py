"""A study: networks that differ in one aspect and are trained alike, or models scored alike."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from srcnn.errors import UsageError, choices
from srcnn.experiments.documents import Published, RecipeKeys
from srcnn.terminal import say
from srcnn.training.config import Recipe
from srcnn.training.keys import Positive
from srcnn.training.recipe_file import make_recipe, mistakes

FOLDER = Path("experiments")
"""Folder of a checkout that holds the studies, by name."""
RUNS = Path("runs") / "experiments"
"""Folder that holds their runs."""
SMOKE = {"data": ["t91"], "steps": 12, "validate_every": 12, "warmup": 2}
"""Recipe keys for the budget ``smoke``, with which everything runs but nothing is learned."""

Budget = Literal["smoke", "full"]
_STRICT = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Arm(BaseModel):
    """One way to train, run with several seeds."""

    model_config = _STRICT

    recipe: RecipeKeys = {}
    """Keys in which it differs from the study's recipe."""
    after: str | None = None
    """Arm from whose weights, of the same seed, this one starts."""
    seeds: Positive = 1
    paper: Published = {}
    """Published results: PSNR in dB by data set, or by metric if colors are scored; ``seconds`` per
    image."""


class Study(BaseModel):
    """The contents of ``experiments/NAME.yaml``: either ``arms``, or ``models`` and ``scales``."""

    model_config = _STRICT

    title: str
    paper: str
    """Section, table and figure of the paper."""
    claim: str
    """Conclusion of the paper."""
    recipe: RecipeKeys = {}
    """Keys that all arms share."""
    arms: dict[str, Arm] = {}
    models: tuple[str, ...] = ()
    published: dict[str, Published] = {}
    """Published results of models, in the form of an arm's."""
    scales: tuple[Annotated[int, Field(ge=2)], ...] = ()
    datasets: Annotated[dict[str, str], Field(min_length=1)]
    """Data sets, each with the protocol by which it is scored."""
    metrics: tuple[str, ...] = ("psnr", "ssim")
    bicubic: Published = {}
    """Published results of bicubic, in the form of an arm's."""
    timed: str | None = None
    """Data set whose images are timed. The default is the first of ``datasets``."""

    @model_validator(mode="after")
    def _one_kind(self) -> Study:
        if bool(self.arms) == bool(self.models):
            raise ValueError("a study needs either arms or models")
        if bool(self.models) != bool(self.scales):
            raise ValueError("models and scales must be given together")
        if self.timed not in {None, *self.datasets}:
            raise ValueError(f"timed: {self.timed} is not one of the datasets")
        for name in self.published:
            if name not in self.models:
                raise ValueError(f"published: {name} is not one of the models")
        for name, arm in self.arms.items():
            earlier = list(self.arms)[: list(self.arms).index(name)]
            if arm.after is not None and arm.after not in earlier:
                raise ValueError(f"{name} comes after {arm.after}, which is not an earlier arm")
            if arm.after is not None and arm.seeds > self.arms[arm.after].seeds:
                raise ValueError(f"{name} has more seeds than {arm.after}, which it comes after")
        return self

    @property
    def dataset_timed(self) -> str:
        """Data set whose images are timed."""
        return self.timed or next(iter(self.datasets))

    def recipe_of(self, arm: str, seed: int, budget: Budget, start: Path | None) -> Recipe:
        """Return the recipe of one run; ``start`` is the weights file of the arm it follows."""
        values = self.recipe | self.arms[arm].recipe | {"seed": seed}
        if start is not None:
            values["start"] = str(start)
        if budget == "smoke":
            values |= SMOKE
        recipe = make_recipe({"name": "study"} | values, (), f"arm {arm}")
        if "name" in values:
            return recipe
        sizes = "".join(map(str, recipe.f))
        name = f"{recipe.architecture}-{sizes}" if sizes else recipe.architecture
        return recipe.model_copy(update={"name": name})

    def scored_on(self, budget: Budget) -> dict[str, str]:
        """Return ``datasets``; only the first for a study of models with the budget ``smoke``."""
        few = bool(self.models) and budget == "smoke"
        return dict(list(self.datasets.items())[: 1 if few else None])

    def seeds_of(self, arm: str, budget: Budget) -> range:
        """Return the seeds of an arm's runs; the budget ``smoke`` has one."""
        return range(1, 2 if budget == "smoke" else self.arms[arm].seeds + 1)


@dataclass(frozen=True)
class Task:
    """A study to run, and how.

    Attributes:
        name: Its name.
        study: The contents of its file.
        budget: ``full`` trains for hours; ``smoke`` checks that everything runs.
        data_root: Folder that holds the named data sets.
        quiet: Whether to show only warnings.
    """

    name: str
    study: Study
    budget: Budget
    data_root: Path | None
    quiet: bool

    def say(self, text: str) -> None:
        """Print a line about the current step to stderr."""
        say(text, self.quiet)


def names() -> list[str]:
    """Return the names of the studies of this checkout.

    Raises:
        UsageError: If there are none.
    """
    found = sorted(path.stem for path in FOLDER.glob("*.yaml"))
    if not found:
        raise UsageError(FOLDER, "contains no study", "run this in a checkout of srcnn")
    return found


def read_study(name: str) -> Study:
    """Read a study from its file.

    Raises:
        UsageError: If the study is unknown, or its file or the recipe of an arm has errors.
    """
    known = names()
    if name not in known:
        raise UsageError(f"experiment '{name}'", "is unknown", choices(name, [*known, "all"]))
    path = FOLDER / f"{name}.yaml"
    try:
        study = Study.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(path, f"cannot be read ({error})") from None
    except ValidationError as error:
        raise UsageError(path, mistakes(error, Study)) from None
    recipes = {arm: study.recipe_of(arm, 1, "full", None) for arm in study.arms}
    for name, arm in study.arms.items():
        if arm.after is not None and _kind(recipes[name]) != _kind(recipes[arm.after]):
            why = (
                f"arm {name} must be the same network as {arm.after}, whose weights it starts from"
            )
            raise UsageError(path, why)
    return study


def _kind(recipe: Recipe) -> tuple[object, ...]:
    """Return the properties that weights must share to continue each other's training."""
    return recipe.f, recipe.n, recipe.color, recipe.form == "binary"
