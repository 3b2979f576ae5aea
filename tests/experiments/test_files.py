"""The studies of the checkout: each can be read, and names the paper's figures as they are."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from srcnn.experiments.study import read_study

from ..conftest import ROOT

STUDIES = sorted(path.stem for path in (ROOT / "experiments").glob("*.yaml"))


@pytest.mark.parametrize("name", STUDIES)
def test_studies_of_the_checkout(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each can be read, says where in the paper it stands, and names its arms' figures as judged."""
    monkeypatch.chdir(ROOT)
    study = read_study(name)
    assert study.paper.startswith(("Section", "Table"))
    for name, arm in study.arms.items():
        assert set(arm.paper) <= {
            *study.datasets,
            "seconds",
            "psnr",
            "psnr_cb",
            "psnr_cr",
            "psnr_ycbcr",
        }
        recipe = study.recipe_of(name, 1, "full", None)
        # Three seeds where one is cheap: the mapping is 1 x 1.
        assert arm.seeds == (3 if set(recipe.f[1:-1]) == {1} else 1)


def test_published_figures(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the studies give as the paper's is what its tables say."""
    monkeypatch.chdir(ROOT)
    with (shared / "reference" / "paper_network_variants.csv").open() as file:
        variants = list(csv.DictReader(file))
    printed = {
        (row["network"], row["n1"], row["train_set"]): float(row["set5_x3_psnr"])
        for row in variants
    }
    found = 0
    for name in ("filter-number", "filter-size", "training-set"):
        study = read_study(name)
        for arm_name, arm in study.arms.items():
            recipe = study.recipe_of(arm_name, 1, "full", None)
            trained = "91 images" if recipe.data == ("t91",) else "ImageNet"
            key = ("-".join(map(str, recipe.f)), str(recipe.n[0]), trained)
            assert arm.paper.get("set5") == printed.get(key)
            found += key in printed
    assert found == 9
    with (shared / "reference" / "paper_depth_curves.csv").open() as file:
        points = [row for row in csv.DictReader(file) if row["figure"] != "fig7"]
    points.sort(key=lambda row: float(row["backprops_1e8"]))
    ends = {row["network"].replace("(n22=16)", ""): row["set5_x3_psnr"] for row in points}
    study = read_study("depth")
    for arm_name, arm in study.arms.items():
        recipe = study.recipe_of(arm_name, 1, "full", None)
        network = "-".join(map(str, recipe.f))
        deeper = ",".join(f"n2{k}={n}" for k, n in enumerate(recipe.n[2:], 2))
        end = float(ends.get(f"{network}({deeper})") or ends[network])
        assert arm.paper["set5"] == pytest.approx(end, abs=0.0051)
    with (shared / "reference" / "paper_running_time.csv").open() as file:
        times = {
            row["method"]: row["set14_x3_time_s_per_image_digitised"]
            for row in csv.DictReader(file)
        }
    study = read_study("state-of-the-art")
    assert (study.timed, set(study.published)) == ("set14", {*study.models} - {"bicubic"})
    methods = {
        "sparse-coding": "SC",
        "a+": "A+",
        "srcnn-915": "SRCNN 9-1-5",
        "srcnn-935": "SRCNN 9-3-5",
        "srcnn-955": "SRCNN 9-5-5",
    }
    for model, figures in study.published.items():
        assert figures == {"seconds": float(times[methods[model]])}
    with (shared / "reference" / "paper_table_5_color.csv").open() as file:
        colours = {row["strategy"]: row for row in csv.DictReader(file)}
    for arm_name, arm in read_study("colour").arms.items():
        row = colours.get(arm_name)
        columns = {"psnr": "Y", "psnr_cb": "Cb", "psnr_cr": "Cr", "psnr_ycbcr": "RGB"}
        assert arm.paper == ({k: float(row[c]) for k, c in columns.items()} if row else {})
