"""A model that is ready to enlarge images, and the function that opens one."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from srcnn.engine.arguments import callback, keywords_named, number, pair, positive
from srcnn.engine.choosing import Choice, choose
from srcnn.engine.inputs import Picture, through
from srcnn.engine.networks import Networks, open_networks
from srcnn.engine.options import Engine, engine_of
from srcnn.engine.passes import Pass
from srcnn.engine.pipeline import Progress, enlarge
from srcnn.engine.sizes import check_image, check_scale, check_size, enlarged_size
from srcnn.engine.strips import Workers
from srcnn.images.condition import Condition, condition_of_pixels
from srcnn.images.io import MAX_BYTES, MAX_PIXELS
from srcnn.images.picture import Picture as Opened
from srcnn.images.source import File


class Upscaler:
    """A model that is ready to run at one scale. It is thread-safe and can be pickled.

    Attributes:
        networks: The model's networks, shared with the upscalers of other scales.
        scale: The requested enlargement; no network needs to be trained for it.
        engine: Name of the engine.
        precision: Precision of the engine.
        tile: Largest side of a tile, in pixels of the network's input.
        threads: Number of tiles that are processed at once.
    """

    def __init__(self, networks: Networks, scale: float, engine: Engine) -> None:
        """Combine networks with a scale. `srcnn.load` opens a model and does this.

        Args:
            networks: The networks of a model.
            scale: Enlargement factor, above 1.
            engine: How the networks are run.

        Raises:
            SrcnnError: If the engine is not available.
        """
        self.networks = networks
        self.scale = scale
        self._asked = engine
        resolved = engine.resolved()
        self.engine = resolved.name
        self.precision = resolved.precision
        self.tile = resolved.tile
        self.threads = resolved.threads

    def __reduce__(self) -> tuple[type[Upscaler], tuple[Networks, float, Engine]]:
        """Pickle the requested engine, not the resolved one: another machine has other cores."""
        return Upscaler, (self.networks, self.scale, self._asked)

    def at(self, scale: float) -> Upscaler:
        """Return an upscaler of the same networks for another scale, without loading anything.

        Args:
            scale: Enlargement factor, above 1.

        Raises:
            UsageError: If ``scale`` is not above 1.
        """
        scale = number(scale, "scale")
        check_scale(scale)
        return Upscaler(self.networks, scale, self._asked)

    @property
    def name(self) -> str:
        """Name of the model, as the caller gave it."""
        return self.networks.name

    @property
    def passes(self) -> tuple[int, ...]:
        """Trained scales of the networks that run, in order; see `srcnn.engine.passes`."""
        return self.networks.passes_for(self.scale)

    def passes_to(self, old: tuple[int, int], size: tuple[int, int]) -> tuple[int, ...]:
        """Return the passes that enlarge an image to a size.

        Rounded to whole pixels, a size may need fewer passes than its scale, never more.

        Args:
            old: (height, width) of the image.
            size: (height, width) of the result.

        Returns:
            Trained scales of the networks, in order.
        """
        return self.networks.passes_for(max(size[0] / old[0], size[1] / old[1]))

    @property
    def chooses(self) -> bool:
        """Whether `suited` may return another upscaler: no model was named, and both exist."""
        photo = self.networks.photo
        return photo is not None and photo.passes_for(self.scale) == self.passes

    def suited(self, condition: Condition) -> tuple[Upscaler, Choice | None]:
        """Return the upscaler for an image in some condition, and why; None if it was named.

        Args:
            condition: What the image has been through.
        """
        if not self.chooses:
            return self, None
        choice = choose(condition)
        photo = self.networks.photo
        if not choice.photo or photo is None:
            return self, choice
        for scale in self.passes:  # now, so that a mark can name their files
            photo.get(scale)
        return Upscaler(photo, self.scale, self._asked), choice

    @overload
    def upscale(
        self,
        image: File,
        size: tuple[int, int] | None = None,
        progress: Progress | None = None,
        max_pixels: int = MAX_PIXELS,
        max_bytes: int = MAX_BYTES,
    ) -> NDArray[Any]: ...

    @overload
    def upscale(
        self,
        image: Picture,
        size: tuple[int, int] | None = None,
        progress: Progress | None = None,
        max_pixels: int = MAX_PIXELS,
        max_bytes: int = MAX_BYTES,
    ) -> Picture: ...

    @keywords_named
    def upscale(
        self,
        image: Any,
        size: tuple[int, int] | None = None,
        progress: Progress | None = None,
        max_pixels: int = MAX_PIXELS,
        max_bytes: int = MAX_BYTES,
    ) -> Any:
        """Enlarge an image by ``scale``, or to ``size``.

        Args:
            image: An image of any type that `srcnn.upscale` takes.
            size: (height, width) of the result, instead of ``scale``.
            progress: Called with the completed fraction, 0 to 1.
            max_pixels: Largest number of pixels of the image and of the result.
            max_bytes: Largest size of a file, in bytes.

        Returns:
            The enlarged image, with the type, depth and channels of the input; an array for a file.

        Raises:
            SrcnnError: If an argument is invalid, or the image cannot be read or enlarged.
        """
        most = positive(max_pixels, "max_pixels")
        callback(progress, "progress")
        if size is not None:
            size = pair(size, "size")

        def enlarged(pixels: NDArray[np.number], opened: Opened | None) -> NDArray[np.number]:
            check_image(pixels)
            old = (pixels.shape[0], pixels.shape[1])
            new = size or enlarged_size(*old, self.scale)
            check_size([new], most, "the image")
            out = np.empty((*new, *pixels.shape[2:]), pixels.dtype)
            done = 0
            upscaler = self
            if self.chooses:
                upscaler, _ = self.suited(condition_of_pixels(pixels, opened))
            for strip in upscaler.strips([pixels], old, new, progress):
                out[done : done + len(strip)] = strip
                done += len(strip)
            return out

        return through(image, enlarged, most, positive(max_bytes, "max_bytes"))

    __call__ = upscale
    """An upscaler can be called like `upscale`."""

    def strips(
        self,
        strips: Iterable[NDArray[np.number]],
        old: tuple[int, int],
        size: tuple[int, int],
        progress: Progress | None = None,
    ) -> Generator[NDArray[np.number], None, None]:
        """Enlarge an image that need not fit into memory.

        Args:
            strips: The image from top to bottom, see `srcnn.engine.pipeline.enlarge`.
            old: (height, width) of the image.
            size: (height, width) of the result.
            progress: Called with the completed fraction, 0 to 1.

        Returns:
            A generator of the result's strips from top to bottom.
        """
        passes = [Pass(s, self.networks.get(s)) for s in self.passes_to(old, size)]
        made_by = Workers(self.tile, self.threads)
        return enlarge(passes, strips, old, size, made_by, progress)


def load(
    model: str | None = None,
    scale: float = 3,
    engine: str | Engine = "auto",
    precision: str = "auto",
    tile: int | str = "auto",
    threads: int | None = None,
    device: str = "auto",
    tta: bool = False,
) -> Upscaler:
    """Open a model for a scale.

    Args:
        model: Name of a shipped network, a weights file, ``a+``, ``sparse-coding`` or ``bicubic``.
            None selects the default network.
        scale: Enlargement factor, above 1.
        engine: See `srcnn.engine.options.engine_of`, like the arguments below.
        precision: See `engine_of`.
        tile: See `engine_of`.
        threads: See `engine_of`.
        device: See `engine_of`.
        tta: See `engine_of`.

    Raises:
        SrcnnError: If the model is unknown or cannot be run, or an option cannot be met.
    """
    check_scale(scale)
    asked = engine_of(engine, precision, device, tile, threads, tta)
    networks = open_networks(model, scale, asked)
    return Upscaler(networks, scale, networks.engine)
