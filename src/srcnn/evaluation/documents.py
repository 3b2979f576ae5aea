"""The results of an evaluation, and the JSON documents made from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Required, TypedDict, cast

from srcnn.data.layouts import Files
from srcnn.engine.options import Engine
from srcnn.errors import SrcnnError
from srcnn.evaluation.protocol import Protocol, ProtocolDocument
from srcnn.evaluation.scoring import ImageScores, Scores, mean

JsonScores = dict[str, float | None]
"""`Scores` as JSON. None is infinity, the PSNR of two equal images."""


class ImageDocument(TypedDict, total=False):
    """Scores of one image as JSON, with the requested metrics.

    Protocols that score several views add ``<metric>_<view>``, such as ``psnr_cb``.

    Attributes:
        name: Name of the image's file without suffix.
        psnr: PSNR in dB; null for equal images.
        ssim: SSIM, at most 1.
        ifc: Information fidelity criterion.
        nqm: Noise quality measure in dB.
        wpsnr: Weighted PSNR in dB.
        msssim: Multi-scale SSIM, at most 1.
        haarpsi: HaarPSI, at most 1.
        model: The network that ``auto`` chose.
    """

    name: Required[str]
    psnr: float | None
    ssim: float | None
    ifc: float | None
    nqm: float | None
    wpsnr: float | None
    msssim: float | None
    haarpsi: float | None
    model: str


class ResultDocument(TypedDict):
    """Scores of one model on one data set at one scale as JSON.

    Attributes:
        dataset: Name of the data set, or of the folder.
        scale: Scale.
        protocol: Name of the protocol.
        model: Name or file of the model as it was given.
        label: Name of the model for tables.
        sha256: SHA-256 of the weights file, or null.
        images: Scores of each image.
        mean: Mean of each metric over the images.
    """

    dataset: str
    scale: int
    protocol: str
    model: str
    label: str
    sha256: str | None
    images: list[ImageDocument]
    mean: JsonScores


class DataDocument(TypedDict):
    """The files that were used of a data set at a scale, as JSON.

    Attributes:
        dataset: Name of the data set, or of the folder.
        scale: Scale.
        pictures: Number of images.
        folder: Folder of the images.
        low_resolution: Folder of the given low-resolution files, or null if they were made.
        left_out: Number of files that were not used, by reason.
    """

    dataset: str
    scale: int
    pictures: int
    folder: str
    low_resolution: str | None
    left_out: dict[str, int]


class CheckDocument(TypedDict):
    """Comparison of bicubic on a data set with the published score, as JSON.

    Attributes:
        dataset: Name of the data set.
        scale: Scale.
        bicubic_psnr: Measured PSNR of bicubic in dB.
        published: Published PSNR of bicubic in dB.
        agrees: Whether both agree, as they do for the same images.
    """

    dataset: str
    scale: int
    bicubic_psnr: float
    published: float
    agrees: bool


class FailureDocument(TypedDict):
    """An image that could not be scored, as JSON.

    Attributes:
        source: Name of the file.
        error: The error as one line.
        kind: Class of the error.
        code: Exit code of the error.
    """

    source: str
    error: str
    kind: str
    code: int


class ReportDocument(TypedDict):
    """A `Report` as JSON, as ``srcnn evaluate --json`` writes and `srcnn.evaluate` returns it.

    Attributes:
        schema: Version of this document's form.
        version: Version of srcnn.
        date: Date and time of the report, ISO 8601, UTC.
        protocol: The first protocol.
        protocols: All protocols.
        engine: Engine that ran the networks.
        precision: Precision of the networks.
        tta: Whether the results are averages over 8 flips and rotations.
        data: The files that were used.
        checks: Comparisons of bicubic with published scores.
        failures: Errors of images that could not be scored, as one line each.
        errors: The same errors with class and exit code.
        warnings: Signs that a model or a data set is not what it should be.
        results: Scores by data set, scale, protocol and model; bicubic is always included.
    """

    schema: int
    version: str
    date: str
    protocol: ProtocolDocument
    protocols: list[ProtocolDocument]
    engine: str
    precision: str
    tta: bool
    data: list[DataDocument]
    checks: list[CheckDocument]
    failures: list[str]
    errors: list[FailureDocument]
    warnings: list[str]
    results: list[ResultDocument]


class ComparedDocument(TypedDict):
    """The scores of one model in a `ComparisonDocument`.

    Attributes:
        model: Name or file of the model as it was given.
        psnr: PSNR of the luma in dB; null for equal images.
        ssim: SSIM of the luma.
    """

    model: str
    psnr: float | None
    ssim: float | None


class ComparisonDocument(TypedDict):
    """The JSON document of ``srcnn compare --json``.

    Attributes:
        schema: Version of this document's form.
        source: Name of the image.
        destination: Name of the panel or the page.
        scale: Scale.
        width: Width of the image in pixels.
        height: Height of the image in pixels.
        crop: The detail: x, y, width and height in pixels.
        protocol: The protocol of the scores.
        results: Scores of each model.
    """

    schema: int
    source: str
    destination: str
    scale: int
    width: int
    height: int
    crop: list[int]
    protocol: ProtocolDocument
    results: list[ComparedDocument]


@dataclass(frozen=True)
class Origin:
    """Identity of a model.

    Attributes:
        label: Name on the card of its weights, or another name without a path.
        sha256: SHA-256 of its weights file, in hexadecimal; None if it has no file.
    """

    label: str
    sha256: str | None = None


@dataclass(frozen=True)
class Result:
    """Scores of one model on one data set at one scale, by one protocol."""

    dataset: str
    scale: int
    model: str
    images: Sequence[ImageScores]
    protocol: str
    origin: Origin
    shown: str
    """Name of the model in tables, see `srcnn.weights.labels`."""

    @property
    def mean(self) -> Scores:
        """Mean of every metric over the images that have it."""
        return mean(self.images)

    def to_document(self) -> ResultDocument:
        """Return the result as JSON."""
        rows = [
            {"name": image.name, **finite_scores(image.scores)}
            | ({} if image.taken is None else {"model": image.taken})
            for image in self.images
        ]
        return {
            "dataset": self.dataset,
            "scale": self.scale,
            "protocol": self.protocol,
            "model": self.model,
            "label": self.origin.label,
            "sha256": self.origin.sha256,
            # The keys of the metrics are only known at run time.
            "images": cast("list[ImageDocument]", rows),
            "mean": finite_scores(self.mean),
        }


@dataclass(frozen=True)
class Check:
    """A measured bicubic score beside the published one, both in dB."""

    dataset: str
    scale: int
    bicubic_psnr: float
    published: float
    agrees: bool

    def __str__(self) -> str:
        row = f"{self.dataset} x{self.scale}: bicubic {self.bicubic_psnr:.2f} dB"
        if self.agrees:
            return f"{row}, as published"
        return (
            f"WARNING: {row}, but {self.published:.2f} dB was published: these are different images"
        )


@dataclass(frozen=True)
class Taken:
    """The files that were used of a data set at a scale."""

    dataset: str
    scale: int
    files: Files

    def to_document(self) -> DataDocument:
        """Return the JSON document."""
        low = self.files.low_folder
        return {
            "dataset": self.dataset,
            "scale": self.scale,
            "pictures": len(self.files.high),
            "folder": str(self.files.folder),
            "low_resolution": None if low is None else str(low),
            "left_out": dict(self.files.left_out.counts),
        }


@dataclass(frozen=True)
class Report:
    """The results of an evaluation, with its settings.

    Attributes:
        protocols: The protocols, in the requested order.
        engine: How networks were run.
        checks: Bicubic scores beside published ones.
        errors: Error of each image that could not be scored.
        results: The scores.
        version: Version of srcnn.
        date: Date and time in UTC, as ISO 8601.
        warnings: Lines about models that score below bicubic.
        taken: Files that were used of each data set at each scale.
    """

    protocols: Sequence[Protocol]
    engine: Engine
    checks: Sequence[Check]
    errors: Sequence[SrcnnError]
    results: Sequence[Result]
    version: str
    date: str
    warnings: Sequence[str]
    taken: Sequence[Taken]

    @property
    def failures(self) -> list[str]:
        """The errors as lines."""
        return [str(error) for error in self.errors]

    def to_document(self) -> ReportDocument:
        """Return the report as JSON; ``protocol`` is the first of ``protocols``."""
        return {
            "schema": 1,
            "version": self.version,
            "date": self.date,
            "protocol": self.protocols[0].to_document(),
            "protocols": [protocol.to_document() for protocol in self.protocols],
            "engine": self.engine.name,
            "precision": self.engine.precision,
            "tta": self.engine.ensemble,
            "data": [one.to_document() for one in self.taken],
            "checks": [cast(CheckDocument, asdict(check)) for check in self.checks],
            "failures": list(self.failures),
            "errors": [
                {
                    "source": error.what,
                    "error": str(error),
                    "kind": type(error).__name__,
                    "code": error.exit_code,
                }
                for error in self.errors
            ],
            "warnings": list(self.warnings),
            "results": [result.to_document() for result in self.results],
        }


def finite(value: float) -> float | None:
    """Return ``value``, or None for infinity and NaN, which JSON cannot represent."""
    return value if math.isfinite(value) else None


def finite_scores(scores: Scores) -> JsonScores:
    """Return ``scores`` in a form that JSON can represent."""
    return {metric: finite(value) for metric, value in scores.items()}
