"""The card: the description of a network in the metadata of its ONNX file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from srcnn.errors import ModelError
from srcnn.images.color import COLORS, Color, channels_in
from srcnn.weights.binary import Weights

METADATA_KEY = "srcnn.card"
"""Metadata key of the card in a weights file."""
BICUBIC = "bicubic"
"""The degradation of the paper, and of cards that name none."""
SRCNN = "srcnn"
"""The architecture of cards that name none."""
STANDALONE_KEY = "srcnn.standalone"
"""Metadata key of the card in a standalone graph, which must not be read as a weights file."""
FIXED_KEY = "srcnn.fixed"
"""Metadata key of the card in a bare network with a fixed image size, for the same reason."""


@dataclass(frozen=True)
class Card:
    """Description of a network: its architecture in the paper's symbols, and its training."""

    name: str
    """Name of the network, such as ``srcnn-915``; a ``@tag`` marks another training of it."""
    scale: int
    """Scale that it was trained for; 0 if the file does not say."""
    f: tuple[int, ...] = ()
    """Filter sizes f1, f2, ... of an SRCNN, first to last layer."""
    n: tuple[int, ...] = ()
    """Filter numbers n1, n2, ... of the hidden layers of an SRCNN."""
    color: Color = "Y"
    """``Y``: luma as in MATLAB's rgb2ycbcr, in [0, 1]. ``YCbCr``, ``RGB``: three channels."""
    weights: Weights = "fp32"
    """``binary``: one bit for each weight, and the image is added to the output."""
    architecture: str = SRCNN
    """Name of the family, see `srcnn.weights.architectures`."""
    sizes: Mapping[str, int] = field(default_factory=dict)
    """Hyper-parameters of a family other than SRCNN, such as ``channels`` and ``depth``."""
    degradation: str = BICUBIC
    """How the low-resolution images for training and validation were made."""
    training_data: tuple[str, ...] = ()
    """Names of the training sets."""
    pictures: int = 0
    """Number of training images."""
    samples: int = 0
    """Patches seen in training, including every part of a resumed run."""
    learning_rates: tuple[Mapping[str, float], ...] = ()
    """``lr``, ``steps`` and ``samples`` of each part of a run resumed with another ``lr``."""
    steps: int = 0
    """Training steps, including every part of a resumed run."""
    seconds: float = 0.0
    """Duration of the training in seconds."""
    machine: str = ""
    """The machine that it was trained on."""
    seed: int | None = None
    """Seed of the random numbers in training."""
    recipe: str = ""
    """Name of the training recipe."""
    recipe_sha256: str = ""
    """SHA-256 of the recipe."""
    started_from: str = ""
    """Name and SHA-256 of the weights that the training started from; empty if from scratch."""
    scores: dict[str, dict[str, float]] = field(default_factory=dict)
    """PSNR in dB and SSIM of the network and of bicubic by data set, by the paper's protocol."""
    licence: str = ""
    """License of the weights."""

    @property
    def label(self) -> str:
        """Name that distinguishes the weights from others, such as ``best-x3``."""
        return f"{self.name}-x{self.scale}" if self.scale else self.name

    @property
    def channels(self) -> int:
        """Channels of the network's input and output: 1 or 3."""
        return channels_in(self.color)

    def check_scale(self, scale: int, source: str) -> None:
        """Check that the network was trained for ``scale``, or for an unknown one.

        Raises:
            ModelError: It was trained for another scale; the error names ``source``.
        """
        if self.scale not in (0, scale):
            raise ModelError(source, f"was trained for x{self.scale}, not x{scale}")

    def to_json(self) -> str:
        """Return the card as JSON, without fields that have their default or do not apply."""
        card = asdict(self)
        if self.degradation == BICUBIC:
            del card["degradation"]  # older files lack it, because bicubic was the only one
        if self.weights == "fp32":
            del card["weights"]  # likewise
        unused = ("architecture", "sizes") if self.architecture == SRCNN else ("f", "n")
        for key in unused:
            del card[key]
        if not self.learning_rates:
            del card["learning_rates"]  # nearly all runs have a single one
        return json.dumps(card)


def card_in(metadata: Mapping[str, str], source: str) -> Card:
    """Return the card in an ONNX file's metadata.

    Args:
        metadata: The file's metadata.
        source: Name of the file, for error messages.

    Raises:
        ModelError: The file has no card, or is not a weights file.
    """
    if STANDALONE_KEY in metadata:
        raise ModelError(
            source, "is a standalone graph, not a weights file", "export without --standalone"
        )
    if FIXED_KEY in metadata:
        raise ModelError(
            source, "is a graph for one image size, not a weights file", "export without --size"
        )
    if METADATA_KEY not in metadata:
        raise ModelError(source, "has no srcnn card", "use an ONNX file that srcnn wrote")
    return card_from_json(metadata[METADATA_KEY], source)


def card_from_json(text: str, source: str) -> Card:
    """Parse a card.

    Args:
        text: The card as JSON.
        source: Name of the file, for error messages.

    Raises:
        ModelError: The text is not a valid card.
    """
    try:
        data: dict[str, Any] = json.loads(text)
        data["learning_rates"] = tuple(dict(part) for part in data.get("learning_rates", ()))
        known = {f.name for f in fields(Card)}
        for key in ("f", "n", "training_data"):
            data[key] = tuple(data.get(key, ()))
        if data.setdefault("color", "Y") not in COLORS:
            raise ValueError(f"color must be {', '.join(COLORS)}")
        if not (isinstance(data["name"], str) and isinstance(data["scale"], int)):
            raise ValueError("name or scale has the wrong type")
        if not isinstance(data.setdefault("architecture", SRCNN), str):
            raise ValueError("architecture must be a name")
        if data["scale"] < 0:
            raise ValueError("scale is negative")
        sizes = data.get("sizes", {})
        if not all(isinstance(size, int) and size >= 0 for size in sizes.values()):
            raise ValueError("a size must be a whole number")
        return Card(**{key: value for key, value in data.items() if key in known})
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise ModelError(source, f"has a damaged card ({error})") from None
