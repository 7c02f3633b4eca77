"""Reads Wikidata's entity JSON as a stream: one entity at a time, whatever the size of the document.

One entity; `{"entities": {…}}`, as Special:EntityData gives it; a list; a dump, which is a list with one
entity to a line; one entity to a line without a list. Nothing here knows what a statement is.
Spec: https://doc.wikimedia.org/Wikibase/master/php/docs_topics_json.html
"""

from __future__ import annotations

import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

import ijson

Entity = Mapping[str, Any]

# The largest entities of Wikidata have a few megabytes.
LARGEST_ENTITY_BYTES: Final = 64 << 20
GZIP_MAGIC: Final = b"\x1f\x8b"
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
ENTITY_ID: Final = re.compile(r"[QPL][1-9][0-9]{0,17}")
SHOWN: Final = 80
LOOKED_AT_BYTES: Final = 4096
# Some of these stand at the beginning of an entity; neither stands in JSON-LD.
_KEYS: Final = (b'"entities"', b'"labels"', b'"mainsnak"', b'"lastrevid"', b'"sitelinks"', b'"datatype"')


class BadDocumentError(Exception):
    """What is wrong with a document and where; `line` and `column` count from 1 where they are known."""

    def __init__(
        self, what: str, line: int | None = None, column: int | None = None, value: str | None = None
    ) -> None:
        super().__init__(what)
        self.what = what
        self.line = line
        self.column = column
        self.value = value


class Found(NamedTuple):
    """One entity, and its line where the document has one entity to a line."""

    entity: Entity
    line: int | None


Refuse = Callable[[BadDocumentError], None]


def _raise(error: BadDocumentError) -> None:
    raise error


@contextmanager
def open_document(path: Path) -> Iterator[IO[bytes]]:
    """The text of a file, which may be compressed, after a byte order mark.

    Raises OSError; reading raises EOFError, gzip.BadGzipFile or zlib.error where a gzip stream is damaged.
    """
    with path.open("rb") as raw:
        gzipped = raw.read(2) == GZIP_MAGIC
        raw.seek(0)
        stream: IO[bytes] = io.BufferedReader(gzip.GzipFile(fileobj=raw), 1 << 20) if gzipped else raw
        if stream.read(len(BYTE_ORDER_MARK)) != BYTE_ORDER_MARK:
            stream.seek(0)
        yield stream


def looks_like_entities(path: Path) -> bool:
    """Whether the beginning of a JSON file is that of entity JSON, and not of JSON-LD."""
    try:
        with open_document(path) as stream:
            head = stream.read(LOOKED_AT_BYTES)
    except (OSError, EOFError, zlib.error):
        return False
    return b'"@' not in head and any(key in head for key in _KEYS)


def read_entities(stream: IO[bytes], refuse: Refuse = _raise) -> Iterator[Found]:
    """The entities of a document, in order; what is said to be missing is passed over.

    `refuse` is told of a line that holds no entity, and the reading goes on after it; by default it raises.
    Raises BadDocumentError where the document as a whole cannot be read.
    """
    start = stream.tell()
    first, line = _first_line(stream)
    text = first.strip()
    if text == b"[":
        yield from _listed_by_line(stream, start, line, refuse)
    elif text.startswith(b"["):
        stream.seek(start)
        yield from _whole(stream, start, "item")
    elif text.startswith(b"{"):
        yield from _objects(stream, start, text, line, refuse)
    else:
        what = "this is not entity JSON: it begins with neither an object nor a list"
        raise BadDocumentError(what, line, 1, _shown(text))


def _first_line(stream: IO[bytes]) -> tuple[bytes, int]:
    """The first line that is not blank, as far as an entity goes, and its number."""
    number = 0
    while line := stream.readline(LARGEST_ENTITY_BYTES + 1):
        number += 1
        if line.strip():
            return line, number
    raise BadDocumentError("the document is empty", 1)


def _objects(stream: IO[bytes], start: int, text: bytes, line: int, refuse: Refuse) -> Iterator[Found]:
    """What begins with an object: a line for each entity, or one object over several lines."""
    try:
        found = _parsed(text, line)
    except BadDocumentError:
        stream.seek(start)
        yield from _whole(stream, start, "entities")
        return
    if _is_container(found):
        yield from (Found(entity, None) for entity in _contained(found))
        rest, number = stream.readline(LARGEST_ENTITY_BYTES + 1), line + 1
        if rest.strip():
            raise BadDocumentError("there is more after the end of the document", number, 1, _shown(rest))
        return
    try:
        yield Found(_checked(found, line), line)
    except BadDocumentError as error:
        refuse(error)
    yield from _by_line(stream, line, refuse)


