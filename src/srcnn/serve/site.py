"""The pages: ``/`` enlarges on this server, ``/local`` in the visitor's browser.

Every file of a site is in one dictionary, which is either served or written to a folder. There is
no other way from a URL to a file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from srcnn.errors import DestinationExists, OutputError, UsageError
from srcnn.serve.words import LOCAL, RUNTIME, SERVER, STATIC, WITHOUT_WASM, Words
from srcnn.weights.architectures.table import grid_of
from srcnn.weights.onnx_file import read_card
from srcnn.weights.store import shipped

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

SHA256 = {
    "ort.wasm.bundle.min.mjs": "11e64bd8ffe11bd1a2a2f0d6275fdfbbba7262f0b76b99b53d228a8a22ef3d90",
    "ort-wasm-simd-threaded.wasm": (
        "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2"
    ),
}
"""The files of onnxruntime-web, version `RUNTIME`, that `/local` uses."""
MODELS = ("fast", "best")
"""Models that run in the browser; all are networks of luma on the low-resolution grid."""

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".onnx": "application/octet-stream",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}
_ISOLATED = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Headers without which a browser allows no threads."""
_POLICY = (
    "default-src 'none'; script-src 'self'{wasm}; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'"
)
_KEPT = "public, max-age=31536000, immutable"
"""For files whose URL changes with their content."""


@dataclass(frozen=True)
class Asset:
    """One file of a site.

    Attributes:
        content: Its bytes.
        type: Its media type.
        wasm: Whether it may compile WebAssembly: the pages and scripts of `/local` alone.
        kept: Whether browsers may keep it, because its URL changes with its content.
    """

    content: bytes
    type: str
    wasm: bool = False
    kept: bool = False

    @property
    def headers(self) -> dict[str, str]:
        """Headers of a response with this file."""
        return {
            **_ISOLATED,
            "Content-Security-Policy": f"{_policy(self.wasm)}; frame-ancestors 'none'",
            "Cache-Control": _KEPT if self.kept else "no-cache",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }


Site = Mapping[str, Asset]
"""Files by path, without a leading slash; ``""`` is the first page."""


def read_wasm(folder: Path) -> dict[str, bytes]:
    """Return the files of onnxruntime-web by name.

    Args:
        folder: The unpacked package ``onnxruntime-web``, or its folder ``dist``.

    Raises:
        UsageError: A file is missing, or is not the one of version `RUNTIME`.
    """
    fix = f"unpack what this gives: npm pack onnxruntime-web@{RUNTIME}"
    found = {}
    for name, expected in SHA256.items():
        try:
            path = next(p for p in (folder / name, folder / "dist" / name) if p.is_file())
            content = path.read_bytes()
        except (StopIteration, OSError):
            raise UsageError(f"--wasm {folder}", f"has no {name}", fix) from None
        if hashlib.sha256(content).hexdigest() != expected:
            raise UsageError(path, f"is not the file of onnxruntime-web {RUNTIME}", fix)
        found[name] = content
    return found


def site_of(wasm: Path | None) -> dict[str, Asset]:
    """Return the files that a server shows.

    Args:
        wasm: See `read_wasm`. Without it, `/local` says what is missing.

    Raises:
        UsageError: See `read_wasm`.
    """
    return {
        "": _page(SERVER),
        "local": _page(WITHOUT_WASM if wasm is None else LOCAL),
        **_assets(),
        **({} if wasm is None else _local(wasm)),
    }


def routes(wasm: Path | None = None) -> list[Route]:
    """Return Starlette's routes of ``/``, ``/local`` and the files that they use.

    Args:
        wasm: See `read_wasm`. Without it, `/local` says what is missing.

    Raises:
        UsageError: See `read_wasm`.
    """
    from starlette.responses import Response
    from starlette.routing import Route

    def route(path: str, asset: Asset) -> Route:
        async def answer(request: Request) -> Response:
            return Response(asset.content, headers=asset.headers, media_type=asset.type)

        return Route(f"/{path}", answer, methods=["GET"])

    return [route(path, asset) for path, asset in site_of(wasm).items()]


def export_static(folder: Path, wasm: Path) -> None:
    """Write the page of `/local` as a folder that any web server can show.

    Args:
        folder: A folder that does not exist or is empty.
        wasm: See `read_wasm`.

    Raises:
        UsageError: See `read_wasm`.
        DestinationExists: The folder has files.
        OutputError: The folder cannot be written.
    """
    site = {"index.html": _page(STATIC), **_assets(), **_local(wasm)}
    headers = "".join(f"  {name}: {value}\n" for name, value in _ISOLATED.items())
    contents = {path: asset.content for path, asset in site.items()}
    contents["_headers"] = f"/*\n{headers}".encode()
    del contents["assets/server.js"]
    try:
        if folder.exists() and any(folder.iterdir()):
            raise DestinationExists(folder, "has files already", "name a new folder")
        for path, content in contents.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    except OSError as error:
        raise OutputError(folder, f"cannot be written ({error.strerror})") from None


def _page(words: Words) -> Asset:
    template = Template((_source() / "page.html").read_text("utf-8"))
    text = template.substitute(words.values(), policy=_policy(words.wasm))
    return Asset(text.encode(), _TYPES[".html"], words.wasm)


def _policy(wasm: bool) -> str:
    return _POLICY.format(wasm=" 'wasm-unsafe-eval'" if wasm else "")


def _source() -> Path:
    return Path(str(files("srcnn.serve") / "page"))


def _assets() -> dict[str, Asset]:
    """Return the files that all pages share."""
    return {
        f"assets/{path.name}": Asset(path.read_bytes(), _TYPES[path.suffix])
        for path in sorted((_source() / "assets").iterdir())
        if path.suffix in _TYPES
    }


def _local(wasm: Path) -> dict[str, Asset]:
    """Return the files that only `/local` uses: its worker, the runtime and the networks."""
    runtime = read_wasm(wasm)
    site = {
        f"local/{path.name}": Asset(path.read_bytes(), _TYPES[path.suffix], wasm=True)
        for path in sorted((_source() / "local").iterdir())
        if path.suffix in _TYPES
    }
    for name, content in runtime.items():
        # Some servers know no type for .mjs.
        name = name.replace(".mjs", ".js")
        site[f"local/ort/{name}"] = Asset(content, _TYPES[Path(name).suffix], True, kept=True)
    models = []
    for (name, scale), path in shipped().items():
        if name not in MODELS:
            continue
        content = path.read_bytes()
        site[f"local/models/{path.name}"] = Asset(content, _TYPES[".onnx"], True, kept=True)
        models.append(
            {
                "name": name,
                "scale": scale,
                "radius": grid_of(read_card(content, path.name)).radius,
                "url": f"models/{path.name}?{hashlib.sha256(content).hexdigest()[:16]}",
                "bytes": len(content),
            }
        )
    listed = {
        "runtime": f"ort/ort.wasm.bundle.min.js?{RUNTIME}",
        "wasm": f"ort/ort-wasm-simd-threaded.wasm?{RUNTIME}",
        "wasm_bytes": len(runtime["ort-wasm-simd-threaded.wasm"]),
        "models": models,
    }
    site["local/models.json"] = Asset(json.dumps(listed).encode(), _TYPES[".json"], wasm=True)
    return site
