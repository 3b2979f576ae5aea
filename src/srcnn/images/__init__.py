"""Pixels in, pixels out: reading and writing, colour, resizing, cropping. No torch here."""
