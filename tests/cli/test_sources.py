"""What is not an ordinary file, or has no end: refused at once, in one line."""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from srcnn.cli.main import main
from srcnn.images.io import open_picture

from .conftest import Srcnn, pixels, save, tree
from .hostile_makers import gif, webp

BICUBIC = ("-m", "bicubic")


@pytest.fixture
def odd(folder: Path) -> Path:
    """A folder of everything that a name can lead to."""
    os.mkfifo("pipe.png")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.png")
    for name, target in {
        "broken.png": "nowhere",
        "loop.png": "loop.png",
        "loop": "loop",
        "zero.png": "/dev/zero",
        "null.png": "/dev/null",
    }.items():
        Path(name).symlink_to(target)
    return folder


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("pipe.png", "is a pipe, a socket or a device; pipe it into: srcnn upscale -"),
        ("socket.png", "is a pipe, a socket or a device"),
        ("zero.png", "is a pipe, a socket or a device"),
        ("null.png", "is a pipe, a socket or a device"),
        ("/dev/zero", "is a pipe, a socket or a device"),
        ("broken.png", "no such file"),
        ("loop.png", "cannot be read (Too many levels of symbolic links)"),
        ("loop/x.png", "cannot be read (Too many levels of symbolic links)"),
        ("pipe.png/x.png", "cannot be read (Not a directory)"),
        ("x" * 300 + ".png", "cannot be read (File name too long)"),
    ],
)
def test_no_ordinary_file(srcnn: Srcnn, odd: Path, name: str, why: str) -> None:
    before = tree(odd)
    ran = srcnn("upscale", name, *BICUBIC, "-o", "out.png")
    assert (ran.code, why in ran.error) == (3, True), ran.err
    if not name.startswith("/dev"):  # nobody writes there
        ran = srcnn("upscale", name, *BICUBIC)
        assert (ran.code, why in ran.error) == (3, True), ran.err
    assert tree(odd) == before


def test_nothing_is_left_in_the_temporary_folder(photo: Path) -> None:
    """By no library either: ONNX Runtime keeps a file there for its reports, unless told not to."""
    Path("temporary").mkdir()
    command = [sys.executable, "-m", "srcnn", "upscale", str(photo), "-m", "srcnn-915"]
    env = {key: value for key, value in os.environ.items() if key != "ORT_DISABLE_TELEMETRY"}
    subprocess.run(command, check=True, env=env | {"TMPDIR": "temporary"})
    assert tree(photo.parent) == {"photo.png", "photo_x3.png"}


@pytest.mark.timeout(30)
def test_of_a_folder_only_ordinary_files_are_taken(srcnn: Srcnn, odd: Path) -> None:
    ran = srcnn("upscale", ".", *BICUBIC)
    assert ran.code == 2
    assert "contains no images" in ran.error


@pytest.mark.parametrize("animation", [webp((900, 900), 100), gif((900, 900), 100, (900, 900))])
def test_an_animation_over_the_limit(srcnn: Srcnn, folder: Path, animation: bytes) -> None:
    """Its first frame is a picture; of the others none is decoded, into no file of 300 MB."""
    Path("in").write_bytes(animation)
    free = shutil.disk_usage(tempfile.gettempdir()).free
    words = ("upscale", "in", *BICUBIC, "-s", 2, "--max-pixels", 4_000_000)
    picture = open_picture(Path("in"), 4_000_000)
    strips = picture.strips(64)
    assert next(strips).shape[:2] == (64, 900)
    assert shutil.disk_usage(tempfile.gettempdir()).free > free - 50_000_000
    assert picture.header.pages == 100
    assert srcnn(*words, "-o", "out.webp").code == 4
    assert srcnn(*words, "-o", "out.png").code == 0
    assert pixels(Path("out.png")).shape[:2] == (1800, 1800)


class Endless(io.RawIOBase):
    """A stream that begins as a PNG and never ends."""

    given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        head = b"\x89PNG\r\n\x1a\n" if self.given == 0 else b""
        buffer[:] = head + bytes(len(buffer) - len(head))
        self.given += len(buffer)
        return len(buffer)


