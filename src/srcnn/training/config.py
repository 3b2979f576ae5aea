"""A recipe: everything that decides a training run, validated once, all mistakes reported together."""

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
"""Most steps between two validations of a recipe that does not say."""


class Recipe(BaseModel):
    """One training run. The defaults are the modern recipe; the paper's is an option of each part."""

    model_config = STRICT

    name: Annotated[str, Field(pattern=r"^\w[\w.+@-]*$")]
    """Name of the weights: ``srcnn-915``, with ``@tag`` for another training of the same network."""
    scale: Annotated[int, Field(ge=2, le=8)]
    color: Color = "Y"
    """What the network works on: luma alone, or three channels at once (the paper's section 4.5)."""
    architecture: str = SRCNN
    """Family of the network: ``srcnn``, sized by ``f`` and ``n``, or ``compact``, sized by ``channels``
    and ``depth``."""
    f: tuple[Positive, ...] = ()
    """Of ``srcnn``: filter sizes f1, f2, ...; 9-1-5 unless given."""
    n: tuple[Positive, ...] = ()
    """Of ``srcnn``: filter numbers n1, n2, ... of the hidden layers; 64, 32 unless given."""
    channels: Annotated[Positive, Field(le=1024)] | None = None
    """Of ``compact``: channels of every hidden layer."""
    depth: Annotated[Positive, Field(le=128)] | None = None
    """Of ``compact``: hidden convolutions, between the first and the last."""
    data: tuple[str, ...] = ()
    """Folders of HR pictures: paths, or names under the data root.

    Low-resolution files that lie beside them in a layout of the field (DIV2K_train_HR with
    DIV2K_train_LR_bicubic/X3, docs/protocols.md) are used, unless ``degradation`` says otherwise."""
    pairs: tuple[PairKeys, ...] = ()
    """Folders of HR pictures with low-resolution files of one's own, beside ``data`` or in its place.

    For a single pair ``hr`` and ``lr`` can stand in the recipe itself, where a folder is no learning rate."""
    held_back: Annotated[int, Field(ge=0)] = 8
    """Pictures of ``data`` that are not trained on: validation selects the weights on them."""
    start: str | None = None
    """Weights to start from: a shipped ``name:scale`` such as ``srcnn-915:3``, or a weights file.

    Of ``compact``, weights for another scale, color or depth will do: the layers that fit are taken, and of
    luma for YCbCr all of them."""
    form: Literal["residual", "plain", "binary"] = "residual"
    """``residual``: y = x + g(x - 1/2), folded into the plain network (`srcnn.models.residual`).

    Of ``compact``: an identity skip around every hidden convolution, folded likewise
    (`srcnn.models.compact`).

    ``binary``: of ``srcnn``, weights of one bit each (`srcnn.models.binary`), by Adam at 5e-3, the last layer at 0.03 of
    that, unless the recipe says otherwise."""
    init: Literal["he", "paper"] = "he"
    steps: Positive
    free_steps: Annotated[int, Field(ge=0)] = 0
    """The last so many of ``steps``, in which the folded network trains on: all its weights, those of the
    picture's own path too. Of ``form: residual``."""
    batch: Positive = 32
    patch: Positive = 40
    """Side of a patch in output pixels."""
    sub_images: Positive | None = None
    """The paper's way: patches cut beforehand every so many pixels, each seen once an epoch, as it is.

    Without it patches lie anywhere, flipped and turned by chance."""
    shrink: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = ()
    """Factors by which every training picture enters once more, reduced: finer detail to learn from."""
    stretched: Annotated[float, Field(ge=0, le=1)] = 0.0
    """The part of the patches stretched from Y's range to that of gray pictures."""
    hue: Annotated[float, Field(ge=0, le=180)] = 0.0
    """In colour: degrees by which the colours of a patch turn at most, either way; luma stays."""
    brightness: Annotated[float, Field(ge=1)] = 1.0
    """In colour: a patch becomes at most so many times brighter, or darker."""
    degradation: DegradationKeys = DegradationKeys()
    """How low-resolution pictures are made. Chance is drawn for each patch in ``pipeline``; in the other
    keys once for each picture in memory, and anew for each visit to a streamed one."""
    megapixels: Annotated[int, Field(ge=0)] = 512
    """Size of the data, in millions of pixels, up to which every picture is kept decoded (5 bytes each).

    A pixel of three channels counts three times. Larger sets, and those of over 2,000 pictures, are streamed
    (not as ``sub_images``): worker processes decode 32 pictures for every 16 steps. A streamed set is drawn
    from by picture, one in memory by area."""
    loss: Literal["mse", "euclidean", "l1", "charbonnier", "ssim"] = "mse"
    """``mse`` is the paper's, ``euclidean`` the form its rates belong to; see `srcnn.training.losses`."""
    channel_weights: tuple[NotNegative, NotNegative, NotNegative] | None = None
    """In colour: how much the loss of each channel counts, and its error in ``balanced``, ``candidates``
    and the validation; without it all alike.

    The paper's "Y pre-train" is 1, 0, 0, and then a run without it that starts from these weights."""
    balanced: bool = False
    """Squared errors count relative to bicubic's in the same picture.

    What is judged is a mean of dB, so of relative errors; a plain mean is one of the busiest pictures."""
    candidates: Positive = 1
    """Of so many random patches the one in which bicubic errs most is learned from.

    Photographs are smooth in most places, and there is little to learn there."""
    optimizer: Literal["soap", "adam", "sgd"] = "soap"
    """SOAP (`srcnn.training.soap`) needs a third of Adam's steps here; SGD is the paper's."""
    lr: Rate = 6e-3
    """About 6e-3 for SOAP, 2e-3 for Adam."""
    free_lr: Rate = 1e-3
    """Of ``free_steps``, with a warm-up and a cosine of their own."""
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.9
    """Of SGD."""
    layer_lr: tuple[Rate, ...] | None = None
    """Factors on ``lr`` by layer; the paper's are 1, 1, 0.1."""
    bias_lr: Rate = 1.0
    """Factor on the rate of the biases; 0.1 in the authors' network definition."""
    schedule: Literal["cosine", "constant", "step"] = "cosine"
    milestones: tuple[Positive, ...] = ()
    """Of ``step``: the steps at which the rate is multiplied by ``gamma``."""
    gamma: Annotated[float, Field(gt=0, le=1)] = 0.1
    restarts: tuple[Positive, ...] = ()
    """Steps at which the cosine begins anew, each time at half the rate before."""
    warmup: Annotated[int, Field(ge=0)] = 100
    """Steps over which the rate rises from 0; without it the first steps of Adam undo the init."""
    ema: Annotated[float, Field(ge=0, lt=1)] = 0.999
    """Decay of the moving average of the weights that is judged and kept; 0 for none."""
    clip: Annotated[float, Field(ge=0)] = 0.5
    """Largest norm of a gradient; 0 for no limit."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """``auto``: bf16 autocast where a short measurement shows it to be clearly faster.

    Two runs are equal in one precision; a recipe that has to repeat itself names it."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    validate_every: Positive | None = None
    """Steps between two validations; without it a tenth of ``steps``, 500 at most. A run of fewer steps
    validates ten times, too. After each validation, and every two minutes, the state is saved."""
    snapshots: bool = False
    """The weights of every validation are kept, so that a run's course can be judged when it is over."""
    scores: tuple[str, ...] = ()
    """Data sets for the final card: judged once, when training is over."""
    licence: str = ""
    """Of the training pictures, for the card."""

    @model_validator(mode="before")
    @classmethod
    def _defaults(cls, values: Any) -> Any:
        """Fill in what depends on the architecture and, for signs, on the form (docs/binary.md)."""
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
            yield "data: names no folder of pictures"
        given = any(pair.lr is not None for pair in self.pairs)
        if given and self.degradation != DegradationKeys():
            yield "pairs have their low-resolution files: no degradation"
        if self.architecture == SRCNN:
            yield from self._contradictions_of_srcnn()
        else:
            yield from self._contradictions_of_other_families()
        if self.free_steps and (self.form != "residual" or self.free_steps >= self.steps):
            yield "free_steps are a part of the steps of form: residual"
        recoloured = self.hue > 0 or self.brightness > 1
        for name, asked in (
            ("channel_weights", self.channel_weights),
            ("hue, brightness", recoloured),
        ):
            if asked and self.color == "Y":
                yield f"{name}: needs color: YCbCr or RGB"
        if self.stretched and self.color != "Y":
            yield "stretched is of color: Y; a colour network has gray as R = G = B"
        if self.channel_weights is not None and not any(self.channel_weights):
            yield "channel_weights are all 0"
        for name, steps in (("restarts", self.restarts), ("milestones", self.milestones)):
            if any(a >= b for a, b in pairwise((*steps, self.folded_at))):
                yield f"{name} rise, and lie below steps"
        if self.restarts and self.schedule != "cosine":
            yield "restarts are of schedule: cosine"
        if bool(self.milestones) != (self.schedule == "step"):
            yield "milestones go with schedule: step, and it needs them"
        if self.balanced and self.loss != "mse":
            yield "balanced is of squared errors: it needs loss: mse"
        if self.loss == "ssim" and self.patch < WINDOW:
            yield f"loss: ssim needs patches of at least {WINDOW} pixels"
        chosen = self.candidates > 1 or self.balanced or self.stretched
        if self.sub_images and (chosen or recoloured or self.degradation.pipeline):
            keys = "candidates, balanced, stretched, hue, brightness, degradation.pipeline"
            yield f"sub_images are seen as they are: no {keys}"

    def _contradictions_of_srcnn(self) -> Iterator[str]:
        if len(self.f) < 2 or len(self.n) != len(self.f) - 1:
            yield "n needs one number fewer than f, which has at least two"
        if any(size % 2 == 0 for size in self.f):
            yield "filter sizes f are odd"
        least = channels_in(self.color) + 1
        if self.form == "residual" and min(self.n, default=least) < least:
            yield f"the residual form needs at least {least} filters in every hidden layer"
        if self.layer_lr is not None and len(self.layer_lr) != len(self.f):
            yield "layer_lr needs one factor for every layer"
        if self.sizes:
            yield f"{', '.join(self.sizes)}: not for architecture: {SRCNN}, whose sizes are f and n"

    def _contradictions_of_other_families(self) -> Iterator[str]:
        family = self.architecture
        if family not in ARCHITECTURES:
            yield f"architecture: unknown; known are {', '.join(ARCHITECTURES)}"
            return
        if self.f or self.n:
            yield f"f, n: not for architecture: {family}"
        if self.form == "binary":
            yield f"form: binary is of architecture: {SRCNN}; {family} has none"
        if self.layer_lr is not None:
            yield f"layer_lr is of architecture: {SRCNN}"
        if self.sub_images is not None:
            yield f"sub_images are of architecture: {SRCNN}"
        if family == "compact" and None in (self.channels, self.depth):
            yield "architecture: compact needs channels and depth"
        elif self.patch % (factor := ARCHITECTURES[family].grid(self.card).factor):
            yield f"patch has to be a multiple of {factor}: the network enlarges that many times"

    @property
    def sizes(self) -> dict[str, int]:
        """The sizes of a family other than SRCNN, as on its card."""
        given = {"channels": self.channels, "depth": self.depth}
        return {key: value for key, value in given.items() if value is not None}

    @property
    def card(self) -> Card:
        """What is known of the weights before training."""
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
        """The step, counted from 0, from which on the network is plain."""
        return self.steps - self.free_steps

    @property
    def interval(self) -> int:
        """Steps between two validations."""
        tenth = max(1, self.steps // 10)
        if self.validate_every is None:
            return min(_VALIDATE_EVERY, tenth)
        return tenth if self.steps < self.validate_every else self.validate_every

    def absolute(self, root: Path | None) -> Recipe:
        """With paths that mean the same from any folder; what lies under the data root stays a name."""

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
        return yaml.safe_dump(self.model_dump(mode="json"), sort_keys=False)


def schema() -> str:
    """The JSON schema of a recipe, for editors."""
    return json.dumps(Recipe.model_json_schema(), indent=1) + "\n"
