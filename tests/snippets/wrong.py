"""Mistakes of a user; each line is followed by the code of the error that ``mypy --strict`` gives."""

from __future__ import annotations

import numpy as np

import srcnn

pixels = np.zeros((8, 8, 3), np.uint8)
srcnn.load(thread=1)  # call-arg
srcnn.load("fast", scale="3")  # arg-type
srcnn.load(scale=3, engine=17)  # arg-type
srcnn.upscale(pixels, scales=3)  # call-overload
srcnn.upscale(pixels, tiles=128)  # call-overload
srcnn.upscale(3)  # call-overload
srcnn.upscale_file("a.png")  # call-arg
srcnn.upscale_file("a.png", "b.png", overwite=True)  # call-arg
srcnn.evaluate("set5", scale=3)  # call-arg
srcnn.evaluate("set5")["result"]  # misc
srcnn.imresize(pixels, border="wrap")  # arg-type
srcnn.imresize("a.png", 2)  # arg-type
srcnn.psnr(pixels)  # call-arg
srcnn.Engine(thread=1)  # call-arg
srcnn.load().upscale(pixels, scale=2)  # call-overload
srcnn.lod("fast")  # attr-defined
shape: str = srcnn.upscale("a.png").shape  # assignment
name: int = srcnn.load().name  # assignment
