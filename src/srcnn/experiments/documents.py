"""The JSON documents of studies, which ``srcnn experiment`` writes, and figures and tables read."""

from __future__ import annotations

from typing import Any, TypedDict, final

from srcnn.bench.documents import Machine
from srcnn.evaluation.scoring import Scores

Published = dict[str, float]
"""Published results: PSNR in dB by data set, or by metric if colors are scored; ``seconds`` per
image."""
RecipeKeys = dict[str, Any]
"""Keys of a recipe with their values, as in a file."""


class StudyHead(TypedDict):
    """Description of a study.

    ``datasets`` maps each data set to its protocol; the images of ``timed`` are timed.
    """

    schema: int
    experiment: str
    budget: str
    machine: Machine
    title: str
    paper: str
    claim: str
    datasets: dict[str, str]
    timed: str


class CoursePoint(TypedDict):
    """Score of the weights of one validation, in dB, after ``samples`` patches."""

    step: int
    samples: int
    psnr: float


class RunDocument(TypedDict):
    """One run of an arm: training time in seconds, mean scores by data set, and its course."""

    seed: int
    seconds: float
    scores: dict[str, Scores]
    course: list[CoursePoint]


class ArmDocument(TypedDict):
    """One way to train. ``recipe`` has the keys that differ from the defaults."""

    arm: str
    paper: Published
    f: list[int]
    n: list[int]
    color: str
    steps: int
    batch: int
    recipe: RecipeKeys
    after: str | None
    parameters: int
    seconds_per_picture: float | None
    runs: list[RunDocument]


class BicubicDocument(TypedDict):
    """Published scores of bicubic, and its mean scores by data set."""

    paper: Published
    scores: dict[str, Scores]


@final
class ArmsDocument(StudyHead):
    """A study of networks that were trained for it."""

    bicubic: BicubicDocument
    arms: list[ArmDocument]


class MeanDocument(TypedDict):
    """Mean scores of a model on a data set. The PSNR of equal images is null in the file."""

    dataset: str
    scale: int
    model: str
    mean: Scores


@final
class ModelsDocument(StudyHead):
    """A study of models that need no training."""

    published: dict[str, Published]
    results: list[MeanDocument]
    timed_scale: int
    seconds_per_picture: dict[str, float]


StudyDocument = ArmsDocument | ModelsDocument
