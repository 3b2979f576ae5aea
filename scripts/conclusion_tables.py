"""The paper's conclusions, one by one: its difference between two networks, ours, and what seeds alone do."""

from __future__ import annotations

import statistics

from study_tables import RESULTS, columns_of, read_study, table_row

ABOVE, BELOW, NOT_ABOVE = "above", "below", "not above"
CONCLUSIONS = {
    "filter-number": [
        ("9-1-5 with 128 and 64", ABOVE, "9-1-5 with 64 and 32", "psnr"),
        ("9-1-5 with 64 and 32", ABOVE, "9-1-5 with 32 and 16", "psnr"),
    ],
    "filter-size": [
        ("11-1-7", ABOVE, "9-1-5", "psnr"),
        ("9-3-5", ABOVE, "9-1-5", "psnr"),
        ("9-5-5", ABOVE, "9-3-5", "psnr"),
    ],
    "depth": [
        ("9-1-1-5", NOT_ABOVE, "9-1-5", "psnr"),
        ("9-1-1-5, n22 = 32", NOT_ABOVE, "9-1-5", "psnr"),
        ("9-1-1-1-5", NOT_ABOVE, "9-1-5", "psnr"),
        ("9-3-1-5", NOT_ABOVE, "9-3-5", "psnr"),
        ("9-3-3-5", NOT_ABOVE, "9-3-5", "psnr"),
        ("9-3-3-3", NOT_ABOVE, "9-3-5", "psnr"),
        ("9-5-1-5", NOT_ABOVE, "9-5-5", "psnr"),
    ],
    "training-set": [("243 photographs", ABOVE, "91 images", "psnr")],
    "colour": [
        ("YCbCr", BELOW, "Y only", "psnr"),
        ("Y pre-train", NOT_ABOVE, "Y only", "psnr"),
        ("CbCr pre-train", NOT_ABOVE, "Y only", "psnr"),
        ("Y pre-train", ABOVE, "YCbCr", "psnr"),
        ("RGB", ABOVE, "Y only", "psnr_ycbcr"),
    ],
    "loss": [("SSIM", ABOVE, "MSE", "ssim"), ("SSIM", BELOW, "MSE", "psnr")],
}
"""By study: what the paper says of two arms on the first data set, by which metric."""

METRICS = {"psnr": "dB", "psnr_ycbcr": "dB of Y, Cb and Cr together", "ssim": "SSIM"}


def conclusions() -> str:
    """A line for each, of every study that has been run."""
    head = ["the paper says", "study", "in", "its difference", "here", "seeds differ by", ""]
    lines = [table_row(head), table_row(["---"] * len(head))]
    for name, said in CONCLUSIONS.items():
        if not (RESULTS / f"{name}.json").is_file():
            continue
        document = read_study(name)
        arms = {arm["arm"]: arm for arm in document["arms"]}
        columns = columns_of(document)
        for one, relation, other, metric in said:
            column = next(column for column in columns if column.metric == metric)
            values = {
                name: column.values([run["scores"] for run in arm["runs"]])
                for name, arm in arms.items()
            }
            pair = [values[one], values[other]]
            known = pair if min(map(len, pair)) > 1 else list(values.values())
            spread = max(max(of_seeds) - min(of_seeds) for of_seeds in known)
            difference = statistics.mean(pair[0]) - statistics.mean(pair[1])
            printed = [arms[arm]["paper"].get(column.published) for arm in (one, other)]
            cells = [
                f"{one} is {relation} {other}",
                f"[{name}](experiments/{name}.md)",
                METRICS[metric],
                "" if None in printed else column.show(printed[0] - printed[1], "+"),
                column.show(difference, "+"),
                column.show(spread) + ("" if known is pair else " (other arms)"),
                verdict(relation, difference, spread),
            ]
            lines.append(table_row(cells))
    return "\n".join(lines) + "\n"


def verdict(relation: str, difference: float, spread: float) -> str:
    """What a difference says of a conclusion; one that seeds alone can make says nothing for one network."""
    if relation == BELOW:
        relation, difference = ABOVE, -difference
    if difference > spread:
        return "confirmed" if relation == ABOVE else "contradicted"
    if relation == NOT_ABOVE:
        return "confirmed"
    return "contradicted" if difference < -spread else "open: within the seeds"
