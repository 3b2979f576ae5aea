"""Low-resolution files are found beside the pictures, in every layout of the field and in no other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from srcnn.data.files import files_below, files_in, given_files
from srcnn.data.layouts import LAYOUTS
from srcnn.data.names import match, scales_in
from srcnn.data.pairs import check_pairs
from srcnn.errors import MissingData, UsageError

from ..support.pairs import crops, low_of, save, set_in_folders

FIELD = [
    # (high-resolution files, low-resolution files, what is evaluated)
    (
        "image_SRF_{scale}/{name}_SRF_{scale}_HR.png",
        "image_SRF_{scale}/{name}_SRF_{scale}_LR.png",
        ".",
    ),
    ("Set5/HR/{name}.png", "Set5/LR_bicubic/X{scale}/{name}x{scale}.png", "Set5"),
    ("Set5/HR/{name}.png", "Set5/LR_bicubic/X{scale}/{name}x{scale}.png", "Set5/HR"),
    ("Set5/HR/{name}.PNG", "Set5/LR_bicubic/X{scale}/{name}x{scale}.PNG", "."),
    ("benchmark/Set5/HR/{name}.png", "benchmark/Set5/LR_bicubic/X{scale}/{name}.png", "."),
    (
        "DIV2K_train_HR/{name}.png",
        "DIV2K_train_LR_bicubic/X{scale}/{name}x{scale}.png",
        "DIV2K_train_HR",
    ),
    ("DIV2K_train_HR/{name}.png", "DIV2K_train_LR_bicubic_X{scale}/{name}x{scale}.png", "."),
    ("Set5/GTmod12/{name}.png", "Set5/LRbicx{scale}/{name}.png", "Set5"),
    ("HR/{name}_HR.png", "LR/{name}_LRBI_x{scale}.png", "HR"),
    ("Set5/HR/{name}_GT.png", "Set5/LR_bicubic/X{scale}/{name}_GT.png", "Set5"),
    ("hr/{name}.png", "lr/x{scale}/{name}.jpg", "."),
    ("Test/{name}_HR.png", "Test/{name}_LR{scale}.png", "Test"),
]


@pytest.mark.parametrize(("high", "low", "place"), FIELD)
def test_layouts_of_the_field(tmp_path: Path, high: str, low: str, place: str) -> None:
    set_in_folders(tmp_path, crops(3, 48), (2, 3, 4), high, low)
    for scale in (2, 3, 4):
        for files in (files_in(tmp_path / place, scale), *files_below(tmp_path / place, scale)):
            names = [high.format(name=name, scale=scale) for name in "abc"]
            assert [str(file.relative_to(tmp_path)) for file in files.high] == names
            assert {
                str(a.relative_to(tmp_path)): str(b.relative_to(tmp_path))
                for a, b in files.low.items()
            } == {
                high.format(name=name, scale=scale): low.format(name=name, scale=scale)
                for name in "abc"
            }
            if low.endswith(".png"):
                check_pairs(files, scale)
            line = (
                f"3 images from {files.folder}, with low-resolution images from {files.low_folder}"
            )
            assert str(files) == line


def test_every_row_of_the_table_is_tried() -> None:
    """Each layout's example is one of the above."""
    tried = " ".join(f"{high} {low}" for high, low, _ in FIELD)
    for word in ("image_SRF_{scale}", "Set5/HR", "GTmod12"):
        assert word in tried
    assert [layout.example.split("/")[0] for layout in LAYOUTS] == ["image_SRF_3", "Set5", "Set5"]


def test_matlabs_files(shared: Path) -> None:
    """The folder as SelfExSR published it, and the one that it lies in."""
    folder = shared / "reference" / "matlab_lr" / "Set14"
    for place in (folder, folder / "image_SRF_3"):
        files = files_in(place, 3)
        check_pairs(files, 3)
        assert len(files.high) == 14
        assert all(low.name == high.name.replace("HR", "LR") for high, low in files.low.items())


@pytest.mark.parametrize(
    ("high", "low"),
    [
        ("Set5/HR/{name}.png", "Set5/LR_bicubic/X{scale}/{name}x{scale}.png"),
        ("Set5/image_SRF_{scale}/{name}_HR.png", "Set5/image_SRF_{scale}/{name}_LR.png"),
        ("Set5/HR/{name}.png", "Set5/LR/{name}x{scale}.png"),
    ],
)
def test_a_scale_that_is_not_there(tmp_path: Path, high: str, low: str) -> None:
    set_in_folders(tmp_path, crops(2, 48), (2, 4), high, low)
    with pytest.raises(MissingData, match=r"has low-resolution images for x2.*none for x3"):
        files_in(tmp_path / "Set5", 3)


