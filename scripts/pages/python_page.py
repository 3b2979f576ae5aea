"""Write the page of which mkdocstrings makes the Python reference."""

from __future__ import annotations

from importlib.util import find_spec

from markdown_text import NOTE

import srcnn
from srcnn import _HOMES

INTRODUCTION = """# Python

Everything that `import srcnn` offers. Functions and classes are loaded when they are first used, so the import itself is
fast and needs no torch. Errors are on the page [Errors and exit codes](../errors.md).

"""


def python_page() -> str:
    """Return the page: functions first, then classes."""
    names = sorted(_HOMES, key=lambda name: (name[0].isupper(), name))
    assert {*names, "__version__"} == {*srcnn.__all__}
    version = '## `__version__`\n\nThe version of the package, such as `"0.2.0"`.\n'
    return NOTE + INTRODUCTION + "\n".join([*(f"::: {_path(name)}\n" for name in names), version])


def _path(name: str) -> str:
    """Return where a public name is defined; ``psnr`` is a function in a module of that name."""
    path = f"{_HOMES[name]}.{name}"
    try:
        return f"{path}.{name}" if find_spec(path) else path
    except ModuleNotFoundError:  # the home is not a package
        return path
