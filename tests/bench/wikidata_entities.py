"""Made-up entities in the form of Wikidata's JSON, any number of them, the same on every run.

`python -m tests.bench.wikidata_entities 100000 entities.json.gz` writes a dump: a list, an entity to a line.
Nothing in them is copied from Wikidata: items have high numbers, and every value is drawn by chance. Each has
about ten statements of all types, a third with references, some deprecated, some without a value.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

FIRST: Final = 900_000_000
STATEMENTS: Final = 10
GREGORIAN: Final = "http://www.wikidata.org/entity/Q1985727"
JULIAN: Final = "http://www.wikidata.org/entity/Q1985786"
# Properties with the type of their values: those of the reviewed table, and some that it does not know.
PROPERTIES: Final = (
    ("P31", "wikibase-item"),
    ("P17", "wikibase-item"),
    ("P361", "wikibase-item"),
    ("P463", "wikibase-item"),
    ("P571", "time"),
    ("P585", "time"),
    ("P1082", "quantity"),
    ("P2131", "quantity"),
    ("P625", "globe-coordinate"),
    ("P1476", "monolingualtext"),
    ("P854", "url"),
    ("P297", "external-id"),
    ("P18", "commonsMedia"),
)
RANKS: Final = ("normal",) * 17 + ("preferred", "preferred", "deprecated")


def entities(count: int, first: int = FIRST) -> Iterator[dict[str, Any]]:
    """So many entities."""
    for number in range(first, first + count):
        yield entity(number)


def entity(number: int) -> dict[str, Any]:
    """The entity with this number."""
    chance = random.Random(number)
    claims: dict[str, list[dict[str, Any]]] = {}
    for place in range(STATEMENTS):
        name, datatype = chance.choice(PROPERTIES)
        claims.setdefault(name, []).append(_statement(chance, number, place, name, datatype))
    return {
        "type": "item",
        "id": f"Q{number}",
        "labels": {code: {"language": code, "value": f"{word} {number}"} for code, word in _WORDS.items()},
        "descriptions": {"en": {"language": "en", "value": f"made-up entity number {number}"}},
        "aliases": {"en": [{"language": "en", "value": f"made-up {number}"}]},
        "claims": claims,
        "sitelinks": {},
        "pageid": number,
        "lastrevid": number,
        "modified": f"2026-{chance.randint(1, 9):02}-{chance.randint(1, 28):02}T00:00:00Z",
    }


_WORDS: Final = {"en": "Entity", "ja": "項目", "fr": "Entité"}


def write_dump(count: int, path: Path) -> None:
    """Write a dump of so many entities, compressed where the name ends in `.gz`."""
    with (
        gzip.open(path, "wt", encoding="utf-8", compresslevel=1)
        if path.suffix == ".gz"
        else path.open("w", encoding="utf-8") as file
    ):
        file.write("[\n")
        for number, each in enumerate(entities(count), 1):
            file.write(json.dumps(each, ensure_ascii=False) + (",\n" if number < count else "\n"))
        file.write("]\n")


def _statement(chance: random.Random, number: int, place: int, name: str, datatype: str) -> dict[str, Any]:
    key = f"{number:08x}-0000-4000-8000-{place:012x}"
    statement: dict[str, Any] = {
        "mainsnak": _snak(chance, name, datatype),
        "type": "statement",
        "id": f"Q{number}${key.upper()}",
        "rank": chance.choice(RANKS),
    }
    if chance.random() < 0.25:
        statement["qualifiers"] = {"P585": [_snak(chance, "P585", "time")]}
        statement["qualifiers-order"] = ["P585"]
    if chance.random() < 0.33:
        snaks = {"P248": [_snak(chance, "P248", "wikibase-item")], "P854": [_snak(chance, "P854", "url")]}
        digest = f"{chance.getrandbits(160):040x}"
        statement["references"] = [{"hash": digest, "snaks": snaks, "snaks-order": list(snaks)}]
    return statement


def _snak(chance: random.Random, name: str, datatype: str) -> dict[str, Any]:
    snak: dict[str, Any] = {"snaktype": "value", "property": name, "datatype": datatype}
    if chance.random() < 0.02:
        return {**snak, "snaktype": chance.choice(["somevalue", "novalue"])}
    kind, value = _VALUES[datatype](chance)
    return {**snak, "datavalue": {"type": kind, "value": value}}


def _item(chance: random.Random) -> tuple[str, Any]:
    number = FIRST + chance.randrange(1_000_000)
    return "wikibase-entityid", {"entity-type": "item", "numeric-id": number, "id": f"Q{number}"}


def _time(chance: random.Random) -> tuple[str, Any]:
    precision = chance.choice((11, 11, 10, 9, 9, 7))
    month = chance.randint(1, 12) if precision > 9 else 0
    day = chance.randint(1, 28) if precision > 10 else 0
    return "time", {
        "time": f"+{chance.randint(1500, 2026):04}-{month:02}-{day:02}T00:00:00Z",
        "timezone": 0,
        "before": 0,
        "after": 0,
        "precision": precision,
        "calendarmodel": JULIAN if chance.random() < 0.03 else GREGORIAN,
    }


def _quantity(chance: random.Random) -> tuple[str, Any]:
    amount = chance.randrange(1, 10**9)
    value = {"amount": f"+{amount}", "unit": "1"}
    if chance.random() < 0.3:
        value |= {"upperBound": f"+{amount + 5}", "lowerBound": f"+{amount - 5}"}
    if chance.random() < 0.3:
        value["unit"] = "http://www.wikidata.org/entity/Q4917"
    return "quantity", value


def _place(chance: random.Random) -> tuple[str, Any]:
    return "globecoordinate", {
        "latitude": round(chance.uniform(-90, 90), 4),
        "longitude": round(chance.uniform(-180, 180), 4),
        "altitude": None,
        "precision": 0.0001,
        "globe": "http://www.wikidata.org/entity/Q2",
    }


def _text(chance: random.Random) -> tuple[str, Any]:
    return "monolingualtext", {"text": f"title {chance.randrange(10**6)}", "language": "en"}


def _string(chance: random.Random) -> tuple[str, Any]:
    return "string", f"value {chance.randrange(10**6)}"


def _url(chance: random.Random) -> tuple[str, Any]:
    return "string", f"https://example.org/{chance.randrange(10**6)}"


_VALUES: Final[dict[str, Callable[[random.Random], tuple[str, Any]]]] = {
    "wikibase-item": _item,
    "time": _time,
    "quantity": _quantity,
    "globe-coordinate": _place,
    "monolingualtext": _text,
    "url": _url,
    "external-id": _string,
    "commonsMedia": _string,
}


if __name__ == "__main__":
    write_dump(int(sys.argv[1]), Path(sys.argv[2]))
