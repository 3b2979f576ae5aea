"""SIGINT and SIGTERM, to a process of its own: it ends soon, and what it leaves is whole."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from srcnn.cli.report import Outcome, Summary
from srcnn.cli.signals import Terminated
from srcnn.images.encode import encode
from srcnn.images.formats import FORMATS
from srcnn.images.io import open_picture

from ..conftest import EXAMPLE
from .conftest import Srcnn, save, tree

OLD = b"the old file"
SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
PYTHON_STARTS = ("init_import_site", "Could not import runpy")
"""What Python says of a KeyboardInterrupt before it runs anything of ours."""
SOONEST = 5.0
"""Seconds that a command may take to end."""


@contextmanager
def started(*words: object, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """``srcnn upscale`` with these words, at work."""
    command = [sys.executable, "-m", "srcnn", "upscale", *map(str, words)]
    with subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        # A shell may have left SIGINT ignored for its background jobs.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        **options,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def end(process: subprocess.Popen[bytes], number: int) -> tuple[int, str]:
    """Send a signal: (exit code, what stands on stderr)."""
    began = time.monotonic()
    process.send_signal(number)
    code = process.wait(60)
    assert time.monotonic() - began < SOONEST
    assert process.stderr is not None
    return code, process.stderr.read().decode()


def large(path: Path, side: int) -> Path:
    """side x side pixels of photograph."""
    tile = open_picture(EXAMPLE).read()
    times = -(-side // tile.shape[0])
    path.write_bytes(encode(np.tile(tile, (times, times, 1))[:side, :side], FORMATS["png"]))
    return path


def interrupt_a_folder(folder: Path, suffix: str, side: int, number: int, after: float) -> int:
    """Two pictures of ``side`` are doubled at once, a small one was before; what is left is checked."""
    source, out = folder / "in", folder / "out"
    source.mkdir(exist_ok=True)
    out.mkdir(exist_ok=True)
    save(source / "a.png")
    for name in ("b", "c"):
        if not (source / f"{name}.png").exists():
            large(source / f"{name}.png", side)
        (out / f"{name}.{suffix}").write_bytes(OLD)
    words = [source, "-o", out, "-s", 2, "-m", "bicubic", "--suffix", "", "--format", suffix]
    with started(*words, "--overwrite", "--json", folder / "report.json") as process:
        assert process.stderr is not None
        while b"60 x 82" not in process.stderr.readline():  # until the small one is done
            assert process.poll() is None
        time.sleep(after)
        code, said = end(process, number)
    assert "Traceback" not in said
    assert tree(folder) == {"report.json"} | {f"in/{n}.png" for n in "abc"} | {
        f"out/{n}.{suffix}" for n in "abc"
    }
    document = json.loads((folder / "report.json").read_text())
    assert document["summary"]["pictures"] == 3
    made = {Path(result["destination"]).stem for result in document["results"] if result["ok"]}
    assert "a" in made
    for name in "abc":
        path = out / f"{name}.{suffix}"
        new = path.read_bytes() != OLD
        assert new == (name in made)
        if new:
            with Image.open(path) as picture:
                picture.load()
    # Between its last word and its end a process dies of a signal as any other.
    return 0 if code == -number and len(made) == 3 else code


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_while_two_pictures_are_at_work(tmp_path: Path, number: int, code: int) -> None:
    assert interrupt_a_folder(tmp_path, "png", 2000, number, 0.5) == code


def test_while_an_encoder_holds_the_picture(tmp_path: Path) -> None:
    """AVIF takes half a minute for these and hears nothing: nobody waits for it."""
    assert interrupt_a_folder(tmp_path, "avif", 1000, signal.SIGTERM, 1.5) == 143


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("suffix", "number", "code"),
    [
        (suffix, *SIGNALS[k % 2])
        for k, suffix in enumerate(["png", "jpg", "tif", "webp", "avif", "gif", "bmp"])
    ],
)
def test_any_moment_of_any_format(tmp_path: Path, suffix: str, number: int, code: int) -> None:
    """Results of 9 megapixels: read, made, encoded, put in place."""
    codes = [
        interrupt_a_folder(tmp_path, suffix, 1500, number, after) for after in (0, 0.3, 0.8, 1.5, 3)
    ]
    assert codes[0] == code
    assert set(codes) <= {0, code}  # 0: it was done before


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_any_moment_of_the_start(tmp_path: Path, number: int, code: int) -> None:
    """Until Python has read the first file of ours, the signal does what it does to any process."""
    source, destination = large(tmp_path / "in.png", 1000), tmp_path / "out.png"
    for after in np.arange(0.02, 0.8, 0.05):
        destination.write_bytes(OLD)
        with started(source, "-s", 2, "-o", destination, "--overwrite") as process:
            time.sleep(after)
            ended, said = end(process, number)
        assert ended in (code, -number) or any(words in said for words in PYTHON_STARTS)
        assert ended != code or "Traceback" not in said
        assert tree(tmp_path) == {"in.png", "out.png"}
        # Where Python dropped the exception, as it does in destructors, the work may be done in time.
        if destination.read_bytes() != OLD:
            assert open_picture(destination).read().shape == (2000, 2000, 3)


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_while_waiting_for_stdin(tmp_path: Path, number: int, code: int) -> None:
    words = ["-", "-o", tmp_path / "out.png", "-m", "bicubic"]
    with started(*words, stdin=subprocess.PIPE) as process:
        time.sleep(1)
        assert end(process, number)[0] == code
    assert tree(tmp_path) == set()


def test_a_second_signal_does_not_disturb_who_tidies_up(tmp_path: Path) -> None:
    destination = tmp_path / "out.avif"
    words = [large(tmp_path / "in.png", 1000), "-s", 2, "-m", "bicubic", "-o", destination]
    with started(*words) as process:
        while not list(tmp_path.glob("*.part")):
            time.sleep(0.01)
        for _ in range(3):
            process.send_signal(signal.SIGINT)
            time.sleep(0.1)
        assert end(process, signal.SIGTERM)[0] == 130
    assert tree(tmp_path) == {"in.png"}


def run_python(code: str) -> int:
    return subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode


def test_an_exception_that_gets_lost_ends_the_process_all_the_same() -> None:
    """As in a destructor, where Python drops it."""
    lost = """
