"""Every error reads as one short line that keeps its remedy."""

from __future__ import annotations

import pickle
import re

import pytest

from srcnn import errors
from srcnn.errors import InputError, LimitError, SrcnnError

from .conftest import ROOT

FIX = "raise it with --max-pixels"


def test_a_short_error_reads_as_it_was_written() -> None:
    assert str(LimitError("a.png", "is too large", FIX)) == f"a.png: is too large; {FIX}"
    assert str(InputError("a.png", "no such file")) == "a.png: no such file"


@pytest.mark.parametrize("fix", ["", FIX, "use " + ", ".join(["srcnn-955"] * 8)])
@pytest.mark.parametrize(
    "why", ["no such file", "why\nand\r\nwhy\t\x0b\u2028 not", "because " * 600]
)
@pytest.mark.parametrize("what", ["a.png", "/long" * 1000 + "/last.png", "two\nlines\x85.png"])
def test_one_line_of_under_200_characters(what: str, why: str, fix: str) -> None:
    text = str(InputError(what, why, fix))
    assert len(text.splitlines()) == 1
    assert len(text) < 200
    assert text.endswith(f"; {fix}" if fix else why.split()[-1])


def test_a_long_name_gives_way_before_the_reason() -> None:
    """Both its ends stay: where it is, and what the file is called."""
    text = str(LimitError("/data" * 1000 + "/last.png", "has 9 pixels, over the limit of 8", FIX))
    name, rest = text.split(": ")
    assert name.startswith("/data/data")
    assert name.endswith("/last.png")
    assert "..." in name
    assert rest == f"has 9 pixels, over the limit of 8; {FIX}"


def test_an_option_is_spelled_as_the_caller_spells_it() -> None:
    error = LimitError("{option}.png", "is too large", "raise it with {option}", "max_pixels")
    assert str(error) == "max_pixels=.png: is too large; raise it with max_pixels="
    assert error.line("--max-pixels").endswith("raise it with --max-pixels")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert str(InputError("{option}.png", "no such file")) == "{option}.png: no such file"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("SrcnnError", 1),
        ("UsageError", 2),
        ("DestinationExists", 2),
        ("MissingData", 2),
        ("MissingExtra", 2),
        ("InputError", 3),
        ("LimitError", 4),
        ("OutputError", 5),
        ("ModelError", 6),
        ("StoreError", 1),
        ("WorkerDied", 1),
        ("Stopped", 130),
    ],
)
def test_exit_codes_are_those_of_the_contract(name: str, code: int) -> None:
    error: type[SrcnnError] = getattr(errors, name)
    assert error.exit_code == code
    assert issubclass(error, SrcnnError)


def test_no_error_is_without_a_code_in_the_contract() -> None:
    """The test above names every class there is."""
    values = vars(errors).values()
    classes = [v for v in values if isinstance(v, type) and issubclass(v, SrcnnError)]
    assert len(classes) == 12


def test_every_error_is_in_the_docs() -> None:
    """The table of docs/errors.md: the kinds, their codes, and what each is a kind of."""
    page = (ROOT / "docs" / "errors.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| `(\w+)` \| \w.* \|$", page, re.MULTILINE)
    found = [value for value in vars(errors).values() if isinstance(value, type)]
    classes = [value for value in found if issubclass(value, SrcnnError)]
    assert rows == [(c.__name__, str(c.exit_code), c.__bases__[0].__name__) for c in classes]
