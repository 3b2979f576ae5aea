"""Training runs: from a recipe and its images to a weights file with its card."""
