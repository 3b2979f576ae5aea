"""Converts an image file into a larger one, for the command line and `srcnn.upscale_file`."""
