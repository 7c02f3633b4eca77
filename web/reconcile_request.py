"""Reads what clients of reconciliation send, strictly: every mistake is told with its place.

Spec: https://reconciliation-api.github.io/specs/0.2/
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

from werkzeug.exceptions import RequestEntityTooLarge

from graph.errors import InvalidParameterError, shorten

BATCH_SIZE: Final = 50
LARGEST: Final = 1 << 20
DEFAULT_LIMIT: Final = 5
MOST_CANDIDATES: Final = 100
MOST_CONSTRAINTS: Final = 20
MOST_VALUES: Final = 50
MOST_TYPES: Final = 20
MOST_IDS: Final = 1000
MOST_EXTENDED: Final = 50
MOST_CELLS: Final = 10_000
# So many values a cell has at most.
MOST_IN_CELL: Final = 200
LONGEST_NUMBER: Final = 300


class Strictness(StrEnum):
    """What becomes of a candidate of another type."""

    ANY = "any"
    SHOULD = "should"
    ALL = "all"


class Content(StrEnum):
    """How a value that is a thing is given: with its id and name, by its id alone, or by its name alone."""

    LITERAL = "literal"
    ID = "id"
    LABEL = "label"


class Reference(NamedTuple):
    """A thing as a client names it."""

    id: str
    name: str = ""


Value = str | int | float | bool | Reference


@dataclass(frozen=True)
class Constraint:
    """What is known of a property of the thing that is looked for: one of the values, or a few."""

    property: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Wanted:
    """One query of a batch; without `text`, the constraints alone decide."""

    text: str
    types: tuple[str, ...] = ()
    strictness: Strictness = Strictness.SHOULD
    limit: int = DEFAULT_LIMIT
    constraints: tuple[Constraint, ...] = ()


class Column(NamedTuple):
    """A property to be told of things; `limit` 0 is for as many values as a cell may have."""

    property: str
    limit: int
    content: Content


@dataclass(frozen=True)
class Extension:
    """Which properties of which things are to be told."""

    ids: tuple[str, ...]
    columns: tuple[Column, ...]


def read_queries(text: str) -> dict[str, Wanted]:
    """The queries of a batch by their keys.

    Raises InvalidParameterError, and RequestEntityTooLarge for more than BATCH_SIZE of them.
    """
    batch = _object(_document(text, "queries"), "queries")
    if len(batch) > BATCH_SIZE:
        raise RequestEntityTooLarge(f"A batch has at most {BATCH_SIZE} queries, not {len(batch)}.")
    return {key: _wanted(value, f"queries.{shorten(key, 40)}") for key, value in batch.items()}


def read_extension(text: str) -> Extension:
    """What is to be told of which things.

    Raises InvalidParameterError, and RequestEntityTooLarge for too much at once.
    """
    document = _object(_document(text, "extend"), "extend")
    _require_keys(document, "extend", ("ids", "properties"), ("ids", "properties"))
    ids = _list(document["ids"], "extend.ids")
    properties = _list(document["properties"], "extend.properties")
    if len(ids) > MOST_IDS or len(properties) > MOST_EXTENDED or len(ids) * len(properties) > MOST_CELLS:
        raise RequestEntityTooLarge(
            f"At most {MOST_IDS} things, {MOST_EXTENDED} properties and {MOST_CELLS} cells are told at once."
        )
    return Extension(
        tuple(dict.fromkeys(_text(id, f"extend.ids[{place}]") for place, id in enumerate(ids))),
        tuple(_column(each, f"extend.properties[{place}]") for place, each in enumerate(properties)),
    )


def _document(text: str, name: str) -> Any:
    if len(text.encode("utf-8", "replace")) > LARGEST:
        raise RequestEntityTooLarge(f"The parameter {name} is larger than {LARGEST} bytes.")
    try:
        return json.loads(text, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        where = f", at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
        raise InvalidParameterError(name, shorten(text), f"a JSON document{where}") from error


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _wanted(value: Any, place: str) -> Wanted:
    document = _object(value, place)
    _require_keys(document, place, ("query", "type", "limit", "type_strict", "properties"), ())
    if "query" not in document and not document.get("properties"):
        raise InvalidParameterError(place, None, "a name as 'query', or 'properties', or both")
    constraints = _list(document.get("properties", []), f"{place}.properties", MOST_CONSTRAINTS)
    strict = document.get("type_strict", Strictness.SHOULD.value)
    if strict not in list(Strictness):
        raise InvalidParameterError(f"{place}.type_strict", _shown(strict), "any, should or all")
    return Wanted(
        _text(document.get("query", ""), f"{place}.query"),
        _types(document.get("type", []), f"{place}.type"),
        Strictness(strict),
        min(_positive(document.get("limit", DEFAULT_LIMIT), f"{place}.limit"), MOST_CANDIDATES),
        tuple(_constraint(each, f"{place}.properties[{at}]") for at, each in enumerate(constraints)),
    )


def _types(value: Any, place: str) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(_text(each, place) for each in _list(value, place, MOST_TYPES))


def _constraint(value: Any, place: str) -> Constraint:
    document = _object(value, place)
    _require_keys(document, place, ("pid", "v"), ("pid", "v"))
    given = document["v"]
    values = _list(given, f"{place}.v", MOST_VALUES) if isinstance(given, list) else [given]
    return Constraint(
        _text(document["pid"], f"{place}.pid"), tuple(_value(each, f"{place}.v") for each in values)
    )


def _value(value: Any, place: str) -> Value:
    match value:
        case str():
            return _clean(value)
        case bool():
            return value
        case int() if abs(value) < 10**LONGEST_NUMBER:
            return value
        case float() if math.isfinite(value):
            return value
        case dict():
            _require_keys(value, place, ("id", "name"), ("id",))
            return Reference(_text(value["id"], f"{place}.id"), _text(value.get("name", ""), f"{place}.name"))
    raise InvalidParameterError(place, _shown(value), "a text, a number, true or false, or {id, name}")


def _column(value: Any, place: str) -> Column:
    document = _object(value, place)
    _require_keys(document, place, ("id", "settings"), ("id",))
    settings = _object(document.get("settings", {}), f"{place}.settings")
    _require_keys(settings, f"{place}.settings", ("limit", "content"), ())
    content = settings.get("content", Content.LITERAL.value)
    if content not in list(Content):
        raise InvalidParameterError(f"{place}.settings.content", _shown(content), ", ".join(Content))
    return Column(
        _text(document["id"], f"{place}.id"),
        _number(settings.get("limit", 0), f"{place}.settings.limit"),
        Content(content),
    )


def _number(value: Any, place: str) -> int:
    """A number of values; forms send it as text, and empty where nobody chose one."""
    if isinstance(value, str) and (not value or (value.isascii() and value.isdigit() and len(value) < 10)):
        value = int(value or 0)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1 or value < 0:
        raise InvalidParameterError(place, _shown(value), "a whole number; 0 is for all")
    return int(min(value, MOST_IN_CELL))


def _positive(value: Any, place: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InvalidParameterError(place, _shown(value), "a whole number, 1 or more")
    return value


def _object(value: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InvalidParameterError(place, _shown(value), "a JSON object")
    return value


def _list(value: Any, place: str, most: int | None = None) -> list[Any]:
    if not isinstance(value, list):
        raise InvalidParameterError(place, _shown(value), "a JSON array")
    if most is not None and len(value) > most:
        raise InvalidParameterError(place, f"an array of {len(value)}", f"at most {most}")
    return value


def _text(value: Any, place: str) -> str:
    if not isinstance(value, str):
        raise InvalidParameterError(place, _shown(value), "a text")
    return _clean(value)


def _clean(text: str) -> str:
    """The text without what no name has: halves of characters, and NUL."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")


def _require_keys(
    document: Mapping[str, Any], place: str, known: Collection[str], needed: Collection[str]
) -> None:
    for key in document:
        if key not in known:
            raise InvalidParameterError(f"{place}.{shorten(key, 40)}", "there", f"only {', '.join(known)}")
    for key in needed:
        if key not in document:
            raise InvalidParameterError(f"{place}.{key}", None, "a value")


def _shown(value: Any) -> str:
    """A value for a sentence; one that is too deep to be written out is only counted."""
    if isinstance(value, dict | list):
        return f"{'an object' if isinstance(value, dict) else 'an array'} of {len(value)}"
    return shorten(json.dumps(value)[:400])
