"""``srcnn models``: what is shipped."""

from __future__ import annotations

from dataclasses import asdict

import click

from srcnn.cli.console import write_json


@click.command(epilog="\b\nExample:  srcnn models --json -")
@click.option(
    "--json", metavar="PATH", show_default="none", help="Every card as JSON; - is stdout."
)
def models(
    json: str | None,
) -> None:
    """List the shipped networks with their cards."""
    from srcnn.weights.architectures.table import parameters_of
    from srcnn.weights.onnx_file import read_card
    from srcnn.weights.store import shipped

    cards = {path: read_card(path.read_bytes(), path.name) for path in shipped().values()}
    if json != "-":
        for card in cards.values():
            scores = "  ".join(
                f"{name} {score['psnr']:.2f} dB"
                for name, score in card.scores.items()
                if not name.endswith(" bicubic")
            )
            kind = "bits" if card.weights == "binary" else "weights"
            print(f"{card.name:18} x{card.scale}  {parameters_of(card):6} {kind:7}  {scores}")
    if json is not None:
        entries = [
            {**asdict(card), "file": path.name, "parameters": parameters_of(card)}
            for path, card in cards.items()
        ]
        write_json({"schema": 1, "models": entries}, json)
