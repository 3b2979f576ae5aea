"""The paper's conclusions: its difference between two networks, ours, and the spread of seeds."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from studies import (
    BEST,
    RESULTS,
    RIVAL,
    average_gain,
    columns_of,
    read_arms,
    read_models,
    table_row,
)

from srcnn.data.catalog import title_of
from srcnn.experiments.documents import ArmsDocument

ABOVE, BELOW, NOT_ABOVE = "above", "below", "not above"


@dataclass(frozen=True)
class Claim:
    """A claim of the paper about two arms of a study, or an arm and bicubic, on its first data set."""

    one: str
    relation: str
    other: str
    metric: str = "psnr"
    words: str = ""
    """Wording of the claim; by default the relation between the two names."""

    def __str__(self) -> str:
        return self.words or f"{self.one} is {self.relation} {self.other}"


CONCLUSIONS = {
    "filter-number": [
        Claim("9-1-5 with 128 and 64", ABOVE, "9-1-5 with 64 and 32"),
        Claim("9-1-5 with 64 and 32", ABOVE, "9-1-5 with 32 and 16"),
    ],
    "filter-size": [
        Claim("11-1-7", ABOVE, "9-1-5"),
        Claim("9-3-5", ABOVE, "9-1-5"),
        Claim("9-5-5", ABOVE, "9-3-5"),
    ],
    "depth": [
        Claim("9-1-1-5", NOT_ABOVE, "9-1-5"),
        Claim("9-1-1-5, n22 = 32", NOT_ABOVE, "9-1-5"),
        Claim("9-1-1-1-5", NOT_ABOVE, "9-1-5"),
        Claim("9-3-1-5", NOT_ABOVE, "9-3-5"),
        Claim("9-3-3-5", NOT_ABOVE, "9-3-5"),
        Claim("9-3-3-3", NOT_ABOVE, "9-3-5"),
        Claim("9-5-1-5", NOT_ABOVE, "9-5-5"),
    ],
    "training-set": [
        Claim(
            *("243 photographs", ABOVE, "91 images"),
            words="a large set (ImageNet; here 243 photographs) is above 91 images",
        )
    ],
    "colour": [
        Claim("YCbCr", BELOW, "bicubic", "psnr_ycbcr"),
        Claim("YCbCr", BELOW, "Y only", "psnr_ycbcr"),
        Claim("Y pre-train", ABOVE, "YCbCr", "psnr_ycbcr"),
        Claim("CbCr pre-train", ABOVE, "YCbCr", "psnr_ycbcr"),
        Claim("Y pre-train", NOT_ABOVE, "Y only", "psnr_ycbcr"),
        Claim("CbCr pre-train", NOT_ABOVE, "Y only", "psnr_ycbcr"),
        Claim("RGB", ABOVE, "Y only", "psnr_ycbcr"),
    ],
    "loss": [
        Claim(
            *("SSIM", ABOVE, "MSE", "ssim"),
            words="the network adapts to its metric: trained for SSIM it is above one trained for MSE",
        )
    ],
}
"""Claims by study."""
MODELS = "state-of-the-art"
"""Study whose claim compares SRCNN with A+ on each data set."""
METRICS = {"psnr": "dB", "psnr_ycbcr": "dB of Y, Cb and Cr together", "ssim": "SSIM"}


def conclusions() -> str:
    """Return a line for each conclusion of every study that has been run."""
    head = ["the paper says", "study", "in", "its difference", "here", "seeds differ by", ""]
    lines = [table_row(head), table_row(["---"] * len(head))]
    studies = {name: read_arms(name) for name in CONCLUSIONS if _is_there(name)}
    for name, document in studies.items():
        lines += [table_row(_line(name, document, claim)) for claim in CONCLUSIONS[name]]
    if _is_there(MODELS):
        models = read_models(MODELS)
        spread = max(_spread(_values(study, "psnr")) for study in studies.values())
        for dataset in models["datasets"]:
            ours, printed = average_gain(models, dataset)
            lines.append(
                table_row(
                    [
                        f"{BEST} is above {RIVAL} on {title_of(dataset)}, mean of x2, x3 and x4",
                        _link(MODELS),
                        METRICS["psnr"],
                        f"{printed:+.2f}",
                        f"{ours:+.2f}",
                        f"{spread:.2f} (other studies)",
                        verdict(ABOVE, ours, spread, printed),
                    ]
                )
            )
    return "\n".join(lines) + "\n"


def _line(name: str, document: ArmsDocument, claim: Claim) -> list[str]:
    column = next(column for column in columns_of(document) if column.metric == claim.metric)
    values = _values(document, claim.metric)
    printed = {arm["arm"]: arm["paper"].get(column.published) for arm in document["arms"]}
    bicubic = document["bicubic"]
    printed["bicubic"] = bicubic["paper"].get(column.published)
    pair = {arm: values[arm] for arm in (claim.one, claim.other) if arm != "bicubic"}
    known = pair if min(map(len, pair.values())) > 1 else values
    spread = _spread(known)
    values["bicubic"] = column.values([bicubic["scores"]])
    difference = statistics.mean(values[claim.one]) - statistics.mean(values[claim.other])
    one, other = printed[claim.one], printed[claim.other]
    of_paper = None if one is None or other is None else one - other
    return [
        str(claim),
        _link(name),
        METRICS[claim.metric],
        "" if of_paper is None else column.show(of_paper, "+"),
        column.show(difference, "+"),
        column.show(spread) + ("" if known is pair else " (other arms)"),
        verdict(claim.relation, difference, spread, of_paper),
    ]


def _is_there(name: str) -> bool:
    return (RESULTS / f"{name}.json").is_file()


def _link(name: str) -> str:
    return f"[{name}](experiments/{name}.md)"


def _values(document: ArmsDocument, metric: str) -> dict[str, list[float]]:
    """Return the scores of each arm's seeds on the first data set."""
    column = next(column for column in columns_of(document) if column.metric == metric)
    return {
        arm["arm"]: column.values([run["scores"] for run in arm["runs"]])
        for arm in document["arms"]
    }


def _spread(values: dict[str, list[float]]) -> float:
    """Return the largest difference that seeds alone make to a network."""
    return max(max(of_seeds) - min(of_seeds) for of_seeds in values.values())


def verdict(relation: str, difference: float, spread: float, of_paper: float | None) -> str:
    """Return whether a difference confirms a conclusion, given the paper's difference if it has one.

    A difference that seeds alone can make is not evidence for either network, unless the paper's
    difference is larger than that of our seeds.
    """
    unlike = of_paper is not None and abs(of_paper - difference) > spread
    if relation == BELOW:
        relation, difference = ABOVE, -difference
    if difference > spread:
        return "confirmed" if relation == ABOVE else "contradicted"
    if relation == NOT_ABOVE:
        return "confirmed" if difference <= 0 else "confirmed: no gain beyond the seeds"
    if difference < -spread:
        return "contradicted"
    return f"{'not reproduced' if unlike else 'open'}: within the seeds"
