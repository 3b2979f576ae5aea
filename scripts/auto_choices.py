"""Count what ``-m auto`` chooses by degradation: auto_choices.py DATA > results/auto-choices.json.

The pictures are those of Set14 and BSD100 and the 24 that are held out of all training, reduced and
degraded as the protocol ``photo`` does it, and saved as JPEG of high quality. No network runs.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from srcnn.data.catalog import locate
from srcnn.data.folder import pictures_in
from srcnn.data.held_out import held_out
from srcnn.engine.choosing import choose
from srcnn.evaluation.protocol import PHOTO_PROTOCOLS, Protocol
from srcnn.evaluation.reference import Original
from srcnn.images.degradations.compression import Jpeg
from srcnn.images.degradations.named import Named
from srcnn.images.io import open_picture
from srcnn.terminal import show
from srcnn.weights.store import SCALES

CLEAN = PHOTO_PROTOCOLS["photo/clean"]
HIGH = [Named(f"jpeg-{quality}", file=Jpeg(quality)) for quality in (98, 95)]
"""Files that a network for clean pictures is right for, in addition to those of the protocol."""


def pictures(data: Path) -> dict[str, list[Path]]:
    """Return the files by set."""
    found = {name: list(pictures_in(locate(name, data))) for name in ("set14", "bsd100")}
    wanted = {(one.dataset, Path(one.file).stem) for one in held_out()}
    folders = dict.fromkeys(name for name, _ in wanted)
    found["held out"] = [
        path
        for name in sorted(folders)
        for path in pictures_in(locate(name, data))
        if (name, path.stem) in wanted
    ]
    return found


def protocols() -> Iterable[Protocol]:
    """Return the protocols: clean, then those of HIGH, then the other degradations."""
    yield CLEAN
    for named in HIGH:
        yield Protocol(f"photo/{named.name}", "", ("Y",), CLEAN.low_resolution, degradation=named)
    yield from list(PHOTO_PROTOCOLS.values())[1:]


def main() -> None:
    """Print the counts, and which pictures were taken otherwise than most."""
    rows = []
    for dataset, files in pictures(Path(sys.argv[1])).items():
        for path in files:
            show(f"{dataset}: {path.name}")
            pixels = open_picture(path).read()
            for scale in SCALES:
                low = Original(path.stem, pixels, CLEAN).low_file(scale)
                for rules in protocols():
                    assert rules.degradation is not None
                    original = Original(path.stem, pixels, rules, low=low)
                    choice = choose(original.condition(scale))
                    rows.append((dataset, scale, rules.degradation.name, path.stem, choice.photo))
    keys = dict.fromkeys(row[:3] for row in rows)
    counted = []
    for key in keys:
        group = {name: photo for *at, name, photo in rows if tuple(at) == key}
        photos = sorted(name for name, photo in group.items() if photo)
        clean = sorted(set(group) - set(photos))
        fewer = {"photo": photos} if len(photos) <= len(clean) else {"clean": clean}
        counted.append(
            dict(zip(("dataset", "scale", "degradation"), key, strict=True))
            | {"pictures": len(group), "photo": len(photos), "fewer": fewer}
        )
    print(json.dumps({"schema": 1, "rows": counted}, indent=1))


if __name__ == "__main__":
    main()
