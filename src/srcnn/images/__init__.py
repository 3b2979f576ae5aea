"""Pixels in, pixels out: reading and writing, colour, resizing, cropping. No torch here."""

import os

# libvips reads it when it is loaded: no warnings on stderr. What matters of them is in our errors.
os.environ.setdefault("VIPS_WARNING", "0")
