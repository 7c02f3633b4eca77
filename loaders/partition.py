"""Spreads the rows of large tables over buckets on disk, by the source that they cite.

A source's rows must be mapped together; a bucket holds whole sources, so buckets can be mapped one at a time
and side by side.
"""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

from loaders.rows import Row


def spread_rows(rows: Iterable[Row], buckets: list[Path], counted: Callable[[str], None]) -> None:
    """Write each row to the bucket of its source."""
    with ExitStack() as stack:
        files = [stack.enter_context(path.open("wb")) for path in buckets]
        for row in rows:
            counted(row.table)
            key = row.fields.get("source_id", "").strip()
            pickle.dump(tuple(row), files[zlib.crc32(key.encode()) % len(files)], protocol=5)


def bucket_rows(bucket: Path) -> Iterator[Row]:
    """The rows of one bucket, in the order in which they were written."""
    with bucket.open("rb") as file:
        while True:
            try:
                yield Row(*pickle.load(file))
            except EOFError:
                return


def bucket_count(paths: Iterable[Path], bucket_bytes: int = 4 * 2**20) -> int:
    """How many buckets keep each at a size that fits into memory several times over."""
    return 1 + sum(path.stat().st_size for path in paths) // bucket_bytes
