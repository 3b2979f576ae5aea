"""``srcnn data``: list, fetch and verify data sets."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from srcnn._optional import need
from srcnn.cli.console import report_error, write_json
from srcnn.cli.options import data_root_option, pass_quiet
from srcnn.cli.usage import Verbs
from srcnn.errors import MissingData, SrcnnError
from srcnn.terminal import say, show

if TYPE_CHECKING:
    from srcnn.data.fetch import Order

_SHOWN = 5
"""Largest number of failures of a data set that are listed; often all files fail alike."""

_json = click.option(
    "--json", metavar="PATH", show_default="none", help="Write the result as JSON; - means stdout."
)


@click.group(
    cls=Verbs,
    invoke_without_command=True,
    subcommand_metavar="COMMAND [ARGS]...",
    epilog="Example:  srcnn data fetch set5 set14",
)
@click.pass_context
def data(context: click.Context) -> None:
    """List, fetch and verify data sets."""
    if context.invoked_subcommand is None:
        print(context.get_help())


@data.command("list", epilog="\b\nExample:  srcnn data list --json -")
@data_root_option
@_json
def list_sets(data_root: Path | None, json: str | None) -> None:
    """List the named data sets. License, source and folder are shown.

    The JSON contains the SHA-256 of every file or of its pixels, or null if unknown.
    """
    from srcnn.data.catalog import CATALOG, locate
    from srcnn.data.verify import checksums, files_of

    entries = []
    for name, known in CATALOG.items():
        try:
            folder: Path | None = locate(name, data_root)
        except MissingData:
            folder = None
        entries.append(
            {
                "name": name,
                "use": known.use,
                "pictures": known.pictures,
                "here": 0 if folder is None else len(files_of(name, folder)),
                "folder": None if folder is None else str(folder),
                "licence": known.license,
                "source": known.source,
                "sha256_of": known.checked,
                "files": checksums(name),
            }
        )
    if json != "-":
        for entry in entries:
            here = f"{entry['here']} in {entry['folder']}" if entry["folder"] else "not found"
            print(
                f"{entry['name']:10}  {entry['use']:5}  {entry['pictures']:3} images  "
                f"{entry['licence']:37}  {here}\n{'':10}  {entry['source']}"
            )
    if json is not None:
        write_json({"schema": 1, "data": entries}, json)


@data.command(epilog="\b\nExample:  srcnn data fetch set5 set14")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@data_root_option
@pass_quiet
def fetch(names: tuple[str, ...], data_root: Path | None, quiet: bool) -> None:
    """Download data sets. Files that exist already are checked and kept.

    \b
    Arguments:
      NAME...  Names from srcnn data list.
    """
    need("evaluate", "srcnn data fetch", "pooch")
    from srcnn.data.catalog import catalog_name
    from srcnn.data.fetch import order

    # Check every name and folder before the first download.
    orders = [order(name, data_root) for name in dict.fromkeys(map(catalog_name, names))]
    whole = [_fetched(wanted, quiet) for wanted in orders]
    if not all(whole):
        raise Exit(1)


def _fetched(wanted: Order, quiet: bool) -> bool:
    """Fetch one data set, report the result, and return whether the set is complete."""
    from srcnn.data.catalog import known
    from srcnn.data.fetch import fetch
    from srcnn.terminal import duration

    name, lacking, one = wanted.name, len(wanted.files), known(wanted.name)
    if lacking:
        say(f"{name}: {lacking} files from {one.source} (license: {one.license})", quiet)
    if None in wanted.files.values():
        say(f"{name}: no checksums are known, so the files cannot be verified")
    started = time.monotonic()

    def progress(done: int) -> None:
        left = (time.monotonic() - started) / done * (lacking - done)
        show(f"{name}: {done} of {lacking}, {duration(left)} left", quiet)

    failures = fetch(wanted, progress)
    show("", quiet)
    for failure in failures[:_SHOWN]:
        report_error(failure)
    if failures:
        why = f"{len(failures)} of {one.pictures} files are missing"
        report_error(
            SrcnnError(f"data set '{name}'", why, "run the command again; fetched files are kept")
        )
    else:
        print(f"{name}: {one.pictures} images in {wanted.folder}, {lacking} of them newly fetched")
    return not failures


@data.command(epilog="\b\nExample:  srcnn data verify set5 set14")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@data_root_option
@_json
def verify(names: tuple[str, ...], data_root: Path | None, json: str | None) -> None:
    """Check every image of a data set by its SHA-256.

    \b
    Arguments:
      NAME...  Names from srcnn data list.
    """
    from srcnn.data.catalog import catalog_name, how_to_get, known, locate
    from srcnn.data.verify import verify as verify_folder

    sets = {name: known(name) for name in map(catalog_name, names)}
    folders = {name: locate(name, data_root) for name in sets}
    results = {name: verify_folder(name, folder) for name, folder in folders.items()}
    if json != "-":
        for name, found in results.items():
            for what, files in asdict(found).items():
                if what != "verified":
                    for file in files:
                        print(f"{what:9}  {folders[name] / file}")
            print(f"{name}: {len(found.verified)} of {sets[name].pictures} images verified")
    if json is not None:
        entries = [
            {"name": name, "folder": str(folders[name]), "ok": found.ok, **asdict(found)}
            for name, found in results.items()
        ]
        write_json({"schema": 1, "results": entries}, json)
    for name, found in results.items():
        if not found.ok:
            counts = [f"{len(files)} {what}" for what, files in asdict(found).items() if files]
            fix = how_to_get(name) if found.missing else ""
            report_error(SrcnnError(f"data set '{name}'", ", ".join(counts), fix))
    if not all(found.ok for found in results.values()):
        raise Exit(1)
