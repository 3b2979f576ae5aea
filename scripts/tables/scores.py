"""Tables of PSNR and SSIM, from the reports results/*.json."""

from __future__ import annotations

import json

from protocols import show_score
from shared import ROOT
from speed import network_nanoseconds

from srcnn.data.catalog import title_of

Cells = dict[tuple[str, str, int], dict[str, float]]
LABELS = {
    "bicubic": "bicubic",
    "paper 9-1-5, 91 images": "paper: 9-1-5, 91 images",
    "9-1-5_91-images_x3.mat": "its weights, by our judge",
    "srcnn-915@t91": "**srcnn-915@t91**, 91 images",
    "paper 9-1-5": "paper: 9-1-5, ImageNet; 8,032 weights",
    "srcnn-915": "**srcnn-915**",
    "paper 9-3-5": "paper: 9-3-5, ImageNet; 24,416 weights",
    "9-3-5_imagenet_x3.mat": "its weights, by our judge",
    "srcnn-935": "**srcnn-935**",
    "paper 9-5-5": "paper: 9-5-5, ImageNet; 57,184 weights",
    "9-5-5_imagenet_x3.mat": "its weights, by our judge",
    "srcnn-955@20min": "**srcnn-955@20min**, 91 images",
    "srcnn-955": "**srcnn-955**",
    "srcnn-955@t91": "**srcnn-955@t91**, then on 91 images",
    "fast": "**fast**, on the low-resolution grid; 50,000 weights",
    "best": "**best**, on the low-resolution grid; 150,000 to 175,000 weights",
}
OF_THE_FAMILY = {name: LABELS[name] for name in ("bicubic", "srcnn-955", "fast", "best")}


def results() -> str:
    """PSNR and SSIM by model, data set and scale: the paper's numbers and every report of ours."""
    return scores_of(cells_of("fp32"), ("set5", "set14"))


def results_gray() -> str:
    """The same for BSD200 by the paper's gray protocol."""
    return scores_of(cells_of("fp32", "paper-gray"), ("bsd200",))


def scores_of(cells: Cells, datasets: tuple[str, ...], labels: dict[str, str] = LABELS) -> str:
    columns = [(dataset, scale) for dataset in datasets for scale in (2, 3, 4)]
    head = [f"{title_of(dataset)} x{scale}" for dataset, scale in columns]
    lines = [
        "| PSNR (dB) / SSIM | " + " | ".join(head) + " |",
        "|---|" + "---|" * len(head),
    ]
    for model, label in labels.items():
        values = [cells.get((model, *column)) for column in columns]
        if any(values):
            shown = [show_score(value) if value else "" for value in values]
            lines.append(f"| {label} | " + " | ".join(shown) + " |")
    if len(lines) == 2:
        raise SystemExit("results/*.json hold no row of the table")
    return "\n".join(lines) + "\n"


def authors() -> str:
    """The authors' own weights files by our evaluation, beside what the paper prints of them."""
    files = {
        "9-1-5_91-images_x3.mat": "paper 9-1-5, 91 images",
        "9-3-5_imagenet_x3.mat": "paper 9-3-5",
        "9-5-5_imagenet_x3.mat": "paper 9-5-5",
    }
    protocols = {"set5": "paper", "set14": "paper", "bsd200": "paper-gray"}
    lines = ["| weights | data set | paper | here | difference |", "|---|---|---|---|---|"]
    for file, model in files.items():
        for dataset, protocol in protocols.items():
            cells = cells_of("fp32", protocol)
            here, paper = (cells.get((name, dataset, 3)) for name in (file, model))
            if here is None:
                continue
            shown = ["", show_score(here), ""]
            if paper is not None:
                difference = {key: here[key] - value for key, value in paper.items()}
                shown = [show_score(paper), show_score(here), show_score(difference, "+z")]
            row = [f"`{file}`", f"{title_of(dataset)} x3", *shown]
            lines.append("| " + " | ".join(row) + " |")
    return "\n".join(lines) + "\n"


