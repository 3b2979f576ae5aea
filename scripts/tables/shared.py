"""The root of the checkout, for all table modules."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
