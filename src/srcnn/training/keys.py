"""Types of the values in a recipe."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

Positive = Annotated[int, Field(ge=1, strict=True)]  # strict, or YAML's true would be 1
Rate = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Quality = Annotated[int, Field(ge=1, le=100)]
Chance = Annotated[float, Field(ge=0, le=1)]

STRICT = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False)
"""Configuration of every model of a recipe: unknown keys and non-finite numbers are errors."""
