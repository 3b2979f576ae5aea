"""Every file that once broke an image library, through the whole command line, a process for each."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

RUN = """
import sys
from pathlib import Path
from srcnn.cli.main import main

code = main()
status = Path("/proc/self/status").read_text().split()
print(status[status.index("VmHWM:") + 1])
sys.exit(code)
"""


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")
def test_the_hostile_corpus(shared: Path, tmp_path: Path) -> None:
    """Enlarged, or refused in one line with exit 3 or 4; within 5 s and 700 MB; nothing left behind."""
    paths = sorted(p for p in (shared / "reference" / "hostile").rglob("*") if p.is_file())
    wrong, refused = [], []
    for path in paths:
        out = tmp_path / "out.png"
        command = [sys.executable, "-c", RUN, "upscale", str(path), "-o", str(out), "--quiet"]
        started = time.monotonic()
        ran = subprocess.run(
            [*command, "-s", "2", "-m", "srcnn-915"],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            cwd=tmp_path,
        )
        seconds = time.monotonic() - started
        well = ran.returncode == 0 and ran.stderr == "" and out.exists()
        if ran.returncode in (3, 4):
            refused.append(path.name)
            line = ran.stderr
            well = line.startswith("error: ") and line.count("\n") == 1 and len(line) < 200
            well = well and not list(tmp_path.iterdir()) and seconds < 5
        if not well or int(ran.stdout) > 700 * 1024:
            wrong.append((path.name, ran.returncode, ran.stderr[-300:], seconds))
        out.unlink(missing_ok=True)
    assert wrong == []
    suite = {path.name for path in paths if path.match("pngsuite/*.png")}
    assert {name for name in refused if name in suite} == {n for n in suite if n.startswith("x")}
    assert len(suite) > 170
