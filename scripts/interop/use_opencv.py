"""Run the cases in OpenCV's dnn module. Needs OpenCV and NumPy alone; argument: the folder."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import numpy as np


def main(folder: Path) -> None:
    """Write each case's output, and print the version."""
    print(cv2.__version__)
    for case in json.loads((folder / "cases.json").read_text()):
        name = case["name"]
        net = cv2.dnn.readNetFromONNX(str(folder / f"{name}.onnx"))
        given = np.fromfile(folder / f"{name}.input.f32", np.float32).reshape(case["shape"])
        net.setInput(given)
        np.asarray(net.forward(), np.float32).tofile(folder / f"{name}.{sys.argv[2]}.f32")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
