"""Build the documentation site: ``build_site.py [FOLDER]``.

Pages of docs/ and the generated references are put into one folder, Zensical makes HTML of them, and the
links of that HTML are checked.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cli_page import cli_page
from json_page import json_page
from links import broken_links
from python_page import python_page
from recipe_page import recipe_page
from staging import stage

ROOT = Path(__file__).parents[2]
SETTINGS = Path(__file__).with_name("zensical.toml")
STYLE = Path(__file__).with_name("site.css")
GENERATED = {
    "reference/cli.md": cli_page,
    "reference/python.md": python_page,
    "reference/recipe.md": recipe_page,
    "reference/json.md": json_page,
}


def pages_of(nav: list[Any]) -> Iterator[str]:
    """Yield every page of the navigation."""
    for entry in nav:
        for value in entry.values():
            if isinstance(value, str):
                yield value
            else:
                yield from pages_of(value)


def prepare(folder: Path) -> None:
    """Write the pages and the settings that Zensical reads into a folder."""
    docs = folder / "docs"
    stage(ROOT, docs)
    for name, make in GENERATED.items():
        (docs / name).parent.mkdir(exist_ok=True)
        (docs / name).write_text(make(), encoding="utf-8")
    shutil.copy(STYLE, docs)
    settings = SETTINGS.read_text(encoding="utf-8")
    listed = set(pages_of(tomllib.loads(settings)["project"]["nav"]))
    there = {path.relative_to(docs).as_posix() for path in docs.rglob("*.md")}
    if listed != there:
        raise SystemExit(f"pages and navigation differ: {', '.join(sorted(listed ^ there))}")
    settings = settings.replace("SOURCE", (ROOT / "src").as_posix())
    (folder / "zensical.toml").write_text(settings, encoding="utf-8")


def build(target: Path) -> None:
    """Build the site into ``target``, which is replaced."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
        built = subprocess.run(
            command,
            cwd=folder,
            check=False,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        print(built.stdout, end="")
        # `--strict` does not count what griffe finds in docstrings.
        if built.returncode or re.search(r"^(griffe|mkdocs\S*): ", built.stdout, re.MULTILINE):
            raise SystemExit("the site has errors or warnings, see above")
        broken = list(broken_links(folder / "site"))
        if broken:
            raise SystemExit("broken links:\n" + "\n".join(broken))
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(folder / "site", target)


def main() -> None:
    """Build the site into the requested folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "build" / "site")
    folder = parser.parse_args().folder
    build(folder)
    print(f"open {folder / 'index.html'}")


if __name__ == "__main__":
    main()
