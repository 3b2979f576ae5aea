"""Labels of weights from their cards, because every run names its file ``weights.onnx``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from srcnn.errors import SrcnnError
from srcnn.weights.card import METADATA_KEY, Card, card_from_json
from srcnn.weights.onnx_file import read_card
from srcnn.weights.store import is_file_name, read_bytes

_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
"""Characters that file names cannot contain on at least one operating system."""


def name_of(model: str) -> str:
    """Return the name on a model's card, the stem of a file without one, or the shipped name."""
    card = _card_of(model)
    if card is not None:
        return card.name
    return Path(model).stem if is_file_name(model) else model


def labels_of(models: Sequence[str], taken: Sequence[str] = ()) -> dict[str, str]:
    """Return the label of each model for tables, panels and folder names.

    The label of a file is that of its card, such as ``best-x3``, or its own name if it has no card.
    If another model has the same label, the parent folder is added, as in ``best-x3 (second-run)``,
    or else the whole path.

    Args:
        models: Distinct shipped names and weights files.
        taken: Labels that no model may get.

    Returns:
        The labels by model. They differ even when case is ignored, and are valid folder names.
    """
    labels = {model: _label_of(model) for model in models}
    longer: tuple[Callable[[str], str], ...] = (lambda model: Path(model).parent.name, str)
    for more in longer:
        for model in _clashing(labels, taken):
            if is_file_name(model) and more(model):
                labels[model] = _as_name(f"{_label_of(model)} ({more(model)})")
    for number, model in enumerate(_clashing(labels, taken), 1):  # such as a/b.onnx and a_b.onnx
        if is_file_name(model) or labels[model].casefold() in taken:
            labels[model] = f"{labels[model]} {number}"
    return labels


def _clashing(labels: dict[str, str], taken: Sequence[str]) -> list[str]:
    count = Counter(label.casefold() for label in (*labels.values(), *taken))
    return [model for model, label in labels.items() if count[label.casefold()] > 1]


def _label_of(model: str) -> str:
    card = _card_of(model)
    if card is not None:
        return _as_name(card.label)
    return _as_name(Path(model).name) if is_file_name(model) else model


def _as_name(text: str) -> str:
    name = _NOT_IN_NAMES.sub("_", text)
    return f"_{name}" if name.startswith(".") else name


def _card_of(model: str) -> Card | None:
    """Return the card in a weights file, or ``None`` if it has none or cannot be read.

    Errors are reported when the file is opened, not here.
    """
    path = Path(model)
    if not is_file_name(model):
        return None
    try:
        if path.suffix == ".onnx":
            return read_card(read_bytes(path), model)
        if path.suffix == ".safetensors":
            from srcnn.weights.foreign import read_metadata

            text = read_metadata(path).get(METADATA_KEY)
            return None if text is None else card_from_json(text, model)
    except (SrcnnError, ImportError):
        pass
    return None