import os, signal, time
from srcnn.cli import signals

signals._LONGEST = 0.2
with signals.Signals():
    try:
        os.kill(os.getpid(), signal.SIGTERM)
    except signals.Terminated:
        pass
    time.sleep(30)
"""
    assert run_python(lost) == 143


def test_an_exception_that_gets_lost_in_a_command_that_is_soon_done(
    srcnn: Srcnn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says that it was interrupted, as a script that acts on the exit code has to know."""

    def shipped() -> dict[tuple[str, int], Path]:
        with suppress(Terminated):
            signal.raise_signal(signal.SIGTERM)
        return {}

    monkeypatch.setattr("srcnn.weights.shipped.shipped", shipped)
    ran = srcnn("models")
    assert ran.code == 143
    assert "kept" in ran.err


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_what_a_library_makes_of_the_exception(
    srcnn: Srcnn, monkeypatch: pytest.MonkeyPatch, number: int, code: int
) -> None:
    """One that is interrupted while it is loaded says that it cannot be."""

    def load(*arguments: object) -> None:
        try:
            signal.raise_signal(number)
        except BaseException:
            raise ImportError("initialization failed") from None

    monkeypatch.setattr("srcnn.cli.names.check_names", load)
    ran = srcnn("upscale", "a.png")
    assert ran.code == code
    assert "kept" in ran.err
    assert "initialization" not in ran.err


def test_sigint_stays_ignored_in_the_background() -> None:
    """A shell starts its background jobs so, and means it."""
    ignored = """
import os, signal
from srcnn.cli.signals import Signals

signal.signal(signal.SIGINT, signal.SIG_IGN)
with Signals():
    os.kill(os.getpid(), signal.SIGINT)
"""
    assert run_python(ignored) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_while_an_outcome_is_counted(
    srcnn: Srcnn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """A finished picture is in the document, once, whenever the signal arrives."""
    for name in "ab":
        save(tmp_path / "in" / f"{name}.png")
    count = Summary.add

    def interrupted(summary: Summary, outcome: Outcome) -> None:
        os.kill(os.getpid(), number)
        time.sleep(0.01)
        count(summary, outcome)

    monkeypatch.setattr(Summary, "add", interrupted)
    report = tmp_path / "report.json"
    ran = srcnn(
        "upscale", tmp_path / "in", "-o", tmp_path / "out", "-m", "bicubic", "--json", report
    )
    assert ran.code == 128 + number
    document = json.loads(report.read_text())
    sources = [Path(result["source"]).name for result in document["results"]]
    assert sources in (["a.png"], ["a.png", "b.png"])  # the second may have been done
    assert document["summary"]["done"] == len(sources)
