"""The paper's training set: sub-images cut beforehand on a grid, each seen once an epoch, as it is."""

from __future__ import annotations

import numpy as np

from srcnn.data.patches import Batch, Pair, channels_first
from srcnn.errors import MissingData
from srcnn.images.quantize import to_float


class SubImageSampler:
    """Sub-images of (P + 2r) x (P + 2r) bicubic pixels every ``stride`` pixels (section 4.1).

    They lie wholly inside their picture: nothing is padded, and the truth is their middle, P x P.
    """

    def __init__(self, pairs: list[Pair], patch: int, batch: int, seed: int, stride: int) -> None:
        self.pairs, self.patch, self.batch_size, self.seed = pairs, patch, batch, seed
        places = []
        for pick, pair in enumerate(pairs):
            r = pair.grid.radius
            rows, columns = (range(r, n - r - patch + 1, stride) for n in pair.size)
            places += [(pick, top, left) for top in rows for left in columns]
        if not places:
            raise MissingData("training pictures", "none is as large as a sub-image")
        self.places = np.array(places)
        self._epoch, self._order = -1, np.arange(len(places))

    def batch(self, step: int) -> Batch:
        """See `srcnn.data.patches.Sampler.batch`. No picture counts more than another."""
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
        """Which sub-image comes at a position of the endless row of epochs."""
        epoch, index = divmod(position, len(self.places))
        if epoch != self._epoch:
            random = np.random.default_rng((self.seed, epoch))
            self._epoch, self._order = epoch, random.permutation(len(self.places))
        return int(self._order[index])
