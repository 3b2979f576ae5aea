"""How a network is run: `Engine`, the one value that everything that runs a network accepts."""

from __future__ import annotations

from dataclasses import dataclass
from operator import index
from typing import Any

from srcnn._optional import need
from srcnn.engine.backends.table import BACKENDS, CPU_TILE, BackendRow
from srcnn.engine.threads import cores
from srcnn.errors import MissingExtra, UsageError

DEVICES = ("auto", "cpu", "cuda")
"""Valid values of ``device``."""
_DEFAULT = next(iter(BACKENDS))


@dataclass(frozen=True)
class Engine:
    """How a network is run. Results depend neither on the machine nor on what else is installed.

    Attributes:
        name: ``"auto"``, ``"onnxruntime"``, ``"openvino"``, ``"ncnn"`` or ``"torch"``. ``"auto"``
            selects ONNX Runtime; on ``"cuda"``, the first engine whose installed package has CUDA.
        precision: ``"auto"``, ``"fp32"`` or ``"bf16"``. ``"auto"`` is fp32.
        device: ``"auto"``, ``"cpu"`` or ``"cuda"``. ``"auto"`` is the CPU: a GPU is only used on
            request.
        tile: Side of a tile in pixels of the network's input, or ``"auto"`` for a side that suits
            the device. SRCNN takes the enlarged image, other networks the low-resolution one.
        threads: Number of tiles that are processed at once. None uses one per core.
        ensemble: Whether to average the network over the 8 flips and rotations of the image, at 8
            times the cost (`srcnn.engine.ensemble.SelfEnsemble`).
    """

    name: str = "auto"
    precision: str = "auto"
    device: str = "auto"
    tile: int | str = "auto"
    threads: int | None = None
    ensemble: bool = False

    def resolved(self) -> ResolvedEngine:
        """Check every value, and resolve those that are ``"auto"`` or None.

        Returns:
            The engine that will be used. Resolving it again changes nothing.

        Raises:
            MissingExtra: If a required package is not installed.
            UsageError: If a value is invalid, or the device is not available.
        """
        _check_choice("engine", self.name, ("auto", *BACKENDS))
        _check_choice("precision", self.precision, ("auto", *_precisions()))
        _check_choice("device", self.device, DEVICES)
        tile = None if _is_auto(self.tile) else _count("tile", self.tile, "auto or ")
        threads = cores() if self.threads is None else _count("threads", self.threads)
        if not isinstance(self.ensemble, bool):
            raise UsageError(f"ensemble {self.ensemble!r}", "must be True or False")
        device = "cpu" if self.device == "auto" else self.device
        name = self._name(device)
        row = BACKENDS[name]
        precision = row.precisions[0] if self.precision == "auto" else self.precision
        if precision not in row.precisions:
            raise UsageError(
                f"precision '{precision}'",
                f"engine {name} supports only {', '.join(row.precisions)}",
                f"use engine {_with_precision(precision)}",
            )
        if row.extra is not None:
            need(row.extra, f"engine {name}")
        _check_device(name, row, device)
        tile = tile or row.devices[device].tile
        return ResolvedEngine(name, precision, device, tile, threads, self.ensemble)

    def _name(self, device: str) -> str:
        """Return the engine that ``auto`` selects on a device."""
        if self.name != "auto":
            return self.name
        if device == "cpu":
            return _DEFAULT
        able = {name: row for name, row in BACKENDS.items() if device in row.devices}
        wanted = self.precision
        for name, row in able.items():
            if (wanted == "auto" or wanted in row.precisions) and _is_usable(row, device):
                return name
        packages = " or ".join(row.devices[device].package for row in able.values())
        raise MissingExtra(
            f"device '{device}'", "no installed engine can use it", f"install {packages}"
        )


@dataclass(frozen=True)
class ResolvedEngine(Engine):
    """An `Engine` without ``"auto"`` or None, as `Engine.resolved` returns it."""

    tile: int = CPU_TILE
    threads: int = 1


AUTO = Engine()
"""Default of every function that takes an `Engine`."""


def engine_of(
    engine: str | Engine = "auto",
    precision: str = "auto",
    device: str = "auto",
    tile: int | str = "auto",
    threads: int | None = None,
    tta: bool = False,
) -> Engine:
    """Return the `Engine` that a caller's keywords describe; nothing is checked or opened yet.

    Args:
        engine: An `Engine`, or the name of one.
        precision: See `Engine.precision`.
        device: See `Engine.device`.
        tile: See `Engine.tile`.
        threads: See `Engine.threads`.
        tta: See `Engine.ensemble`.

    Raises:
        UsageError: If an `Engine` is combined with other keywords.
    """
    if not isinstance(engine, Engine):
        return Engine(engine, precision, device, tile, threads, tta)
    loose = {"precision": precision, "device": device, "tile": tile, "threads": threads, "tta": tta}
    given = [
        name
        for name, value in loose.items()
        if not (value is None or value is False or _is_auto(value))
    ]
    if given:
        raise UsageError(
            given[0], "cannot be combined with an Engine object", "set it in the Engine"
        )
    return engine


def _is_auto(value: object) -> bool:
    return isinstance(value, str) and value == "auto"  # arrays compare element by element


def _check_choice(what: str, value: object, choices: tuple[str, ...]) -> None:
    if not (isinstance(value, str) and value in choices):
        raise UsageError(f"{what} {value!r}", "is unknown", f"use {', '.join(choices)}")


def _count(what: str, value: Any, otherwise: str = "") -> int:
    """Return a positive whole number of Python or NumPy as an int."""
    try:
        number = None if isinstance(value, bool) else index(value)
    except TypeError:
        number = None
    if number is None or number < 1:
        raise UsageError(f"{what} {value!r}", f"must be {otherwise}a whole number of at least 1")
    return number


def _precisions() -> list[str]:
    return list(dict.fromkeys(each for row in BACKENDS.values() for each in row.precisions))


def _with_precision(precision: str) -> str:
    return " or ".join(name for name, row in BACKENDS.items() if precision in row.precisions)


def _is_usable(row: BackendRow, device: str) -> bool:
    try:
        if row.extra is not None:
            need(row.extra, "")
    except MissingExtra:
        return False
    return row.devices[device].is_there()


def _check_device(name: str, row: BackendRow, device: str) -> None:
    if device not in row.devices:
        able = " or ".join(name for name, row in BACKENDS.items() if device in row.devices)
        why = f"engine {name} runs on {', '.join(row.devices)} only"
        raise UsageError(f"device '{device}'", why, f"use engine {able}")
    found = row.devices[device]
    if not found.is_there():
        why = f"engine {name} finds no such device"
        raise MissingExtra(f"device '{device}'", why, f"install {found.package}, or use the CPU")
