"""Which files are the pictures of a folder, or of a pattern."""

from __future__ import annotations

from pathlib import Path

import pytest

from srcnn.data.folder import is_pattern, pictures_in, pictures_like
from srcnn.errors import UsageError

FILES = [
    *("a.png", "b.JPG", "notes.txt", ".hidden.png", "c[1].png", "c1.png"),
    *("sub/a.png", "sub/deep/d.webp", "sub[1]/e.png", "sub1/f.png"),
]


@pytest.fixture(autouse=True)
def album(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files in the current folder; it is their names that count."""
    for name in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).touch()
    (tmp_path / "folder.png").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("pattern", "folder", "names"),
    [
        ("*.png", ".", ["a.png", "c1.png", "c[1].png"]),
        ("?.*", ".", ["a.png", "b.JPG"]),
        ("*", ".", ["a.png", "b.JPG", "c1.png", "c[1].png"]),
        ("[a-b].*", ".", ["a.png", "b.JPG"]),
        ("sub/*.png", "sub", ["sub/a.png"]),
        ("sub/**/*.*", "sub", ["sub/a.png", "sub/deep/d.webp"]),
        ("**/a.png", ".", ["a.png", "sub/a.png"]),
        ("sub*/*.png", ".", ["sub/a.png", "sub1/f.png", "sub[1]/e.png"]),
        ("sub[1]/*.png", "sub[1]", ["sub[1]/e.png"]),  # a folder of that very name
        ("su[a-c]/*.png", ".", ["sub/a.png"]),
        ("nowhere/*.png", ".", []),
        ("*.tif", ".", []),
    ],
)
def test_pictures_like(pattern: str, folder: str, names: list[str]) -> None:
    found, pictures = pictures_like(pattern)
    assert found == Path(folder)
    assert [path.as_posix() for path in pictures] == names


def test_an_absolute_pattern(album: Path) -> None:
    assert pictures_like(f"{album}/sub/*.png") == (album / "sub", [album / "sub" / "a.png"])


def test_a_pattern_that_cannot_be() -> None:
    with pytest.raises(UsageError, match="is not a valid pattern"):
        pictures_like("sub/x**y/*.png")


def test_pictures_in(album: Path) -> None:
    assert [path.name for path in pictures_in(album)] == ["a.png", "b.JPG", "c1.png", "c[1].png"]
    assert len(pictures_in(album, recursive=True)) == 8


@pytest.mark.parametrize(
    ("name", "is_one"), [("a*", True), ("a?", True), ("a[1]", True), ("a-b_(1)", False)]
)
def test_is_pattern(name: str, is_one: bool) -> None:
    assert is_pattern(name) == is_one
