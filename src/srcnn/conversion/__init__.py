"""A picture file in, a larger picture file out: what the command line and `srcnn.upscale_file` call."""
