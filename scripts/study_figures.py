"""Draw docs/study-NAME.png of every study in experiments/results that has a figure."""

from __future__ import annotations

import io
import json
from pathlib import Path

from srcnn.figures.studies import course_figure, time_figure
from srcnn.images.files import write_atomically

ROOT = Path(__file__).parents[1]
FIGURES = {
    "filter-number": time_figure,
    "state-of-the-art": time_figure,
    "training-set": course_figure,
}


def main() -> None:
    """Write those whose study has been run."""
    for name, draw in FIGURES.items():
        path = ROOT / "experiments" / "results" / f"{name}.json"
        if path.is_file():
            out = io.BytesIO()
            draw(json.loads(path.read_text())).savefig(out, format="png", dpi=120)
            write_atomically(ROOT / "docs" / f"study-{name}.png", out.getvalue())


if __name__ == "__main__":
    main()
