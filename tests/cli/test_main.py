"""The entry point: help, version, errors as lines, signals, and what is not loaded."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

import srcnn as package
from srcnn._optional import _MODULES as EXTRAS
from srcnn.cli.main import app

from ..engine.reference import near_identity, weights_file
from .conftest import Srcnn, save, tree, what_is

VERBS = sorted(app.commands)


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)


def test_upscale_is_a_verb() -> None:
    assert {"upscale", "evaluate", "train", "models"} <= set(VERBS)


@pytest.mark.usefixtures("shipped")
def test_quiet_stands_anywhere(srcnn: Srcnn, folder: Path) -> None:
    save(folder / "a.png")
    words = ["upscale", "a.png", "-s", 2, "-o", "b.png", "--overwrite"]
    assert srcnn(*words).err
    for place in (0, 1, len(words)):
        ran = srcnn(*words[:place], "--quiet", *words[place:])
        assert (ran.code, ran.err) == (0, "")
    assert srcnn("models", "--quiet").out == srcnn("--quiet", "models").out != b""


@pytest.mark.parametrize("option", ["upscale", "evaluate", "--version", "--debug"])
def test_help_names_verbs_and_options(srcnn: Srcnn, option: str) -> None:
    ran = srcnn("--help")
    assert ran.code == 0
    assert option in ran.out.decode()


def test_version(srcnn: Srcnn) -> None:
    ran = srcnn("--version")
    assert (ran.code, ran.out.decode(), ran.err) == (0, f"srcnn {package.__version__}\n", "")


def test_python_m_srcnn_is_srcnn() -> None:
    ran = python("-m", "srcnn", "--version")
    assert (ran.returncode, ran.stdout) == (0, f"srcnn {package.__version__}\n")
    wrong = python("-m", "srcnn", "upscale", "no such.png", "-m", "bicubic")
    assert wrong.returncode == 3
    assert wrong.stderr == "error: no such.png: no such file\n"


def test_verbose_says_which_network(photo: Path, weights: Path) -> None:
    ran = python("-m", "srcnn", "upscale", str(photo), "-m", str(weights), "--verbose")
    assert ran.returncode == 0
    assert "test x3, onnxruntime fp32" in ran.stderr


def test_whoever_reads_may_leave(photo: Path) -> None:
    """``| head``: no traceback, and no line for nobody."""
    words = [sys.executable, "-m", "srcnn", "upscale", str(photo), "-m", "bicubic", "-o", "-"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 1


def loaded_of(packages: list[str], *words: str) -> tuple[str, str]:
    """(stdout, those of the packages that the process has loaded when the command has ended)."""
    code = (
        f"import sys; sys.argv[1:] = {words}\nfrom srcnn.cli.main import main\ncode = main()\n"
        f"sys.exit(code or ' '.join(name for name in {packages} if name in sys.modules))"
    )
    ran = python("-c", code)
    assert ran.returncode in (0, 1)
    return ran.stdout, ran.stderr.strip()


ALWAYS_HEAVY = ["torch", "openvino", "matplotlib", "scipy", "PIL", "pydantic", "rich"]
"""Needed neither for help nor to enlarge a PNG."""


def test_a_picture_loads_only_what_it_needs(photo: Path, tmp_path: Path) -> None:
    """Each of these would take a fiftieth of a second of every start."""
    unneeded = ["srcnn.engine.example_based", "srcnn.baselines.samples", "numpy.ma", "numpy.random"]
    words = ("upscale", str(photo), "-s", "2", "-m", "srcnn-915", "-o", str(tmp_path / "a.png"))
    assert loaded_of([*ALWAYS_HEAVY, *unneeded], *words, "--quiet") == ("", "")


@pytest.mark.parametrize("words", [["--help"], ["upscale", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    out, loaded = loaded_of([*ALWAYS_HEAVY, "numpy", "pyvips", "onnxruntime"], *words)
    assert loaded == ""
    assert "srcnn" in out


def test_a_png_loads_nothing_that_it_does_not_need(photo: Path, weights: Path) -> None:
    words = ["upscale", str(photo), "-m", str(weights), "-o", "large.png", "--quiet"]
    _, loaded = loaded_of([*ALWAYS_HEAVY, "onnxruntime"], *words)
    assert loaded == "onnxruntime"  # that the check sees what is loaded
    assert what_is(Path("large.png"))[2] == (90, 123)


@pytest.mark.parametrize(
    "words", [["nonsense"], ["--nonsense"], ["upscale", "-s"], ["upscale", "a", "-s", "x"]]
)
def test_wrong_words(srcnn: Srcnn, words: list[str]) -> None:
    ran = srcnn(*words)
    assert ran.code == 2
    assert "; " in ran.error  # what to do about it


@pytest.mark.parametrize(
    ("option", "value"),
    [("-s", "x3"), ("--width", "1.5"), ("--quality", "101"), ("--max-pixels", "0")],
)
def test_a_wrong_value_is_named_with_its_option(srcnn: Srcnn, option: str, value: str) -> None:
    ran = srcnn("upscale", "a", option, value)
    assert ran.code == 2
    assert option in ran.error
    assert value in ran.error


SIGNALS = (signal.SIGINT, signal.SIGTERM)
FAILURES = [
    (["upscale", "gone.png", "-m", "bicubic"], 3),
    (["upscale", "gone.png", "-s", "1"], 2),
    (["upscale", "gone.png", "-m", "gone.onnx"], 6),
    (["upscale", "--nonsense"], 2),
]


@pytest.mark.parametrize(("words", "code"), FAILURES)
@pytest.mark.parametrize("place", [0, 1, 9])
def test_debug_shows_a_traceback_anywhere(
    srcnn: Srcnn, folder: Path, words: list[str], code: int, place: int
) -> None:
    """Only an option that does not exist is met before what stands in its verb's words."""
    if "--nonsense" in words and place:
        pytest.skip("not read")
    without = srcnn(*words)
    assert without.code == code
    ran = srcnn(*words[:place], "--debug", *words[place:])
    assert ran.code == code
    assert ran.err.startswith("Traceback (most recent call last)")
    assert ran.err.splitlines()[-1] + "\n" == without.error


