"""The manifest: a folder of Parquet files with a row for each picture, which a second run continues."""

from __future__ import annotations

import io
import json
import time
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from srcnn._optional import need
from srcnn.bulk.stores import Store
from srcnn.bulk.task import RETRIED, Row
from srcnn.errors import InputError, UsageError

if TYPE_CHECKING:
    import pyarrow

FOLDER = "srcnn-manifest"
"""Name of the manifest in the output. Readers of Parquet ignore names that begin with . or _."""
_SETTINGS = "_settings.json"
_ROWS, _SHARE = 8, 0.02
"""A part is written after this many rows, or this share of all rows if that is more: a killed run
loses no more than that, and a million rows need 450 parts."""
_SECONDS = 60.0
"""Longest time until a finished row is written, for pictures that take minutes each."""


class Manifest:
    """Rows in Parquet files. Only one process writes it.

    Attributes:
        is_new: Whether no earlier run has begun it.
        failed: Number of rows of earlier runs that are errors, and stay.
    """

    def __init__(self, store: Store, output: str, settings: dict[str, object], again: bool) -> None:
        """Begin a manifest, or continue the one in an output.

        Args:
            store: Where the output is.
            output: The folder or prefix of the results.
            settings: Everything that decides how results look.
            again: Whether to forget the rows of earlier runs.

        Raises:
            UsageError: If an earlier run had other settings.
            SrcnnError: If the manifest cannot be read or written.
        """
        need("ray", "the manifest of --on", "pyarrow")
        self._store, self._folder = store, f"{output}/{FOLDER}"
        self.failed = 0
        self._done: set[str] = set()
        self._retried: list[str] = []
        self._run = f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{uuid.uuid4().hex[:6]}"
        self._rows: list[Row] = []
        self._part = self._written = 0
        self._flushed = time.monotonic()
        found = store.list(self._folder)
        self.is_new = f"{self._folder}/{_SETTINGS}" not in found
        self._parts = [path for path in found if path.endswith(".parquet")]
        self._again = again and not self.is_new
        self._settings = settings
        if not (self.is_new or again):
            self._check_settings()
            self._read()

    def begin(self) -> None:
        """Write the settings, and remove rows that are to be replaced, before any work."""
        for path in self._parts if self._again else ():
            self._store.remove(path)
        for path in self._retried:
            self._drop_retried(path)
        if self.is_new or self._again:
            text = json.dumps(self._settings, indent=1, sort_keys=True) + "\n"
            self._store.write(f"{self._folder}/{_SETTINGS}", text.encode())

    def has(self, source: str) -> bool:
        """Return whether an earlier run finished a source, so that it is not done again."""
        return _text(source) in self._done

    def add(self, row: Row) -> None:
        """Add a row. It is written together with others."""
        self._rows.append(row)
        waited = time.monotonic() - self._flushed
        if len(self._rows) >= max(_ROWS, _SHARE * self._written) or waited > _SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write the rows that are not written yet, as one part.

        Raises:
            SrcnnError: If they cannot be written.
        """
        if self._rows:
            name = f"{self._folder}/part-{self._run}-{self._part:05d}.parquet"
            values = [{key: _text(value) for key, value in vars(row).items()} for row in self._rows]
            self._store.write(name, _parquet(values))
            self._written += len(self._rows)
            self._rows, self._part = [], self._part + 1
        self._flushed = time.monotonic()

    def _check_settings(self) -> None:
        try:
            before = json.loads(self._store.get(f"{self._folder}/{_SETTINGS}"))
        except ValueError:
            before = {}
        changed = [key for key, value in self._settings.items() if before.get(key) != value]
        if changed:
            key = changed[0]
            why = f"has results of another run, with {key} {before.get(key)}"
            fix = f"use another --output for {key} {self._settings[key]}, or --overwrite"
            raise UsageError(self._folder.rpartition("/")[0], why, fix)

    def _read(self) -> None:
        """Read which sources have a row."""
        for path in self._parts:
            table = self._table(path, ["source", "kind"])
            sources, kinds = (column.to_pylist() for column in table.columns)
            for source, kind in zip(sources, kinds, strict=True):
                if kind not in RETRIED:
                    self._done.add(source)
                    self.failed += kind is not None
            if not set(RETRIED).isdisjoint(kinds):
                self._retried.append(path)
        self._written = len(self._done)

    def _drop_retried(self, path: str) -> None:
        """Remove the rows of pictures that are tried again from a part."""
        rows = [row for row in self._table(path).to_pylist() if row["kind"] not in RETRIED]
        if rows:
            self._store.write(path, _parquet(rows))
        else:
            self._store.remove(path)

    def _table(self, path: str, columns: list[str] | None = None) -> pyarrow.Table:
        import pyarrow.parquet as parquet

        content = io.BytesIO(self._store.get(path))
        try:
            return parquet.read_table(content, columns=columns)
        except Exception:  # pyarrow's exceptions share no base
            fix = "remove it: its images are enlarged again"
            raise InputError(path, "is not a readable Parquet file", fix) from None


def _text(value: object) -> object:
    """Return text as Parquet can hold it: a file name need not be valid Unicode."""
    return value.encode(errors="backslashreplace").decode() if isinstance(value, str) else value


def _schema() -> pyarrow.Schema:
    import pyarrow as pa

    text, whole = pa.string(), pa.int64()
    kinds = {
        "ok": pa.bool_(),
        "skipped": pa.bool_(),
        **dict.fromkeys(("source_bytes", "result_bytes", "width", "height"), whole),
        "scale": pa.float64(),
        "passes": pa.list_(pa.int32()),
        "warnings": pa.list_(text),
        "seconds": pa.float64(),
    }
    return pa.schema([(name, kinds.get(name, text)) for name in Row.__dataclass_fields__])


def _parquet(rows: Sequence[Mapping[str, object]]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as parquet

    out = io.BytesIO()
    table = pa.Table.from_pylist(list(rows), schema=_schema())
    parquet.write_table(table, out, compression="zstd")
    return out.getvalue()
