"""The card: what a weights file says of itself, kept as metadata inside the ONNX graph."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from srcnn.errors import ModelError
from srcnn.images.color import COLORS, Color, channels_in
from srcnn.weights.binary import Weights

METADATA_KEY = "srcnn.card"
"""Where a weights file keeps its card."""
BICUBIC = "bicubic"
SRCNN = "srcnn"
"""The architecture of a card that names none."""
STANDALONE_KEY = "srcnn.standalone"
"""Where a standalone graph keeps the card of its network: it must not pass for a weights file."""
FIXED_KEY = "srcnn.fixed"
"""Where a bare network for images of one size keeps its card, for the same reason."""


@dataclass(frozen=True)
class Card:
    """Architecture in the paper's symbols, and how the weights came about."""

    name: str
    """Name of the network, such as ``srcnn-915``, with ``@tag`` for another training of it."""
    scale: int
    """The enlargement that it was trained for; 0 where the file does not say."""
    f: tuple[int, ...] = ()
    """Filter sizes f1, f2, ... of an SRCNN, in order."""
    n: tuple[int, ...] = ()
    """Filter numbers n1, n2, ... of the hidden layers of an SRCNN."""
    color: Color = "Y"
    """``Y``: luma of MATLAB's rgb2ycbcr, in [0, 1]. ``YCbCr``, ``RGB``: three channels at once."""
    weights: Weights = "fp32"
    """``binary``: one bit each (`srcnn.weights.binary`), and the picture itself is added to the sums."""
    architecture: str = SRCNN
    """Name of the family, see `srcnn.weights.architectures`."""
    sizes: Mapping[str, int] = field(default_factory=dict)
    """Hyper-parameters of a family other than SRCNN, such as ``channels`` and ``depth``."""
    degradation: str = BICUBIC
    """How the low-res pictures of the training were made, and those that selected the weights."""
    training_data: tuple[str, ...] = ()
    pictures: int = 0
    samples: int = 0
    """Patches seen in training, those of every part of a resumed run."""
    learning_rates: tuple[Mapping[str, float], ...] = ()
    """Where a run went on with another ``lr``: ``lr``, ``steps`` and ``samples`` of each part, in order."""
    steps: int = 0
    seconds: float = 0.0
    machine: str = ""
    seed: int | None = None
    recipe: str = ""
    recipe_sha256: str = ""
    started_from: str = ""
    """The weights that training was started from, where it was not from scratch, and their file's sha256."""
    scores: dict[str, dict[str, float]] = field(default_factory=dict)
    """By data set: PSNR in dB and SSIM of the network and of bicubic, by the paper's protocol."""
    licence: str = ""

    @property
    def label(self) -> str:
        """What a file of these weights is called among others: ``best-x3``."""
        return f"{self.name}-x{self.scale}" if self.scale else self.name

    @property
    def channels(self) -> int:
        """Channels of the image that the network takes and gives: 1 or 3."""
        return channels_in(self.color)

    def check_scale(self, scale: int, source: str) -> None:
        """`ModelError` naming ``source`` where it says that it was trained for another scale."""
        if self.scale not in (0, scale):
            raise ModelError(source, f"was trained for x{self.scale}, not x{scale}")

    def to_json(self) -> str:
        card = asdict(self)
        if self.degradation == BICUBIC:
            del card["degradation"]  # as in files from before there was another
        if self.weights == "fp32":
            del card["weights"]  # likewise
        unused = ("architecture", "sizes") if self.architecture == SRCNN else ("f", "n")
        for key in unused:
            del card[key]
        if not self.learning_rates:
            del card["learning_rates"]  # as of nearly all runs
        return json.dumps(card)


def card_in(metadata: Mapping[str, str], source: str) -> Card:
    """The card in an ONNX file's metadata; `ModelError` where there is none."""
    if STANDALONE_KEY in metadata:
        raise ModelError(
            source, "is a standalone graph, no weights file", "export without --standalone"
        )
    if FIXED_KEY in metadata:
        raise ModelError(
            source, "is a graph for one size of image, no weights file", "export without --size"
        )
    if METADATA_KEY not in metadata:
        raise ModelError(source, "is ONNX without an srcnn card", "only srcnn's own files have one")
    return card_from_json(metadata[METADATA_KEY], source)


def card_from_json(text: str, source: str) -> Card:
    """The card in ``text``; `ModelError` naming ``source`` when it is none."""
    try:
        data: dict[str, Any] = json.loads(text)
        data["learning_rates"] = tuple(dict(part) for part in data.get("learning_rates", ()))
        known = {f.name for f in fields(Card)}
        for key in ("f", "n", "training_data"):
            data[key] = tuple(data.get(key, ()))
        if data.setdefault("color", "Y") not in COLORS:
            raise ValueError(f"color is none of {', '.join(COLORS)}")
        if not (isinstance(data["name"], str) and isinstance(data["scale"], int)):
            raise ValueError("name or scale is of the wrong kind")
        if not isinstance(data.setdefault("architecture", SRCNN), str):
            raise ValueError("architecture is not a name")
        if data["scale"] < 0:
            raise ValueError("scale is negative")
        sizes = data.get("sizes", {})
        if not all(isinstance(size, int) and size >= 0 for size in sizes.values()):
            raise ValueError("a size is not a whole number")
        return Card(**{key: value for key, value in data.items() if key in known})
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise ModelError(source, f"has a damaged card ({error})") from None
