"""The manifest: what a killed run loses, how many files a long one leaves, and what cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from srcnn.bulk import manifest
from srcnn.bulk.manifest import Manifest
from srcnn.bulk.stores import Folders
from srcnn.bulk.task import Row
from srcnn.errors import InputError, UsageError

from .commands import rows
from .conftest import needs

pytestmark = needs("pyarrow", "fsspec")


def opened(folder: Path, scale: float = 2.0) -> Manifest:
    made = Manifest(Folders(), str(folder), {"scale": scale}, again=False)
    made.begin()
    return made


def test_names_that_are_not_unicode(tmp_path: Path) -> None:
    names = ["ordinary.png", "line\nbreak.png", "caf\udce9.png", "雪.png"]
    first = opened(tmp_path)
    for name in names:
        first.add(Row(name, f"out/{name}"))
    first.flush()
    second = opened(tmp_path)
    assert all(second.has(name) for name in names)
    assert not second.has("caf.png")
    found = {row["source"] for row in rows(tmp_path / manifest.FOLDER)}
    assert found == {"ordinary.png", "line\nbreak.png", "caf\\udce9.png", "雪.png"}


def test_a_killed_run_loses_two_percent(tmp_path: Path) -> None:
    """Whenever it is killed: 8 rows at most, or 2 % of them."""
    begun = opened(tmp_path)
    for number in range(1, 601):
        begun.add(Row(f"{number}.png", f"{number}_x2.png"))
        if number % 100 == 99:
            kept = len(rows(tmp_path / manifest.FOLDER))
            assert number - kept <= max(8, 0.02 * number)


def test_a_million_rows_are_hundreds_of_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest, "_parquet", lambda found: b"")
    monkeypatch.setattr(Folders, "write", lambda store, path, data: Path(path).touch())
    (tmp_path / manifest.FOLDER).mkdir()
    begun, row = opened(tmp_path), Row("a.png", "b.png")
    for _ in range(100_000):
        begun.add(row)
    assert len(list((tmp_path / manifest.FOLDER).glob("*.parquet"))) == 325


def test_slow_rows_are_written_each_minute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("srcnn.bulk.manifest.time.monotonic", lambda: now)
    begun = opened(tmp_path)
    for number in range(3):
        begun.add(Row(f"{number}.png", "b.png"))
        now += 31.0
    assert len(rows(tmp_path / manifest.FOLDER)) == 3


def test_a_part_that_is_broken_is_named(tmp_path: Path) -> None:
    begun = opened(tmp_path)
    begun.add(Row("a.png", "b.png"))
    begun.flush()
    (part,) = (tmp_path / manifest.FOLDER).glob("*.parquet")
    part.write_bytes(part.read_bytes()[:-9])
    with pytest.raises(InputError, match="remove it: its images are enlarged again"):
        opened(tmp_path)


def test_settings_that_cannot_be_read_count_as_others(tmp_path: Path) -> None:
    opened(tmp_path)
    opened(tmp_path)
    (tmp_path / manifest.FOLDER / "_settings.json").write_text("{")
    with pytest.raises(UsageError, match="--overwrite"):
        opened(tmp_path)
