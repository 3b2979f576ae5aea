"""Tables of docs/photo.md: what auto chooses, and the scores of the networks for photos."""

from __future__ import annotations

import json
from statistics import mean
from typing import Any

from shared import ROOT

from srcnn.data.catalog import CATALOG, title_of
from srcnn.images.degradations.named import NAMED

MISSING = "*Not measured yet.*\n"
_REFERENCE = "waifu2x photo, noise 1"


def degradations() -> str:
    """Return the degradations of the protocol ``photo``, one a row."""
    lines = ["| name | what happens to the low-resolution picture |", "|---|---|"]
    lines += [f"| `{name}` | {each} |" for name, each in NAMED.items()]
    return "\n".join(lines) + "\n"


def auto_choices() -> str:
    """Return how many pictures of each set get the network for photos, by degradation."""
    rows = _read("auto-choices")
    if rows is None:
        return MISSING
    counts = {
        (row["degradation"], row["dataset"], row["scale"]): f"{row['photo']} of {row['pictures']}"
        for row in rows["rows"]
    }
    datasets = dict.fromkeys(dataset for _, dataset, _ in counts)
    scales = sorted({scale for *_, scale in counts})
    heads = [f"{_title(dataset)} x{scale}" for dataset in datasets for scale in scales]
    lines = ["| degradation | " + " | ".join(heads) + " |", "|---|" + "---|" * len(heads)]
    for name in dict.fromkeys(name for name, *_ in counts):
        cells = [counts[name, dataset, scale] for dataset in datasets for scale in scales]
        lines.append(f"| `{name}` | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def photo_scores(scale: int) -> str:
    """Return PSNR, SSIM and HaarPSI of each model by degradation at a scale, and the worst gain."""
    report = _read("photo")
    rows = [] if report is None else [row for row in report["results"] if row["scale"] == scale]
    if not rows:
        return MISSING
    models = list(dict.fromkeys(row["model"] for row in rows))
    lines = [
        "| degradation | " + " | ".join(models) + " | least gain of auto |",
        "|---|" + "---|" * (len(models) + 1),
    ]
    for protocol in dict.fromkeys(row["protocol"] for row in rows):
        by_model = {row["model"]: row for row in rows if row["protocol"] == protocol}
        cells = []
        for model in models:
            values = by_model[model]["mean"]
            score = f"{values['psnr']:.2f} / {values['ssim']:.4f} / {values['haarpsi_rgb']:.4f}"
            cells.append(score)
        psnr = {
            model: {image["name"]: image["psnr"] for image in by_model[model]["images"]}
            for model in ("bicubic", "auto")
        }
        gain = min(psnr["auto"][name] - value for name, value in psnr["bicubic"].items())
        name = protocol.partition("/")[2]
        lines.append(f"| `{name}` | " + " | ".join(cells) + f" | {gain:+.2f} |")
    return "\n".join(lines) + "\n"


def photo_peers() -> str:
    """Return PSNR beside waifu2x's by JPEG quality, with time per output pixel in the same run."""
    report = _read("photo-peers")
    if report is None:
        return MISSING
    inputs = list(report["psnr"])
    lines = [
        "| Set14 x2, PSNR of Y (dB) | " + " | ".join(f"`{name}`" for name in inputs) + " | ns |",
        "|---|" + "---|" * (len(inputs) + 1),
    ]
    for model in report["psnr"][inputs[0]]:
        cells = [f"{mean(report['psnr'][name][model]):.2f}" for name in inputs]
        time = report["nanoseconds"].get(model)
        cells.append(f"{time['median']:.0f}" if time else "")
        lines.append(f"| {model} | " + " | ".join(cells) + " |")
    machine = report["machine"]
    ratio = (
        report["nanoseconds"][_REFERENCE]["median"] / report["nanoseconds"]["best@photo"]["median"]
    )
    return (
        "\n".join(lines)
        + f"\n\nns: nanoseconds per output pixel from RGB to RGB, medians of {report['rounds']} turns "
        + f"in one run on {machine['cpu']}, {machine['cores']} cores. waifu2x photo takes {ratio:.1f} "
        + "times as long as `best@photo`.\n"
    )


def _title(dataset: str) -> str:
    return title_of(dataset) if dataset in CATALOG else dataset


def _read(name: str) -> Any:
    """Return a report, or None if there is none."""
    path = ROOT / "results" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
