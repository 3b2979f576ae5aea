"""The command line and its pictures, to compare with."""

from __future__ import annotations

from ..cli.conftest import folder as folder
from ..cli.conftest import srcnn as srcnn
from ..cli.conftest import tensors as tensors
from ..cli.conftest import weights as weights
