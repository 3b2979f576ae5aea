"""Started by a daemon, in a container, by a user without a home: what was closed, missing or limited."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import what_is

BICUBIC = ("-m", "bicubic")


def shell(redirections: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run srcnn with streams as a shell would set them."""
    command = f'exec "$0" -m srcnn "$@" {redirections}'
    return subprocess.run(
        ["sh", "-c", command, sys.executable, *words], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("closed", ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"])
def test_a_picture_is_made_with_streams_closed(photo: Path, closed: str) -> None:
    made = photo.with_name("large.png")
    assert shell(closed, "upscale", str(photo), "-o", str(made), *BICUBIC).returncode == 0
    assert what_is(made)[2] == (90, 123)


@pytest.mark.parametrize(
    ("closed", "words", "code", "said"),
    [
        ("2>&-", ("upscale", "gone.png", *BICUBIC), 3, ""),
        ("0<&-", ("upscale", "-", "-o", "large.png", *BICUBIC), 3, "stdin"),
        ("1>&-", ("models",), 5, "stdout: cannot be written"),
        ("1>&-", ("models", "--json", "-"), 5, "stdout: cannot be written"),
    ],
)
def test_a_closed_stream_is_an_error_where_it_is_needed(
    folder: Path, closed: str, words: tuple[str, ...], code: int, said: str
) -> None:
    ran = shell(closed, *words)
    assert ran.returncode == code, ran.stderr
    assert said in ran.stderr
    assert "Error" not in ran.stderr
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="becomes another user")
@pytest.mark.parametrize("words", [("data", "list"), ("models",), ("upscale", "photo.png")])
def test_a_user_without_a_home(photo: Path, words: tuple[str, ...]) -> None:
    """``docker run --user 23456``: a number without a name, and no HOME."""
    outer = photo.parent
    for folder in (outer, *outer.parents):
        if folder.stat().st_uid == os.getuid() and folder != Path("/"):
            folder.chmod(0o777)
    options = ("-o", "large.png", *BICUBIC) if words[0] == "upscale" else ()
    command = [sys.executable, "-m", "srcnn", *words, *options]
    kept = {key: value for key, value in os.environ.items() if key in ("PATH", "PYTHONPATH")}
    ran = subprocess.run(
        ["setpriv", "--reuid", "23456", "--regid", "23456", "--clear-groups", *command],
        cwd=outer, env=kept, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "No module named srcnn" in ran.stderr or "Permission denied" in ran.stderr.split("\n")[0]:
        pytest.skip("another user cannot read this Python's packages")
    assert ran.returncode == 0, ran.stderr
