"""The recipe of a training run: all settings, validated together."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, Field, model_validator

from srcnn.data.catalog import data_root, locate
from srcnn.images.color import Color, channels_in
from srcnn.metrics.ssim import WINDOW
from srcnn.training.degradation_keys import DegradationKeys
from srcnn.training.keys import STRICT, NotNegative, Positive, Rate
from srcnn.training.pair_keys import PairKeys, with_pair
from srcnn.weights.architectures.table import ARCHITECTURES
from srcnn.weights.card import SRCNN, Card

_VALIDATE_EVERY = 500
"""Largest number of steps between two validations when the recipe does not set it."""


class Recipe(BaseModel):
    """Settings of one training run. Each part also offers the paper's choice."""

    model_config = STRICT

    name: Annotated[str, Field(pattern=r"^\w[\w.+@-]*$")]
    """Name of the weights: ``srcnn-915``, or ``srcnn-915@tag`` for another training of it."""
    scale: Annotated[int, Field(ge=2, le=8)]
    """Factor by which the network enlarges width and height."""
    color: Color = "Y"
    """Channels that the network processes: luma, or three at once (paper, section 4.5)."""
    architecture: str = SRCNN
    """Network family: ``srcnn``, sized by ``f`` and ``n``, or ``compact``, by ``channels``,
    ``depth``."""
    f: tuple[Positive, ...] = ()
    """Filter sizes f1, f2, ... of ``srcnn``. The default is 9-1-5."""
    n: tuple[Positive, ...] = ()
    """Filter counts n1, n2, ... of the hidden layers of ``srcnn``. The default is 64, 32."""
    channels: Annotated[Positive, Field(le=1024)] | None = None
    """Channels of every hidden layer of ``compact``."""
    depth: Annotated[Positive, Field(le=128)] | None = None
    """Number of hidden convolutions of ``compact``, between the first and the last layer."""
    data: tuple[str, ...] = ()
    """Folders of high-resolution images: paths, or names under the data root. Low-resolution files
    beside them in a standard layout (docs/protocols.md) are used unless ``degradation`` is set."""
    pairs: tuple[PairKeys, ...] = ()
    """Folders of high-resolution images with their own low-resolution files, besides ``data`` or
    instead of it. A single pair can be written as ``hr`` and ``lr`` at the top level; an ``lr``
    that is a folder is not taken for a learning rate."""
    held_back: Annotated[int, Field(ge=0)] = 8
    """Number of images of ``data`` that are held back: validation on them selects the weights."""
    start: str | None = None
    """Weights to start from: a shipped ``name:scale`` such as ``srcnn-915:3``, or a weights file.
    For ``compact``, weights of another scale, color or depth also work: the layers that fit are
    copied, and from a luma network to a YCbCr one all of them."""
    form: Literal["residual", "plain", "binary"] = "residual"
    """Form that is trained. ``residual``: y = x + g(x - 1/2), folded into the plain network
    (`srcnn.models.residual`); for ``compact``, an identity skip around every hidden convolution,
    also folded (`srcnn.models.compact`). ``plain``: the network as it is written. ``binary``:
    one-bit weights, for ``srcnn`` only (`srcnn.models.binary`), by default trained by Adam at
    5e-3, the last layer at 0.03 times that rate."""
    init: Literal["he", "paper"] = "he"
    """Initial weights: He's method, or the paper's normal distribution with deviation 0.001."""
    steps: Positive
    """Number of training steps."""
    free_steps: Annotated[int, Field(ge=0)] = 0
    """Number of the last ``steps`` that train the folded network, with all its weights free, those
    of the identity path included. Needs ``form: residual``."""
    batch: Positive = 32
    """Number of patches in a step, over all processes."""
    patch: Positive = 40
    """Side of a patch, in output pixels."""
    sub_images: Positive | None = None
    """Stride of the paper's sub-images, in output pixels: patches are cut on this grid beforehand,
    and each is seen once per epoch, unchanged. If unset, patches are random crops, flips and
    rotations."""
    shrink: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = ()
    """Factors, below 1, by which additional reduced copies of the images are made: finer detail."""
    stretched: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Fraction of the patches that are stretched from the range of Y to that of gray images."""
    hue: Annotated[float, Field(ge=0, le=180)] = 0.0
    """Largest hue rotation of a color patch, in degrees either way. Luma does not change."""
    brightness: Annotated[float, Field(ge=1)] = 1.0
    """Largest factor by which a color patch is made brighter or darker."""
    degradation: DegradationKeys = DegradationKeys()
    """How low-resolution images are made. ``pipeline`` draws random values for each patch. The
    other keys draw them once per image held in memory, and at every visit to a streamed image."""
    megapixels: Annotated[int, Field(ge=0)] = 512
    """Largest data set, in millions of pixels, that is kept decoded in memory (5 bytes per pixel).
    A pixel of three channels counts as three. Larger sets, and those of more than 2,000 images,
    are streamed (not with ``sub_images``): worker processes decode 32 images for every 16 steps.
    A streamed set is sampled by image, one in memory by area."""
    loss: Literal["mse", "euclidean", "l1", "charbonnier", "ssim"] = "mse"
    """Loss function. ``mse`` is the paper's; ``euclidean`` is the form to which the paper's
    learning rates belong. See `srcnn.training.losses`."""
    channel_weights: tuple[NotNegative, NotNegative, NotNegative] | None = None
    """Weights of the color channels in the loss, ``balanced``, ``candidates`` and validation; equal
    by default. The paper's "Y pre-train" is a run with 1, 0, 0, and one without weights that
    starts from it."""
    balanced: bool = False
    """Whether squared errors are divided by bicubic's on the same image. The score is a mean of
    decibels, so of relative errors; a plain mean is dominated by the images with the most
    detail."""
    candidates: Positive = 1
    """Number of random patches of which the one with the largest bicubic error is used. Most areas
    of a photograph are smooth and teach the network little."""
    optimizer: Literal["soap", "adam", "sgd"] = "soap"
    """SOAP (`srcnn.training.soap`) needs a third of Adam's steps here; SGD is the paper's."""
    lr: Rate = 6e-3
    """Learning rate: about 6e-3 for SOAP and 2e-3 for Adam."""
    free_lr: Rate = 1e-3
    """Learning rate of ``free_steps``, which have their own warm-up and cosine schedule."""
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.9
    """Momentum of SGD."""
    layer_lr: tuple[Rate, ...] | None = None
    """Factors on ``lr``, one per layer. The paper uses 1, 1, 0.1."""
    bias_lr: Rate = 1.0
    """Factor on the learning rate of the biases. The authors' network definition uses 0.1."""
    schedule: Literal["cosine", "constant", "step"] = "cosine"
    """How the learning rate changes: along a cosine to 0, not at all, or at ``milestones``."""
    milestones: tuple[Positive, ...] = ()
    """Steps at which ``schedule: step`` multiplies the rate by ``gamma``."""
    gamma: Annotated[float, Field(gt=0, le=1)] = 0.1
    """Factor on the learning rate at each of the ``milestones``."""
    restarts: tuple[Positive, ...] = ()
    """Steps at which the cosine schedule restarts, each time at half the previous rate."""
    warmup: Annotated[int, Field(ge=0)] = 100
    """Steps over which the rate rises from 0. Without them Adam's first steps destroy the init."""
    ema: Annotated[float, Field(ge=0, lt=1)] = 0.999
    """Decay of the moving average of the weights, which is validated and saved. 0 disables it."""
    clip: Annotated[float, Field(ge=0)] = 0.5
    """Largest gradient norm. 0 disables clipping."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """``auto`` uses bf16 autocast where a short measurement shows that it is clearly faster. Only
    runs of the same precision are reproducible, so set it in a recipe that must be."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    """Seed of the initial weights and of all random choices."""
    validate_every: Positive | None = None
    """Steps between two validations. The default is a tenth of ``steps``, at most 500; a run
    shorter than this value validates ten times. A checkpoint is saved after each one and every
    two minutes."""
    snapshots: bool = False
    """Whether the weights of every validation are kept, to be evaluated after the run."""
    scores: tuple[str, ...] = ()
    """Data sets on which the final weights are scored, once, for the model card."""
    licence: str = ""
    """License of the training images, for the model card."""

    @model_validator(mode="before")
    @classmethod
    def _defaults(cls, values: object) -> object:
        """Fill in defaults that depend on the architecture or on binary weights: docs/binary.md."""
        if not isinstance(values, dict):
            return values
        values = dict(with_pair(values))
        if values.get("architecture", SRCNN) == SRCNN:
            values = {"f": (9, 1, 5), "n": (64, 32)} | values
        if values.get("form") == "binary":
            f = values.get("f")
            rates = [1.0] * (len(f) - 1) + [0.03] if isinstance(f, Sequence) else None
            values = {"optimizer": "adam", "lr": 5e-3, "layer_lr": rates} | values
        return values

    @model_validator(mode="after")
    def _fits(self) -> Recipe:
        if found := list(self._contradictions()):
            raise ValueError("; ".join(found))
        return self

    def _contradictions(self) -> Iterator[str]:
        if not (self.data or self.pairs):
            yield "data: at least one folder of images is needed"
        given = any(pair.lr is not None for pair in self.pairs)
        if given and self.degradation != DegradationKeys():
            yield "degradation: cannot be combined with pairs, which have low-resolution images"
        if self.architecture == SRCNN:
            yield from self._contradictions_of_srcnn()
        else:
            yield from self._contradictions_of_other_families()
        if self.free_steps and (self.form != "residual" or self.free_steps >= self.steps):
            yield "free_steps: needs form: residual, and fewer than steps"
        recolored = self.hue > 0 or self.brightness > 1
        for name, asked in (
            ("channel_weights", self.channel_weights),
            ("hue, brightness", recolored),
        ):
            if asked and self.color == "Y":
                yield f"{name}: needs color: YCbCr or RGB"
        if self.stretched and self.color != "Y":
            yield "stretched: needs color: Y"
        if self.channel_weights is not None and not any(self.channel_weights):
            yield "channel_weights: at least one must be above 0"
        for name, steps in (("restarts", self.restarts), ("milestones", self.milestones)):
            if any(a >= b for a, b in pairwise((*steps, self.folded_at))):
                yield f"{name}: must increase and stay below steps"
        if self.restarts and self.schedule != "cosine":
            yield "restarts: needs schedule: cosine"
        if bool(self.milestones) != (self.schedule == "step"):
            yield "milestones: needed with schedule: step, and only then"
        if self.balanced and self.loss != "mse":
            yield "balanced: needs loss: mse"
        if self.loss == "ssim" and self.patch < WINDOW:
            yield f"loss: ssim needs patches of at least {WINDOW} pixels"
        chosen = self.candidates > 1 or self.balanced or self.stretched
        if self.sub_images and (chosen or recolored or self.degradation.pipeline):
            keys = "candidates, balanced, stretched, hue, brightness, degradation.pipeline"
            yield f"sub_images: cannot be combined with {keys}"

    def _contradictions_of_srcnn(self) -> Iterator[str]:
        if len(self.f) < 2 or len(self.n) != len(self.f) - 1:
            yield "n: needs one number fewer than f, and f at least two"
        if any(size % 2 == 0 for size in self.f):
            yield "f: sizes must be odd"
        least = channels_in(self.color) + 1
        if self.form == "residual" and min(self.n, default=least) < least:
            yield f"form: residual needs at least {least} filters per hidden layer"
        if self.layer_lr is not None and len(self.layer_lr) != len(self.f):
            yield "layer_lr: needs one factor per layer"
        if self.sizes:
            yield f"{', '.join(self.sizes)}: cannot be used with architecture: {SRCNN}, which has f and n"

    def _contradictions_of_other_families(self) -> Iterator[str]:
        family = self.architecture
        if family not in ARCHITECTURES:
            yield f"architecture: is unknown, use {', '.join(ARCHITECTURES)}"
            return
        if self.f or self.n:
            yield f"f, n: cannot be used with architecture: {family}"
        if self.form == "binary":
            yield f"form: binary needs architecture: {SRCNN}"
        if self.layer_lr is not None:
            yield f"layer_lr: needs architecture: {SRCNN}"
        if self.sub_images is not None:
            yield f"sub_images: needs architecture: {SRCNN}"
        if family == "compact" and None in (self.channels, self.depth):
            yield "architecture: compact needs channels and depth"
        elif self.patch % (factor := ARCHITECTURES[family].grid(self.card).factor):
            yield f"patch: must be a multiple of {factor}, the network's scale"

    @property
    def sizes(self) -> dict[str, int]:
        """Sizes of a family other than SRCNN, as its card lists them."""
        given = {"channels": self.channels, "depth": self.depth}
        return {key: value for key, value in given.items() if value is not None}

    @property
    def card(self) -> Card:
        """Card of the weights, as far as it is known before training."""
        return Card(
            self.name,
            self.scale,
            self.f,
            self.n,
            self.color,
            "binary" if self.form == "binary" else "fp32",
            self.architecture,
            self.sizes,
        )

    @property
    def folded_at(self) -> int:
        """Step, counted from 0, from which the folded network is trained."""
        return self.steps - self.free_steps

    @property
    def interval(self) -> int:
        """Number of steps between two validations."""
        tenth = max(1, self.steps // 10)
        if self.validate_every is None:
            return min(_VALIDATE_EVERY, tenth)
        return tenth if self.steps < self.validate_every else self.validate_every

    def absolute(self, root: Path | None) -> Recipe:
        """Return the recipe with absolute paths. Names under the data root stay names."""

        def path(name: str) -> str:
            folder = locate(name, root)
            return name if folder == data_root(root) / name else str(folder.absolute())

        changes: dict[str, Any] = {"data": tuple(map(path, self.data))}
        changes["pairs"] = tuple(pair.absolute() for pair in self.pairs)
        changes["scores"] = tuple(map(path, self.scores))
        if self.start is not None and Path(self.start).exists():
            changes["start"] = str(Path(self.start).absolute())
        return self.model_copy(update=changes)

    def to_yaml(self) -> str:
        """Return the recipe as YAML, with every key."""
        return yaml.safe_dump(self.model_dump(mode="json"), sort_keys=False)


def schema() -> str:
    """Return the JSON schema of a recipe, for editors."""
    return json.dumps(Recipe.model_json_schema(), indent=1) + "\n"
