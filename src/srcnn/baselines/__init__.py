"""The methods that the paper compares with, behind the interface of `srcnn.engine.network`.

They are bicubic interpolation and two methods that learn from pairs of patches,
``sparse-coding`` and ``a+``.
"""
