"""Training: recipe, data, loop, checkpoints and weights. Needs the extra ``train``."""
