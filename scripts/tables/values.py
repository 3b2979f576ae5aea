"""Numbers in the sentences of pages, by name; the sentences themselves stand in the pages."""

from __future__ import annotations

import json

from scores import cells_of
from shared import ROOT
from speed import large_report, speed_report

from srcnn.bench.documents import Machine
from srcnn.weights.card import Card, card_from_json


def values() -> dict[str, str]:
    """Return every number, as it is shown."""
    return _speed() | _large() | _pipelines() | _sparse_coding() | _recipes() | _study()


def _machine(name: str, machine: Machine) -> dict[str, str]:
    versions = ", ".join(f"{package} {version}" for package, version in machine["versions"].items())
    return {
        f"{name}.cpu": machine["cpu"],
        f"{name}.flags": ", ".join(machine["flags"]),
        f"{name}.python": machine["python"],
        f"{name}.versions": versions,
    }


def _speed() -> dict[str, str]:
    """Return those of results/speed.json; times of torch, which scatter most, by the lower quartile."""
    report = speed_report()
    best, start = report["peak"], report["start"]
    found = _machine("speed", report["machine"]) | {
        "speed.threads": str(report["machine"]["threads"]),
        "speed.rounds": str(report["rounds"]),
        "speed.fp32": f"{best['fp32']:.0f}",
        "speed.bf16": f"{best['bf16']:.0f}",
        "speed.help": f"{start['help_s']:.2f}",
        "speed.picture": f"{start['picture_s']:.2f}",
    }
    rows = report["rows"]
    eager = {row["model"]: row["quartiles"][0] for row in rows if row["contender"] == "torch eager"}
    for row in rows:
        if (row["what"], row["engine"]) == ("pipeline", "onnxruntime") and row["model"] in eager:
            seconds = row["ns_per_pixel"] * row["size"][0] * row["size"][1] / 1e9
            if row["times_torch_eager"]:
                found[f"speed.{row['model']}"] = f"{seconds:.2f}"
                ratio = eager[row["model"]] / row["ns_per_pixel"]
                found[f"speed.{row['model']}.eager"] = f"{ratio:.1f}"
    return found


def _large() -> dict[str, str]:
    """Return those of results/large.json."""
    report = large_report()
    last = report["rows"][-1]
    return {
        "large.rounds": str(report["rounds"]),
        "large.megapixels": f"{(last['side'] * report['scale']) ** 2 / 1e6:.0f}",
        "large.mib": str(last["peak_mb"]),
    }


def _pipelines() -> dict[str, str]:
    document = json.loads((ROOT / "results" / "pipelines.json").read_text())
    machine = document["machine"]
    return {
        "pipelines.cpu": machine["cpu"],
        "pipelines.threads": str(machine["threads"]),
        "pipelines.rounds": str(document["rounds"]),
    }


def _sparse_coding() -> dict[str, str]:
    report = json.loads((ROOT / "results" / "sparse-coding.json").read_text())
    training = [f"`{name}` {seconds:.0f} s" for name, seconds in report["training_seconds"].items()]
    return {
        "sparse-coding.training": ", ".join(training),
        "sparse-coding.cpu": report["machine"]["cpu"],
    }


def _recipes() -> dict[str, str]:
    """What the short recipe and the paper's own take and reach, by the cards in their logs."""
    short, own = _card_of("srcnn-955@20min-x3"), _card_of("paper-915-x3")
    path = ROOT / "results" / "paper" / "figure-7.csv"
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    _, backprops, psnr = next(cells for line in lines if (cells := line.split(","))[0] == "9-1-5")
    return {
        "short.minutes": f"{short.seconds / 60:.0f}",
        "short.machine": short.machine.split(",")[0],
        "short.psnr": f"{cells_of('fp32')['srcnn-955@20min', 'set5', 3]['psnr']:.2f}",
        "short.samples": f"{short.samples:,}",
        "own.samples": f"{own.samples:,}",
        "own.hours": f"{own.seconds / 3600:.1f}",
        "own.psnr": f"{own.scores['set5']['psnr']:.2f}",
        "figure-7.psnr": f"{float(psnr):.2f}",
        "figure-7.millions": f"{float(backprops) * 100:.1f}",
    }


def _study() -> dict[str, str]:
    document = json.loads((ROOT / "experiments" / "results" / "state-of-the-art.json").read_text())
    return {f"study.{key}": str(document["machine"][key]) for key in ("cpu", "cores")}


def _card_of(log: str) -> Card:
    """Return the card at the end of a training log."""
    lines = (ROOT / "results" / "training" / f"{log}.jsonl").read_text().splitlines()
    return card_from_json(json.loads(lines[-1])["card"], log)
