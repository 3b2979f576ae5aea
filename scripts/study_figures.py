"""Draw docs/study-NAME.png of every study in experiments/results that has a figure."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from matplotlib.figure import Figure

from srcnn.experiments.figures import course_figure, time_figure
from srcnn.figures.curves import draw
from srcnn.images.files import write_atomically

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "scripts" / "tables"))
from studies import read_arms, read_study  # noqa: E402

FIGURES: dict[str, Callable[[], Figure]] = {
    "depth": lambda: course_figure(read_arms("depth")),
    "filter-number": lambda: time_figure(read_study("filter-number")),
    "state-of-the-art": lambda: time_figure(read_study("state-of-the-art")),
    "training-set": lambda: course_figure(read_arms("training-set")),
}


def main() -> None:
    """Write the figures of all studies that have been run."""
    for name, figure in FIGURES.items():
        path = ROOT / "experiments" / "results" / f"{name}.json"
        if path.is_file():
            picture = draw(figure(), dpi=120)
            write_atomically(ROOT / "docs" / f"study-{name}.png", picture)


if __name__ == "__main__":
    main()
