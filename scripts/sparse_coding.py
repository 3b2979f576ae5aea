"""Example-based methods beside networks: training and running times, to results/sparse-coding.json.

Both methods are trained on T91, then every picture of Set5 goes through every model at x3, three times in
turn. Each time is that of one core. Networks are given the bicubically enlarged image; the example-based methods
enlarge it themselves, and their times contain that. Usage: python scripts/sparse_coding.py
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from pathlib import Path

from threadpoolctl import threadpool_limits

from srcnn.baselines.bicubic import Bicubic
from srcnn.bench.machine import describe_machine
from srcnn.data.catalog import locate
from srcnn.data.folder import pictures_in
from srcnn.engine.example_based import METHODS, open_example_based
from srcnn.engine.network import Enhancer, enhance_whole
from srcnn.engine.upscaler import load
from srcnn.evaluation.protocol import PROTOCOLS, degraded
from srcnn.evaluation.reference import read_original
from srcnn.evaluation.scoring import planes_for, score_pictures

ROOT = Path(__file__).parents[1]
SCALE, ROUNDS = 3, 3
NETWORKS = ("srcnn-915@t91", "srcnn-955")


def train() -> tuple[list[Enhancer], dict[str, float]]:
    """Return the methods, newly trained, and the seconds that the training took on one core."""
    methods: list[Enhancer] = []
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        for name in METHODS:
            started = time.process_time()
            methods.append(open_example_based(name, SCALE))
            seconds[name] = round(time.process_time() - started, 1)
    return methods, seconds


def main() -> None:
    paper = PROTOCOLS["paper"]
    originals = [read_original(file, paper) for file in pictures_in(locate("set5"))]
    with threadpool_limits(1, "blas"):
        methods, training = train()
        networks = [load(name, SCALE, threads=1).networks.get(SCALE) for name in NETWORKS]
        models = [Bicubic(), *methods, *networks]
        scores = score_pictures(originals, models, SCALE)
        rows = []
        for k, original in enumerate(originals):
            truth, low = degraded(original.channels("Y"), SCALE, original.name)
            given = {model.name: planes_for(model, low) for model in models}
            times: dict[str, list[float]] = {model.name: [] for model in models}
            for _ in range(ROUNDS):
                for model in models:
                    started = time.process_time()
                    enhance_whole(model, given[model.name])
                    times[model.name].append(time.process_time() - started)
            rows += [
                {
                    "model": model.name,
                    "picture": original.name.removesuffix("_GT"),
                    "size": list(truth.shape),
                    **scores[model.name][k].scores,
                    "seconds": round(statistics.median(times[model.name]), 4),
                }
                for model in models
            ]
    document = {
        "schema": 1,
        "machine": describe_machine(),
        "scale": SCALE,
        "rounds": ROUNDS,
        "training_seconds": training,
        "rows": rows,
    }
    path = ROOT / "results" / "sparse-coding.json"
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
