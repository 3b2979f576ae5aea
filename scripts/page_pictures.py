"""Make docs/page-light.png and docs/page-dark.png: the page of ``srcnn serve`` with parts of the example."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.serve.service import HOST, running  # noqa: E402
from tests.support.browser import Browser  # noqa: E402

EYES, NOSE = (0, 40, 288, 150), (20, 160, 180, 260)
"""Parts of the example: left, top, right, bottom."""


def main() -> None:
    """Write the pictures."""
    with TemporaryDirectory() as name, running(Path(name), "--workers", 1) as service:
        browser = Browser(Path(name))
        pictures = [Path(name, "eyes.png"), Path(name, "nose.png")]
        with Image.open(ROOT / "examples" / "dog.png") as dog:
            for box, path in zip((EYES, NOSE), pictures, strict=True):
                dog.crop(box).save(path)
        try:
            for scheme in ("light", "dark"):
                browser.prefer(scheme)
                browser.resize(1000, 1210)
                browser.open(f"http://{HOST}:{service.port}/")
                browser.choose("#files", *pictures)
                browser.wait("document.querySelectorAll('#list .done').length === 2")
                browser.screenshot(ROOT / "docs" / f"page-{scheme}.png")
        finally:
            browser.close()


if __name__ == "__main__":
    main()
