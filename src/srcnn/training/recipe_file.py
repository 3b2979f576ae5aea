"""Reading recipes: YAML and overrides become a `Recipe`, with all errors in one message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from srcnn.errors import UsageError, choices
from srcnn.training.config import Recipe

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_WORDS = {
    "missing": "is missing",
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "must be a whole number"),
    **dict.fromkeys(("float_type", "float_parsing"), "must be a number"),
    "finite_number": "must be finite",
    "string_type": "must be text",
    "string_pattern_mismatch": "may contain only letters, digits and . _ + @ -",
    **dict.fromkeys(("bool_type", "bool_parsing"), "must be true or false"),
    **dict.fromkeys(("tuple_type", "list_type"), "must be a list, such as [9, 5, 5]"),
    **dict.fromkeys(("model_type", "dict_type"), "must have keys of its own"),
    "literal_error": "must be {expected}",
    "greater_than": "must be above {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be below {lt}",
    "less_than_equal": "must be at most {le}",
    "too_short": "needs at least {min_length}",
}
"""Plain wording for each kind of pydantic error."""


class _Loader(yaml.SafeLoader):
    """YAML loader that rejects a key that occurs twice; PyYAML would silently use the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.YAMLError(f"{key} is given twice")
        return super().construct_mapping(node, deep)


def read_recipe(path: Path, overrides: Sequence[str] = ()) -> Recipe:
    """Read a recipe file and apply ``key=value`` overrides.

    Raises:
        UsageError: If the file cannot be read or has errors; the message lists all of them.
    """
    try:
        values = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except FileNotFoundError:
        raise UsageError(path, "no such recipe or folder") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(path, f"cannot be read ({error})") from None
    except RecursionError:
        raise UsageError(path, "is not a recipe: it is nested too deeply") from None
    if not isinstance(values, dict):
        raise UsageError(path, "is not a recipe: it has no keys")
    return make_recipe(values, overrides, str(path))


def make_recipe(values: dict[str, Any], overrides: Sequence[str], source: str) -> Recipe:
    """Return the recipe of ``values`` after applying ``key=value`` overrides.

    Args:
        values: The keys of the recipe.
        overrides: ``key=value`` texts; each value is YAML.
        source: What error messages call the recipe.

    Raises:
        UsageError: If there are errors; the message lists all of them.
    """
    values, found = dict(values), []
    for override in overrides:
        key, equals, value = override.partition("=")
        if not equals:
            found.append(f"--set {override}: must be key=value")
            continue
        try:
            values[key.strip()] = yaml.safe_load(value)
        except yaml.YAMLError:
            found.append(f"--set {override}: the value is not valid YAML")
    try:
        recipe = Recipe.model_validate(values)
    except ValidationError as error:
        found.append(mistakes(error, Recipe))
    if found:
        raise UsageError(source, "; ".join(found))
    return recipe


def mistakes(error: ValidationError, model: type[BaseModel]) -> str:
    """Return every error in the values of ``model``, each with the key that it concerns."""
    known = list(_keys(model))
    return "; ".join(
        f"{'.'.join(str(part) for part in item['loc']) or 'recipe'}: {_plain(item, known)}"
        for item in error.errors()
    )


def _keys(model: type[BaseModel]) -> Iterator[str]:
    """Yield the keys of a model and of the models nested in it."""
    for name, field in model.model_fields.items():
        yield name
        for kind in (field.annotation, *get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from _keys(kind)


def _plain(item: ErrorDetails, known: list[str]) -> str:
    """Return one error in plain words, without pydantic's terms."""
    if item["type"] == "extra_forbidden":
        near = choices(str(item["loc"][-1]), known, "unknown key")
        return near if near == "unknown key" else f"unknown key, {near}"
    if words := _WORDS.get(item["type"]):
        return words.format(**item.get("ctx", {}))
    return item["msg"].removeprefix("Value error, ")