def test_a_picture_without_its_file(tmp_path: Path) -> None:
    set_in_folders(tmp_path, crops(2, 48))
    (tmp_path / "LR_bicubic/X3/bx3.png").unlink()
    with pytest.raises(MissingData, match=r"b\.png: has no low-resolution image for x3"):
        files_in(tmp_path, 3)


def test_two_sets_are_not_mixed(tmp_path: Path) -> None:
    for name in ("Set5", "Set14"):
        set_in_folders(tmp_path / name, crops(2, 48))
    with pytest.raises(UsageError, match=r"several sets of images \(Set14/HR, Set5/HR\)"):
        files_in(tmp_path, 3)
    # To learn from, all of them will do.
    assert [str(files.folder.relative_to(tmp_path)) for files in files_below(tmp_path, 3)] == [
        "Set14/HR",
        "Set5/HR",
    ]


def test_bicubic_is_taken_of_several_kinds(tmp_path: Path) -> None:
    set_in_folders(tmp_path, crops(2, 48))
    set_in_folders(tmp_path, crops(2, 48), low="LR_unknown/X{scale}/{name}x{scale}.png")
    assert files_in(tmp_path, 3).low_folder == tmp_path / "LR_bicubic" / "X3"
    (tmp_path / "LR_bicubic").rename(tmp_path / "LR_wild")
    with pytest.raises(UsageError, match="choose with --hr and --lr"):
        files_in(tmp_path, 3)


def test_plain_folders_stay_plain(tmp_path: Path) -> None:
    """Names that only look like a layout, with nothing beside them, are pictures like others."""
    for name in ("a_HR.png", "b.png", "sub/c_LR.png", "sub/LRx3.png"):
        save(tmp_path / name, crops(1, 30)[0])
    files = files_in(tmp_path, 3)
    assert ([file.name for file in files.high], files.low) == (["a_HR.png", "b.png"], {})
    assert str(files) == f"2 images from {tmp_path}"
    (everything,) = files_below(tmp_path, 3)
    assert len(everything.high) == 4
    (tmp_path / "notes.txt").write_text("")
    assert str(files_in(tmp_path, 3)).endswith("; left out, not images: 1 (notes.txt)")


def test_low_resolution_files_are_never_learned_from_as_truth(tmp_path: Path) -> None:
    """Also where the recipe makes its own low-resolution pictures."""
    set_in_folders(tmp_path, crops(2, 48))
    (files,) = files_below(tmp_path, 3, given=False)
    assert [file.name for file in files.high] == ["a.png", "b.png"]
    assert (files.low, files.low_folder) == ({}, None)


def test_a_tree_with_more_than_a_layout_in_it(tmp_path: Path) -> None:
    """To learn from it, plain pictures are taken too, and of no scale a low-resolution file."""
    high, low = "{name}_SRF_{scale}_HR.png", "{name}_SRF_{scale}_LR.png"
    set_in_folders(tmp_path / "deep/er/still", crops(2, 48))
    set_in_folders(
        tmp_path, crops(2, 48), (2, 3), f"image_SRF_{{scale}}/{high}", f"image_SRF_{{scale}}/{low}"
    )
    save(tmp_path / "photos" / "p.png", crops(1, 48)[0])
    save(tmp_path / "q.png", crops(1, 48)[0])
    several = files_below(tmp_path, 3)
    taken = [str(file.relative_to(tmp_path)) for files in several for file in files.high]
    assert taken == [
        *("deep/er/still/HR/a.png", "deep/er/still/HR/b.png"),
        *("image_SRF_3/a_SRF_3_HR.png", "image_SRF_3/b_SRF_3_HR.png"),
        *("photos/p.png", "q.png"),
    ]
    assert [len(files.low) for files in several] == [2, 2, 0]
    for files in files_below(tmp_path, 3, given=False):
        assert not any("LR" in str(file.relative_to(tmp_path)) for file in files.high)
    with pytest.raises(MissingData, match="none for x4"):
        files_below(tmp_path, 4)


