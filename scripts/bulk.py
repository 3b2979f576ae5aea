"""2,000 small pictures through two Ray workers, some bad and one deadly, to results/bulk.json.

Then the same killed half way, and interrupted half way, and continued. See ``tests/bulk/soak.py``.
Usage: python scripts/bulk.py [--pictures N]
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
REPORT = ROOT / "results" / "bulk.json"
sys.path.insert(0, str(ROOT))


def main() -> None:
    """Measure, and write the report."""
    from tests.bulk import cluster, corpus
    from tests.bulk.soak import soak

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=2000)
    count = parser.parse_args().pictures
    os.environ["RAY_AUTH_MODE"], os.environ["RAY_AUTH_TOKEN"] = "token", secrets.token_hex(32)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corpus.write_deadly_engine(folder)
        paths = [name, os.environ.get("PYTHONPATH", "")]
        environment = {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
        with cluster.started(environment) as address:
            figures = soak(count, folder / "soak", address)
    REPORT.write_text(json.dumps({"schema": 1, **figures.document()}, indent=1) + "\n")
    print(REPORT.read_text())


if __name__ == "__main__":
    main()
