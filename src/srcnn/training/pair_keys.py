"""The recipe keys that name pairs of high-resolution and low-resolution folders."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from srcnn.training.keys import STRICT


class PairKeys(BaseModel):
    """A folder of high-resolution images and the low-resolution files that belong to them."""

    model_config = STRICT

    hr: str
    """Folder of the high-resolution images."""
    lr: str | None = None
    """Folder of their low-resolution files, or a folder that has a subfolder for each scale
    (``X3``).

    If unset, the low-resolution images are made, whatever lies beside ``hr``.
    """

    def absolute(self) -> PairKeys:
        """Return the same folders as absolute paths."""
        low = None if self.lr is None else str(Path(self.lr).absolute())
        return PairKeys(hr=str(Path(self.hr).absolute()), lr=low)


def with_pair(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the keys of a recipe with its ``hr``, and ``lr`` if it is a folder, as a pair."""
    if "hr" not in values:
        return values
    pair = {"hr": values["hr"]}
    if isinstance(values.get("lr"), str) and not _is_number(values["lr"]):
        pair["lr"] = values["lr"]
    others = {key: value for key, value in values.items() if key not in pair}
    return others | {"pairs": [*values.get("pairs", ()), pair]}


def _is_number(text: str) -> bool:
    try:
        float(text)  # YAML reads 6e-3 as a string
    except ValueError:
        return False
    return True
