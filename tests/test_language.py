"""The words that the project avoids, because a reader has to read them twice.

Left out: licenses and attributions, the findings in experiments/LOG.md, and recipes, whose bytes the cards of
shipped weights name by their SHA-256.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .conftest import ROOT

BANNED = {
    r"(?<!\bthere )(?<!\bThere )\b(?:is|are|was|were) no\b(?! (?:longer|better|worse|more|less)\b)": "is not a ..., has no ...",
    r"\bso many\b": "a number, or: as many as",
    r"\banew\b": "again, from the start",
    r"\bshall\b": "must, will",
    r"\bgoes on\b": "continues",
    r"\broads?\b": "pipeline, way",
    r"\bstands? twice\b": "is given twice",
    r"\bhas no place\b": "cannot be combined",
    r"\b(?:has|have) to be\b(?=[\"'])": "must be",
    r"(?:^|[\"']|[#>|*-] |[.:;] )(?:Of|Those|That which)\b": "begin with the subject",
}
"""Pattern and what to write instead."""

BRITISH = r"colour|centre|grey|neighbour|behaviour|licence|optimis|normalis|recognis|summaris|judg"
NAMES = {
    "licence": "the key of recipes and cards",
    "paper-colour": "a protocol",
    "colour.md": "a page",
    "neighbours": "a setting, part of the name of the stored A+",
    "grey16": "libvips",
    "Grey_day": "a title",
}
"""Names of the contract or of others that keep their spelling, and what they are."""

PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
CODE = [
    path
    for folder in ("src", "scripts", "tests")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in (".py", ".toml", ".css", ".js", ".html")
    or (path.is_file() and not path.suffix)
]
OTHERS = [
    ROOT / "pyproject.toml",
    ROOT / "recipes" / "schema.json",
    *sorted((ROOT / "experiments").glob("*.yaml")),
]


def in_root(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def found(text: str) -> list[str]:
    """Every banned phrase in a text, with its line and what to write instead."""
    return [
        f"line {number}: {match[0].strip()!r}; write: {better}"
        for number, line in enumerate(text.splitlines(), 1)
        for pattern, better in BANNED.items()
        for match in re.finditer(pattern, line)
    ]


@pytest.mark.parametrize("path", [*PAGES, *CODE, *OTHERS], ids=in_root)
def test_plain_words(path: Path) -> None:
    if path != Path(__file__):
        assert found(path.read_text(encoding="utf-8")) == []


def test_plain_words_in_headings_of_the_log() -> None:
    text = (ROOT / "experiments" / "LOG.md").read_text(encoding="utf-8")
    assert found("\n".join(line for line in text.splitlines() if line.startswith("#"))) == []


@pytest.mark.parametrize(
    "path", [path for path in CODE if "src" in in_root(path).split("/")], ids=in_root
)
def test_american_spelling(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for name in NAMES:
        text = text.replace(name, "")
    assert re.findall(rf"\w*(?:{BRITISH})\w*", text, re.IGNORECASE) == []


@pytest.mark.parametrize(
    "line",
    [
        "# Of two it takes the first.",
        '"""Those that are left."""',
        "it is no file",
        "there are so many",
        "The road is long.",
        "It is done. Of these one is left.",
    ],
)
def test_what_is_found(line: str) -> None:
    assert len(found(line)) == 1


@pytest.mark.parametrize(
    "line", ["there is no file", "it is no longer there", "abroad", "One of those."]
)
def test_what_is_not_found(line: str) -> None:
    assert found(line) == []
