"""Guards on the house: what is public, which way imports run, what stays unloaded, how long files are."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

import srcnn
from srcnn._optional import _MODULES as EXTRAS

from .conftest import ROOT

PACKAGE = ROOT / "src" / "srcnn"
FILES = sorted(PACKAGE.rglob("*.py"))

# In the order of the data flow: a room imports only from what stands above it (and from itself).
ROOMS = [
    "errors",
    "_optional",
    "terminal",
    "images",
    "metrics",
    "weights",
    "models",
    "baselines",
    "data",
    "training",
    "engine",
    "conversion",
    "bulk",
    "export",
    "evaluation",
    "bench",
    "figures",
    "runs",
    "experiments",
    "serve",
    "api",
    "cli",
]


def room_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "srcnn"


def imports_of(path: Path) -> set[str]:
    """Every srcnn module that a file imports, at its top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
    return {module for module in found if module.split(".")[0] == "srcnn"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path) -> None:
    relative = path.relative_to(PACKAGE)
    if relative.name in ("__init__.py", "__main__.py") and len(relative.parts) == 1:
        return  # the package's face shows what stands below
    room = relative.parts[0].removesuffix(".py")
    assert room in ROOMS, f"{relative} stands in a room that is not listed"
    above = set(ROOMS[: ROOMS.index(room) + 1]) | {"srcnn"}
    below = {module for module in imports_of(path) if room_of(module) not in above}
    assert not below, f"{relative} imports from below: {sorted(below)}"


@pytest.mark.parametrize(
    "path",
    [*FILES, *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "scripts").rglob("*.py"))],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_no_file_has_over_300_lines(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) - docstring_lines(*ast.walk(ast.parse(text))) <= 300


FOREIGN = {
    "baselines/dictionary.py": "scikit-learn's callback",
    "bench/peak.py": "OpenVINO's options",
    "engine/backends/openvino.py": "OpenVINO's options",
    "engine/example_based.py": "arrays of an .npz file",
    "experiments/documents.py": "keys of a recipe, before they are checked",
    "figures/speed.py": "matplotlib's options",
    "training/config.py": "keys of a recipe, before they are checked",
    "training/recipe_file.py": "keys of a recipe, before they are checked",
    "training/soap.py": "torch's parameter groups",
    "training/state.py": "torch's state dicts",
    "weights/card.py": "a card, before it is checked",
    "weights/graph.py": "ONNX' attributes",
    "weights/standalone.py": "ONNX' attributes",
}
"""Files with a ``dict[str, Any]``, and what it is: values that another library, or a user, chooses."""


def in_file(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def is_command(function: ast.FunctionDef) -> bool:
    """Whether click makes its parameters from options."""
    return any("command" in ast.unparse(decorator) for decorator in function.decorator_list)


def docstring_lines(*nodes: ast.AST) -> int:
    """How many lines are docstrings, of attributes too: to explain something must not cost code."""
    return sum(
        (each.end_lineno or 0) - each.lineno + 1
        for node in nodes
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module)
        for each in node.body
        if isinstance(each, ast.Expr)
        and isinstance(each.value, ast.Constant)
        and isinstance(each.value.value, str)
    )


@pytest.mark.parametrize("path", FILES, ids=in_file)
def test_functions_are_short_and_take_few_arguments(path: Path) -> None:
    public = set(srcnn.__all__) if in_file(path) == "api.py" else set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.FunctionDef) or is_command(node) or node.name in public:
            continue
        assert node.end_lineno is not None
        lines = node.end_lineno - node.lineno + 1 - docstring_lines(node)
        assert lines <= 60, f"{node.name} has {lines} lines"
        named = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        count = len([argument for argument in named if argument.arg not in ("self", "cls")])
        assert count <= 8, f"{node.name} takes {count} arguments"


@pytest.mark.parametrize("path", FILES, ids=in_file)
def test_results_and_reports_are_typed(path: Path) -> None:
    """A ``dict[str, Any]`` is for what foreign code gives or takes."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = any(
        isinstance(node, ast.Subscript) and ast.unparse(node) == "dict[str, Any]"
        for node in ast.walk(tree)
    )
    assert found == (in_file(path) in FOREIGN)


def test_all_is_what_is_public() -> None:
    public = {name for name in vars(srcnn) if not name.startswith("_")}
    # Submodules and lazily loaded names appear in vars() once somebody has used them.
    submodules = {path.stem for path in PACKAGE.glob("*.py")} | {
        path.name for path in PACKAGE.iterdir() if path.is_dir()
    }
    allowed = (
        set(srcnn.__all__) | submodules | {"annotations", "import_module", "TYPE_CHECKING", "Any"}
    )
    assert public <= allowed
    assert sorted(srcnn.__all__) == list(dir(srcnn))
    for name in srcnn.__all__:
        assert getattr(srcnn, name) is not None


@pytest.mark.parametrize("path", sorted((ROOT / "results").rglob("*.json*")), ids=lambda p: p.name)
def test_reports_name_no_place_on_one_machine(path: Path) -> None:
    assert re.findall(r'"(?:/|~|[A-Z]:\\)[^"]*"', path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("command", ["import srcnn", "import srcnn.cli.main"])
def test_nothing_heavy_is_loaded(command: str) -> None:
    heavy = ("torch", "onnxruntime", "matplotlib", "scipy", "sklearn")
    code = f"{command}; import sys; print([m for m in {heavy} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def project() -> dict[str, Any]:
    """The table of that name in pyproject.toml."""
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return table


def normal(name: str) -> str:
    """A package's name, of a requirement too, as pip compares it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=]", name)[0]).lower()


@pytest.mark.parametrize("extra", EXTRAS)
def test_what_is_looked_for_is_what_the_extra_installs(extra: str) -> None:
    packages = packages_distributions()
    looked_for = {normal(package) for name in EXTRAS[extra] for package in packages[name]}
    lines = [normal(line) for line in project()["optional-dependencies"][extra]]
    assert looked_for == {line for line in lines if line != "srcnn"}


def test_no_package_is_required_twice() -> None:
    extras = project()["optional-dependencies"]
    for name in ("train", "evaluate", "ncnn", "openvino"):
        extras["dev"] += extras[name]
    required = [normal(line) for line in [*project()["dependencies"], *extras["dev"]]]
    required = [name for name in required if name != "srcnn"]  # an extra that takes in another
    assert sorted(required) == sorted(set(required))


def test_no_state_at_import() -> None:
    """Nothing in the package calls the global seeds or torch's global switches at its top level."""
    for path in FILES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            text = ast.unparse(node) if isinstance(node, ast.Expr | ast.Assign) else ""
            for word in (".seed(", "manual_seed", "torch.set_", "torch.backends"):
                assert word not in text, f"{path}: {text}"


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))], ids=lambda page: page.stem
)
def test_local_links_are_there(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8"))
    assert links or page.stem != "README"
    # Pages below reference/ are generated with the site, which checks all links once more.
    links = [link for link in links if not link.removeprefix("../").startswith("reference/")]
    assert [link for link in links if not (page.parent / link).exists()] == []
