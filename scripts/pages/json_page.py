"""Write the reference of JSON documents from the TypedDicts that describe them."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path

from markdown_text import NOTE, cell, code, table

SOURCE = Path(__file__).parents[2] / "src"
INTRODUCTION = """# JSON documents

What the commands write with `--json`, and `srcnn.evaluate` returns: every key and its type. How a document is read
in a pipeline is in [Use it in a pipeline](../pipelines.md).

"""
WRITTEN_BY = {
    "srcnn.conversion.conversion": "srcnn upscale: a picture",
    "srcnn.engine.choosing": "srcnn upscale: the choice of -m auto",
    "srcnn.cli.report": "srcnn upscale: estimates and the summary",
    "srcnn.evaluation.documents": "srcnn evaluate and srcnn compare",
    "srcnn.evaluation.protocol": "srcnn evaluate: the protocol",
    "srcnn.bench.documents": "srcnn bench",
    "srcnn.bench.pipelines": "srcnn bench --pipeline",
    "srcnn.experiments.documents": "srcnn experiment",
    "srcnn.serve.messages": "srcnn serve: the header Srcnn-Result",
    "srcnn.serve.errors": "srcnn serve: errors",
    "srcnn.serve.models": "srcnn serve: /v1/models",
}
"""Which command writes the types of a module, in the order of the page."""
KEYWORDS = "srcnn.api"
"""A module whose TypedDict is the keywords of functions, and no document."""


@dataclass(frozen=True)
class Document:
    """A TypedDict of the source: its docstring, and (name, type, meaning) of its keys."""

    module: str
    name: str
    text: str
    keys: list[tuple[str, str, str]] = field(default_factory=list)


def documents() -> dict[str, Document]:
    """Return the TypedDicts of the package by name, with the keys that they inherit."""
    classes = {
        node.name: (module, node)
        for file in sorted(SOURCE.rglob("*.py"))
        if (module := ".".join(file.relative_to(SOURCE).with_suffix("").parts)) != KEYWORDS
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    }
    found: dict[str, Document] = {}

    def document(name: str) -> Document | None:
        if name not in classes or name in found:
            return found.get(name)
        module, node = classes[name]
        bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
        above = [each for base in bases if (each := document(base))]
        if "TypedDict" not in bases and not above:
            return None
        keys = [key for each in above for key in each.keys]
        text, meanings = _parts(ast.get_docstring(node) or "")
        found[name] = Document(module, name, text, keys + _keys(node, meanings))
        return found[name]

    for name in classes:
        document(name)
    return found


def _parts(docstring: str) -> tuple[str, dict[str, str]]:
    """Return a docstring without its section of attributes, and the meaning of each."""
    text, _, section = docstring.partition("\n\nAttributes:\n")
    entries = re.split(r"^ {4}(\w+): ", section, flags=re.MULTILINE)[1:]
    return text, dict(zip(entries[::2], entries[1::2], strict=True))


def _keys(node: ast.ClassDef, meanings: dict[str, str]) -> list[tuple[str, str, str]]:
    """Return the fields of a class, in their order.

    Raises:
        SystemExit: If one is not explained.
    """
    keys = [
        (each.target.id, ast.unparse(each.annotation))
        for each in node.body
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
    ]
    if [key for key, _ in keys] != list(meanings):
        raise SystemExit(f"json_page.py: explain every key of {node.name}, in their order")
    return [(key, type_, meanings[key]) for key, type_ in keys]


def json_page() -> str:
    """Return the page."""
    found = documents()
    modules = {each.module for each in found.values()}
    if modules != WRITTEN_BY.keys():
        raise SystemExit(f"json_page.py: say what {modules ^ WRITTEN_BY.keys()} is written by")
    page = NOTE + INTRODUCTION
    for module, title in WRITTEN_BY.items():
        page += f"## {title}\n\n"
        for each in found.values():
            if each.module == module:
                page += f"### {each.name}\n\n{cell(each.text)}\n\n"
                page += _table(each, found) + "\n"
    return page


def _table(document: Document, found: dict[str, Document]) -> str:
    """Return the keys of a document."""
    rows = [[code(key), _type(type_, found), cell(text)] for key, type_, text in document.keys]
    return table(["Key", "Type", "Meaning"], rows)


def _type(text: str, found: dict[str, Document]) -> str:
    """Return a type as code, with links behind it to the documents that it names."""
    names = [name for name in re.findall(r"\w+", text) if name in found]
    links = ", ".join(f"[{name}](#{name.lower()})" for name in names)
    return code(text) + (f" {links}" if links else "")
