"""Write every table of the README and the docs from results/*.json; ``--check`` only compares.

A table stands between ``<!-- table: NAME -->`` and ``<!-- end -->``; the text between is made here.
``<!-- table: study NAME -->`` is that of a study. A number in a sentence of a page stands between
``<!-- = NAME -->`` and ``<!-- / -->``; `values` has the names.
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
from photo import auto_choices, degradations, photo_peers, photo_scores
from pictures import held_out_pictures, photo_authors
from pipelines import pipelines
from protocols import protocols, protocols_x4
from scores import (
    OF_THE_FAMILY,
    authors,
    binary,
    cells_of,
    learn,
    precision,
    results,
    results_gray,
    scores_of,
    self_ensemble,
)
from shared import ROOT
from sizes import any_size
from speed import large, speed_networks, speed_pipelines
from studies import bicubic_rows, study
from values import values

PAGES = ("README.md", *sorted(str(p.relative_to(ROOT)) for p in (ROOT / "docs").rglob("*.md")))
_BLOCK = re.compile(r"(<!-- table: (?P<name>[\w -]+?) -->\n).*?(<!-- end -->)", re.DOTALL)
_VALUE = re.compile(r"(<!-- = (?P<name>[\w.-]+) -->).*?(<!-- / -->)")


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


TABLES: dict[str, Callable[[], str]] = {
    "results_gray": results_gray,
    "results": results,
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
    "protocols": protocols,
    "protocols_x4": protocols_x4,
    "fidelity": fidelity,
    "any_size": any_size,
    "results_of_91_images": lambda: scores_of(cells_of("fp32"), ("set5", "set14"), OF_91_IMAGES),
    "sparse_coding_times": sparse_coding_times,
    "binary": binary,
    "family": family,
    "pipelines": pipelines,
    "family_scores": lambda: scores_of(cells_of("fp32"), ("bsd100", "bsd200"), OF_THE_FAMILY),
    "conclusions": conclusions,
    "authors": authors,
    "bicubic_rows": bicubic_rows,
    "degradations": degradations,
    "auto_choices": auto_choices,
    "photo_peers": photo_peers,
    "photo_scores_x2": lambda: photo_scores(2),
    "photo_scores_x3": lambda: photo_scores(3),
    "photo_scores_x4": lambda: photo_scores(4),
    "photo_authors": photo_authors,
    "held_out_pictures": held_out_pictures,
}


def _table(name: str) -> str:
    kind, _, which = name.partition(" ")
    return study(which) if kind == "study" else TABLES[name]()


def current(page: str, text: str, known: dict[str, str]) -> str:
    """Return the text of a page with today's tables and numbers.

    Raises:
        SystemExit: If a number begins a line: Markdown would take its line for HTML.
    """
    if re.search(r"^<!-- = ", text, re.MULTILINE):
        raise SystemExit(f"{page}: a line begins with a number from values.py")
    text = _BLOCK.sub(lambda m: m[1] + _table(m["name"]) + m[3], text)
    return _VALUE.sub(lambda m: m[1] + known[m["name"]] + m[3], text)


def main() -> int:
    """Rewrite the pages; with ``--check`` exit with 1 when one is not current."""
    stale, known = [], values()
    for page in PAGES:
        path = ROOT / page
        old = path.read_text(encoding="utf-8")
        new = current(page, old, known)
        if new != old:
            stale.append(page)
            if "--check" not in sys.argv:
                path.write_text(new, encoding="utf-8")
    for page in stale:
        print(f"{page}: {'is not current' if '--check' in sys.argv else 'written'}")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
