"""Draw docs/study-NAME.png of every study in experiments/results that has a figure."""

from __future__ import annotations

import sys
from pathlib import Path

from srcnn.figures.curves import draw
from srcnn.figures.studies import course_figure, time_figure
from srcnn.images.files import write_atomically

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "scripts" / "tables"))
from studies import read_study  # noqa: E402

FIGURES = {
    "depth": course_figure,
    "filter-number": time_figure,
    "state-of-the-art": time_figure,
    "training-set": course_figure,
}


def main() -> None:
    """Write those whose study has been run."""
    for name, figure in FIGURES.items():
        path = ROOT / "experiments" / "results" / f"{name}.json"
        if path.is_file():
            picture = draw(figure(read_study(name)), dpi=120)
            write_atomically(ROOT / "docs" / f"study-{name}.png", picture)


if __name__ == "__main__":
    main()
