"""From words to names to jobs, without any work."""

from __future__ import annotations

from pathlib import Path

import pytest

from srcnn.cli.jobs import Request
from srcnn.cli.names import check_names, iter_jobs
from srcnn.conversion.size import TargetSize

from .conftest import save


@pytest.fixture
def album(folder: Path) -> Path:
    """Pictures at three levels, and what is none."""
    for name in ("a.png", "b.jpg", "sub/a.png", "sub/deep/c.webp"):
        save(folder / "album" / name, size=(9, 12))
    (folder / "album" / "notes.txt").write_text("no picture")
    return folder / "album"


@pytest.mark.parametrize(("width", "height"), [(7, 5), (300, 1), (3, 1000), (997, 991)])
@pytest.mark.parametrize("box", [(1000, None), (None, 2001), (1000, 2001), (1009, 1013)])
def test_a_box_is_filled_and_not_exceeded(
    width: int, height: int, box: tuple[int | None, int | None]
) -> None:
    """One side of the result is exactly as asked, the other one at most."""
    (new_height, new_width), scale = TargetSize(width=box[0], height=box[1]).size_of(height, width)
    sides = [(new_width, box[0], width), (new_height, box[1], height)]
    assert any(new == limit for new, limit, _ in sides)
    for new, limit, old in sides:
        assert limit is None or new <= limit
        assert abs(new - old * scale) <= 0.5 + 1e-9


def test_plan_has_every_picture_once_in_order(album: Path) -> None:
    request = Request((str(album),), recursive=True)
    checked = check_names(request)
    jobs = list(iter_jobs(request, checked))
    assert [Path(job.source).name for job in jobs] == ["a.png", "b.jpg", "a.png", "c.webp"]
    assert checked.pictures == 4
    assert checked.weight == sum(job.weight for job in jobs)


def test_what_appears_during_the_work_is_no_source(album: Path) -> None:
    """Results in a folder that is yet to be entered, too."""
    request = Request((str(album),), output=str(album / "z"), ending="", recursive=True)
    checked = check_names(request)
    sources = []
    for job in iter_jobs(request, checked):
        sources.append(job.source)
        assert job.destination is not None
        job.destination.parent.mkdir(parents=True, exist_ok=True)
        job.destination.write_bytes(b"made")
    assert len(sources) == 4
    assert not any("/z/" in source for source in sources)