def test_ones_own_folders(tmp_path: Path) -> None:
    set_in_folders(
        tmp_path, crops(2, 48), high="mine/{name}.png", low="small/{name}.png", scales=(3,)
    )
    files = given_files(tmp_path / "mine", tmp_path / "small", 3)
    check_pairs(files, 3)
    assert len(files.low) == 2
    with pytest.raises(
        UsageError, match=r"is 16 x 16, but a\.png of 48 x 48 needs 24 x 24 at x2; 1 more"
    ):
        check_pairs(given_files(tmp_path / "mine", tmp_path / "small", 2), 2)
    with pytest.raises(MissingData, match="no such folder"):
        given_files(tmp_path / "mine", tmp_path / "none", 3)
    assert given_files(tmp_path / "mine", None, 3).low == {}
    with pytest.raises(MissingData, match="is also the folder of --hr"):
        given_files(tmp_path / "mine", tmp_path / "mine", 3)


def test_odd_sides_and_one_pixel_less(tmp_path: Path) -> None:
    """At x3 the low-resolution file of 50 x 49 has 16 x 16 pixels, and no fewer."""
    high = crops(1, 50)[0][:, :49]
    save(tmp_path / "HR" / "a.png", high)
    low = low_of(high, 3)
    assert low.shape == (16, 16, 3)
    save(tmp_path / "LR" / "X3" / "a.png", low)
    check_pairs(files_in(tmp_path, 3), 3)
    save(tmp_path / "LR" / "X3" / "a.png", low[:, :-1])
    with pytest.raises(UsageError, match=r"is 15 x 16, but a\.png of 49 x 50 needs 16 x 16"):
        check_pairs(files_in(tmp_path, 3), 3)


def test_gray_and_color(tmp_path: Path) -> None:
    high = crops(1, 48)[0]
    save(tmp_path / "HR" / "a.png", high)
    low = save(tmp_path / "LR" / "X3" / "a.png", low_of(high, 3)[..., 1])
    with pytest.raises(UsageError, match=r"is gray, but a\.png is not"):
        check_pairs(files_in(tmp_path, 3), 3)
    save(tmp_path / "HR" / "a.png", np.dstack([high[..., 1]] * 3))  # gray, stored as RGB
    check_pairs(files_in(tmp_path, 3), 3)
    save(tmp_path / "HR" / "a.png", high[..., 1])
    save(low, low_of(high, 3))
    with pytest.raises(UsageError, match=r"is in color, but a\.png is not"):
        check_pairs(files_in(tmp_path, 3), 3)


def names(*stems: str) -> list[Path]:
    return [Path(f"{stem}.png") for stem in stems]


@pytest.mark.parametrize(
    ("high", "others", "wanted"),
    [
        (["baby"], ["babyx3"], ["babyx3"]),
        (["baby"], ["baby_x3_SRCNN", "baby_x2_SRCNN"], ["baby_x3_SRCNN"]),
        (["baby"], ["BABY_SRCNN"], ["BABY_SRCNN"]),
        (["baby", "bird"], ["bird_GT_x4", "baby-out"], ["baby-out", None]),
        (
            ["img_1", "img_1_2", "img_10"],
            ["img_1_x3", "img_1_2_x3", "img_10_x3"],
            ["img_1_x3", "img_1_2_x3", "img_10_x3"],
        ),
        (["img_001_SRF_3_HR"], ["img_001_SRF_3_SRCNN"], ["img_001_SRF_3_SRCNN"]),
        (["img_001_SRF_3_HR"], ["img_001_SRF_2_SRCNN"], [None]),
        (["baby"], ["baby", "baby_y"], ["baby"]),
        (["box3"], ["box3", "box3x2"], ["box3"]),
        (["0001"], ["0001x3", "0011x3"], ["0001x3"]),
        (["baby"], ["babysitter"], [None]),
    ],
)
def test_names(high: list[str], others: list[str], wanted: list[str | None]) -> None:
    found = match(names(*high), names(*others), 3)
    assert [found[file].stem if file in found else None for file in names(*high)] == wanted


def test_two_that_fit_alike() -> None:
    with pytest.raises(
        UsageError, match=r"both baby_A\.png and baby_B\.png could belong to baby\.png"
    ):
        match(names("baby"), names("baby_A", "baby_B"), 3)


@pytest.mark.parametrize(
    ("name", "scales"),
    [
        ("X3", {3}),
        ("LRbicx4", {4}),
        ("image_SRF_2", {2}),
        ("4x_out", {4}),
        ("Set5", set()),
        ("x264", {264}),
        ("GTmod12", set()),
    ],
)
def test_scales_in_names(name: str, scales: set[int]) -> None:
    assert scales_in(name) == scales
