"""The JSON documents of ``srcnn bench``, and of the machine that was measured."""

from __future__ import annotations

from typing import TypedDict

from srcnn.evaluation.protocol import ProtocolDocument


class Machine(TypedDict):
    """The processor, and the versions of installed packages.

    Attributes:
        cpu: Name of the processor.
        cores: Number of cores that the process may use.
        flags: Vector instructions of the processor.
        python: Version of Python.
        versions: Versions of packages by name.
    """

    cpu: str
    cores: int
    flags: list[str]
    python: str
    versions: dict[str, str]


class BenchMachine(Machine):
    """A machine, and the number of threads used.

    Attributes:
        threads: Number of threads.
    """

    threads: int


class ModelDocument(TypedDict):
    """Cost and quality of a model.

    Attributes:
        multiplies: Multiplications per pixel of the result.
        set5_psnr: PSNR on Set5 in dB, or null if unknown.
    """

    multiplies: int
    set5_psnr: float | None


class AttemptDocument(TypedDict):
    """One attempt to reach the machine's peak.

    Attributes:
        engine: Engine.
        precision: Precision.
        streams: Number of inferences at once.
        gflops: GFLOP/s that were reached.
        quartiles: First and third quartile of ``gflops`` over the rounds.
    """

    engine: str
    precision: str
    streams: int
    gflops: float
    quartiles: list[float]


class PeakDocument(TypedDict):
    """Peak of the machine, and every attempt to reach it.

    Attributes:
        of: The operation that was measured.
        fp32: Peak in fp32, in GFLOP/s.
        bf16: Peak in bf16, in GFLOP/s.
        measured: All attempts.
    """

    of: str
    fp32: float
    bf16: float
    measured: list[AttemptDocument]


class RowDocument(TypedDict):
    """Time of one contender.

    Attributes:
        what: Kind of measurement: ``network``, ``examples``, ``pipeline`` or ``resize``.
        contender: ``srcnn`` or another package.
        model: Name of the network, or of the method.
        engine: Engine; null for other packages.
        precision: Precision, or null.
        size: (height, width) of the result in pixels.
        scale: Scale.
        ns_per_pixel: Median time in nanoseconds per pixel of the result.
        quartiles: First and third quartile of ``ns_per_pixel``.
        gflops: Arithmetic of a network alone, in GFLOP/s.
        share_of_peak: ``gflops`` as a share of the machine's peak.
        times_torch_eager: Speed relative to eager torch; null if it does not have the model.
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
    """The JSON document of ``srcnn bench --json``.

    Attributes:
        schema: Version of this document's form.
        machine: The machine.
        rounds: Number of rounds; times are medians over them.
        left_out: What was not measured, and why.
        models: Cost and quality of each network.
        peak: Peak of the machine.
        rows: Times of all contenders.
        start: Seconds from start to end of the command: ``help_s`` for the help, ``picture_s``
            for a small image from file to file.
    """

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

    Attributes:
        contender: ``srcnn`` or another package.
        model: Name of the network, or of the method.
        engine: Engine; null for other packages.
        precision: Precision, or null.
        scale: Scale.
        parameters: Number of weights; null without a network, or if unknown.
        size: (height, width) of the timed result in pixels.
        ms_per_megapixel: Median time in milliseconds per megapixel of the result.
        quartiles: First and third quartile of ``ms_per_megapixel``.
        psnr: PSNR in dB by data set.
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
    """The JSON document of ``srcnn bench --quality --json``.

    Attributes:
        schema: Version of this document's form.
        machine: The machine.
        rounds: Number of rounds; times are medians over them.
        protocol: The protocol of the scores.
        left_out: What was not measured, and why.
        rows: Cost and quality of all contenders.
    """

    schema: int
    machine: BenchMachine
    rounds: int
    protocol: ProtocolDocument
    left_out: list[str]
    rows: list[QualityRow]
