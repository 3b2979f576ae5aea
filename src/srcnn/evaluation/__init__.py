"""Judging: the protocol as data, the run, and the report."""
