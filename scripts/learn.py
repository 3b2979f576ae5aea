"""Run the code of docs/learn.md, or write it to a file: ``learn.py [--write OUT.py]``."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "learn.md"


def code() -> str:
    """Return the Python blocks of the page as one script, at the line numbers of the page."""
    text = PAGE.read_text(encoding="utf-8")
    lines = [""] * (text.count("\n") + 1)
    for block in re.finditer(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        first = text.count("\n", 0, block.start(1))
        for k, line in enumerate(block[1].splitlines()):
            lines[first + k] = line
    return "\n".join(lines).rstrip("\n") + "\n"


def main() -> None:
    """Run or write the script."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--write", type=Path, metavar="OUT.py", help="write the script, run nothing"
    )
    write = parser.parse_args().write
    if write is not None:
        write.write_text(code(), encoding="utf-8")
    else:
        exec(compile(code(), str(PAGE), "exec"), {"__name__": "__main__"})


if __name__ == "__main__":
    main()
