"""No recipe trains on a picture of the held-out list, nor chooses weights by one."""

from __future__ import annotations

from pathlib import Path

import pytest

from srcnn.data.catalog import CATALOG
from srcnn.data.held_out import held_out
from srcnn.runs.found import find_pictures
from srcnn.runs.plan import make_plan
from srcnn.runs.run import run_plan
from srcnn.training.recipe_file import read_recipe

from ..conftest import ROOT
from .tiny import recipe_for

RECIPES = sorted((ROOT / "recipes").glob("*.yaml"))
LISTED = {(one.dataset, Path(one.file).stem) for one in held_out()}


def _names(files: list[Path]) -> set[tuple[str, str]]:
    return {(file.parent.name, file.stem) for file in files}


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_recipes_train_on_none_of_the_list(shared: Path, path: Path) -> None:
    recipe, root = read_recipe(path), shared / "data"
    plan = make_plan(recipe, str(path), root)
    assert not _names([*plan.training, *plan.held_back]) & LISTED
    assert _names(plan.held_out) == {one for one in LISTED if one[0] in recipe.data}
    assert len(plan.held_back) == recipe.held_back
    every = [*plan.training, *plan.held_back, *plan.held_out]
    assert len(every) == sum(CATALOG[name].pictures for name in recipe.data)


def test_links_do_not_bring_them_back(shared: Path, tmp_path: Path) -> None:
    """Neither a set that is a link to a folder of another name, nor a link to a set, nor its parent."""
    root = shared / "data"
    (tmp_path / "elsewhere").mkdir()
    for file in (root / "gb82").glob("[d-g]*"):
        (tmp_path / "elsewhere" / file.name).write_bytes(file.read_bytes())
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "gb82").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "mine").symlink_to(root / "gb82")
    expected = {"dog-lossless", "flowers-lossless", "girl-lossless", "guitar-lossless"}
    recipe = recipe_for(Path("gb82"))
    found = find_pictures(recipe, tmp_path / "root")
    assert [file.stem for file in found.used] == ["grass-lossless"]
    assert {file.stem for file in found.kept_out} == expected
    for name in (tmp_path / "mine", root / "gb82"):
        found = find_pictures(recipe_for(name), None)
        assert (len(found.used), len(found.kept_out)) == (18, 7)


def test_a_run_says_how_many_it_leaves_out(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gb82").mkdir()
    for file in (shared / "data" / "gb82").glob("[d-g]*"):
        (tmp_path / "gb82" / file.name).write_bytes(file.read_bytes())
    for name in ("a", "b"):
        source = shared / "data" / "gb82" / "sand-lossless.webp"
        (tmp_path / "gb82" / f"{name}.webp").write_bytes(source.read_bytes())
    plan = make_plan(recipe_for(tmp_path / "gb82", held_back=1), "tiny")
    card = run_plan(plan, tmp_path / "run", device="cpu")
    assert card is not None
    assert card.pictures == 2
    assert "skipped 4 images that are excluded from all training" in capsys.readouterr().err
