"""What the paper compares with, behind the interface of a network (`srcnn.engine.network`).

Bicubic interpolation, and two methods that learn from pairs of patches: ``sparse-coding`` and ``a+``.
"""
