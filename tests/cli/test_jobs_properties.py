"""From any names and options to jobs: nothing is written twice, no source is written over unasked."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from srcnn.cli.jobs import Job, Request
from srcnn.cli.names import check_names, iter_jobs
from srcnn.errors import InputError, UsageError

from ..mutants import check_line


def _fits(name: str) -> bool:
    """Whether a file can have this name, and one of a result too."""
    return name not in (".", "..") and 0 < len(os.fsencode(name)) <= 255


ODD = st.one_of(
    st.text(st.sampled_from("ab.-_ \n\té\U0001f600:*?\\'\"%"), min_size=1, max_size=8),
    st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="/\0"), max_size=6),
    st.sampled_from(["a", "b", "a_x3", "a" * 251, "-o", "--", "_x3", ".a", "a.", "a.png"]),
    st.binary(min_size=1, max_size=3).filter(lambda raw: not {0, 0x2F} & set(raw)).map(os.fsdecode),
)
ENDINGS = st.sampled_from(["", ".png", ".PNG", ".jpg", ".gif", ".tar.gz", ".", ".bmp"])
NAMES = st.one_of(
    st.sampled_from(
        ["a.png", "a_x2.png", "a_x2_x2.png", "a.jpg", "b.gif"]
    ),  # results of each other
    st.builds(str.__add__, ODD, ENDINGS).filter(_fits),
)
FOLDERS = st.sampled_from(["", "in", "in/deep", "other"])


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[str], list[str], dict[str, object]]:
    """(files that are there, sources, options)."""
    files = [str(Path(draw(FOLDERS), draw(NAMES))) for _ in range(draw(st.integers(1, 6)))]
    picked = st.one_of(
        st.sampled_from(files),
        st.sampled_from(["in", "other", ".", "./in/", "in/../in", "-", "missing.png"]),
        st.sampled_from(files).map(lambda name: f"./{name}"),
        NAMES,
    )
    outputs = [None, None, "out", "out/", "in", "in/x.png", "-", "a.jpg", "out/new/", "a.xyz"]
    options: dict[str, object] = {
        "output": draw(st.one_of(st.sampled_from(outputs), st.sampled_from(files))),
        "format": draw(st.sampled_from([None, None, "png", ".JPG", "webp", "xyz", "a/b", "gif"])),
        "ending": draw(st.one_of(st.just("_x2"), st.sampled_from(["", "_big", ".png"]), ODD)),
        "recursive": draw(st.booleans()),
        "overwrite": draw(st.booleans()),
        "skip_existing": draw(st.booleans()) and draw(st.booleans()),
    }
    return files, draw(st.lists(picked, min_size=1, max_size=4)), options


def check_jobs(jobs: list[Job], options: dict[str, object]) -> None:
    here = set(Path().rglob("*"))
    places = [job.destination.resolve() for job in jobs if job.destination is not None]
    assert len(places) == len(set(places)), "a destination is written twice"
    assert len(jobs) - len(places) <= 1, "stdout gets two pictures"
    sources = {Path(job.source).resolve() for job in jobs if job.source != "-"}
    for job in jobs:
        if job.destination is None:
            continue
        assert job.skip or job.destination.resolve() not in sources, "a source is lost"
        if job.destination in here:
            assert options["overwrite"] or (options["skip_existing"] and job.skip)
        output = options["output"]
        if output is None:
            assert job.destination.parent == Path(job.source).parent
        else:
            below = Path(str(output))
            assert job.destination == below or below in job.destination.parents
        stem = "stdin" if job.source == "-" else Path(job.source).stem
        assert job.destination == Path(str(output)) or job.destination.name.startswith(stem)


def _property(data: tuple[list[str], list[str], dict[str, object]]) -> None:
    files, sources, options = data
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            for name in files:
                Path(name).parent.mkdir(parents=True, exist_ok=True)
                if not Path(name).is_dir():
                    Path(name).touch()
            try:
                request = Request(tuple(sources), **options)  # type: ignore[arg-type]
                checked = check_names(request)
                jobs = list(iter_jobs(request, checked))
                assert checked.pictures == len(jobs)
            except (UsageError, InputError) as error:
                check_line(error, error.exit_code)
            else:
                check_jobs(jobs, options)
        finally:
            os.chdir(before)


_QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much]


@settings(deadline=None, derandomize=True, max_examples=200, suppress_health_check=_QUIET)
@given(plans())
def test_any_names_and_options(data: tuple[list[str], list[str], dict[str, object]]) -> None:
    _property(data)


@pytest.mark.slow
@settings(deadline=None, max_examples=3000, suppress_health_check=_QUIET)
@given(plans())
def test_many_names_and_options(data: tuple[list[str], list[str], dict[str, object]]) -> None:
    _property(data)