def test_a_file_may_be_called_like_an_option(srcnn: Srcnn, folder: Path) -> None:
    save(folder / "--debug", format="png")
    assert srcnn("upscale", "-m", "bicubic", "-o", "out.png", "--", "--debug").code == 0
    assert tree(folder) == {"--debug", "out.png"}


def test_a_bug_reads_as_a_line_too(
    srcnn: Srcnn, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object) -> None:
        raise RuntimeError("a bug\nin two lines " + "x" * 300)

    monkeypatch.setattr("srcnn.images.encode.write_picture", broken)
    ran = srcnn("upscale", photo, "-m", "bicubic")
    assert ran.code == 1
    assert "a bug in two lines" in ran.error
    assert tree(photo.parent) == {"photo.png"}


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_signal_while_writing(
    srcnn: Srcnn, photo: Path, name: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the middle of a write: the temporary file goes; a result is whole, or is not there."""
    before: list[str] = []

    def interrupted(descriptor: int) -> None:
        before.extend(tree(photo.parent))
        os.kill(os.getpid(), signal.Signals[name])
        time.sleep(0.5)

    monkeypatch.setattr(os, "fsync", interrupted)
    # SIGTERM must be handled by the command line itself; here it would end the tests.
    old = {kind: signal.signal(kind, signal.default_int_handler) for kind in SIGNALS}
    try:
        ran = srcnn("upscale", photo, "-m", "bicubic")
    finally:
        for kind, handler in old.items():
            signal.signal(kind, handler)
    assert any(path.endswith(".part") for path in before)
    assert ran.code == code
    assert "kept" in ran.err
    assert tree(photo.parent) <= {"photo.png", "photo_x3.png"}
    for path in photo.parent.iterdir():
        with Image.open(path) as picture:
            picture.load()


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_signal_that_a_library_made_an_error_of(
    srcnn: Srcnn, photo: Path, name: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the import of an extension module written with pybind11 does."""

    def importing(*_: object) -> None:
        try:
            signal.raise_signal(signal.Signals[name])
        except BaseException as error:
            raise ImportError("initialization failed") from error

    monkeypatch.setattr("srcnn.images.encode.write_picture", importing)
    ran = srcnn("upscale", photo, "-m", "bicubic", "-s", 2)
    assert ran.code == code
    assert "finished results are kept" in ran.err


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_signal_in_the_middle_of_the_work(folder: Path, name: str, code: int) -> None:
    """A process of its own: the first picture is kept, of the second nothing is there."""
    (folder / "large-x4.onnx").write_bytes(weights_file(near_identity((9, 5, 5), (64, 32)), 4))
    save(folder / "first.png")
    Image.new("L", (3000, 3000), 90).save(folder / "second.png")
    before = tree(folder)
    run = (
        # A shell may have left SIGINT ignored for its background jobs.
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from srcnn.cli.main import main; sys.exit(main())"
    )
    words = ["upscale", "first.png", "second.png", "-s", "4", "-m", "./large-x4.onnx"]
    with subprocess.Popen([sys.executable, "-c", run, *words], stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        assert b"first_x4.png" in first
        time.sleep(0.3)
        assert process.poll() is None
        process.send_signal(signal.Signals[name])
        rest = process.stderr.read()
        assert process.wait(60) == code
    assert rest.count(b"\n") == 1
    assert b"Traceback" not in rest
    assert tree(folder) == before | {"first_x4.png"}


CORE = [
    ["upscale", "photo.png", "album", "-r", "-s", "2", "-o", "out"],
    ["upscale", "photo.png", "--dry-run"],
    ["compare", "photo.png", "-m", "srcnn-915", "-o", "out.png"],
    ["compare", "photo.png", "-o", "out.html", "--json", "-"],
    ["models"],
    ["data", "list"],
]


@pytest.mark.parametrize("words", CORE, ids=lambda words: " ".join(words[:2]))
def test_the_core_needs_no_extra(photo: Path, words: list[str]) -> None:
    """Neither by itself nor through a module that is there for something else."""
    for name in ("a.jpg", "b.tif", "c.gif"):
        save(photo.parent / "album" / name)
    extras = [name for names in EXTRAS.values() for name in names]
    code = (
        f"import sys; sys.argv[1:] = {words}; sys.modules |= dict.fromkeys({extras})\n"
        "from srcnn.cli.main import main\nsys.exit(main())"
    )
    ran = python("-c", code)
    assert ran.returncode == 0, ran.stderr
