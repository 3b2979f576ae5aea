"""Atomic writing: the old file or the new one, and nothing beside it."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from srcnn.errors import OutputError
from srcnn.images.files import atomic_file, check_writable, remove_parts, write_atomically


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
    """Ctrl-C in the middle of writing stays itself, and the part is gone."""

    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    destination = tmp_path / "picture.png"
    destination.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(destination, b"new")
    assert destination.read_bytes() == b"old"
    assert names_in(tmp_path) == ["picture.png"]


WRITER = """
import sys
import time
from pathlib import Path
from srcnn.images.files import atomic_file
with atomic_file(Path(sys.argv[1])) as file:
    print("open", flush=True)
    sys.stdin.read()
"""


def test_leftovers_of_the_dead_are_removed_and_those_of_the_living_stay(tmp_path: Path) -> None:
    """By their locks: the number of a process says nothing about one in another container."""
    command = [sys.executable, "-c", WRITER, str(tmp_path / "picture")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        (living,) = tmp_path.glob(".srcnn-*.part")
        dead = tmp_path / f".srcnn-{writer.pid}-00ff.part"
        for path in (dead, tmp_path / "notes.part"):
            path.touch()
        with atomic_file(tmp_path / "ours") as file:
            remove_parts(tmp_path)
            file.write(b"whole")
        assert living.exists()
        assert not dead.exists()
        writer.kill()
    remove_parts(tmp_path)
    assert names_in(tmp_path) == ["notes.part", "ours"]
    assert (tmp_path / "ours").read_bytes() == b"whole"


def test_without_locks_leftovers_stay_for_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", none)
    old, new = tmp_path / ".srcnn-1-0a.part", tmp_path / ".srcnn-1-0b.part"
    for path in (old, new):
        path.touch()
    os.utime(old, (time.time() - 90_000,) * 2)
    remove_parts(tmp_path)
    assert names_in(tmp_path) == [new.name]
    write_atomically(tmp_path / "picture", b"new")
    assert (tmp_path / "picture").read_bytes() == b"new"


def test_a_link_is_followed_and_stays(tmp_path: Path) -> None:
    for name in ("there", "not-yet"):
        link = tmp_path / f"to-{name}"
        link.symlink_to(tmp_path / "elsewhere" / name)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "there").write_bytes(b"old")
    for name in ("there", "not-yet"):
        write_atomically(tmp_path / f"to-{name}", b"new")
        assert (tmp_path / f"to-{name}").is_symlink()
        assert (tmp_path / "elsewhere" / name).read_bytes() == b"new"


def test_a_device_and_a_pipe_are_written_through(tmp_path: Path) -> None:
    before = Path("/dev/null").stat().st_rdev
    write_atomically(Path("/dev/null"), b"new")
    check_writable(Path("/dev/null"))
    assert Path("/dev/null").stat().st_rdev == before
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE)
    write_atomically(pipe, b"new")
    assert reader.communicate()[0] == b"new"
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("refused", [(os, "fsync"), (os, "fchmod"), (Path, "replace")])
def test_what_a_file_system_refuses_costs_no_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: tuple[object, str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    destination = tmp_path / "picture.png"
    destination.write_bytes(b"the old one, which is longer")
    monkeypatch.setattr(*refused, refuse)
    write_atomically(destination, b"new")
    assert destination.read_bytes() == b"new"
    assert names_in(tmp_path) == ["picture.png"]


def test_a_file_in_a_folder_that_takes_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that was mounted alone into a container."""

    def refuse(self: Path, mode: str) -> Any:
        if "x" in mode and self.parent == tmp_path:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return really(self, mode)

    really: Any = Path.open
    destination = tmp_path / "picture.png"
    destination.write_bytes(b"the old one, which is longer")
    monkeypatch.setattr(Path, "open", refuse)
    write_atomically(destination, b"new")
    assert destination.read_bytes() == b"new"
    with pytest.raises(OutputError, match="Read-only"):
        write_atomically(tmp_path / "other.png", b"new")


def test_a_result_outlives_a_copy_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a file can only be written over, the old one is lost as soon as that begins."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    destination = tmp_path / "picture.png"
    destination.write_bytes(b"old")
    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr("srcnn.images.files.copyfileobj", full)
    with pytest.raises(OutputError, match="only partly written") as caught:
        write_atomically(destination, b"new")
    assert Path(str(caught.value.why).rpartition(" in ")[2]).read_bytes() == b"new"


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="gives a file away")
def test_a_replaced_file_keeps_its_owner(tmp_path: Path) -> None:
    destination = tmp_path / "picture.png"
    destination.write_bytes(b"old")
    destination.chmod(0o600)
    os.chown(destination, 1234, 1235)
    write_atomically(destination, b"new")
    status = destination.stat()
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (1234, 1235, 0o600)
