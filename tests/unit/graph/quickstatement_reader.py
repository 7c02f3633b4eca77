"""Reads QuickStatements V1 as its own tool does, by the published grammar and not by our writer.

Lines end at newlines and `||`, fields at tabs and `|`, without regard to quotes; a comment at the end is a
summary; curly quotes are straightened; texts are trimmed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

COMMENT = re.compile(r"^(.*?)\s*/\*\s*(.*?)\s*\*/\s*$")
QUANTITY = re.compile(r"([+-]?[0-9]+(?:\.[0-9]+)?)(?:U([0-9]+))?")
TIME = re.compile(r"([+-][0-9]+-[0-9]{2}-[0-9]{2}T00:00:00Z)/([0-9]+)")


class Command(NamedTuple):
    """One statement, with its reference groups as lists of property and value."""

    item: str
    property: str
    value: Any
    references: list[list[tuple[str, Any]]]


def _item(text: str) -> Any:
    return ("item", text) if re.fullmatch(r"Q[0-9]+", text) else None


def _raw(text: str) -> Any:
    match = re.fullmatch(r'"""(.*)"""', text)
    return ("text", match[1]) if match else None


def _monolingual(text: str) -> Any:
    match = re.fullmatch(r'([a-z_-]+):"(.*)"', text)
    return ("monolingual", match[1], match[2].strip()) if match else None


def _text(text: str) -> Any:
    match = re.fullmatch(r'"(.*)"', text)
    return ("text", match[1].strip()) if match else None


def _time(text: str) -> Any:
    match = TIME.fullmatch(text)
    return ("time", match[1], int(match[2])) if match else None


def _quantity(text: str) -> Any:
    match = QUANTITY.fullmatch(text)
    return ("quantity", match[1], match[2]) if match else None


VALUES: tuple[Callable[[str], Any], ...] = (_item, _raw, _monolingual, _text, _time, _quantity)


def read_value(text: str) -> Any:
    """What a field means; ValueError where it means nothing."""
    text = text.strip().replace("“", '"').replace("”", '"')
    for read in VALUES:
        if (value := read(text)) is not None:
            return value
    raise ValueError(f"no value: {text}")


def read_v1(text: str) -> Iterator[Command]:
    """The commands of a batch; ValueError where one is none."""
    for line in re.split(r"\n|\|\|", text):
        if not line.strip():
            continue
        match = COMMENT.match(line)
        fields = re.split(r"[\t|]", match[1] if match else line)
        if len(fields) < 3 or len(fields) % 2 == 0:
            raise ValueError(f"no command: {line}")
        item, property, value, *rest = fields
        if not re.fullmatch(r"Q[0-9]+", item) or not re.fullmatch(r"P[0-9]+", property):
            raise ValueError(f"no statement: {line}")
        references: list[list[tuple[str, Any]]] = []
        for key, field in zip(rest[::2], rest[1::2], strict=True):
            begins = re.fullmatch(r"(!?)S([0-9]+)", key)
            if begins is None:
                raise ValueError(f"no source: {key}")
            if begins[1] or not references:
                references.append([])
            references[-1].append((f"P{begins[2]}", read_value(field)))
        yield Command(item, property, read_value(value), references)


def read_csv(rows: list[list[str]]) -> Iterator[Command]:
    """The commands of a CSV batch, given its rows; `S` begins a reference, `s` goes on with it."""
    header, *lines = rows
    if header[0] != "qid":
        raise ValueError("the first column is qid")
    for line in lines:
        commands: list[Command] = []
        for name, cell in zip(header[1:], line[1:], strict=True):
            if not cell:
                continue
            if name.startswith("P"):
                commands.append(Command(line[0], name, read_value(cell), []))
            elif name[0] in "Ss" and commands:
                references = commands[-1].references
                if name[0] == "S":
                    references.append([])
                references[-1].append((f"P{name[1:]}", read_value(cell)))
            else:
                raise ValueError(f"no place for {name}")
        yield from commands
