"""The table of docs/compact.md: the shipped networks of the family, from their cards."""

from __future__ import annotations

from srcnn.weights.architectures.table import grid_of, parameters_of
from srcnn.weights.onnx_file import read_card
from srcnn.weights.store import shipped


def family() -> str:
    """Return sizes, weights, receptive field and cost of each shipped `compact` network and of 9-5-5."""
    lines = [
        "| network | scale | C | d | weights | multiplications per output pixel | radius, input pixels |",
        "|---|---|---|---|---|---|---|",
    ]
    for (name, scale), path in shipped().items():
        card = read_card(path.read_bytes(), name)
        if card.architecture != "compact" and name != "srcnn-955":
            continue
        grid, weights = grid_of(card), parameters_of(card)
        sizes = [str(card.sizes.get(key, "")) for key in ("channels", "depth")]
        cost = f"{weights / grid.factor**2:,.0f}"
        row = [name, f"x{scale}", *sizes, f"{weights:,}", cost, str(grid.radius)]
        lines.append("| " + " | ".join(row) + " |")
    return "\n".join(lines) + "\n"
