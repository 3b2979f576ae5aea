"""Files that broke image libraries, or are made to: through the whole command line, a process for each."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from srcnn.engine.threads import cores
from srcnn.images.io import open_picture

from .conftest import Srcnn, tree
from .hostile_files import BOMBS, FILES, HEAVY

RUN = """
import sys, time
from pathlib import Path
from srcnn.cli.main import main

code = main()
status = Path("/proc/self/status").read_text().split()
print(status[status.index("VmHWM:") + 1], time.process_time())
sys.exit(code)
"""
SMALL, LARGE = ("-s", "2", "-m", "srcnn-915"), ("-s", "1.1", "-m", "bicubic")
LINUX = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")


def judged(
    path: Path, parent: Path, megabytes: int = 700, options: Sequence[str] = SMALL
) -> tuple[int, str]:
    """(exit code, what is wrong): enlarged, or refused in a line with exit 3 or 4, and nothing left.

    An accepted file may take 5 s and 2 microseconds for each pixel of the result, a refused one 5 s: of
    work, as other processes only make this one wait.
    """
    folder, temporary = (Path(tempfile.mkdtemp(dir=parent)) for _ in range(2))
    out = folder / "out.png"
    command = [sys.executable, "-c", RUN, "upscale", str(path), "-o", str(out), "--quiet"]
    ran = subprocess.run(
        [*command, *options],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        cwd=folder,
        env=os.environ | {"TMPDIR": str(temporary)},
    )
    if ran.returncode < 0:
        return ran.returncode, f"dies of signal {-ran.returncode}"
    peak, seconds = map(float, ran.stdout.split())
    left = tree(folder) | tree(temporary)
    wrong = []
    if ran.returncode == 0:
        header = open_picture(out, max_pixels=2**29).header
        if seconds > 5 + 2e-6 * header.width * header.height:
            wrong.append(f"takes {seconds:.1f} s for {header.width} x {header.height}")
        if ran.stderr or left != {"out.png"}:
            wrong.append(f"says {ran.stderr[-300:]}, leaves {left}")
    else:
        line = ran.stderr
        fit = line.startswith("error: ") and line.count("\n") == 1 and len(line) < 200
        if ran.returncode not in (3, 4) or not fit or left or seconds > 5:
            wrong.append(f"exit {ran.returncode}, {seconds:.1f} s, {line[-300:]}, leaves {left}")
    if peak > megabytes * 1024:
        wrong.append(f"takes {peak:.0f} KB")
    shutil.rmtree(folder)
    shutil.rmtree(temporary)
    return ran.returncode, "; ".join(wrong)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@LINUX
def test_the_hostile_corpus(shared: Path, tmp_path: Path) -> None:
    paths = sorted(p for p in (shared / "reference" / "hostile").rglob("*") if p.is_file())
    with ThreadPoolExecutor(cores()) as pool:
        results = dict(zip(paths, pool.map(partial(judged, parent=tmp_path), paths), strict=True))
    assert {str(path): wrong for path, (_, wrong) in results.items() if wrong} == {}
    suite = {path for path in paths if path.match("pngsuite/*.png")}
    refused = {path for path in suite if results[path][0] != 0}
    assert refused == {path for path in suite if path.name.startswith("x")}
    assert len(suite) > 170


def test_files_made_to_break_the_reader(srcnn: Srcnn, folder: Path) -> None:
    """In this process, where the lighter ones take a moment each."""
    wrong = {}
    for name, make in FILES.items():
        Path(name).write_bytes(make())
        started = time.process_time()
        ran = srcnn("upscale", name, "-o", "out.png", "-m", "bicubic", "-s", 2, "--quiet")
        seconds = time.process_time() - started
        fit = ran.err == "" if ran.code == 0 else ran.code in (3, 4) and len(ran.error) < 200
        left = tree(folder) - {name, "out.png"}
        if not fit or left or seconds > 5 or (ran.code != 0 and Path("out.png").exists()):
            wrong[name] = (ran, seconds, left)
        Path(name).unlink()
        Path("out.png").unlink(missing_ok=True)
    assert wrong == {}


@pytest.mark.slow
@pytest.mark.timeout(3600)
@LINUX
@pytest.mark.parametrize("files", [FILES, HEAVY, BOMBS], ids=["light", "heavy", "bombs"])
def test_made_files_one_process_each(files: dict[str, Callable[[], bytes]], tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()

    def try_one(name: str) -> str:
        path = tmp_path / "in" / name
        path.write_bytes(files[name]())
        if files is BOMBS:  # a library holds 67 megapixels whole for some of them
            return judged(path, tmp_path, 900, LARGE)[1]
        return judged(path, tmp_path)[1]

    with ThreadPoolExecutor(cores()) as pool:
        wrong = dict(zip(files, pool.map(try_one, files), strict=True))
    assert {name: why for name, why in wrong.items() if why} == {}
