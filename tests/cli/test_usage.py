"""Wrong command lines: the word that was typed, what is wrong with it, and what was meant."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from srcnn.cli.main import app

from .conftest import Srcnn

JARGON = ("valid", "NoneType", "tuple", "No such option", "x>=", "<=x", "Invalid")
VERBS = {name: command for name, command in app.commands.items() if name != "data"}


def required(verb: str) -> list[str]:
    """What the verb does not run without, so that only the option in question is wrong."""
    return {
        "upscale": ["a.png"],
        "evaluate": ["a.png"],
        "compare": ["a.png", "-o", "a.html"],
        "train": ["a.yaml"],
        "export": ["-m", "fast", "-s", "3", "-o", "a.onnx"],
        "experiment": ["all"],
    }.get(verb, [])


def options_of(kinds: tuple[type[object], ...]) -> list[tuple[str, str]]:
    return [
        (verb, max(option.opts, key=len))
        for verb, command in VERBS.items()
        for option in command.params
        if isinstance(option, click.Option) and isinstance(option.type, kinds)
    ]


@pytest.mark.parametrize(
    ("verb", "option"), options_of((click.types.IntParamType, click.types.FloatParamType))
)
@pytest.mark.parametrize("value", ["12x", "many"])
def test_what_is_no_number(srcnn: Srcnn, folder: Path, verb: str, option: str, value: str) -> None:
    ran = srcnn(verb, *required(verb), option, value)
    assert ran.code == 2
    assert ran.error.startswith(f"error: {option} {value}: is not a ")
    assert not any(word in ran.error for word in JARGON)
    assert ("write" in ran.error) == (value == "12x")


@pytest.mark.parametrize(("verb", "option"), options_of((click.Choice,)))
def test_what_is_no_choice(srcnn: Srcnn, folder: Path, verb: str, option: str) -> None:
    ran = srcnn(verb, *required(verb), option, "qqq")
    assert ran.code == 2
    assert ran.error.startswith(f"error: {option} qqq: is not a valid value; use ")


@pytest.mark.parametrize("verb", VERBS)
def test_what_is_no_option(srcnn: Srcnn, folder: Path, verb: str) -> None:
    """Nothing far from it is suggested; and of every option, one with a letter too many is known."""
    ran = srcnn(verb, *required(verb), "--zzz")
    assert ran.code == 2
    assert ran.error == f"error: --zzz: is not an option of srcnn {verb}; see srcnn {verb} --help\n"
    for param in VERBS[verb].params:
        name = max(param.opts, key=len)
        if isinstance(param, click.Option) and len(name) > 4:
            ran = srcnn(verb, *required(verb), f"{name}x")
            assert ran.error.endswith(f"did you mean {name}?\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["upscale", "a.png", "--gpu"], "use --device cuda"),
        (["upscale", "a.png", "--force"], "use --overwrite"),
        (["evaluate", "set5", "--gpu"], "use --device cuda"),
        (["a.png"], "to enlarge it: srcnn upscale a.png"),
        (["*.jpg"], "to enlarge it: srcnn upscale *.jpg"),
        (["."], "to enlarge it: srcnn upscale ."),
        (["upscal", "a.png"], "did you mean upscale?"),
        (["data", "ftch"], "did you mean fetch?"),
        (["upscale"], "SOURCE... is missing"),
        (["evaluate"], "DATASET... is missing"),
        (["compare", "a.png"], "--output is missing"),
        (["upscale", "a.png", "--model"], "needs a value"),
        (["bench", "x"], "x: is one argument too many for srcnn bench"),
        (
            ["upscale", "a.png", "--quality", "101"],
            "--quality 101: is out of range; use 1 to 100",
        ),
        (["upscale", "a.png", "--max-pixels", "0"], "is out of range; use 1 or more"),
        (["upscale", "a.png", "-m", "fsat"], "did you mean fast?"),
        (["upscale", "a.png", "-m", "srcnn955"], "did you mean srcnn-955?"),
        (["upscale", "a.png", "--engine", "onnx"], "did you mean onnxruntime?"),
        (["evaluate", ".", "--metrics", "pnsr"], "did you mean psnr?"),
        (["data", "fetch", "Sett5"], "did you mean set5?"),
    ],
)
def test_what_was_meant(srcnn: Srcnn, photo: Path, words: list[str], said: str) -> None:
    photo.rename("a.png")
    ran = srcnn(*words)
    assert ran.code in (2, 6)
    assert said in ran.error


@pytest.mark.parametrize("verb", ["", *app.commands])
def test_help_by_its_short_name(srcnn: Srcnn, verb: str) -> None:
    words = [verb] if verb else []
    if verb:
        # Click caches the help option of the first context, which need not be that of the group.
        click.Context(app.commands[verb]).get_help()
    short, long = srcnn(*words, "-h"), srcnn(*words, "--help")
    assert (
        (short.code, short.err, short.out) == (long.code, long.err, long.out) == (0, "", long.out)
    )
