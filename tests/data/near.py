"""Finding near-duplicates: a picture that is another one resized, recompressed, turned, mirrored or cropped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter

from srcnn.images.io import open_picture

Gray = NDArray[np.uint8]
Found = tuple[str, str, float]
"""(name of a training picture, name of a test picture, their normalised correlation)."""

SIDE = 32
"""Side of the reduced pictures, in pixels."""
_LONGEST, _KEYPOINTS, _PROPOSED = 400, 400, 7


def read_gray(path: Path) -> Gray:
    pixels = open_picture(path).read()
    return np.asarray(Image.fromarray(pixels).convert("L"))


def details(picture: NDArray[Any], sigma: float) -> NDArray[np.float32]:
    """A picture without its coarse light and dark, which unrelated landscapes have in common."""
    pixels = picture.astype(np.float32)
    return pixels - gaussian_filter(pixels, sigma)


def correlation(a: NDArray[Any], b: NDArray[Any]) -> float:
    a, b = a - a.mean(), b - b.mean()
    return float((a * b).sum() / (np.linalg.norm(a) * np.linalg.norm(b) + 1e-9))


def reduced(picture: Gray) -> NDArray[np.float32]:
    """The whole frame at 32 x 32, without its coarse light and dark, of norm 1."""
    small = np.asarray(Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.BOX))
    fine = details(small, SIDE / 8)
    fine -= fine.mean()
    return fine / (np.linalg.norm(fine) + 1e-9)


def nearest(training: Mapping[str, Gray], tests: Mapping[str, Gray]) -> list[Found]:
    """For each training picture the test picture that its whole frame correlates with most.

    It is tried in all 8 flips and turns; aspects do not matter, each is pressed into a square.
    """
    names = list(tests)
    rows = np.stack([reduced(picture).ravel() for picture in tests.values()])
    found = []
    for name, picture in training.items():
        small = reduced(picture)
        ways = [np.rot90(way, k) for way in (small, small[:, ::-1]) for k in range(4)]
        scores = (np.stack([way.ravel() for way in ways]) @ rows.T).max(axis=0)
        best = int(scores.argmax())
        found.append((name, names[best], float(scores[best])))
    return found


class Crops:
    """Looks for pictures that show a part of a test picture, or the whole of one and more.

    Keypoints (SIFT) propose where one lies on the other, at whatever scale and turn; the normalised
    correlation of the two where they overlap decides.
    """

    def __init__(self, tests: Mapping[str, Gray]) -> None:
        self._sift = cv2.SIFT.create(nfeatures=_KEYPOINTS)
        self._tests = {name: _limited(picture) for name, picture in tests.items()}
        self._owner: list[str] = []
        self._points: list[Sequence[float]] = []
        every = []
        for name, picture in self._tests.items():
            points, descriptors = self._sift.detectAndCompute(picture, None)
            if points:
                every.append(descriptors)
                self._owner += [name] * len(points)
                self._points += [point.pt for point in points]
        self._index = cv2.FlannBasedMatcher({"algorithm": 1, "trees": 4}, {"checks": 32})
        self._index.add([np.concatenate(every)])
        self._index.train()

    def nearest(self, name: str, picture: Gray) -> Found:
        """The test picture that correlates most where the two overlap; ("", 0) if none is proposed."""
        best = (name, "", 0.0)
        whole = _limited(picture)
        for way in (whole, np.ascontiguousarray(whole[:, ::-1])):
            for test, transform in self._proposals(way):
                score = _overlap(way, self._tests[test], transform)
                if score > best[2]:
                    best = (name, test, score)
        return best

    def _proposals(self, picture: Gray) -> list[tuple[str, NDArray[Any]]]:
        points, descriptors = self._sift.detectAndCompute(picture, None)
        if not points:
            return []
        pairs = defaultdict(list)
        for point, match in zip(points, self._index.knnMatch(descriptors, k=2), strict=True):
            if match[0].distance < 0.8 * match[1].distance:
                i = match[0].trainIdx
                pairs[self._owner[i]].append((point.pt, self._points[i]))
        proposals = []
        for test, both in pairs.items():
            if len(both) >= _PROPOSED:
                a, b = (np.array(side, np.float32) for side in zip(*both, strict=True))
                transform, inliers = cv2.estimateAffinePartial2D(a, b, ransacReprojThreshold=3)
                if transform is not None and inliers.sum() >= _PROPOSED:
                    proposals.append((test, transform))
        return proposals


def _limited(picture: Gray) -> Gray:
    image = Image.fromarray(picture)
    image.thumbnail((_LONGEST, _LONGEST))
    return np.asarray(image)


def _overlap(picture: Gray, test: Gray, transform: NDArray[Any]) -> float:
    size = (test.shape[1], test.shape[0])
    laid = cv2.warpAffine(picture, transform, size)
    inside = cv2.warpAffine(np.ones_like(picture), transform, size, flags=cv2.INTER_NEAREST) > 0
    if inside.sum() < SIDE * SIDE:
        return 0.0
    return correlation(details(laid, 4)[inside], details(test, 4)[inside])
