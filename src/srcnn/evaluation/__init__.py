"""Evaluation of models: the protocols, the scoring, and the report."""
