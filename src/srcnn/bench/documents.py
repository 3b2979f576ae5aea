"""The JSON documents of ``srcnn bench``, and of the machine that was measured."""

from __future__ import annotations

from typing import TypedDict

from srcnn.evaluation.protocol import ProtocolDocument


class Machine(TypedDict):
    """The processor, and the versions of installed packages."""

    cpu: str
    cores: int
    flags: list[str]
    python: str
    versions: dict[str, str]


class BenchMachine(Machine):
    """A machine, and the number of threads used."""

    threads: int


class ModelDocument(TypedDict):
    """Cost and quality of a model: multiplications per pixel, and PSNR on Set5 in dB."""

    multiplies: int
    set5_psnr: float | None


class AttemptDocument(TypedDict):
    """One attempt to reach the peak, in GFLOP/s."""

    engine: str
    precision: str
    streams: int
    gflops: float
    quartiles: list[float]


class PeakDocument(TypedDict):
    """Peak of the machine in GFLOP/s by precision, its definition, and every attempt at it."""

    of: str
    fp32: float
    bf16: float
    measured: list[AttemptDocument]


class RowDocument(TypedDict):
    """Time of one contender: a `srcnn.bench.contenders.Subject` with its measurements.

    ``size`` is (height, width) of the result, and ``quartiles`` are those of ``ns_per_pixel``.
    ``gflops`` and ``share_of_peak`` only apply to networks alone. ``times_torch_eager`` is null if
    eager torch does not have the model.
    """

    what: str
    contender: str
    model: str
    engine: str | None
    precision: str | None
    size: list[int]
    scale: int
    ns_per_pixel: float
    quartiles: list[float]
    gflops: float | None
    share_of_peak: float | None
    times_torch_eager: float | None


class BenchDocument(TypedDict):
    """The JSON document of ``srcnn bench --json``. ``start`` is in seconds."""

    schema: int
    machine: BenchMachine
    rounds: int
    left_out: list[str]
    models: dict[str, ModelDocument]
    peak: PeakDocument
    rows: list[RowDocument]
    start: dict[str, float]


class QualityRow(TypedDict):
    """Cost and quality of one contender, from RGB bytes to RGB bytes.

    ``contender`` is ``srcnn`` or another package. ``size`` is (height, width) of the timed result,
    ``quartiles`` are those of ``ms_per_megapixel`` (of output), and ``psnr`` is in dB by data set.
    ``parameters`` is null without a network, or if the number is not known.
    """

    contender: str
    model: str
    engine: str | None
    precision: str | None
    scale: int
    parameters: int | None
    size: list[int]
    ms_per_megapixel: float
    quartiles: list[float]
    psnr: dict[str, float]


class QualityDocument(TypedDict):
    """The JSON document of ``srcnn bench --quality --json``."""

    schema: int
    machine: BenchMachine
    rounds: int
    protocol: ProtocolDocument
    left_out: list[str]
    rows: list[QualityRow]
