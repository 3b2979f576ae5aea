"""``srcnn data``: lists, fetches from a server on this machine, verifies; and what can go wrong."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from srcnn.data.catalog import CATALOG, DataSet
from srcnn.data.photos import origins
from srcnn.data.verify import CHECKSUMS, digest

from .conftest import Srcnn, save, tree
from .server import FOLDER, Server

FILES = ("a.png", "b c.png", "d.png")


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server of the data set ``small``, three pictures, which the catalog knows for once."""
    made, sums = tmp_path / "made", tmp_path / "checksums"
    shutil.copytree(CHECKSUMS, sums)
    with Server() as http:
        for i, name in enumerate(FILES):
            http.files[name] = save(made / name, size=(20 + i, 30)).read_bytes()
        lines = [f"{hashlib.sha256(data).hexdigest()}  {name}" for name, data in http.files.items()]
        (sums / "small.txt").write_text("\n".join(lines) + "\n")
        http.release.set()
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setattr("srcnn.data.catalog.RAW", f"http://127.0.0.1:{http.server_port}")
        monkeypatch.setattr("srcnn.data.verify.CHECKSUMS", sums)
        monkeypatch.setitem(CATALOG, "small", _small())
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield http
        http.shutdown()


def _small(checked: str = "file") -> DataSet:
    return DataSet("Small", "train", 3, FOLDER, "CC0", checked=checked)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data root, named by the environment."""
    monkeypatch.setenv("SRCNN_DATA", str(tmp_path / "root"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "root"


def test_a_set_is_fetched_whole_and_only_once(server: Server, root: Path, srcnn: Srcnn) -> None:
    assert "run: srcnn data fetch small" in srcnn("data", "verify", "small").error
    result = srcnn("data", "fetch", "small")
    assert result.code == 0
    assert "github.com/owner/repository/tree/main/pictures (license: CC0)" in result.err
    assert {path.name: path.read_bytes() for path in (root / "small").iterdir()} == server.files
    assert sorted(server.asked) == sorted(FILES)
    assert srcnn("data", "verify", "small").code == 0
    again = srcnn("data", "fetch", "small")
    assert (again.code, again.err, len(server.asked)) == (0, "", 3)
    (root / "small" / "d.png").unlink()
    assert srcnn("data", "fetch", "small", "--quiet").code == 0
    assert server.asked[3:] == ["d.png"]
    other = srcnn("data", "fetch", "small", "--data-root", root.parent / "other")
    assert (other.code, len(tree(root.parent / "other"))) == (0, 3)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("damaged", "has the wrong checksum"),
        ("missing", "the server answered 404"),
        ("cut off", "the download was interrupted"),
    ],
)
def test_a_bad_download_is_not_kept_and_the_others_are(
    server: Server, root: Path, srcnn: Srcnn, fault: str, words: str
) -> None:
    good = server.files["b c.png"]
    if fault == "damaged":
        server.files["b c.png"] = good[:-1] + b"x"
    elif fault == "missing":
        del server.files["b c.png"]
    else:
        server.files["b c.png"], server.lengths["b c.png"] = good[:50], len(good)
    result = srcnn("data", "fetch", "small", "--quiet")
    assert result.code == 1
    lines = result.err.splitlines()
    assert len(lines) == 2
    assert "b%20c.png" in lines[0]
    assert words in lines[0]
    assert "1 of 3 files are missing" in lines[1]
    assert all(len(line) < 200 and "Traceback" not in line for line in lines)
    assert tree(root) == {"small/a.png", "small/d.png"}
    server.files["b c.png"], server.asked[:] = good, []
    assert srcnn("data", "fetch", "small").code == 0
    assert server.asked == ["b c.png"]


def test_a_set_that_has_gone_is_told_in_a_few_lines(
    server: Server, root: Path, srcnn: Srcnn, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.files.clear()
    monkeypatch.setattr("srcnn.cli.data._SHOWN", 1)
    result = srcnn("data", "fetch", "small", "--quiet")
    assert (result.code, result.err.count("\n")) == (1, 2)
    assert "3 of 3 files are missing" in result.err


def test_without_a_network_there_is_one_line(server: Server, root: Path, srcnn: Srcnn) -> None:
    server.shutdown()
    server.server_close()
    result = srcnn("data", "fetch", "small", "set5", "--quiet")
    assert result.code == 1
    assert "cannot be reached" in result.error
    assert not root.exists()


def test_an_interrupted_download_leaves_nothing(server: Server, root: Path, srcnn: Srcnn) -> None:
    half = server.files["d.png"][:40]
    server.lengths["d.png"] = len(server.files["d.png"])
    server.files["d.png"] = half
    server.release.clear()

    def interrupt() -> None:
        server.stalled.wait(20)
        os.kill(os.getpid(), signal.SIGINT)
        server.release.set()

    threading.Thread(target=interrupt).start()
    result = srcnn("data", "fetch", "small", "--quiet")
    assert result.code == 130
    assert tree(root) <= {"small/a.png", "small/b c.png"}


def test_nothing_of_the_users_is_overwritten_or_mixed_in(
    server: Server, root: Path, srcnn: Srcnn
) -> None:
    mine = save(root / "small" / "mine.jpg").read_bytes()
    (root / "small" / "notes.txt").touch()
    assert "mine.jpg" in srcnn("data", "fetch", "small").error
    (root / "small" / "mine.jpg").rename(root / "small" / "a.png")
    changed = srcnn("data", "fetch", "small")
    assert changed.code == 2
    assert "a.png: is not the file of small" in changed.error
    assert (root / "small" / "a.png").read_bytes() == mine
    assert server.asked == []


def test_a_data_root_that_cannot_be_written(server: Server, root: Path, srcnn: Srcnn) -> None:
    root.write_text("a file")
    result = srcnn("data", "fetch", "small", "--quiet")
    assert result.code == 5
    assert "cannot be written" in result.error


def test_verify_names_what_is_missing_changed_and_extra(
    server: Server, root: Path, srcnn: Srcnn
) -> None:
    assert srcnn("data", "fetch", "small").code == 0
    folder = root / "small"
    (folder / "d.png").unlink()
    save(folder / "a.png", size=(7, 7))
    save(folder / "sub" / "x.png")
    result = srcnn("data", "verify", "small")
    assert result.code == 1
    assert "1 verified, 1 missing, 1 changed, 1 extra" in result.error
    assert "run: srcnn data fetch small" in result.error
    assert result.out.decode().split("\n")[:3] == [
        f"missing    {folder / 'd.png'}",
        f"changed    {folder / 'a.png'}",
        f"extra      {folder / 'sub/x.png'}",
    ]
    document = srcnn("data", "verify", "small", "--json", "-").json()
    assert document["schema"] == 1
    assert document["results"] == [
        {
            "name": "small",
            "folder": str(folder),
            "ok": False,
            "verified": ["b c.png"],
            "unchecked": [],
            "missing": ["d.png"],
            "changed": ["a.png"],
            "extra": ["sub/x.png"],
        }
    ]


def test_where_pixels_count_any_lossless_copy_is_the_picture(
    server: Server, root: Path, srcnn: Srcnn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CATALOG, "small", _small("pixels"))
    lines = [f"{digest(data, 'pixels')}  {name}" for name, data in server.files.items()]
    (root.parent / "checksums" / "small.txt").write_text("\n".join(lines) + "\n")
    (root / "small").mkdir(parents=True)
    with Image.open(root.parent / "made" / "a.png") as image:
        image.save(root / "small" / "a.webp", lossless=True)
    assert srcnn("data", "fetch", "small").code == 0
    assert sorted(server.asked) == ["b c.png", "d.png"]
    assert srcnn("data", "verify", "small").code == 0
    with Image.open(root / "small" / "d.png") as image:
        pixels = np.array(image)
    pixels[3, 4, 1] ^= 1
    Image.fromarray(pixels).save(root / "small" / "d.png")
    assert "1 changed" in srcnn("data", "verify", "small").error


def test_without_checksums_pictures_are_taken_on_trust_and_never_verified(
    server: Server, root: Path, srcnn: Srcnn
) -> None:
    names = "".join(f"-  {name}\n" for name in FILES)
    (root.parent / "checksums" / "small.txt").write_text(names)
    good, server.files["a.png"] = server.files["a.png"], b"<html>Sign in first</html>"
    result = srcnn("data", "fetch", "small", "--quiet")
    assert result.code == 1
    assert "small: no checksums are known" in result.err
    assert "a.png: is not an image" in result.err
    server.files["a.png"] = good
    assert srcnn("data", "fetch", "small").code == 0
    assert len(tree(root)) == 3
    verified = srcnn("data", "verify", "small")
    assert verified.code == 1
    assert "3 unchecked" in verified.error


def test_the_list_says_what_is_here(server: Server, root: Path, srcnn: Srcnn) -> None:
    text = srcnn("data", "list").out.decode()
    assert all(name in text and known.source in text for name, known in CATALOG.items())
    rows = {row["name"]: row for row in srcnn("data", "list", "--json", "-").json()["data"]}
    assert list(rows) == list(CATALOG)
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in server.files.items()}
    assert rows["small"]["files"] == sums
    assert (rows["small"]["sha256_of"], rows["gb82"]["sha256_of"]) == ("file", "pixels")
    assert len(rows["urban100"]["files"]) == 100
    assert set(rows["urban100"]["files"].values()) == {None}
    assert (rows["small"]["here"], rows["small"]["folder"]) == (0, None)
    srcnn("data", "fetch", "small")
    (root / "small" / "d.png").unlink()
    rows = {row["name"]: row for row in srcnn("data", "list", "--json", "-").json()["data"]}
    assert (rows["small"]["here"], rows["small"]["pictures"]) == (2, 3)
    assert f"2 in {root / 'small'}" in srcnn("data", "list").out.decode()


def test_photos_are_served_nowhere_and_the_error_says_what_they_were_cut_from(
    root: Path, srcnn: Srcnn
) -> None:
    result = srcnn("data", "fetch", "photos", "set5")
    assert (result.code, result.err.count("\n")) == (2, 1)
    repositories, packages = origins()
    assert f"{len(repositories)} GitHub repositories" in result.error
    assert f"{len(packages)} Debian packages" in result.error
    assert result.error.endswith("docs/photos.md lists the images that it was cut from\n")
    assert not root.exists()
    (root / "photos").mkdir(parents=True)
    verified = srcnn("data", "verify", "photos")
    assert verified.code == 1
    assert "246 missing; docs/photos.md lists" in verified.error


def test_photos_that_are_whole_need_no_fetching(shared: Path, srcnn: Srcnn) -> None:
    result = srcnn("data", "fetch", "photos", "--data-root", shared / "data")
    assert (result.code, result.err) == (0, "")
    assert b"photos: 246 images in " in result.out


@pytest.mark.parametrize("verb", ["fetch", "verify"])
def test_an_unknown_name_is_refused_before_anything_starts(
    server: Server, root: Path, srcnn: Srcnn, verb: str
) -> None:
    result = srcnn("data", verb, "small", "unheard-of")
    assert result.code == 2
    assert "set14" in result.error
    assert server.asked == []


def test_the_judge_says_how_to_get_a_set(root: Path, srcnn: Srcnn) -> None:
    assert "run: srcnn data fetch set5" in srcnn("evaluate", "set5").error


def test_training_on_a_test_picture_is_warned_of(
    server: Server, root: Path, srcnn: Srcnn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CATALOG, "small", DataSet("Small", "test", 3, "", ""))
    folder = root / "mine"
    folder.mkdir(parents=True)
    (folder / "renamed.png").write_bytes(server.files["b c.png"])
    save(folder / "other.png", size=(50, 50))
    line = ["train", folder, "--dry-run", "--set", "steps=2", "--set", "held_back=0"]
    result = srcnn(*line, "--set", "n=[4,3]", "--set", "batch=2", "--set", "patch=24")
    assert result.code == 0
    assert "renamed.png is the test image small/b c.png" in result.err
