"""The loader of one source in one file: a TOML document with the same columns as the tables.

The template with comments is `loaders/data/source-template.toml`: a `[source]` block as in sources.csv, and
one block per row, such as `[[budgets]]` or `[[osa_projects]]`.
"""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from graph.bundle import Bundle
from graph.errors import LimitExceededError, MalformedSourceError, SourceUnavailableError
from loaders.loader import LoadContext
from loaders.mappings import SOURCES, TABLES
from loaders.rows import Row
from loaders.tables import bundles, group_by_source

MAX_BYTES = 4 * 2**20
_BLOCKS = tuple(sorted(TABLES.keys() - {SOURCES.name}))
_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
_BLOCK = re.compile(r"^\s*\[\[?\s*(\w+)\s*\]\]?", re.MULTILINE)


class SourceFileLoader:
    """Reads a TOML file that holds one source and what it says."""

    name = "source-file"

    def accepts(self, path: Path) -> bool:
        """Whether the file is a TOML document."""
        return path.suffix == ".toml"

    def read(self, paths: Sequence[Path], context: LoadContext) -> Iterator[Bundle]:
        """One bundle per file.

        Raises SourceError with file, line, column, value and remedy.
        """
        for path in paths:
            rows = list(read_source_file(path))
            yield from bundles(group_by_source(rows, context), context)


def read_source_file(path: Path) -> Iterator[Row]:
    """The rows of a file, the source's own first; lines are those of the blocks.

    Raises SourceUnavailableError, MalformedSourceError or LimitExceededError.
    """
    text = _text(path)
    document = _parse(text, path)
    lines = _block_lines(text)
    source = document.pop("source", None)
    if not isinstance(source, dict) or not source.get("source_id"):
        raise MalformedSourceError(
            "there is no [source] block with a source_id",
            file=path,
            line=1,
            remedy="Start from loaders/data/source-template.toml.",
        )
    identifier = str(source["source_id"])
    yield _row("sources", source, identifier, next(iter(lines.get("source", [1]))), path)
    for name, blocks in document.items():
        places = lines.get(name, [])
        if not isinstance(blocks, list) or len(places) != len(blocks) or name not in _BLOCKS:
            known = ", ".join(f"[[{table}]]" for table in _BLOCKS)
            raise MalformedSourceError(
                "no such block", file=path, line=next(iter(places), None), value=name, remedy=f"Use: {known}."
            )
        for block, line in zip(blocks, places, strict=True):
            yield _row(name, block, identifier, line, path)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise LimitExceededError(
                f"larger than {MAX_BYTES:,} bytes", file=path, remedy="Use the CSV tables for bulk."
            )
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise MalformedSourceError(
            "not UTF-8", file=path, line=line, remedy="Save the file as UTF-8."
        ) from error
    except OSError as error:
        raise SourceUnavailableError(f"cannot be read: {error.strerror}", file=path) from error


def _parse(text: str, path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        match = _PLACE.search(str(error))
        line, column = (int(match.group(1)), int(match.group(2))) if match else (None, None)
        message = _PLACE.sub("", str(error)).strip()
        raise MalformedSourceError(
            f"not TOML: {message}",
            file=path,
            line=line,
            column=column,
            remedy='Write column = "value".',
        ) from error
    except RecursionError as error:
        raise LimitExceededError("nested too deeply", file=path) from error


def _block_lines(text: str) -> dict[str, list[int]]:
    """The lines on which blocks begin, by name: what messages point at."""
    lines: dict[str, list[int]] = {}
    for match in _BLOCK.finditer(text):
        lines.setdefault(match.group(1), []).append(text.count("\n", 0, match.start(1)) + 1)
    return lines


def _row(table: str, block: object, identifier: str, line: int, path: Path) -> Row:
    if not isinstance(block, dict):
        raise MalformedSourceError("expected a block of columns", file=path, line=line, value=table)
    known = TABLES[table].column
    fields = {name: "" for name, column in known.items() if not column.default}
    for name, value in block.items():
        if name not in known:
            raise MalformedSourceError(
                "an unknown column",
                file=path,
                line=line,
                column=name,
                remedy=f"{table} has: {', '.join(known)}.",
            )
        fields[name] = _field(value, name, line, path)
    fields.update({"source_id": identifier, **_defaults(table, fields)})
    return Row(table, path.name, line, fields)


def _defaults(table: str, fields: dict[str, str]) -> dict[str, str]:
    """A claim whose modality is not said is asserted."""
    if "modality" in TABLES[table].column and not fields.get("modality"):
        return {"modality": "asserted"}
    return {}


def _field(value: object, column: str, line: int, path: Path) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float | datetime.date | list):
        raise MalformedSourceError(
            "expected text, a number, a date or a list", file=path, line=line, column=column, value=str(value)
        )
    if isinstance(value, list):
        return ";".join(str(part) for part in value)
    return value.isoformat() if isinstance(value, datetime.date) else str(value)
