"""Copy the pages of a checkout into one folder, with links that fit.

docs/ becomes the root; other Markdown pages become project/NAME.md; other files that a page links to are
copied to files/. A link to a folder becomes plain text.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path, PurePosixPath

OTHER_PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "experiments/LOG.md")
_CODE_OR_LINK = re.compile(
    r"^```.*?^```|(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)|`[^`\n]+`",
    re.DOTALL | re.MULTILINE,
)
"""A block of code, a link or code in a line; a link may have code in its label."""


def place_of(file: str) -> str:
    """Return where a file of the checkout lies on the site."""
    path = PurePosixPath(file)
    if path.parts[0] == "docs":
        return path.relative_to("docs").as_posix()
    if file in OTHER_PAGES:
        return f"project/{path.name.lower()}"
    return f"files/{file}"


def stage(root: Path, docs: Path) -> None:
    """Write every page, and what the pages link to, below ``docs``."""
    shutil.copytree(root / "docs", docs)
    for page in (*sorted((root / "docs").rglob("*.md")), *(root / name for name in OTHER_PAGES)):
        file = page.relative_to(root).as_posix()
        text, linked = _with_links(page.read_text(encoding="utf-8"), file, root)
        target = docs / place_of(file)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        for each in linked:
            copy = docs / place_of(each)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / each, copy)


def _with_links(text: str, file: str, root: Path) -> tuple[str, list[str]]:
    """Return a page whose links hold on the site, and the linked files that are not pages."""
    linked: list[str] = []
    here = PurePosixPath(file).parent
    place = PurePosixPath(place_of(file)).parent

    def link(match: re.Match[str]) -> str:
        image, label, target = match.groups()
        if target is None:
            return match[0]  # code
        address, hash_, anchor = target.partition("#")
        if "://" in target or not address:
            return match[0]
        there = os.path.normpath(here / address)
        if there.startswith("docs/reference/"):
            return match[0]  # a page that is generated
        if (root / there).is_dir():
            return label
        if not (root / there).is_file():
            raise SystemExit(f"{file}: {target} does not exist")
        if place_of(there).startswith("files/"):
            linked.append(there)
        relative = os.path.relpath(place_of(there), place)
        return f"{image}[{label}]({relative}{hash_}{anchor})"

    return _CODE_OR_LINK.sub(link, text), linked
