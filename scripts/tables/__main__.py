"""Write every table of the README and the docs from results/*.json; ``--check`` only compares.

A table stands between ``<!-- table: NAME -->`` and ``<!-- end -->``; the text between is made here.
``<!-- table: study NAME -->`` is that of a study.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable

from conclusions import conclusions
from example_based import OF_91_IMAGES, sparse_coding_times
from family import family
from frontier import frontier, frontier_machine, frontier_published, start
from pictures import held_out_pictures, photo_authors
from pipelines import pipelines
from protocols import protocols, protocols_x4, show_score
from shared import ROOT
from sizes import any_size
from speed import (
    large,
    network_nanoseconds,
    speed_machine,
    speed_networks,
    speed_pipelines,
    speed_summary,
)
from studies import bicubic_rows, study

from srcnn.data.catalog import title_of
from srcnn.weights.card import Card, card_from_json

PAGES = ("README.md", *sorted(str(p.relative_to(ROOT)) for p in (ROOT / "docs").rglob("*.md")))
_BLOCK = re.compile(r"(<!-- table: (?P<name>[\w -]+?) -->\n).*?(<!-- end -->)", re.DOTALL)

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
    return _scores(_cells("fp32"), ("set5", "set14"))


def results_gray() -> str:
    """The same for BSD200 by the paper's gray protocol."""
    return _scores(_cells("fp32", "paper-gray"), ("bsd200",))


def _scores(cells: Cells, datasets: tuple[str, ...], labels: dict[str, str] = LABELS) -> str:
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
            cells = _cells("fp32", protocol)
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


def twenty_minutes() -> str:
    """What the short recipe takes and reaches, by the card at the end of its log."""
    card = _card_of("srcnn-955@20min-x3")
    psnr = _cells("fp32")["srcnn-955@20min", "set5", 3]["psnr"]
    return (
        f"`srcnn train recipes/srcnn-955-x3-20min.yaml` trains `srcnn-955@20min` from the 91 images in "
        f"{card.seconds / 60:.0f} minutes on {card.machine.split(',')[0]}: {psnr:.2f} dB on Set5 x3, where the "
        f"paper's 9-5-5, trained on ImageNet, has 32.75 (section 4.3.2); this one saw {card.samples:,} patches.\n"
    )


def paper_recipe() -> str:
    """What the paper's own recipe reached, by the card at the end of its log."""
    card = _card_of("paper-915-x3")
    path = ROOT / "results" / "paper" / "figure-7.csv"
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    network, backprops, psnr = next(
        cells for line in lines if (cells := line.split(","))[0] == "9-1-5"
    )
    return (
        f"`paper-915-x3` is the paper's own recipe, sub-images, SGD and all, on the 91 images: after "
        f"{card.samples:,} samples ({card.seconds / 3600:.1f} hours) it has "
        f"{card.scores['set5']['psnr']:.2f} dB on Set5, near where the paper's curve of {network} begins: "
        f"{float(psnr):.2f} after {float(backprops) * 100:.1f} million, on ImageNet. That is about 1 % of the 8 x 10^8 that "
        f"the paper's networks saw; whether it would end at the paper's 32.39 was not tried.\n"
    )


def _card_of(log: str) -> Card:
    """Return the card at the end of a training log."""
    lines = (ROOT / "results" / "training" / f"{log}.jsonl").read_text().splitlines()
    return card_from_json(json.loads(lines[-1])["card"], log)


def binary() -> str:
    """The binary network beside the full and the small one at x3: scores, bytes, speed."""
    cells, nanoseconds = _cells("fp32"), network_nanoseconds()
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
    return (
        "\n".join(lines)
        + "\n\nPSNR in dB / SSIM; time of the network alone in ONNX Runtime, from the same run as "
        + "[speed.md](speed.md).\n"
    )


def precision() -> str:
    """What bf16 costs: PSNR and SSIM beside those of fp32, where there are both."""
    return _changes(_cells("fp32"), _cells("bf16"), "| PSNR (dB) / SSIM | fp32 | bf16 | change |")


def self_ensemble() -> str:
    """Return what --tta gains: PSNR and SSIM beside those of the network alone."""
    alone, averaged = _cells("fp32"), _cells("fp32", tta=True)
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


def _cells(precision: str, protocol: str = "paper", tta: bool = False) -> Cells:
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


def fidelity() -> str:
    """What becomes of each property in each format, and the test that stands behind each cell."""
    report = json.loads((ROOT / "results" / "fidelity.json").read_text())
    formats = report["formats"]
    lines = [
        "| | " + " | ".join(name.upper().replace("WEBP", "WebP") for name in formats) + " |",
        "|---|" + "---|" * len(formats),
    ]
    for name, cells in report["properties"].items():
        lines.append(f"| {name} | " + " | ".join(cells.get(fmt, "") for fmt in formats) + " |")
    return "\n".join(lines) + "\n"


def learn() -> str:
    """Return what the page Learn SRCNN reaches, from results/learn.json, beside the paper's figure."""
    report = json.loads((ROOT / "results" / "learn.json").read_text())
    means = {row["model"]: row["mean"] for row in report["results"]}
    paper = _cells("fp32")["paper 9-1-5, 91 images", "set5", 3]["psnr"]
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


TABLES: dict[str, Callable[[], str]] = {
    "results_gray": results_gray,
    "results": results,
    "speed_summary": speed_summary,
    "speed_machine": speed_machine,
    "speed_networks": speed_networks,
    "speed_pipelines": speed_pipelines,
    "large": large,
    "frontier": frontier,
    "frontier_machine": frontier_machine,
    "frontier_published": frontier_published,
    "start": start,
    "learn": learn,
    "precision": precision,
    "self_ensemble": self_ensemble,
    "twenty_minutes": twenty_minutes,
    "paper_recipe": paper_recipe,
    "protocols": protocols,
    "protocols_x4": protocols_x4,
    "fidelity": fidelity,
    "any_size": any_size,
    "results_of_91_images": lambda: _scores(_cells("fp32"), ("set5", "set14"), OF_91_IMAGES),
    "sparse_coding_times": sparse_coding_times,
    "binary": binary,
    "family": family,
    "pipelines": pipelines,
    "family_scores": lambda: _scores(_cells("fp32"), ("bsd100", "bsd200"), OF_THE_FAMILY),
    "conclusions": conclusions,
    "authors": authors,
    "bicubic_rows": bicubic_rows,
    "photo_authors": photo_authors,
    "held_out_pictures": held_out_pictures,
}


def _table(name: str) -> str:
    kind, _, which = name.partition(" ")
    return study(which) if kind == "study" else TABLES[name]()


def main() -> int:
    """Rewrite the pages; with ``--check`` exit with 1 when one is not current."""
    stale = []
    for page in PAGES:
        path = ROOT / page
        old = path.read_text(encoding="utf-8")
        new = _BLOCK.sub(lambda m: m[1] + _table(m["name"]) + m[3], old)
        if new != old:
            stale.append(page)
            if "--check" not in sys.argv:
                path.write_text(new, encoding="utf-8")
    for page in stale:
        print(f"{page}: {'is not current' if '--check' in sys.argv else 'written'}")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
