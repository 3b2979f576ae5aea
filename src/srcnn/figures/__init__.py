"""Figures, drawn from reports, logs, comparisons and weights; nothing is scored here."""
