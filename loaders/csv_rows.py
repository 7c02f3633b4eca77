"""Reads a CSV table row by row, with the line of every complaint."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from graph.errors import LimitExceededError, MalformedSourceError, SourceUnavailableError
from loaders.rows import Row
from loaders.table import Table

LONGEST_CELL: Final = 131_072


def read_rows(path: Path, table: Table) -> Iterator[Row]:
    """The rows of a UTF-8 CSV file (RFC 4180; a byte order mark and either line ending are fine).

    Raises SourceUnavailableError, MalformedSourceError or LimitExceededError with file and line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _rows(csv.reader(file, strict=True), path, table)
    except UnicodeDecodeError as error:
        raise _not_utf8(path) from error
    except IsADirectoryError as error:
        raise SourceUnavailableError(
            "this is a directory", file=path, remedy="Name the files in it."
        ) from error
    except OSError as error:
        raise SourceUnavailableError(f"cannot be read: {error.strerror}", file=path) from error


def _rows(reader: Iterator[list[str]], path: Path, table: Table) -> Iterator[Row]:
    line = 1
    try:
        header = next(reader, None)
        if not header:
            raise MalformedSourceError("the file is empty", file=path, line=1, remedy=_header_remedy(table))
        _check_header(header, path, table)
        while True:
            line = reader.line_num + 1  # type: ignore[attr-defined]
            fields = next(reader, None)
            if fields is None:
                return
            if fields:
                yield _row(fields, header, line, path, table)
    except csv.Error as error:
        raise _csv_error(error, path, line) from error


def _row(fields: list[str], header: list[str], line: int, path: Path, table: Table) -> Row:
    if any(len(field) > LONGEST_CELL for field in fields):
        # The parser's own limit is one for the whole process, and some library may have raised it.
        raise _too_long(path, line)
    if len(fields) != len(header):
        raise MalformedSourceError(
            f"{len(fields)} fields where the header has {len(header)} columns",
            file=path,
            line=line,
            remedy="Quote fields that hold commas.",
        )
    return Row(table.name, path.name, line, dict(zip(header, fields, strict=True)))


def _check_header(header: list[str], path: Path, table: Table) -> None:
    known = table.column
    for place, name in enumerate(header):
        if name not in known or name in header[:place]:
            what = "a column twice" if name in known else "an unknown column"
            raise MalformedSourceError(
                what, file=path, line=1, column=place + 1, value=name, remedy=_header_remedy(table)
            )
    for column in table.columns:
        if column.name not in header and not column.optional:
            raise MalformedSourceError(
                "a column is missing", file=path, line=1, column=column.name, remedy=_header_remedy(table)
            )


def _header_remedy(table: Table) -> str:
    return f"The header of {table.name}.csv is: {','.join(c.name for c in table.columns if not c.optional)}."


def _csv_error(error: csv.Error, path: Path, line: int) -> MalformedSourceError | LimitExceededError:
    if "field larger than field limit" in str(error):
        return _too_long(path, line)
    return MalformedSourceError(
        f"not CSV: {error}", file=path, line=line, remedy="Close the quotes; double a quote inside quotes."
    )


def _too_long(path: Path, line: int) -> LimitExceededError:
    return LimitExceededError(
        f"a cell is longer than {LONGEST_CELL:,} characters",
        file=path,
        line=line,
        remedy="Shorten it: cells hold paraphrases, not documents.",
    )


def _not_utf8(path: Path) -> MalformedSourceError:
    with path.open("rb") as file:
        raw = b""
        line = 0
        for line, raw in enumerate(file, start=1):  # noqa: B007 (the line that fails is what we want)
            try:
                raw.decode("utf-8")
            except UnicodeDecodeError:
                break
    before = raw.decode("utf-8", errors="surrogateescape")
    column = next(
        place for place, character in enumerate(before, start=1) if "\udc80" <= character <= "\udcff"
    )
    return MalformedSourceError(
        "not UTF-8",
        file=path,
        line=line,
        column=column,
        value=f"byte {ord(before[column - 1]) - 0xDC00:02x}",
        remedy="Save the file as UTF-8.",
    )
