"""Degradations of images before upscaling, step by step."""
