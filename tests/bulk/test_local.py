"""``srcnn upscale --on local``: the command line's results, from and to folders and S3."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from srcnn.bulk.stores import Objects
from srcnn.errors import StoreError

from ..support.command import run
from .commands import FAST, digests, rows, upscale, words
from .conftest import needs

pytestmark = needs("pyarrow", "fsspec")


def test_results_and_rows_are_the_command_lines(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, out = tmp_path / "plain", tmp_path / "out"
    assert run(monkeypatch, "upscale", pictures, "-r", *FAST, "-o", plain, "--quiet") == 1
    assert run(monkeypatch, "upscale", pictures, "-r", *FAST, "-o", out, "--on", "local") == 1
    assert digests(out) == digests(plain)
    found = rows(out / "srcnn-manifest")
    assert len(found) == 20
    made = {row["destination"]: row for row in found if row["ok"]}
    assert {str(Path(name).relative_to(out)): made[name]["sha256"] for name in made} == digests(out)
    for name, row in made.items():
        assert row["result_bytes"] == Path(name).stat().st_size
        assert row["source_bytes"] == Path(row["source"]).stat().st_size
        assert (row["model"], row["scale"], row["kind"]) == ("fast", 2.0, None)
    failed = [row for row in found if not row["ok"]]
    assert [row["kind"] for row in failed] == ["InputError", "InputError"]
    for row in failed:  # a long path is shortened in its middle
        assert Path(row["source"]).name in row["error"]


def test_a_second_run_does_each_source_once(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    line = ["upscale", pictures, "-r", *FAST, "-o", out, "--on", "local", "--quiet"]
    assert run(monkeypatch, *line) == 1
    before = rows(out / "srcnn-manifest")
    times = {path: path.stat().st_mtime_ns for path in out.rglob("*.png")}
    shutil.copy(pictures / "00" / "0000.png", pictures / "new.png")
    assert run(monkeypatch, *line) == 1  # two pictures failed before
    after = rows(out / "srcnn-manifest")
    assert len(after) == len(before) + 1
    assert [row for row in after if not row["source"].endswith("new.png")] == before
    assert {path: path.stat().st_mtime_ns for path in times} == times


def test_other_settings_need_another_output(
    pictures: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    line = ["upscale", pictures / "00", "-m", "fast", "-o", tmp_path / "out", "--on", "local"]
    assert run(monkeypatch, *line, "-s", 2) == 1
    assert run(monkeypatch, *line, "-s", 3, "--suffix", "_x2") == 2
    assert "has results of another run, with scale 2.0" in capfd.readouterr().err
    assert run(monkeypatch, *line, "-s", 3, "--suffix", "_x2", "--overwrite") == 1
    found = rows(tmp_path / "out" / "srcnn-manifest")
    assert len(found) == 20
    assert {row["scale"] for row in found if row["ok"]} == {3.0}


def test_what_stands_at_a_destination(
    pictures: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "0000_x2.png").write_bytes(b"mine")
    line = ["upscale", pictures / "00", *FAST, "-o", out, "--on", "local"]
    assert run(monkeypatch, *line) == 2
    assert "0000_x2.png: already exists" in capfd.readouterr().err
    assert sorted(path.name for path in out.iterdir()) == ["0000_x2.png"]
    assert run(monkeypatch, *line, "--skip-existing") == 1
    assert (out / "0000_x2.png").read_bytes() == b"mine"
    (skipped,) = [row for row in rows(out / "srcnn-manifest") if row["skipped"]]
    assert (skipped["ok"], skipped["reason"]) == (True, "destination exists")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--on", "spark", "-o", "out"], "error: --on spark: is not known; use local, ray"),
        (["--on", "local"], "error: --on: needs a folder for the results; add --output FOLDER"),
        (["--on", "local", "-o", "-"], "error: --on: takes files and folders, not stdin or stdout"),
        (["--on", "local", "-o", "out", "--in-place"], "cannot be combined with --in-place"),
        (
            ["--on", "local", "-o", "out", "--json", "-", "--dry-run"],
            "error: --on: cannot be combined with --dry-run or --json",
        ),
        (["--on", "local", "-o", "in"], "results would become sources"),
        (["--on", "local", "-o", "in/large", "-r"], "results would become sources"),
        (
            ["-o", "s3://bucket/out"],
            "s3://bucket/out: is not a file of this machine; add --on local",
        ),
        (["--on", "local", "-o", "nosuch://b/out"], "nosuch://: Protocol not known: nosuch"),
    ],
)
def test_options_that_make_no_sense_together(
    words: list[str],
    said: str,
    pictures: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(pictures.parent)
    assert run(monkeypatch, "upscale", "in", "-s", 2, *words) == 2
    error = capfd.readouterr().err
    assert error.startswith("error: ")
    assert said in error
    assert not Path("out").exists()


def test_two_results_of_one_name(
    pictures: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    first = pictures / "00" / "0000.png"
    shutil.copy(first, pictures / "0000.jpg")
    line = ["upscale", first, first, pictures / "0000.jpg", "--format", "png", "--on", "local"]
    assert run(monkeypatch, *line, "-o", pictures.parent / "out") == 2
    assert "0000.jpg would be written there" in capfd.readouterr().err


@pytest.mark.skipif(find_spec("gcsfs") is not None, reason="gcsfs is installed")
def test_a_missing_package_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    line = ["upscale", "gs://bucket/in", "-s", 2, "-o", tmp_path / "out", "--on", "local"]
    assert run(monkeypatch, *line) == 2
    assert capfd.readouterr().err == "error: gs://: needs gcsfs; run: pip install gcsfs\n"


@pytest.mark.slow
def test_an_interrupted_run_is_continued(pictures: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    line = [pictures, "-r", "-s", 4, "-m", "best", "--threads", 1, "-o", out, "--on", "local"]
    process = subprocess.Popen(words(*line), stderr=subprocess.PIPE, text=True)
    while len(list(out.rglob("*_x4.*"))) < 5 and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.endswith("interrupted; finished results are kept\n")
    finished = {path: path.stat().st_mtime_ns for path in out.rglob("*_x4.*")}
    recorded = rows(out / "srcnn-manifest")
    assert {row["destination"] for row in recorded if row["ok"]} == {str(path) for path in finished}
    assert not list(out.rglob("*.part"))
    assert upscale(*line).returncode == 1
    assert len(rows(out / "srcnn-manifest")) == 20
    assert {path: path.stat().st_mtime_ns for path in finished} == finished


@pytest.mark.slow
@needs("moto", "s3fs", "flask")
def test_from_and_to_s3_without_ray(
    pictures: Path, tmp_path: Path, s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.create_bucket(Bucket="photos")
    for path in pictures.rglob("*.*"):
        s3.upload_file(str(path), "photos", f"in/{path.relative_to(pictures)}")
    line = ["s3://photos/in", "-r", *FAST, "-o", "s3://photos/out", "--on", "local"]
    broken = tmp_path / "broken" / "ray"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ImportError('Ray is not needed here')")
    monkeypatch.setenv("PYTHONPATH", str(broken.parent), prepend=os.pathsep)
    done = upscale(*line)
    assert done.returncode == 1, done.stderr
    assert "\n18 of 20 done, 2 of 20 failed" in done.stderr
    plain, back = tmp_path / "plain", tmp_path / "back"
    upscale(pictures, "-r", *FAST, "-o", plain)
    listed = s3.list_objects_v2(Bucket="photos", Prefix="out/")["Contents"]
    for each in listed:
        local = back / each["Key"].removeprefix("out/")
        local.parent.mkdir(parents=True, exist_ok=True)
        s3.download_file("photos", each["Key"], str(local))
    assert digests(back) == digests(plain)
    found = rows(back / "srcnn-manifest")
    assert len(found) == 20
    assert all(row["source"].startswith("s3://photos/in/") for row in found)
    again = upscale(*line)
    assert again.returncode == 1
    assert "20 of 20 were finished before" in again.stderr


def test_what_a_store_refused_is_tried_again(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any store of fsspec will do; this one is in memory, where a result is renamed when complete."""
    from fsspec import filesystem

    memory = filesystem("memory")
    memory.put(str(pictures), "/in", recursive=True)
    refused, get = ["0004"], Objects.get

    def get_or_refuse(store: Objects, path: str) -> bytes:
        if any(name in path for name in refused):
            raise StoreError(path, "SlowDown")
        return get(store, path)

    monkeypatch.setattr(Objects, "get", get_or_refuse)
    line = ["upscale", "memory:///in", "-r", *FAST, "-o", "memory:///out", "--on", "local"]
    assert run(monkeypatch, *line) == 1
    memory.get("/out", str(tmp_path / "first"), recursive=True)
    kinds = Counter(row["kind"] for row in rows(tmp_path / "first" / "srcnn-manifest"))
    assert kinds == {None: 17, "InputError": 2, "StoreError": 1}
    refused.clear()
    assert run(monkeypatch, *line) == 1
    memory.get("/out", str(tmp_path / "then"), recursive=True)
    kinds = Counter(row["kind"] for row in rows(tmp_path / "then" / "srcnn-manifest"))
    assert kinds == {None: 18, "InputError": 2}
    plain = tmp_path / "plain"
    assert run(monkeypatch, "upscale", pictures, "-r", *FAST, "-o", plain, "--quiet") == 1
    assert digests(tmp_path / "then") == digests(plain)
    memory.rm("/", recursive=True)
