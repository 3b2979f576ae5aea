"""The notebook runs from its first cell to its last, trains, and shows its pictures."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from .conftest import ROOT

NOTEBOOK = ROOT / "notebooks" / "srcnn.ipynb"


def test_it_is_kept_without_outputs() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    assert not any(cell.get("outputs") for cell in notebook.cells)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("ignore")  # Jupyter's own
def test_it_runs(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SRCNN_DATA", str(shared / "data"))
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert text.count("steps: 600") == 1
    notebook = nbformat.reads(text.replace("steps: 600", "steps: 200"), as_version=4)  # type: ignore[no-untyped-call]
    client = NotebookClient(
        notebook, timeout=600, resources={"metadata": {"path": str(NOTEBOOK.parent)}}
    )
    client.execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(pictures) == 4
    text = "".join(output.get("text", "") for output in outputs)
    psnr = {m[1]: float(m[2]) for m in re.finditer(r"^(\S+) +(\d+\.\d+) dB  SSIM", text, re.M)}
    assert psnr["bicubic"] == 30.39
    assert psnr["weights.onnx"] > 31.4  # the paper's sparse coding
    assert psnr["srcnn-955"] > 32.75