def _by_line(stream: IO[bytes], line: int, refuse: Refuse) -> Iterator[Found]:
    while raw := stream.readline(LARGEST_ENTITY_BYTES + 1):
        line += 1
        if raw.strip():
            try:
                yield Found(_checked(_parsed(raw.strip(), line), line), line)
            except BadDocumentError as error:
                refuse(error)


def _listed_by_line(stream: IO[bytes], start: int, line: int, refuse: Refuse) -> Iterator[Found]:
    """A list that begins on a line of its own: a dump, or a list that was written to be looked at."""
    is_first = True
    while raw := stream.readline(LARGEST_ENTITY_BYTES + 1):
        line += 1
        text = raw.strip()
        if text == b"]":
            return
        if not text:
            continue
        try:
            found = _checked(_parsed(text.removesuffix(b","), line), line)
        except BadDocumentError as error:
            if is_first and not text.endswith(b"}") and not text.endswith(b"},"):
                stream.seek(start)
                yield from _whole(stream, start, "item")
                return
            refuse(error)
        else:
            yield Found(found, line)
        is_first = False
    raise BadDocumentError("the list is not closed: the document was cut off", line)


def _whole(stream: IO[bytes], start: int, prefix: str) -> Iterator[Found]:
    """The entities of a document that is one value over any number of lines."""
    count = 0
    try:
        if prefix == "item":
            for found in ijson.items(stream, "item"):
                count += 1
                yield Found(_checked(found, None, count), None)
            return
        for _, found in ijson.kvitems(stream, "entities"):
            count += 1
            if not _is_missing(found):
                yield Found(_checked(found, None, count), None)
    except (ijson.JSONError, UnicodeDecodeError) as error:
        stream.seek(start)
        raise _placed(stream, f"this is not JSON after entity {count}: {_words(error)}") from error
    if not count:
        stream.seek(start)
        text = stream.read(LARGEST_ENTITY_BYTES + 1)
        found = _parsed(text, 1)
        if not _is_container(found):
            yield Found(_checked(found, 1), None)


def _placed(stream: IO[bytes], what: str) -> BadDocumentError:
    """The error with line and column, where the document is small enough to be read in one piece."""
    text = stream.read(LARGEST_ENTITY_BYTES + 1)
    if len(text) <= LARGEST_ENTITY_BYTES:
        try:
            _parsed(text, 1)
        except BadDocumentError as error:
            return error
    return BadDocumentError(what)


def _parsed(text: bytes, line: int) -> Any:
    """The value of a JSON text; `line` is that of its beginning."""
    if len(text) > LARGEST_ENTITY_BYTES:
        raise BadDocumentError(f"an entity is larger than {LARGEST_ENTITY_BYTES >> 20} MiB", line)
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        place = line + error.lineno - 1
        raise BadDocumentError(
            f"this is not JSON: {error.msg}", place, error.colno, _around(error)
        ) from error
    except RecursionError as error:
        raise BadDocumentError("the JSON is nested too deeply", line) from error
    except ValueError as error:
        raise BadDocumentError(f"this is not JSON: {error}", line) from error


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _checked(found: Any, line: int | None, count: int | None = None) -> Entity:
    if isinstance(found, dict) and isinstance(found.get("id"), str) and ENTITY_ID.fullmatch(found["id"]):
        return found
    which = "" if count is None else f" (number {count} of the document)"
    what = f"this is no entity of Wikidata{which}: it has no id such as Q17"
    raise BadDocumentError(what, line, None if line is None else 1, _shown(repr(found).encode()))


def _is_container(found: Any) -> bool:
    return isinstance(found, dict) and "id" not in found and isinstance(found.get("entities"), dict | list)


def _contained(found: Any) -> Iterator[Entity]:
    entities = found["entities"]
    listed = entities.values() if isinstance(entities, dict) else entities
    for number, entity in enumerate(listed, 1):
        if not _is_missing(entity):
            yield _checked(entity, None, number)


def _is_missing(found: Any) -> bool:
    """Whether Wikidata says in this place that there is no such entity."""
    return isinstance(found, dict) and "missing" in found


def _around(error: json.JSONDecodeError) -> str:
    return error.doc[max(0, error.pos - SHOWN // 2) : error.pos + SHOWN // 2]


def _shown(text: bytes) -> str:
    return text[:SHOWN].decode("utf-8", "replace")


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
