"""The JSON documents of studies: what ``srcnn experiment`` writes, and figures and tables read."""

from __future__ import annotations

from typing import Any, TypedDict, final

from srcnn.bench.documents import Machine
from srcnn.evaluation.scoring import Scores

Published = dict[str, float]
"""Published figures: PSNR by data set, or by metric where colors are scored; ``seconds`` a picture."""
RecipeKeys = dict[str, Any]
"""Keys of a recipe with their values, as a file says them."""


class StudyHead(TypedDict):
    """What every study says of itself.

    ``datasets`` names the protocol of each data set; ``timed`` is the one whose pictures are timed.
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
    """What the weights of one validation score, in dB, after ``samples`` patches."""

    step: int
    samples: int
    psnr: float


class RunDocument(TypedDict):
    """One run of an arm: seconds of training, mean scores by data set, and its course."""

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
    """The input: what is published of it, and its mean scores by data set."""

    paper: Published
    scores: dict[str, Scores]


@final
class ArmsDocument(StudyHead):
    """A study of networks that were trained for it."""

    bicubic: BicubicDocument
    arms: list[ArmDocument]


class MeanDocument(TypedDict):
    """The mean scores of a model on a data set. The PSNR of equal pictures is null in the file."""

    dataset: str
    scale: int
    model: str
    mean: Scores


@final
class ModelsDocument(StudyHead):
    """A study of models that need no training here."""

    published: dict[str, Published]
    results: list[MeanDocument]
    timed_scale: int
    seconds_per_picture: dict[str, float]


StudyDocument = ArmsDocument | ModelsDocument
