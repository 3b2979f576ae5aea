"""Every runtime on every case, one line for each runtime and network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from cases import Floats, make_cases
from environments import Failed, NotInstalled, node_with, python_with, run

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Runtime:
    """A runtime that runs the graphs.

    Attributes:
        name: Name of its outputs.
        packages: Packages that ``make`` installs.
        make: Makes its environment.
        script: The file beside this one that runs the cases.
        limit: Largest difference to srcnn's own output that it may have, in gray levels.
    """

    name: str
    packages: tuple[str, ...]
    make: Callable[[Path, Sequence[str]], list[str]]
    script: str
    limit: float


_CONVERTERS = ("onnx==1.23.2", "onnxruntime==1.32.0", "onnxconverter-common==1.16.0")
_WEB = ("onnxruntime-web@1.30.0",)
_EXACT, _ROUNDED, _HALF, _BYTE = 0.005, 0.51, 1.5, 8.0
"""Limits, in gray levels, for fp32, fp32 rounded to bytes, fp16, and int8 in the inner layers."""
RUNTIMES = (
    Runtime(
        "opencv-4", ("opencv-python-headless==4.14.0.94",), python_with, "use_opencv.py", _EXACT
    ),
    Runtime(
        "opencv-5", ("opencv-python-headless==5.0.0.93",), python_with, "use_opencv.py", _EXACT
    ),
    Runtime("fp16-common", _CONVERTERS, python_with, "use_converters.py", _HALF),
    Runtime("fp16-onnxruntime", _CONVERTERS, python_with, "use_converters.py", _HALF),
    Runtime("int8-dynamic", _CONVERTERS, python_with, "use_converters.py", _BYTE),
    Runtime("int8-static", _CONVERTERS, python_with, "use_converters.py", _BYTE),
    Runtime("onnxruntime-web", _WEB, node_with, "use_web.mjs", _EXACT),
    Runtime("page", _WEB, node_with, "use_page.mjs", _ROUNDED),
)


def main() -> int:
    """Try everything; return the exit code."""
    with TemporaryDirectory(prefix="srcnn-interop-") as temporary:
        work = Path(temporary)
        cases = work / "cases"
        cases.mkdir()
        wanted = make_cases(cases)

        environments: dict[tuple[str, ...], _Environment | NotInstalled] = {}
        bad = 0
        for runtime in RUNTIMES:
            if runtime.packages not in environments:
                environments[runtime.packages] = _environment(runtime, work / runtime.name)
            found = environments[runtime.packages]
            if isinstance(found, NotInstalled):
                print(f"{runtime.name}: skipped: {found}", flush=True)
                continue
            script = str(_HERE / runtime.script)
            try:
                version = run([*found.command, script, str(cases), runtime.name], found.folder)
            except Failed as reason:
                print(f"{runtime.name}: FAILED: {reason}", flush=True)
                bad += 1
                continue
            bad += _compare(runtime, version, cases, wanted)
    return 1 if bad else 0


@dataclass(frozen=True)
class _Environment:
    """Command that runs scripts, and the folder to run it in."""

    command: list[str]
    folder: Path


def _environment(runtime: Runtime, folder: Path) -> _Environment | NotInstalled:
    """Install a runtime, once for all that need the same packages."""
    try:
        return _Environment(runtime.make(folder, runtime.packages), folder)
    except NotInstalled as reason:
        return reason


def _compare(runtime: Runtime, version: str, cases: Path, wanted: dict[str, Floats]) -> int:
    """Print a line for each network; return how many of them are wrong."""
    bad = 0
    for network in dict.fromkeys(name.split()[0] for name in wanted):
        differences = {}
        for name, output in wanted.items():
            file = cases / f"{name}.{runtime.name}.f32"
            if name.split()[0] == network and file.is_file():
                made = np.fromfile(file, np.float32)
                same = made.size == output.size
                apart = np.abs(made - output.ravel()).max() if same else np.inf
                differences[name.removeprefix(network).strip()] = 255 * float(apart)
        worst = max(differences.values(), default=np.inf)
        ok = worst <= runtime.limit
        bad += not ok
        print(
            f"{runtime.name} ({version}), {network}: {', '.join(differences) or 'nothing ran'}: "
            f"at most {worst:.2g} gray levels from srcnn, limit {runtime.limit:g}: "
            f"{'ok' if ok else 'FAILED'}",
            flush=True,
        )
    return bad
