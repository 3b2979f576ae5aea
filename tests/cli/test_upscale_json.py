"""``--json``: one document with a result for each picture, also of what failed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ..conftest import EXAMPLE
from .conftest import Srcnn, save, tree

BICUBIC = ("-m", "bicubic")
FIELDS = {
    "source",
    "destination",
    "ok",
    "skipped",
    "error",
    "width",
    "height",
    "scale",
    "model",
    "engine",
    "precision",
    "seconds",
    "reason",
    "kind",
    "code",
    "warnings",
    "passes",
    "choice",
}
ESTIMATES = frozenset({"estimated_seconds"})


def check_document(
    document: dict[str, Any], more: frozenset[str] = frozenset()
) -> list[dict[str, Any]]:
    assert set(document) == {"schema", "results", "summary"}
    assert document["schema"] == 1
    results: list[dict[str, Any]] = document["results"]
    for result in results:
        assert set(result) == FIELDS | more
    return results


def test_json_on_stdout_is_one_document(srcnn: Srcnn, photo: Path, weights: Path) -> None:
    ran = srcnn("upscale", "photo.png", "-m", weights, "--json", "-")
    assert ran.code == 0
    (result,) = check_document(ran.json())
    assert 0 < result.pop("seconds") < 60
    passes = result["passes"]
    assert passes in ([], [3])
    assert result == {
        "source": "photo.png",
        "destination": "photo_x3.png",
        "ok": True,
        "skipped": False,
        "error": None,
        "width": 90,
        "height": 123,
        "scale": 3.0,
        "model": str(weights),
        "engine": "onnxruntime",
        "precision": "fp32",
        "reason": None,
        "kind": None,
        "code": None,
        "warnings": [],
        "passes": passes,
        "choice": None,
    }


def test_json_in_a_file(srcnn: Srcnn, photo: Path) -> None:
    ran = srcnn("upscale", photo, *BICUBIC, "--width", 75, "--json", "reports/new.json")
    assert (ran.code, ran.out) == (0, b"")
    (result,) = check_document(json.loads(Path("reports/new.json").read_text()))
    assert (result["width"], result["height"], result["model"]) == (75, 103, "bicubic")
    assert result["scale"] == pytest.approx(2.5)


@pytest.mark.parametrize(("source", "code"), [("gone.png", 3), ("photo.png", 4)])
def test_json_of_a_failure(srcnn: Srcnn, photo: Path, source: str, code: int) -> None:
    """The code of a single source is its own, and the document is written all the same."""
    ran = srcnn("upscale", source, *BICUBIC, "--max-pixels", 9, "--json", "-")
    assert ran.code == code
    (result,) = check_document(ran.json())
    assert result["ok"] is False
    assert f"error: {result['error']}\n" == ran.error
    assert result["code"] == code
    assert result["kind"] == {3: "InputError", 4: "LimitError"}[code]


def test_json_of_a_dry_run_is_still_one_document(srcnn: Srcnn, photo: Path) -> None:
    ran = srcnn("upscale", photo, *BICUBIC, "--dry-run", "--json", "-")
    assert ran.code == 0
    (result,) = check_document(ran.json(), ESTIMATES)
    assert (result["width"], result["height"]) == (90, 123)
    assert ran.json()["summary"].keys() >= ESTIMATES
    assert tree(photo.parent) == {"photo.png"}


def test_json_that_cannot_be_written(srcnn: Srcnn, photo: Path) -> None:
    ran = srcnn("upscale", photo, *BICUBIC, "--quiet", "--json", "photo.png/report.json")
    assert ran.code == 5
    assert "report.json" in ran.error


@pytest.mark.parametrize("which", ["source", "destination"])
def test_json_does_not_go_over_a_picture(
    which: str, tmp_path: Path, weights: Path, srcnn: Srcnn
) -> None:
    source, destination = tmp_path / "a.png", tmp_path / "b.png"
    source.write_bytes(EXAMPLE.read_bytes())
    target = source if which == "source" else destination
    ran = srcnn("upscale", source, "-o", destination, "-m", weights, "--json", target)
    assert ran.code == 2
    assert "is an input or output of this command" in ran.error
    assert source.read_bytes() == EXAMPLE.read_bytes()
    assert not destination.exists()


def test_json_counts_what_became_of_the_pictures(srcnn: Srcnn, photo: Path) -> None:
    """One done, one with an existing destination, one broken, one missing."""
    photo.with_name("old.png").write_bytes(photo.read_bytes())
    photo.with_name("old_x3.png").write_bytes(b"mine")
    photo.with_name("broken.png").write_bytes(b"no picture")
    names = ["photo.png", "old.png", "broken.png", "missing.png"]
    ran = srcnn("upscale", *names, *BICUBIC, "--skip-existing", "--json", "-")
    assert ran.code == 1
    results = check_document(ran.json())
    assert [result["source"] for result in results] == names
    assert [result["ok"] for result in results] == [True, True, False, False]
    assert [result["skipped"] for result in results] == [False, True, False, False]
    assert results[1]["destination"] == "old_x3.png"
    assert results[1]["width"] is None
    assert results[1]["reason"] == "destination exists"
    summary = ran.json()["summary"]
    assert 0 < summary.pop("seconds") < 60
    assert summary == {
        "pictures": 4,
        "done": 1,
        "skipped": 1,
        "failed": 2,
        "megapixels": 0.011,  # 90 x 123
        "left_out": {},
    }


def test_a_source_that_links_to_itself_fails_alone(srcnn: Srcnn, photo: Path) -> None:
    Path("circle.png").symlink_to("circle.png")
    ran = srcnn("upscale", "circle.png", photo, *BICUBIC, "-o", "out", "--json", "made.json")
    assert ran.code == 1
    bad, good = json.loads(Path("made.json").read_text())["results"]
    assert (bad["ok"], good["ok"]) == (False, True)


def test_json_has_what_a_format_cannot_hold(srcnn: Srcnn, folder: Path) -> None:
    save(folder / "clear.png", "rgba")
    ran = srcnn("upscale", "clear.png", *BICUBIC, "-o", "flat.jpg", "--json", "-")
    (result,) = check_document(ran.json())
    assert result["warnings"] == ["in JPEG, transparency is replaced by white"]
