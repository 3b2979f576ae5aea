"""Figures: they read reports only, so that every picture can be drawn again from committed JSON."""
