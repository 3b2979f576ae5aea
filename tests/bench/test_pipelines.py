"""``srcnn bench --pipeline``: any models against srcnn-955, whole and in parts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from srcnn.cli.bench import bench
from srcnn.cli.options import Voice
from srcnn.errors import ModelError, UsageError

from ..engine.reference import compact_file


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    paths = [tmp_path / f"small-x{scale}.onnx" for scale in (2, 3)]
    for scale, path in zip((2, 3), paths, strict=True):
        path.write_bytes(compact_file(scale))
    return [str(path) for path in paths]


def run(*words: str) -> str:
    ran = CliRunner().invoke(bench, words, obj=Voice(), catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    return ran.stdout


def test_files_are_measured_at_their_scales(files: list[str]) -> None:
    words = [word for file in files for word in ("--pipeline", file)]
    report = json.loads(run(*words, "--quick", "--threads", "1", "--json", "-"))
    rows = {(row["model"], row["scale"]): row for row in report["rows"]}
    assert set(rows) == {("srcnn-955", 2), (files[0], 2), ("srcnn-955", 3), (files[1], 3)}
    for (model, scale), row in rows.items():
        assert [side % scale for side in row["size"]] == [0, 0]
        assert row["whole"] == pytest.approx(row["network"] + row["rest"], abs=0.11)
        if model == "srcnn-955":
            assert row["times_reference"] == 1
        else:
            # Five channels against 64 and 32, and on the small image.
            assert row["times_reference"] > 1


def test_the_table_has_a_line_for_each(files: list[str]) -> None:
    lines = run("--pipeline", files[1], "--quick", "--threads", "1").splitlines()
    assert len(lines) == 3
    assert "times srcnn-955" in lines[0]
    assert lines[1].startswith("srcnn-955")
    assert lines[2].startswith(files[1])


def test_mistakes() -> None:
    with pytest.raises(UsageError, match="cannot be combined with --plot"):
        run("--pipeline", "srcnn-915", "--plot", "a.png")
    with pytest.raises(ModelError):
        run("--pipeline", "nothing-of-that-name", "--quick")
