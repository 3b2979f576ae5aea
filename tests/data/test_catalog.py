"""The catalog and its checksums: whole, true to the pictures at hand, test apart from training."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

from srcnn.data.catalog import CATALOG, data_root, locate
from srcnn.data.verify import CHECKSUMS, checksums, verify
from srcnn.errors import MissingData
from srcnn.images.formats import SUFFIXES

UNKNOWN = {"urban100"}
"""The sets whose pictures nobody here has had in hand."""
UNSERVED = {"photos"}
"""The sets that no address serves."""


def test_every_set_of_the_catalog_has_a_line_for_each_picture() -> None:
    assert {path.stem for path in CHECKSUMS.iterdir()} == set(CATALOG)
    for name, data in CATALOG.items():
        files = checksums(name)
        assert len(files) == data.pictures, name
        assert {Path(file).suffix for file in files} <= set(SUFFIXES)
        if name in UNKNOWN:
            assert set(files.values()) == {None}
        else:
            assert all(re.fullmatch("[0-9a-f]{64}", sha256 or "") for sha256 in files.values())
        assert data.use in ("train", "test")
        if name in UNSERVED:
            assert data.source == "docs/photos.md"
        else:
            assert data.url("a b.png").endswith("/a%20b.png")
            assert data.source.startswith("https://github.com/")
        assert data.license


def test_no_two_sets_share_a_file() -> None:
    sums = {name: set(checksums(name).values()) - {None} for name in CATALOG}
    for one, two in combinations(CATALOG, 2):
        assert not sums[one] & sums[two], (one, two)
    # t36 and t65 of T91 are the same; there is no other pair.
    assert {name: CATALOG[name].pictures - len(sums[name]) for name in CATALOG} == {
        **dict.fromkeys(CATALOG, 0),
        "t91": 1,
        "urban100": 100,
    }


def test_bsds_is_split_as_the_field_does_without_the_woman_of_set5() -> None:
    train, val, test = (set(checksums(name)) for name in ("bsds_train", "bsd100", "bsd200"))
    assert "302003.jpg" not in train | val | test
    assert len(train | val | test) == 499
    assert [CATALOG[name].origin[-5:] for name in ("bsds_train", "bsd100", "bsd200")] == [
        "train",
        "s/val",
        "/test",
    ]


AT_HAND = [
    # Large ones, to be decoded for their checksums.
    pytest.param(name, marks=[pytest.mark.slow] if name in ("cid22", "clic", "photos") else [])
    for name in CATALOG
    if name not in UNKNOWN
]


@pytest.mark.parametrize("name", AT_HAND)
def test_the_pictures_at_hand_are_those_of_the_catalog(shared: Path, name: str) -> None:
    findings = verify(name, shared / "data" / name)
    assert findings.ok, findings
    assert len(findings.verified) == CATALOG[name].pictures


def test_the_data_root_is_what_is_given_then_the_environment_then_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SRCNN_DATA", str(tmp_path / "a"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert data_root(tmp_path / "b") == tmp_path / "b"
    assert data_root() == tmp_path / "a"
    monkeypatch.delenv("SRCNN_DATA")
    assert data_root() == tmp_path / "cache" / "srcnn"
    (tmp_path / "cache" / "srcnn" / "set5").mkdir(parents=True)
    assert locate("set5") == tmp_path / "cache" / "srcnn" / "set5"
    # Commands that have no --data-root look there, too.
    with pytest.raises(MissingData, match=r"run: srcnn data fetch t91; or set \$SRCNN_DATA$"):
        locate("t91")
    with pytest.raises(MissingData, match=r"run: srcnn data fetch t91; or set --data-root$"):
        locate("t91", tmp_path)
    with pytest.raises(
        MissingData, match=r"docs/photos\.md lists the images .*; or set --data-root$"
    ):
        locate("photos", tmp_path)
    with pytest.raises(MissingData, match="nor one of set5, set14"):
        locate("set15")


def test_a_known_name_is_looked_up_under_the_data_root_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of that name in the current folder counts where the root has none; a path always does."""
    for folder in ("root/set5", "set5", "set14", "root/mine", "mine"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    root = tmp_path / "root"
    assert locate("set5", root) == root / "set5"
    assert locate("./set5", root) == Path("set5")
    assert locate("set14", root) == Path("set14")
    assert locate("mine", root) == Path("mine")
