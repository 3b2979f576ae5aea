"""docs/serve.md says what the code does: its tables, and its calls against a real server."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from PIL import Image

from srcnn.serve.errors import STATUS
from srcnn.serve.limits import ServeLimits
from srcnn.serve.query import Query

from ..conftest import EXAMPLE, ROOT
from .service import Service

PAGE = (ROOT / "docs" / "serve.md").read_text(encoding="utf-8")


def rows(header: str) -> list[list[str]]:
    """The cells of the table that follows a header line."""
    table = PAGE.split(header, 1)[1].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def test_limits() -> None:
    expected = [
        [
            f"`--{each.name.replace('_', '-')}`",
            f"{each.default:g} {each.metadata['unit']}".strip()
            if isinstance(each.default, float)
            else f"{each.default} {each.metadata['unit']}".strip(),
            each.metadata["help"],
        ]
        for each in fields(ServeLimits)
    ]
    assert rows("| option | default | what it limits |") == expected


def test_query_keys() -> None:
    expected = [[f"`{each.name}`", each.metadata["help"]] for each in fields(Query)]
    assert rows("| key | meaning |") == expected


def test_statuses() -> None:
    documented = {
        kind: int(status)
        for status, kinds in rows("| status | kinds |")
        for kind in re.findall(r"`(\w+)`", kinds)
    }
    assert documented == {kind.__name__: status for kind, status in STATUS.items()}


def test_every_path_is_there(service: Service) -> None:
    documented = {re.findall(r"/[\w./]+", row[0])[-1] for row in rows("| path | what it answers |")}
    assert documented == set(service.json("/openapi.json")["paths"])


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    with Image.open(EXAMPLE) as image:
        image.convert("RGB").crop((90, 90, 154, 138)).save(tmp_path / "photo.jpg")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def of_page(language: str, service: Service) -> str:
    text = "\n".join(re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE))
    assert "http://127.0.0.1:8000" in text
    return text.replace("127.0.0.1:8000", f"127.0.0.1:{service.port}")


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_calls_by_curl(service: Service, place: Path) -> None:
    subprocess.run(["bash", "-ec", of_page("bash", service)], check=True, capture_output=True)
    with Image.open("large.jpg") as jpeg, Image.open("large.webp") as webp:
        assert (jpeg.size, webp.size) == ((128, 96), (1200, 900))


def test_the_call_by_python(service: Service, place: Path) -> None:
    program = of_page("py", service)
    ran = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert ran.stdout.split()[:2] == ["128", "96"]
    with Image.open("large.png") as png:
        assert png.size == (128, 96)