@pytest.mark.timeout(30)
def test_stdin_without_an_end(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Reading stops at the limit, not behind it."""
    stream = Endless()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(stream)))
    monkeypatch.setattr(
        sys, "argv", ["srcnn", "upscale", "-", "-o", "x.png", "--max-bytes", "3000000", *BICUBIC]
    )
    assert main() == 4
    line = "error: stdin: has more than 3000000 bytes, the limit; raise it with --max-bytes\n"
    assert capsys.readouterr().err == line
    assert 3_000_000 < stream.given < 3_000_000 + 2**18
    assert tree(folder) == set()


def test_the_limit_on_bytes(srcnn: Srcnn, photo: Path) -> None:
    """A file and stdin of as many bytes as the limit are taken, of one more refused."""
    data = photo.read_bytes()
    for source in (str(photo), "-"):
        words = ("upscale", source, *BICUBIC, "-o", "out.png", "--max-bytes")
        ran = srcnn(*words, len(data) - 1, stdin=data)
        assert ran.code == 4
        assert "raise it with --max-bytes" in ran.error
        assert tree(photo.parent) == {"photo.png"}
        assert srcnn(*words, len(data), stdin=data).code == 0
        assert pixels(Path("out.png")).shape == (123, 90, 3)
        Path("out.png").unlink()


@pytest.mark.parametrize("second", ["photo_x2.png", "./photo_x2.png"])
def test_no_source_is_overwritten_by_another(srcnn: Srcnn, photo: Path, second: str) -> None:
    """Which of the two would be enlarged depended on which came first."""
    assert srcnn("upscale", photo, *BICUBIC, "-s", 2).code == 0
    before = Path("photo_x2.png").read_bytes()
    ran = srcnn("upscale", photo, second, *BICUBIC, "-s", 2, "--overwrite")
    assert ran.code == 2
    assert "photo_x2.png: is a source; " in ran.error
    assert Path("photo_x2.png").read_bytes() == before
    assert srcnn("upscale", photo, second, *BICUBIC, "-s", 2, "--skip-existing").code == 0
    assert Path("photo_x2.png").read_bytes() == before


def test_what_is_left_out_is_counted_by_reason(srcnn: Srcnn, folder: Path) -> None:
    """Hidden folders and those of thumbnails are not mentioned; every suffix of JPEG is taken."""
    for name in ("a.png", "b.jfif", "c.JPE", "sub/d.jif", "@eaDir/a.png", ".cache/a.png"):
        save(folder / "p" / name, format="JPEG" if name[-2:] in ("if", "PE") else "PNG")
    (folder / "p" / "notes.txt").write_text("no picture")
    (folder / "p" / "sub" / "raw.cr2").write_text("no picture")
    save(folder / "elsewhere" / "e.png")
    (folder / "p" / "link").symlink_to(folder / "elsewhere")
    ran = srcnn("upscale", "p", "-r", "-o", "out", "-m", "bicubic", "--json", "-")
    assert ran.code == 0
    assert tree(Path("out")) == {"a_x3.png", "b_x3.jfif", "c_x3.JPE", "sub/d_x3.jif"}
    assert ran.json()["summary"]["left_out"] == {"not images": 2, "linked folders": 1}
    assert "left out, not images: 2 (notes.txt, raw.cr2)" in ran.err
    assert "left out, linked folders: 1 (link)" in ran.err
    assert "left out" not in srcnn("upscale", "p/a.png", "-o", "a.png", "-m", "bicubic").err


@pytest.mark.parametrize("source", ["holidy", "no*.jpg", "gone/"])
def test_a_mistyped_folder_is_blamed_itself(srcnn: Srcnn, folder: Path, source: str) -> None:
    """Not its output folder, which looks like a file without a suffix."""
    ran = srcnn("upscale", source, "-o", "large", "-m", "bicubic")
    assert ran.code == 3
    assert ran.error == f"error: {source}: no such file or folder\n"
