"""Write the reference of recipe keys from recipes/schema.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from markdown_text import NOTE, cell, code, table

SCHEMA = Path(__file__).parents[2] / "recipes" / "schema.json"
INTRODUCTION = """# Recipe keys

Every key of a recipe, from `recipes/schema.json`, by which editors complete and check one. How recipes are used is in
[Train on your own pictures](../training.md).

"""
_BOUNDS = {
    "minimum": "at least",
    "exclusiveMinimum": "above",
    "maximum": "at most",
    "exclusiveMaximum": "below",
}


def recipe_page() -> str:
    """Return the page."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    page = NOTE + INTRODUCTION + _keys(schema)
    for name, part in schema["$defs"].items():
        page += f"\n## {name}\n\n{cell(part.get('description', ''))}\n\n" + _keys(part)
    return page


def _keys(schema: dict[str, Any]) -> str:
    required = schema.get("required", [])
    rows = []
    for name, key in schema["properties"].items():
        default = "required" if name in required else code(json.dumps(key.get("default")))
        rows.append([code(name), _type(key), default, cell(key.get("description", ""))])
    return table(["Key", "Type", "Default", "Meaning"], rows)


def _type(key: dict[str, Any]) -> str:
    """Return a description of the allowed values."""
    if "$ref" in key:
        name = key["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in key:
        return " or ".join(_type(each) for each in key["anyOf"])
    if "enum" in key:
        return ", ".join(code(str(value)) for value in key["enum"])
    if "const" in key:
        return code(str(key["const"]))
    if key["type"] == "array":
        if "prefixItems" in key:
            parts = [_type(each) for each in key["prefixItems"]]
            return f"[{', '.join(parts)}]".replace("[", r"\[", 1).replace("]", r"\]")
        return "list of " + _type(key["items"])
    bounds = [f"{word} {key[bound]}" for bound, word in _BOUNDS.items() if bound in key]
    return " ".join([key["type"], *([", ".join(bounds)] if bounds else [])])
