"""The JSON documents of ``srcnn bench``, and of the machine that something was measured on."""

from __future__ import annotations

from typing import TypedDict

from srcnn.evaluation.protocol import ProtocolDocument


class Machine(TypedDict):
    """The processor and the versions of what is installed."""

    cpu: str
    cores: int
    flags: list[str]
    python: str
    versions: dict[str, str]


class BenchMachine(Machine):
    """A machine, and the threads that were used."""

    threads: int


class ModelDocument(TypedDict):
    """What a model costs and is worth: multiplies per pixel, and PSNR on Set5 in dB."""

    multiplies: int
    set5_psnr: float | None


class AttemptDocument(TypedDict):
    """One way to reach the peak, in GFLOP/s."""

    engine: str
    precision: str
    streams: int
    gflops: float
    quartiles: list[float]


class PeakDocument(TypedDict):
    """The machine's peak in GFLOP/s by precision, what it is of, and every attempt at it."""

    of: str
    fp32: float
    bf16: float
    measured: list[AttemptDocument]


class RowDocument(TypedDict):
    """What one contender took: a `srcnn.bench.contenders.Subject` with its figures.

    ``size`` is (height, width) of the result, ``quartiles`` are of ``ns_per_pixel``. ``gflops`` and
    ``share_of_peak`` are of networks alone; ``times_torch_eager`` is null where that has no such model.
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
    """What ``srcnn bench --json`` writes. ``start`` is in seconds."""

    schema: int
    machine: BenchMachine
    rounds: int
    left_out: list[str]
    models: dict[str, ModelDocument]
    peak: PeakDocument
    rows: list[RowDocument]
    start: dict[str, float]


class QualityRow(TypedDict):
    """What one contender costs and is worth, from RGB bytes to RGB bytes.

    ``contender`` is ``srcnn`` or another package. ``size`` is (height, width) of the result that is
    timed, ``quartiles`` are of ``ms_per_megapixel`` (of output), ``psnr`` is in dB by data set.
    ``parameters`` is null where there is no network, or where it is not known.
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
    """What ``srcnn bench --quality --json`` writes."""

    schema: int
    machine: BenchMachine
    rounds: int
    protocol: ProtocolDocument
    left_out: list[str]
    rows: list[QualityRow]
