"""The paper's training set: sub-images on a fixed grid, each used once per epoch, unaugmented."""

from __future__ import annotations

import numpy as np

from srcnn.data.patches import Batch, Pair, channels_first
from srcnn.errors import MissingData
from srcnn.images.quantize import to_float


class SubImageSampler:
    """Samples sub-images of (P + 2r) x (P + 2r) bicubic pixels, cut with a stride (section 4.1).

    Sub-images lie completely inside their image, so nothing is padded. The reference is their
    P x P center.
    """

    def __init__(self, pairs: list[Pair], patch: int, batch: int, seed: int, stride: int) -> None:
        """Find all sub-images.

        Args:
            pairs: The images.
            patch: Side P of the reference in pixels.
            batch: Sub-images in a batch.
            seed: Seed of the order in each epoch.
            stride: Distance between neighboring sub-images in pixels.

        Raises:
            MissingData: No image is large enough.
        """
        self.pairs, self.patch, self.batch_size, self.seed = pairs, patch, batch, seed
        places = []
        for pick, pair in enumerate(pairs):
            r = pair.grid.radius
            rows, columns = (range(r, n - r - patch + 1, stride) for n in pair.size)
            places += [(pick, top, left) for top in rows for left in columns]
        if not places:
            raise MissingData("training images", "all are smaller than a sub-image")
        self.places = np.array(places)
        self._epoch, self._order = -1, np.arange(len(places))

    def batch(self, step: int) -> Batch:
        """See `srcnn.data.patches.Sampler.batch`. All loss weights are 1."""
        inputs, truths = [], []
        for position in range(step * self.batch_size, (step + 1) * self.batch_size):
            pick, top, left = self.places[self._shuffled(position)]
            pair = self.pairs[pick]
            side = self.patch + 2 * pair.grid.radius
            inputs.append(pair.padded[top : top + side, left : left + side])
            truths.append(pair.truth[top : top + self.patch, left : left + self.patch])
        x, y = channels_first(np.stack(inputs)), to_float(channels_first(np.stack(truths)))
        return x, y, np.ones(self.batch_size, np.float32)

    @property
    def pictures(self) -> int:
        """See `srcnn.data.patches.Sampler.pictures`."""
        return len({self.pairs[pick].source for pick in self.places[:, 0]})

    def _shuffled(self, position: int) -> int:
        """Return the index of the sub-image at a position in the endless sequence of epochs."""
        epoch, index = divmod(position, len(self.places))
        if epoch != self._epoch:
            random = np.random.default_rng((self.seed, epoch))
            self._epoch, self._order = epoch, random.permutation(len(self.places))
        return int(self._order[index])
