"""What a training step costs beside its arithmetic."""

from __future__ import annotations

import subprocess
import sys

import pytest

STEPS = """
import resource, sys, torch
from srcnn.models.residual import ResidualSRCNN
from srcnn.training.device import make_fabric

if sys.argv[1] == "fabric":
    make_fabric("cpu", "fp32")
model = ResidualSRCNN((9, 1, 5), (64, 32), 1)
x = torch.rand(32, 1, 52, 52)

def steps(count):
    for _ in range(count):
        model(x, pad=False).square().mean().backward()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

before = steps(3)
print(steps(3) - before)
"""


def faults(argument: str) -> int:
    command = [sys.executable, "-c", STEPS, argument]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's allocator")
def test_steps_use_the_memory_of_the_steps_before() -> None:
    """16 MB of maps a layer are 4,000 pages, which the kernel would hand out again in every step."""
    assert 5 * faults("fabric") < faults("plain")
