"""Convert the cases to fp16 and int8, and run them in ONNX Runtime.

Needs onnx, onnxruntime and onnxconverter-common. Arguments: the folder, and the way.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnxconverter_common import float16
from onnxruntime.quantization import CalibrationDataReader, quantize_dynamic, quantize_static
from onnxruntime.transformers.float16 import convert_float_to_float16


class _One(CalibrationDataReader):  # type: ignore[misc]  # a class of Any
    """Calibration with a single image."""

    def __init__(self, given: Any) -> None:
        self._left = [{"input": given}]

    def get_next(self) -> Any:
        return self._left.pop() if self._left else None


def _common(source: str, target: str, case: dict[str, Any], given: Any) -> None:
    onnx.save(float16.convert_float_to_float16(onnx.load(source), keep_io_types=True), target)


def _runtimes(source: str, target: str, case: dict[str, Any], given: Any) -> None:
    onnx.save(convert_float_to_float16(onnx.load(source), keep_io_types=True), target)


def _dynamic(source: str, target: str, case: dict[str, Any], given: Any) -> None:
    quantize_dynamic(source, target, nodes_to_quantize=_inner(case), per_channel=True)


def _static(source: str, target: str, case: dict[str, Any], given: Any) -> None:
    options = {"nodes_to_quantize": _inner(case), "per_channel": True}
    quantize_static(source, target, _One(given), **options)


def _inner(case: dict[str, Any]) -> list[str]:
    """Return all but the network's first and last layer, whose steps of 1 / 255 would show."""
    names: list[str] = case["convolutions"][1:-1]
    return names


WAYS: dict[str, Callable[[str, str, dict[str, Any], Any], None]] = {
    "fp16-common": _common,
    "fp16-onnxruntime": _runtimes,
    "int8-dynamic": _dynamic,
    "int8-static": _static,
}


def main(folder: Path, way: str) -> None:
    """Write each case's output, and print the version."""
    print(onnxruntime.__version__)
    for case in json.loads((folder / "cases.json").read_text()):
        name = case["name"]
        given = np.fromfile(folder / f"{name}.input.f32", np.float32).reshape(case["shape"])
        target = str(folder / "converted.onnx")
        WAYS[way](str(folder / f"{name}.onnx"), target, case, given)
        session = onnxruntime.InferenceSession(target, providers=["CPUExecutionProvider"])
        session.run(None, {"input": given})[0].tofile(folder / f"{name}.{way}.f32")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
