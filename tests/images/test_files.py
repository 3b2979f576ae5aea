"""Atomic writing: the old file or the new one, and nothing beside it."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from srcnn.errors import OutputError
from srcnn.images.files import remove_parts, write_atomically


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_writes_into_new_folders_and_leaves_nothing_else(tmp_path: Path) -> None:
    destination = tmp_path / "a" / "b" / "picture.png"
    write_atomically(destination, b"new")
    assert destination.read_bytes() == b"new"
    assert names_in(destination.parent) == ["picture.png"]


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755])
def test_replaces_a_file_and_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    destination = tmp_path / "picture.png"
    destination.write_bytes(b"the old one, which is longer")
    destination.chmod(mode)
    write_atomically(destination, b"new")
    assert destination.read_bytes() == b"new"
    assert stat.S_IMODE(destination.stat().st_mode) == mode
    assert names_in(tmp_path) == ["picture.png"]


def test_a_new_file_has_the_mode_of_any_other(tmp_path: Path) -> None:
    """Not the 600 of a temporary file: others may read it as far as the umask allows."""
    (tmp_path / "plain").write_bytes(b"")
    write_atomically(tmp_path / "ours", b"")
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("plain", "ours")}
    assert len(modes) == 1


def test_a_parent_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(OutputError) as caught:
        write_atomically(tmp_path / "file" / "picture.png", b"new")
    assert caught.value.exit_code == 5
    assert (tmp_path / "file").read_bytes() == b"old"
    assert names_in(tmp_path) == ["file"]


def test_a_destination_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "kept").write_bytes(b"old")
    with pytest.raises(OutputError, match="directory"):
        write_atomically(tmp_path / "folder", b"new")
    assert names_in(tmp_path) == ["folder"]
    assert names_in(tmp_path / "folder") == ["kept"]


@pytest.mark.parametrize(("owner", "step"), [(os, "fsync"), (Path, "replace")])
def test_a_disk_that_fills_leaves_the_old_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: object, step: str
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    destination = tmp_path / "picture.png"
    destination.write_bytes(b"old")
    monkeypatch.setattr(owner, step, full)
    with pytest.raises(OutputError, match=r"picture\.png: .*No space left on device"):
        write_atomically(destination, b"new")
    assert destination.read_bytes() == b"old"
    assert names_in(tmp_path) == ["picture.png"]


def test_an_interruption_leaves_the_old_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C in the middle of writing goes on as itself, and the part is gone."""

    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    destination = tmp_path / "picture.png"
    destination.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(destination, b"new")
    assert destination.read_bytes() == b"old"
    assert names_in(tmp_path) == ["picture.png"]


def test_leftovers_of_the_dead_are_removed_and_those_of_the_living_stay(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    dead = tmp_path / f".srcnn-{ended.pid}-00ff.part"
    nameless = tmp_path / ".srcnn-x.part"
    living = tmp_path / f".srcnn-{os.getpid()}-00ff.part"
    other = tmp_path / "notes.part"
    for path in (dead, nameless, living, other):
        path.touch()
    remove_parts(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([living, other])