def binary() -> str:
    """The binary network beside the full and the small one at x3: scores, bytes, speed."""
    cells, nanoseconds = cells_of("fp32"), network_nanoseconds()
    files = ROOT / "src" / "srcnn" / "weights" / "files"
    names = ("srcnn-955", "srcnn-955@binary", "srcnn-915")
    sizes = {name: (files / f"{name}-x3.onnx").stat().st_size for name in names}
    lines = [
        "| x3 | Set5 | Set14 | file, bytes | of srcnn-955's | ns per pixel |",
        "|---|---|---|---|---|---|",
    ]
    for name, size in sizes.items():
        scores = [show_score(cells[name, dataset, 3]) for dataset in ("set5", "set14")]
        part = f"1/{sizes['srcnn-955'] / size:.1f}"
        time = f"{nanoseconds[name]:.0f}" if name in nanoseconds else ""
        lines.append("| " + " | ".join([name, *scores, f"{size:,}", part, time]) + " |")
    return "\n".join(lines) + "\n"


def precision() -> str:
    """What bf16 costs: PSNR and SSIM beside those of fp32, where there are both."""
    return _changes(
        cells_of("fp32"), cells_of("bf16"), "| PSNR (dB) / SSIM | fp32 | bf16 | change |"
    )


def self_ensemble() -> str:
    """Return what --tta gains: PSNR and SSIM beside those of the network alone."""
    alone, averaged = cells_of("fp32"), cells_of("fp32", tta=True)
    return _changes(alone, averaged, "| PSNR (dB) / SSIM | alone | `--tta` | change |")


def _changes(before: Cells, after: Cells, head: str) -> str:
    """Return a table with a line for each cell of ``after`` that is not bicubic."""
    lines = [head, "|---|---|---|---|"]
    for (model, dataset, scale), b in after.items():
        if model != "bicubic":
            a = before[model, dataset, scale]
            change = f"{b['psnr'] - a['psnr']:+.2f} / {b['ssim'] - a['ssim']:+.4f}"
            shown = [show_score(a), show_score(b)]
            place = f"{model}, {title_of(dataset)} x{scale}"
            lines.append(f"| {place} | {shown[0]} | {shown[1]} | {change} |")
    return "\n".join(lines) + "\n"


def cells_of(precision: str, protocol: str = "paper", tta: bool = False) -> Cells:
    """Mean scores by (model, data set, scale) of every report by a protocol, with or without --tta."""
    cells: Cells = {}
    for path in sorted((ROOT / "results").glob("*.json")):
        report = json.loads(path.read_text())
        if report.get("protocol", {}).get("name") != protocol:
            continue
        if (report.get("precision", "fp32"), report.get("tta", False)) == (precision, tta):
            for row in report["results"]:
                cells[row["model"], row["dataset"], row["scale"]] = row["mean"]
    return cells


def learn() -> str:
    """Return what the page Learn SRCNN reaches, from results/learn.json, beside the paper's figure."""
    report = json.loads((ROOT / "results" / "learn.json").read_text())
    means = {row["model"]: row["mean"] for row in report["results"]}
    paper = cells_of("fp32")["paper 9-1-5, 91 images", "set5", 3]["psnr"]
    shown = {
        "bicubic": "bicubic",
        "learn.pth": "this page, 64,000 patches",
        "srcnn-915@t91": "`srcnn-915@t91`, trained longer",
    }
    lines = ["| Set5 x3 | PSNR (dB) | SSIM |", "|---|---|---|"]
    lines += [
        f"| {label} | {means[model]['psnr']:.2f} | {means[model]['ssim']:.4f} |"
        for model, label in shown.items()
    ]
    lines.append(f"| the paper's 9-1-5, trained on the 91 images (section 4.1) | {paper:.2f} | |")
    return "\n".join(lines) + "\n"
