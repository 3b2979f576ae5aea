"""``srcnn upscale --compare``: a page that shows one image before and after."""

from __future__ import annotations

from pathlib import Path

from srcnn.cli.jobs import STDIO, Request, exists
from srcnn.cli.options import Voice
from srcnn.conversion.conversion import Converted
from srcnn.errors import UsageError
from srcnn.images.files import check_free, check_writable, remove_parts, write_atomically
from srcnn.terminal import say

_SUFFIX = ".html"


def check_page(page: str, request: Request) -> None:
    """Check the name of a page before any work.

    Raises:
        UsageError: If it is not the name of a page, or the command does not convert a single file.
        DestinationExists: If it exists and is not to be replaced.
        OutputError: If it cannot be written.
    """
    option = f"--compare {page}"
    if Path(page).suffix.lower() != _SUFFIX:
        raise UsageError(option, "is not a page", f"give it a name that ends in {_SUFFIX}")
    if request.several:
        raise UsageError(option, "can show only one image", "give a single file as the source")
    if request.in_place:
        raise UsageError("--compare", "cannot be combined with --in-place")
    if request.sources[0] == STDIO or request.output == STDIO:
        raise UsageError(option, "cannot read stdin or stdout a second time", "use files")
    check_free(Path(page), request.overwrite or request.skip_existing)
    check_writable(Path(page))


def write_page(page: str, done: Converted) -> None:
    """Write the page of an image, if there is a result to show."""
    from srcnn.figures.enlargement import enlargement_page
    from srcnn.weights.labels import labels_of

    path, result = Path(page), Path(done.destination)
    quiet = Voice.current().quiet
    if not done.ok or not exists(result):
        return
    model = done.model or "result"
    data = enlargement_page(Path(done.source), result, labels_of([model])[model])
    remove_parts(path.parent)
    write_atomically(path, data)
    say(f"{page}: {len(data)} bytes", quiet)
