"""The keys of a recipe that name pairs of folders, of high and of low resolution."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from srcnn.training.keys import STRICT


class PairKeys(BaseModel):
    """A folder of HR pictures, and the low-resolution files that belong to them."""

    model_config = STRICT

    hr: str
    """Folder of the HR pictures."""
    lr: str | None = None
    """Folder of their low-resolution files, or with a folder for each scale (``X3``).

    Without it they are made, whatever lies beside ``hr``."""

    def absolute(self) -> PairKeys:
        """Return the same folders by paths that mean the same from anywhere."""
        low = None if self.lr is None else str(Path(self.lr).absolute())
        return PairKeys(hr=str(Path(self.hr).absolute()), lr=low)


def with_pair(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the keys of a recipe with ``hr``, and an ``lr`` that is a folder, as one of its ``pairs``."""
    if "hr" not in values:
        return values
    pair = {"hr": values["hr"]}
    if isinstance(values.get("lr"), str) and not _is_number(values["lr"]):
        pair["lr"] = values["lr"]
    others = {key: value for key, value in values.items() if key not in pair}
    return others | {"pairs": [*values.get("pairs", ()), pair]}


def _is_number(text: str) -> bool:
    try:
        float(text)  # YAML takes 6e-3 for a text
    except ValueError:
        return False
    return True
