"""The types that a user's checker sees of the installed package (``py.typed``), and misspelled keywords."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import srcnn

from .conftest import ROOT

SNIPPETS = ROOT / "tests" / "snippets"
_ERROR = re.compile(r"(\w+)\.py:(\d+): error: .*\[([\w-]+)\]$", re.MULTILINE)


def installed(folder: Path) -> Path:
    """Return the interpreter of an environment that finds this checkout as an installed package."""
    command = [sys.executable, "-m", "venv", "--without-pip", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    code = "import site; print(site.getsitepackages()[-1])"
    ran = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True)
    places = (ROOT / "src", sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))
    (Path(ran.stdout.strip()) / "here.pth").write_text("\n".join(map(str, dict.fromkeys(places))))
    return python


@pytest.mark.slow
def test_mypy_strict_on_what_a_user_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every public name used rightly, without a complaint; and mistakes, each with its complaint."""
    monkeypatch.delenv("MYPYPATH", raising=False)
    monkeypatch.chdir(tmp_path)  # away from this project's own settings
    options = ["--config-file=", "--strict", f"--cache-dir={tmp_path / 'cache'}"]
    python = installed(tmp_path / "env")
    files = [SNIPPETS / "right.py", SNIPPETS / "wrong.py"]
    command = [sys.executable, "-m", "mypy", *options, f"--python-executable={python}"]
    command += map(str, files)
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    found = {(name, int(line), code) for name, line, code in _ERROR.findall(ran.stdout)}
    lines = files[1].read_text().splitlines()
    marked = [(number, re.search(r"  # ([\w-]+)$", line)) for number, line in enumerate(lines, 1)]
    expected = {("wrong", number, mark[1]) for number, mark in marked if mark}
    assert len(expected) > 15
    assert found == expected, ran.stdout + ran.stderr


def test_the_snippet_uses_every_public_name() -> None:
    text = (SNIPPETS / "right.py").read_text()
    assert [name for name in srcnn.__all__ if f"srcnn.{name}" not in text] == []


PIXELS = np.zeros((8, 8), np.uint8)
CALLS: list[tuple[Callable[..., Any], tuple[Any, ...], str, str]] = [
    (srcnn.load, (), "thread", "threads"),
    (srcnn.load, (), "volume", ""),
    (srcnn.upscale, (PIXELS,), "scales", "scale"),
    (srcnn.upscale_file, ("a.png", "b.png"), "overwite", "overwrite"),
    (srcnn.evaluate, ("set5",), "metric", "metrics"),
    (srcnn.Upscaler.upscale, (None, PIXELS), "max_pixel", "max_pixels"),
    (srcnn.Upscaler.__call__, (None, PIXELS), "sizes", "size"),
]


@pytest.mark.parametrize(("function", "given", "wrong", "near"), CALLS)
def test_a_misspelled_keyword_names_the_near_one(
    function: Callable[..., Any], given: tuple[Any, ...], wrong: str, near: str
) -> None:
    with pytest.raises(TypeError) as caught:
        function(*given, **{wrong: 1})
    line = f"{function.__name__}() got an unexpected keyword argument '{wrong}'"
    assert str(caught.value) == line + (f"; did you mean '{near}'?" if near else "")
