"""A study: networks that differ in one thing, trained alike, or models that are judged alike."""

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
"""Where studies lie in a checkout, by name."""
RUNS = Path("runs") / "experiments"
"""Where their runs are kept."""
SMOKE = {"data": ["t91"], "steps": 12, "validate_every": 12, "warmup": 2}
"""Recipe keys with the budget ``smoke``: everything runs, and nothing is learned."""

Budget = Literal["smoke", "full"]
_STRICT = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Arm(BaseModel):
    """One way to train, in so many runs that differ in their seed."""

    model_config = _STRICT

    recipe: RecipeKeys = {}
    """Keys in which it differs from the study's recipe."""
    after: str | None = None
    """The arm from whose weights, of the same seed, it starts."""
    seeds: Positive = 1
    paper: Published = {}
    """Published figures: PSNR by data set, or where colours are judged by metric; ``seconds`` a picture."""


class Study(BaseModel):
    """What a file ``experiments/NAME.yaml`` says. It has ``arms``, or ``models`` and ``scales``."""

    model_config = _STRICT

    title: str
    paper: str
    """Section, table and figure."""
    claim: str
    """What the paper concludes."""
    recipe: RecipeKeys = {}
    """What all arms share."""
    arms: dict[str, Arm] = {}
    models: tuple[str, ...] = ()
    published: dict[str, Published] = {}
    """Published figures of models, as those of an arm."""
    scales: tuple[Annotated[int, Field(ge=2)], ...] = ()
    datasets: Annotated[dict[str, str], Field(min_length=1)]
    """The data sets, and the protocol by which each is judged."""
    metrics: tuple[str, ...] = ("psnr", "ssim")
    bicubic: Published = {}
    """Published figures of the input, as those of an arm."""
    timed: str | None = None
    """The data set whose pictures are timed; the first of ``datasets`` if none is named."""

    @model_validator(mode="after")
    def _one_kind(self) -> Study:
        if bool(self.arms) == bool(self.models):
            raise ValueError("a study has either arms or models")
        if bool(self.models) != bool(self.scales):
            raise ValueError("models and scales go together")
        if self.timed not in {None, *self.datasets}:
            raise ValueError(f"{self.timed}, which is timed, is not among the datasets")
        for name in self.published:
            if name not in self.models:
                raise ValueError(f"{name}, whose figures are published, is not among the models")
        for name, arm in self.arms.items():
            earlier = list(self.arms)[: list(self.arms).index(name)]
            if arm.after is not None and arm.after not in earlier:
                raise ValueError(f"{name} comes after {arm.after}, which is no earlier arm")
            if arm.after is not None and arm.seeds > self.arms[arm.after].seeds:
                raise ValueError(f"{name} has more seeds than {arm.after}, which it comes after")
        return self

    @property
    def dataset_timed(self) -> str:
        """The data set whose pictures are timed."""
        return self.timed or next(iter(self.datasets))

    def recipe_of(self, arm: str, seed: int, budget: Budget, start: Path | None) -> Recipe:
        """The recipe of one run; ``start`` is the weights file of the arm that it comes after."""
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

    def judged_on(self, budget: Budget) -> dict[str, str]:
        """``datasets``; of a study of models that only has to run, the first of them."""
        few = bool(self.models) and budget == "smoke"
        return dict(list(self.datasets.items())[: 1 if few else None])

    def seeds_of(self, arm: str, budget: Budget) -> range:
        """The seeds of an arm's runs; one is enough to see that it works."""
        return range(1, 2 if budget == "smoke" else self.arms[arm].seeds + 1)


@dataclass(frozen=True)
class Task:
    """A study that is to be run, and how.

    Attributes:
        name: Its name.
        study: What its file says.
        budget: ``full`` trains for hours, ``smoke`` shows that everything runs.
        data_root: Where named data sets lie.
        quiet: Whether to show warnings only.
    """

    name: str
    study: Study
    budget: Budget
    data_root: Path | None
    quiet: bool

    def say(self, text: str) -> None:
        """Print a line about what is being done to stderr."""
        say(text, self.quiet)


def names() -> list[str]:
    """The studies of this checkout; `UsageError` where there is none."""
    found = sorted(path.stem for path in FOLDER.glob("*.yaml"))
    if not found:
        raise UsageError(FOLDER, "holds no study", "run this in a checkout of srcnn")
    return found


def read_study(name: str) -> Study:
    """`UsageError` with every mistake in its file, or in the recipe of an arm."""
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
            why = f"arm {name} is another network than {arm.after}, from whose weights it starts"
            raise UsageError(path, why)
    return study


def _kind(recipe: Recipe) -> tuple[object, ...]:
    """What weights have to agree in, to be trained on."""
    return recipe.f, recipe.n, recipe.color, recipe.form == "binary"
