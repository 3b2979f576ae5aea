"""Data sets, from folders of images to batches of patches."""
