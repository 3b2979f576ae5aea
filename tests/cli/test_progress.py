"""The progress line: what it shows, that its time left is true, and that it stays one line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from srcnn.cli.progress import Progress, weight_of

from ..support.clock import Clock
from ..support.terminal import on_a_terminal
from .conftest import Srcnn, save

BICUBIC = ("-m", "bicubic")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("srcnn.cli.progress.time", clock)
    return clock


def seconds_left(line: str) -> int | None:
    """12 s, 3 min 20 s, 2 h 05 min."""
    found = re.search(r"(?:(\d+) h )?(?:(\d+) min )?(?:(\d+) s )?left", line)
    if found is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return 3600 * hours + 60 * minutes + seconds


def begun(*sizes: int, encoder: str = "png") -> Progress:
    """The progress of pictures called 0, 1, ... with sources of the given sizes, all at work."""
    weights = [weight_of(size, encoder) for size in sizes]
    progress = Progress(len(sizes), sum(weights), False)
    for k, weight in enumerate(weights):
        progress.begin(str(k), weight, encoder)
    return progress


def test_time_left_is_by_size(clock: Clock) -> None:
    """A hundred small pictures and then one large: half the time is left when 100 of 101 are done."""
    sizes = [1_000_000] * 100 + [100_000_000]
    progress = begun(*sizes)
    total = sum(sizes) / 1e6  # seconds, at a megabyte a second
    for k, size in enumerate(sizes):
        for step in range(10):
            clock.now += size / 1e7
            progress.advance(str(k), (step + 1) / 10)
            left = total - (clock.now - 100)
            shown = seconds_left(progress.line(79, clock.now))
            assert shown is not None or left < 1
            assert abs((shown or 0) - left) <= 0.05 * total
        progress.end(str(k), made=True)
        if k == 99:
            assert "100/101" in progress.line(79, clock.now)
    assert "101/101  100%" in progress.line(79, clock.now)


def test_time_left_while_an_encoder_is_silent(clock: Clock) -> None:
    """It counts down, and when it was too short nothing is claimed."""
    progress = begun(10_000_000, encoder="webp")
    clock.now += 10
    progress.advance("0", 1.0)
    left = seconds_left(progress.line(79, clock.now))
    assert left is not None
    assert left > 5
    assert seconds_left(progress.line(79, clock.now + 4)) == left - 4
    assert seconds_left(progress.line(79, clock.now + left + 1)) is None


def test_what_failed_does_not_count_as_fast(clock: Clock) -> None:
    progress = begun(10_000_000, 10_000_000, 10_000_000)
    progress.end("0", made=False)
    clock.now += 10
    progress.advance("1", 1.0)
    progress.end("1", made=True)
    assert seconds_left(progress.line(79, clock.now)) == 10
    assert "2/3   50%" in progress.line(79, clock.now)


def test_nothing_is_held_of_what_is_done() -> None:
    progress = begun(*[10] * 1000)
    for k in range(1000):
        progress.end(str(k), made=True)
    assert progress.line(79, 1e9).startswith(f"[{'#' * 13}]  1000/1000  100%")
    assert not progress._at_work


NAMES = [
    "a.png",
    "x" * 300 + ".png",
    "写真" * 40 + ".png",
    "é" * 90,
    "a\nb\r\033[31m.png",
    "\udcff.png",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [0, 3, 20, 39, 79, 200])
@pytest.mark.parametrize("coding", ["utf-8", "ascii"])
def test_the_line_fits(clock: Clock, name: str, width: int, coding: str) -> None:
    weight = weight_of(10**9, "png")
    progress = Progress(12345, weight, False)
    progress.begin(name, weight, "png")
    clock.now += 1000
    progress.advance(name, 0.1)
    line = progress.line(width, clock.now, coding)
    assert line.isprintable()
    assert sum(2 if "一" <= character <= "鿿" else 1 for character in line) <= width
    line.encode(coding)
    if width >= 79:
        assert "0/12345   10%  2 h 30 min left" in line
        assert line.endswith(name[-4:] if name.endswith(".png") else line[-1])


def test_one_line_on_a_terminal(folder: Path) -> None:
    """Redrawn in place and never wider than the terminal; at its end only what went wrong, and the sum."""
    for k in range(3):
        save(folder / "in" / f"{k}{'-long' * 20}.png", size=(200, 200))
    (folder / "in" / "bad.png").write_bytes(b"no picture")
    code, shown = on_a_terminal(50, "upscale", "in", "-o", "out", "-s", 4, *BICUBIC, stdout=False)
    assert code == 1
    drawn = re.findall(r"\r([^\r\n]*)\033\[K", shown)
    bars = [line for line in drawn if line.startswith("[")]
    assert bars
    assert all(len(line) < 50 for line in bars)
    assert any("/4  " in line for line in bars)
    lines = [re.sub(r".*\033\[K", "", line) for line in shown.replace("\r\n", "\n").split("\n")]
    assert lines[0].startswith("error: in/bad.png: is not an image")
    assert lines[1].startswith("3 of 4 done, 1 of 4 failed: ")
    assert lines[2:] == [""]


def test_json_on_a_terminal_has_its_own_lines(folder: Path) -> None:
    save(folder / "a.png", size=(300, 300))
    code, shown = on_a_terminal(80, "upscale", "a.png", "-s", 4, *BICUBIC, "--json", "-")
    assert code == 0
    lines = [re.sub(r".*\033\[K", "", line) for line in shown.replace("\r\n", "\n").split("\n")]
    assert json.loads("\n".join(lines[1:]))["summary"]["done"] == 1


def test_quiet_on_a_terminal(folder: Path) -> None:
    save(folder / "a.png")
    assert on_a_terminal(80, "upscale", "a.png", *BICUBIC, "--quiet", stdout=False) == (0, "")


def test_no_control_characters_where_there_is_no_terminal(srcnn: Srcnn, folder: Path) -> None:
    """A line for each picture that is done, and the sum."""
    for k in range(3):
        save(folder / "in" / f"{k}.png")
    ran = srcnn("upscale", "in", *BICUBIC)
    assert ran.err.replace("\n", "").isprintable()
    assert len(ran.err.splitlines()) == 4
