"""A training run: from a recipe and its pictures to a weights file with its card."""
