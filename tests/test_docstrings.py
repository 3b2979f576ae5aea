"""Docstrings of what others call or implement: every parameter, the result, and every error raised there."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from functools import cache

import griffe
import pytest

import srcnn
from srcnn import errors

from .conftest import ROOT

EXTENSION_POINTS = {
    "srcnn.models.base.TorchNetwork": "a family of networks in torch",
}
"""Classes that others derive from; protocols are found by themselves."""

RAISED_FOR = {"NotImplementedError", "AssertionError", "TypeError", "StopIteration"}
"""Mistakes of a program, which need no section."""


@cache
def package() -> griffe.Module:
    loaded = griffe.load("srcnn", search_paths=[ROOT / "src"], docstring_parser="google")
    assert isinstance(loaded, griffe.Module)
    return loaded


def classes(module: griffe.Module) -> Iterator[griffe.Class]:
    for member in module.members.values():
        if isinstance(member, griffe.Class):
            yield member
        elif isinstance(member, griffe.Module):
            yield from classes(member)


def is_protocol(one: griffe.Class) -> bool:
    return any(str(base).split("[")[0] == "Protocol" for base in one.bases)


def documented() -> dict[str, griffe.Function]:
    """Functions and methods of `srcnn.__all__`, of protocols and of extension points, by their path."""
    homes = [f"{home}.{name}" for name, home in srcnn._HOMES.items()]
    named = [package()[path.removeprefix("srcnn.")] for path in [*homes, *EXTENSION_POINTS]]
    named = [one[one.name] if isinstance(one, griffe.Module) else one for one in named]
    named = [one.final_target if isinstance(one, griffe.Alias) else one for one in named]
    named += [one for one in classes(package()) if is_protocol(one)]
    found = {}
    for one in named:
        for member in one.members.values() if isinstance(one, griffe.Class) else [one]:
            shown = not member.name.startswith("_") or member.name in ("__init__", "__call__")
            if shown and isinstance(member, griffe.Function) and "overload" not in member.labels:
                found[member.path] = member
    return found


DOCUMENTED = documented()


def is_generated(function: griffe.Function) -> bool:
    """Whether it is the constructor of a dataclass, whose fields the class explains."""
    return function.name == "__init__" and not function.lineno


def explained(function: griffe.Function) -> griffe.Docstring:
    described = function.parent if is_generated(function) else function
    assert described is not None
    assert described.docstring is not None, f"{function.path} has no docstring"
    return described.docstring


def section(function: griffe.Function, kind: griffe.DocstringSectionKind) -> list[str]:
    """The names, or annotations, that a section of a docstring lists."""
    return [
        str(getattr(entry, "name", "") or getattr(entry, "annotation", ""))
        for part in explained(function).parsed
        if part.kind == kind
        for entry in part.value
    ]


def raised(function: griffe.Function) -> set[str]:
    """Names of the errors that the function's own lines raise."""
    (node,) = ast.parse("\n".join(f"{line}" for line in dedented(function))).body
    errors = (one.exc for one in ast.walk(node) if isinstance(one, ast.Raise) and one.exc)
    calls = (one.func if isinstance(one, ast.Call) else one for one in errors)
    return {one.id for one in calls if isinstance(one, ast.Name) and one.id[0].isupper()}


def ancestors(error: str) -> set[str]:
    """Names of an error and of the errors of which it is a kind."""
    kind = getattr(errors, error, None) or getattr(builtins, error)
    return {one.__name__ for one in kind.__mro__}


def dedented(function: griffe.Function) -> list[str]:
    lines = function.lines
    margin = len(lines[0]) - len(lines[0].lstrip())
    return [line[margin:] for line in lines]


@pytest.mark.parametrize("path", DOCUMENTED)
def test_every_parameter_result_and_error_is_explained(path: str) -> None:
    function = DOCUMENTED[path]
    kinds = griffe.DocstringSectionKind
    parameters = {one.name for one in function.parameters if one.name not in ("self", "cls")}
    listed = set(section(function, kinds.parameters))
    if is_generated(function):
        assert parameters <= set(section(function, kinds.attributes))
        return
    assert listed == parameters
    first = explained(function).value.split()[0]
    returns = str(function.returns) not in ("None", "") and function.name != "__init__"
    if returns and first not in ("Return", "Yield"):
        assert section(function, kinds.returns) or section(function, kinds.yields)
    known = set(section(function, kinds.raises))
    assert [name for name in raised(function) - RAISED_FOR if not known & ancestors(name)] == []


def test_what_is_checked() -> None:
    for name in ("api.upscale", "engine.upscaler.Upscaler.upscale", "metrics.psnr.psnr"):
        assert f"srcnn.{name}" in DOCUMENTED
    assert "srcnn.weights.architectures.architecture.Architecture.grid" in DOCUMENTED
    assert raised(DOCUMENTED["srcnn.metrics.psnr.psnr"]) == {"UsageError"}
