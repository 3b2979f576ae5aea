"""Tables of docs/protocols.md: one network by every protocol, from results/protocols/*.json."""

from __future__ import annotations

import json

from shared import ROOT
from studies import table_row

from srcnn.evaluation.documents import ReportDocument
from srcnn.evaluation.protocol import BicubicInput, LowResolution


def show_score(mean: dict[str, float], sign: str = "") -> str:
    """The paper gives some PSNRs without an SSIM."""
    psnr = f"{mean['psnr']:{sign}.2f}"
    return psnr + (f" / {mean['ssim']:{sign}.4f}" if "ssim" in mean else "")


def protocols() -> str:
    """Return the scores of bicubic and a network by every protocol on Set5 x2.

    The first view of each is shown, for color protocols the joint one.

    No gain is given where bicubic and the network got different pictures.
    """
    lines = [
        "| protocol | low-res picture | border | bicubic | srcnn-955 | gain |",
        "|---|---|---|---|---|---|",
    ]
    given = {
        LowResolution.FLOAT: "floats",
        LowResolution.FILE: "rounded",
        LowResolution.OPENCV: "by OpenCV, rounded",
    }
    reports = (ROOT / "results" / "protocols").glob("*.json")
    for path in sorted(reports, key=lambda path: (path.stem != "paper", path.stem)):
        report: ReportDocument = json.loads(path.read_text())
        rules, means = report["protocol"], _means(report, 2)
        low = given[LowResolution(rules["low_resolution"])]
        alike = BicubicInput(rules["bicubic"]) is BicubicInput.GIVEN
        if not alike:
            low += "; bicubic of uint8"
        view = "_ycbcr" if "YCbCr" in rules["scored"] else ""
        pair = [
            {metric: means[model][metric + view] for metric in ("psnr", "ssim")}
            for model in ("bicubic", "srcnn-955")
        ]
        gain = pair[1]["psnr"] - pair[0]["psnr"]
        shown = [show_score(mean) for mean in pair]
        cells = [
            f"`{rules['name']}`" + (", YCbCr" if view else ""),
            low,
            rules["border"].split(" ")[0],
            *shown,
            f"{gain:+.2f}" if alike else "",
        ]
        lines.append(table_row(cells))
    return "\n".join(lines) + "\n"


def protocols_x4() -> str:
    """Return the same by ``rgb`` at x4."""
    report = json.loads((ROOT / "results" / "protocols" / "rgb.json").read_text())
    lines = ["| Set5 x4, RGB | PSNR (dB) / SSIM |", "|---|---|"]
    for model, mean in _means(report, 4).items():
        lines.append(f"| {model} | {show_score(mean)} |")
    return "\n".join(lines) + "\n"


def _means(report: ReportDocument, scale: int) -> dict[str, dict[str, float]]:
    return {
        row["model"]: {key: value for key, value in row["mean"].items() if value is not None}
        for row in report["results"]
        if row["scale"] == scale
    }
