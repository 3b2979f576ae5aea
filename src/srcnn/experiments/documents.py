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

    Attributes:
        schema: Version of this document's form.
        experiment: Name of the study.
        budget: ``full``, or ``smoke`` for a short run.
        machine: The machine.
        title: Title of the study.
        paper: Section of the paper.
        claim: What the paper claims.
        datasets: Protocol of each data set.
        timed: Data set whose images are timed.
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
    """Score of the weights of one validation.

    Attributes:
        step: Number of finished steps.
        samples: Number of patches trained on so far.
        psnr: PSNR in dB.
    """

    step: int
    samples: int
    psnr: float


class RunDocument(TypedDict):
    """One run of an arm.

    Attributes:
        seed: Seed of the run.
        seconds: Training time in seconds.
        scores: Mean scores by data set.
        course: Scores of the validations in order.
    """

    seed: int
    seconds: float
    scores: dict[str, Scores]
    course: list[CoursePoint]


class ArmDocument(TypedDict):
    """One way to train.

    Attributes:
        arm: Name of the arm.
        paper: PSNR that the paper prints, in dB by data set.
        f: Filter sizes, first layer to last.
        n: Numbers of filters of the hidden layers.
        color: Channels of the network.
        steps: Number of steps.
        batch: Number of patches in a step.
        recipe: Keys of the recipe that differ from the defaults.
        after: Arm whose weights the training starts from, or null.
        parameters: Number of weights.
        seconds_per_picture: Median time of an image in seconds, or null.
        runs: One run for each seed.
    """

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
    """Scores of bicubic.

    Attributes:
        paper: PSNR that the paper prints, in dB by data set.
        scores: Mean scores by data set.
    """

    paper: Published
    scores: dict[str, Scores]


@final
class ArmsDocument(StudyHead):
    """A study of networks that were trained for it.

    Attributes:
        bicubic: Scores of bicubic.
        arms: The arms in order.
    """

    bicubic: BicubicDocument
    arms: list[ArmDocument]


class MeanDocument(TypedDict):
    """Mean scores of a model on a data set. The PSNR of equal images is null in the file.

    Attributes:
        dataset: Name of the data set.
        scale: Scale.
        model: Name of the model.
        mean: Mean of each metric.
    """

    dataset: str
    scale: int
    model: str
    mean: Scores


@final
class ModelsDocument(StudyHead):
    """A study of models that need no training.

    Attributes:
        published: Published figures by model, such as ``seconds`` per image.
        results: Mean scores by data set, scale and model.
        timed_scale: Scale at which the images are timed.
        seconds_per_picture: Median time of an image in seconds, by model.
    """

    published: dict[str, Published]
    results: list[MeanDocument]
    timed_scale: int
    seconds_per_picture: dict[str, float]


StudyDocument = ArmsDocument | ModelsDocument
