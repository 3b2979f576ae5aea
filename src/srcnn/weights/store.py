"""Where weights files are found: the shipped ones by name, any other by its path."""

from __future__ import annotations

import re
from pathlib import Path

from srcnn.errors import ModelError
from srcnn.weights.card import Card, card_in

FILES = Path(__file__).parent / "files"
BEST = ("srcnn-955", "srcnn-935", "srcnn-915")
"""The paper's networks, best first: the default is the first that is shipped for a scale."""

SUFFIXES = (".onnx", ".safetensors", ".mat", ".pth")
"""Of the weights files that can be opened."""

_SHIPPED = re.compile(r"(?P<name>.+)-x(?P<scale>\d+)\.onnx")


def shipped() -> dict[tuple[str, int], Path]:
    """Every shipped weights file by (name, scale); a name may carry ``@tag``."""
    found = {}
    for path in sorted(FILES.glob("*.onnx")):
        match = _SHIPPED.fullmatch(path.name)
        if match:
            found[match["name"], int(match["scale"])] = path
    return found


def default(*scales: int) -> str:
    """The best network that is shipped for all of these scales."""
    files = shipped()
    for name in BEST:
        if all((name, scale) in files for scale in scales):
            return name
    wanted = ", ".join(f"x{scale}" for scale in scales)
    raise ModelError(f"a network for {wanted}", "none is shipped", "name one with -m")


def find(model: str, scale: int) -> Path:
    """The file of a shipped name or of a path; `ModelError` when there is none."""
    if is_file_name(model):
        path = Path(model)
        if not path.is_file():
            raise ModelError(model, "no such weights file")
        return path
    files = shipped()
    if (model, scale) in files:
        return files[model, scale]
    scales = sorted(s for name, s in files if name == model)
    if scales:
        known = ", ".join(f"x{s}" for s in scales)
        raise ModelError(f"model '{model}'", f"is not shipped for x{scale}", f"it is for {known}")
    names = ", ".join(dict.fromkeys(name for name, _ in files))
    raise ModelError(f"model '{model}'", "is unknown", f"use {names}, or a weights file")


def is_file_name(model: str) -> bool:
    """Whether a model is given as a file rather than by its name."""
    return "/" in model or "\\" in model or Path(model).suffix in SUFFIXES


def read_card(data: bytes, source: str) -> Card:
    """The card of an ONNX weights file, read with ONNX Runtime alone."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    try:
        # Without the fallback, which retries with the same provider and says so on stdout.
        session = onnxruntime.InferenceSession(
            data, options, providers=["CPUExecutionProvider"], enable_fallback=0
        )
        metadata = session.get_modelmeta().custom_metadata_map
    except Exception as error:  # ONNX Runtime's exceptions share no public base
        raise ModelError(source, f"is no usable ONNX file ({error})") from None
    return card_in(metadata, source)
