"""Benchmarks: every engine and network, and what users would run instead, timed in turn."""
