"""``srcnn serve``: the service over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from srcnn._optional import need
from srcnn.cli.options import Voice, engine_options
from srcnn.errors import UsageError
from srcnn.serve.limits import ServeLimits, default_workers
from srcnn.terminal import say

if TYPE_CHECKING:
    from srcnn.engine.options import Engine

Function = Callable[..., Any]


def _limit_options(function: Function) -> Function:
    """Add an option for each field of `ServeLimits`, and pass them as ``limits``."""
    for each in reversed(fields(ServeLimits)):
        whole = isinstance(each.default, int)
        kind = (
            click.IntRange(min=0 if each.default == 0 else 1)
            if whole
            else click.FloatRange(0, min_open=True)
        )
        unit = each.metadata["unit"]
        text = each.metadata["help"].rstrip(".") + (f", in {unit}." if unit else ".")
        flag = "--" + each.name.replace("_", "-")
        function = click.option(flag, type=kind, default=each.default, help=text)(function)
    return function


@click.command(epilog="\b\nExample:  srcnn serve --port 8000")
@click.option("--host", default="127.0.0.1", help="Address to listen at; 0.0.0.0 is all.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, help="Port to listen at.")
@click.option(
    "--allow-host",
    "hosts",
    metavar="NAME",
    multiple=True,
    show_default="addresses and localhost",
    help="A name under which it may be called; repeats.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    show_default="one a core, at most 4",
    help="Processes that enlarge pictures.",
)
@click.option(
    "--wasm",
    type=Path,
    metavar="FOLDER",
    show_default="/local says how to get it",
    help="The unpacked package onnxruntime-web, which runs networks in a visitor's browser.",
)
@click.option(
    "--export-static",
    "static",
    type=Path,
    metavar="DIR",
    show_default="none",
    help="Write the page /local into a new folder, for any web server, and end; needs --wasm.",
)
@engine_options(tiles=True)
@_limit_options
def serve(
    host: str,
    port: int,
    hosts: tuple[str, ...],
    workers: int | None,
    wasm: Path | None,
    static: Path | None,
    how: Engine,
    **limits: Any,
) -> None:
    """Serve /v1/upscale over HTTP: a picture in, the larger one out; / is a page for people.

    \b
    Try it
      curl -T photo.jpg 'http://127.0.0.1:8000/v1/upscale?scale=2' -o large.jpg
    """
    if static is not None:
        _export(static, wasm)
        return
    need("serve", "srcnn serve")
    from srcnn.engine.threads import cores
    from srcnn.serve.app import Service
    from srcnn.serve.pool import Crew
    from srcnn.serve.server import Address
    from srcnn.serve.server import serve as run
    from srcnn.serve.site import read_wasm

    if wasm is not None:
        read_wasm(wasm)  # here, not in the process that answers, where the reason would be lost
    count = workers or default_workers()
    if how.threads is None:
        how = replace(how, threads=max(1, cores() // count))
    how.resolved()
    voice = Voice.current()
    crew = Crew(count, how, Path(), voice.verbose)
    names = tuple(name.lower() for name in hosts)
    run(
        Address(host, port),
        Service(crew, ServeLimits(**limits), names, wasm=wasm, quiet=voice.quiet),
    )


def _export(folder: Path, wasm: Path | None) -> None:
    from srcnn.serve.site import export_static
    from srcnn.serve.words import RUNTIME

    if wasm is None:
        fix = f"unpack what this gives, and name it: npm pack onnxruntime-web@{RUNTIME}"
        raise UsageError("--export-static", "needs --wasm FOLDER", fix)
    export_static(folder, wasm)
    say(f"{folder} can be served by any web server", Voice.current().quiet)
