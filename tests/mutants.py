"""Good files with damage: bytes changed, put in, taken out, cut off; and a process to try them in.

Decoders crash and hang rather than raise, so a process of its own tries the mutants one after the other:
the one that it died of lies in a file.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import time
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from srcnn.errors import SrcnnError

from .conftest import ROOT

_NUMBERS = [
    *(value.to_bytes(1, "big") for value in (0, 1, 0x7F, 0x80, 0xFF)),
    *(struct.pack(order + "H", value) for order in "<>" for value in (1, 0x7FFF, 0x8000, 0xFFFF)),
    *(
        struct.pack(order + "I", value)
        for order in "<>"
        for value in (1, 2**31 - 1, 2**31, 2**32 - 1)
    ),
    b"\0" * 8,
    b"\xff" * 8,
]
_PLACES = st.one_of(st.integers(0, 150), st.integers(0, 2**16))
_EDITS = st.tuples(
    st.sampled_from(["change", "insert", "remove", "repeat", "cut", "flip"]),
    _PLACES,
    st.one_of(st.sampled_from(_NUMBERS), st.binary(min_size=1, max_size=6)),
    st.integers(1, 64),
)
SLOWEST = 5.0
"""Seconds of work that a small file may take."""
_MEMORY = 700
"""Megabytes."""


@st.composite
def mutants(draw: st.DrawFn, files: dict[str, bytes]) -> tuple[bytes, str]:
    """(one of the files after one to four edits, its name); a PNG mostly with checksums that fit again."""
    name = draw(st.sampled_from(sorted(files)))
    data = bytearray(files[name])
    for kind, place, new, length in draw(st.lists(_EDITS, min_size=1, max_size=4)):
        at = place % max(len(data), 1)
        if kind == "change":
            data[at : at + len(new)] = new
        elif kind == "insert":
            data[at:at] = new
        elif kind == "remove":
            del data[at : at + length]
        elif kind == "repeat":
            data[at:at] = data[at : at + length] * 3
        elif kind == "flip" and data:
            data[at] ^= 1 << length % 8
        elif kind == "cut" and length < 8:  # not too often: what is left is dull
            del data[at:]
    if draw(st.integers(0, 3)):
        return with_checksums(bytes(data)), name
    return bytes(data), name


def with_checksums(data: bytes) -> bytes:
    """A PNG whose chunks' checksums are right, so that damage reaches what lies behind them."""
    if not data.startswith(b"\x89PNG"):
        return data
    out, at = bytearray(data), 8
    while at + 12 <= len(data):
        end = at + 8 + int.from_bytes(data[at : at + 4], "big")
        if end + 4 > len(data):
            break
        out[end : end + 4] = struct.pack(">I", zlib.crc32(data[at + 4 : end]))
        at = end + 4
    return bytes(out)


def try_all(attempt: Callable[[bytes, str], None], files: dict[str, bytes]) -> None:
    """What the process does: ``attempt`` with as many mutants as the command line says.

    The same ones each time, unless a third argument is there: `python -m tests.images.mutants 50000 last new`
    hunts, and what it is stopped by lies in the file ``last``.
    """
    examples, last = int(sys.argv[1]), Path(sys.argv[2])
    before = _peak()
    warnings.simplefilter("ignore")  # as the command line does

    @settings(
        max_examples=examples,
        derandomize=len(sys.argv) == 3,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(mutants(files))
    def each(mutant: tuple[bytes, str]) -> None:
        last.write_bytes(mutant[0])
        started = time.process_time()
        attempt(*mutant)
        assert time.process_time() - started < SLOWEST, "it takes too long"
        assert _peak() < _MEMORY, f"it takes {_peak()} MB, {before} of them before"

    each()


def _peak() -> int:
    """The most megabytes that this process ever had; `resource` would count those of its parent."""
    status = Path("/proc/self/status")
    words = status.read_text().split() if status.exists() else ["VmHWM:", "0"]
    return int(words[words.index("VmHWM:") + 1]) >> 10


def check_line(error: SrcnnError, *codes: int) -> None:
    """A refusal is one line that can be read, with one of these exit codes."""
    line = str(error)
    assert 0 < len(line) < 200
    assert len(line.splitlines()) == 1
    assert error.exit_code in codes


def assert_mutants_do_no_harm(module: str, examples: int, folder: Path) -> None:
    """Run ``module`` as the process; it ends well, in time, and says nothing on its own account."""
    last = folder / "last"
    command = [sys.executable, "-m", module, str(examples), str(last)]
    ran = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=3600,
    )
    damage = last.read_bytes() if last.exists() else b""
    report = f"{ran.stderr[:1500]}\n...\n{ran.stderr[-1500:]}{ran.stdout[-1000:]}\nlast: {damage!r:.20000}"
    assert ran.returncode == 0, report
    assert ran.stderr + ran.stdout == "", report
