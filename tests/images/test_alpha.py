"""Colour bleeds from visible pixels into hidden ones, and nowhere else."""

from __future__ import annotations

import numpy as np

from srcnn.images.alpha import bleed

REACH = 6


def test_a_visible_pixel_colours_what_is_near() -> None:
    colour = np.zeros((3, 41, 41), np.float32)
    colour[:, 20, 20] = 0.2, 0.5, 0.9
    colour[:, 0, 0] = 0.7
    alpha = np.zeros((41, 41), np.float32)
    alpha[20, 20] = 1 / 255
    out = bleed(colour, alpha, REACH)
    near = out[:, 20 - REACH : 21 + REACH, 20 - REACH : 21 + REACH]
    np.testing.assert_allclose(near, np.array([0.2, 0.5, 0.9])[:, None, None] + 0 * near, rtol=1e-5)
    np.testing.assert_array_equal(out[:, 0, 0], colour[:, 0, 0])
    assert (out[:, : 20 - REACH][:, 1:] == 0).all()


def test_visible_pixels_stay(random: np.random.Generator) -> None:
    colour = random.random((3, 30, 20), np.float32)
    alpha = (random.random((30, 20)) > 0.5).astype(np.float32)
    out = bleed(colour, alpha, REACH)
    np.testing.assert_array_equal(out[:, alpha > 0], colour[:, alpha > 0])
    for everywhere in (np.zeros_like(alpha), np.ones_like(alpha)):
        np.testing.assert_array_equal(bleed(colour, everywhere, REACH), colour)


def test_an_edge_takes_the_colours_beside_it() -> None:
    """Between a red and a green side a hidden column is a mixture, and never dark."""
    colour = np.zeros((3, 9, 9), np.float32)
    colour[0, :, :3] = colour[1, :, 6:] = 1
    alpha = np.ones((9, 9), np.float32)
    alpha[:, 3:6] = 0
    out = bleed(colour, alpha, REACH)
    np.testing.assert_allclose(out.sum(0), 1, rtol=1e-5)
    np.testing.assert_allclose(out[:2, :, 4], 0.5, rtol=1e-5)
