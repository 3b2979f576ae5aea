"""Reading a recipe: YAML and overrides in, a validated `Recipe` out, all mistakes reported together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from srcnn.errors import UsageError
from srcnn.training.config import Recipe


class _Loader(yaml.SafeLoader):
    """Of a key that stands twice PyYAML takes the last one, and says nothing."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.YAMLError(f"{key} stands twice")
        return super().construct_mapping(node, deep)


def read_recipe(path: Path, overrides: Sequence[str] = ()) -> Recipe:
    """A recipe file with ``key=value`` overrides; `UsageError` with every mistake in it."""
    try:
        values = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except FileNotFoundError:
        raise UsageError(path, "no such recipe or folder") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(path, f"cannot be read ({error})") from None
    except RecursionError:
        raise UsageError(path, "is no recipe: it is nested too deeply") from None
    if not isinstance(values, dict):
        raise UsageError(path, "is no recipe: it holds no keys")
    return make_recipe(values, overrides, str(path))


def make_recipe(values: dict[str, Any], overrides: Sequence[str], source: str) -> Recipe:
    """The recipe of ``values`` after the overrides; `UsageError` with every mistake in it."""
    values, found = dict(values), []
    for override in overrides:
        key, equals, value = override.partition("=")
        if not equals:
            found.append(f"--set {override}: is not key=value")
            continue
        try:
            values[key.strip()] = yaml.safe_load(value)
        except yaml.YAMLError:
            found.append(f"--set {override}: the value is not YAML")
    try:
        recipe = Recipe.model_validate(values)
    except ValidationError as error:
        found.append(mistakes(error))
    if found:
        raise UsageError(source, "; ".join(found))
    return recipe


def mistakes(error: ValidationError) -> str:
    """All of them, each with the key that it is in."""
    return "; ".join(
        f"{'.'.join(str(part) for part in item['loc']) or 'recipe'}: {_plain(item)}"
        for item in error.errors()
    )


def _plain(item: Any) -> str:
    if item["type"] == "extra_forbidden":
        return "unknown key"
    text: str = item["msg"]
    return text.removeprefix("Value error, ")
