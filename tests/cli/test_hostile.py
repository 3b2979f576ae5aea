"""Files that broke image libraries, or are made to: through the whole command line, a process for each."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from srcnn.engine.threads import cores
from srcnn.images.io import open_picture

from ..support.forked import run_forked
from .conftest import Srcnn, tree
from .hostile_files import BOMBS, FILES, HEAVY

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
    ran = run_forked(["upscale", path, "-o", out, "--quiet", *options], folder, temporary)
    if ran.code < 0:
        return ran.code, f"dies of signal {-ran.code}"
    left = tree(folder) | tree(temporary)
    wrong = []
    if ran.code == 0:
        header = open_picture(out, max_pixels=2**29).header
        if ran.seconds > 5 + 2e-6 * header.width * header.height:
            wrong.append(f"takes {ran.seconds:.1f} s for {header.width} x {header.height}")
        if ran.err or left != {"out.png"}:
            wrong.append(f"says {ran.err[-300:]}, leaves {left}")
    else:
        line = ran.err
        fit = line.startswith("error: ") and line.count("\n") == 1 and len(line) < 200
        if ran.code not in (3, 4) or not fit or left or ran.seconds > 5:
            wrong.append(f"exit {ran.code}, {ran.seconds:.1f} s, {line[-300:]}, leaves {left}")
    if ran.peak > megabytes * 1024:
        wrong.append(f"takes {ran.peak} KB")
    shutil.rmtree(folder)
    shutil.rmtree(temporary)
    return ran.code, "; ".join(wrong)


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
