"""``srcnn models``: the shipped networks."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from srcnn.cli.console import write_json
from srcnn.errors import InputError


@click.command(epilog="\b\nExample:  srcnn models --json -")
@click.option(
    "--json",
    metavar="PATH",
    show_default="none",
    help="Write the cards, or the mark, as JSON; - means stdout.",
)
@click.option(
    "--of", metavar="FILE", show_default="none", help="Show the model that made this image."
)
def models(json: str | None, of: str | None) -> None:
    """List the shipped networks. With --of, show which one made an image."""
    if of is not None:
        _show_mark(of, json)
        return
    from srcnn.weights.architectures.table import parameters_of
    from srcnn.weights.shipped import model_rows, shipped_cards

    if json != "-":
        for card in shipped_cards().values():
            scores = "  ".join(
                f"{name} {score['psnr']:.2f} dB"
                for name, score in card.scores.items()
                if not name.endswith(" bicubic")
            )
            kind = "bits" if card.weights == "binary" else "weights"
            print(f"{card.name:18} x{card.scale}  {parameters_of(card):6} {kind:7}  {scores}")
    if json is not None:
        write_json({"schema": 1, "models": model_rows()}, json)


def _show_mark(file: str, json: str | None) -> None:
    from srcnn.cli.jobs import check_json_file
    from srcnn.images.io import open_picture
    from srcnn.images.mark import mark_of

    check_json_file(json, [Path(file)])
    mark = mark_of(open_picture(Path(file)).header.metadata)
    if mark is None:
        raise InputError(file, "was not made by srcnn, or its mark was removed")
    if json != "-":
        for name, value in asdict(mark).items():
            print(f"{name:8} {value}")
    if json is not None:
        write_json({"schema": 1, "mark": asdict(mark)}, json)
