"""What a run leaves behind while it lasts: JSON lines and TensorBoard's events."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest
from tensorboardX.proto.event_pb2 import Event

from srcnn.data.folder import LOG
from srcnn.training.log import RunLog

from .tiny import recipe_for, train


def events_in(folder: Path) -> list[Any]:
    """Every event of every file: a record is its length, a checksum, the event and a checksum."""
    events = []
    for path in sorted(folder.glob("events.out.tfevents.*")):
        data = path.read_bytes()
        while data:
            (length,) = struct.unpack("<Q", data[:8])
            events.append(Event.FromString(data[12 : 12 + length]))
            data = data[16 + length :]
    return events


def scalars_in(folder: Path) -> dict[str, dict[int, float]]:
    found: dict[str, dict[int, float]] = {}
    for event in events_in(folder):
        for value in event.summary.value:
            found.setdefault(value.tag, {})[event.step] = value.simple_value
    return found


def test_events_and_log_say_the_same(photos: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    train(recipe_for(photos), run)
    *entries, _ = map(json.loads, (run / LOG).read_text().splitlines())
    scalars = scalars_in(run)
    tags = {"psnr": "psnr/network", "bicubic": "psnr/bicubic"}
    for key in ("loss", "lr", "psnr", "bicubic", "samples_per_second", "seconds"):
        told = {entry["step"]: entry[key] for entry in entries}
        assert list(told) == [4, 8, 12]
        assert scalars[tags.get(key, key)] == pytest.approx(told, rel=1e-6)


def test_a_resumed_run_drops_what_comes_again(tmp_path: Path) -> None:
    """The line of a step that was not saved, and one that a kill cut off."""
    log = tmp_path / "log.jsonl"
    with RunLog(log) as first:
        first.begin(0)
        for step in (4, 8, 12):
            first.write(step, {"loss": step / 10, "psnr": None})
    with log.open("a") as file:
        file.write('{"step": 16, "lo')
    with RunLog(log) as again:
        again.begin(8)
        again.write(12, {"loss": 5.0})
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    assert [entry["step"] for entry in entries] == [4, 8, 12]
    assert entries[0] == {"step": 4, "loss": 0.4, "psnr": None}
    assert entries[-1] == {"step": 12, "loss": 5.0}
    started = [event.step for event in events_in(tmp_path) if event.HasField("session_log")]
    assert started == [1, 9]  # TensorBoard drops what earlier files have from there on
    assert "psnr/network" not in scalars_in(tmp_path)
