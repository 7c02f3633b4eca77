"""A made-up extract of Wikidata around the verified links of the tables: the true items, and many false ones.

No data of Wikidata are in it but the numbers of the tables. The true items differ from the tables in fixed
ways (another label, another spelling, no Japanese name, no class, a class that only its superclass explains),
and around each stand namesakes and neighbours with numbers of their own.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from loaders.link_things import without_remark

TABLES: Final = Path(__file__).parents[2] / "loaders" / "data"
FIRST_DECOY: Final = 800_000_000
FIRST_CLASS: Final = 900_000_000
NAMESAKE_TYPES: Final = ("Q482994", "Q11424", "Q101352", "Q4167410", "Q215380")
USUAL_TYPE: Final = {
    "country": "Q3624078",
    "organisation": "Q327333",
    "person": "Q5",
    "concept": "Q294414",
    "instrument": "Q131569",
    "equipment_class": "Q1183543",
    "region": "Q82794",
    "event": "Q1190554",
}
JAPAN: Final = "Q17"
OTHER_STATE: Final = "Q142"

Row = Mapping[str, str]
Entity = dict[str, Any]


def rows(confidence: str) -> list[Row]:
    """The rows of the link table of a confidence, in order."""
    with (TABLES / "wikidata_links.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if row["confidence"] == confidence]


def extract(verified: Sequence[Row], unresolved: Sequence[Row] = ()) -> Iterator[Entity]:
    """The entities around some rows; those of `unresolved` have false items only."""
    others = _other_names()
    for place, row in enumerate(verified):
        yield _true_item(place, row, others.get(row["entity_label"], ""))
        yield from _decoys(place, row)
    for place, row in enumerate(unresolved, start=len(verified)):
        yield from _decoys(place, row)
    for place, number in enumerate(USUAL_TYPE.values()):
        yield _entity(FIRST_CLASS + place, "a class of them", parents=[number])


def write_extract(path: Path, entities: Iterator[Entity]) -> int:
    """Write entities one to a line; how many there were."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for entity in entities:
            file.write(json.dumps(entity, ensure_ascii=False) + "\n")
            count += 1
    return count


def _other_names() -> dict[str, str]:
    with (TABLES / "aliases.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["canonical"]: row["name"] for row in csv.DictReader(file) if row["name"].isascii()}


def _true_item(place: int, row: Row, other: str) -> Entity:
    label, aliases, kind = without_remark(row["entity_label"]), [], row["entity_kind"]
    way = place % 6
    if way == 1 and other:
        label, aliases = f"{other} of Wikidata", [label]
    if way == 2:
        label = misspelt(label)
    types = [] if way == 4 else [USUAL_TYPE[kind]]
    if way == 5:
        types = [f"Q{FIRST_CLASS + list(USUAL_TYPE).index(kind)}"]
    return _entity(
        int(row["wikidata_qid"][1:]),
        label,
        japanese="" if way == 3 else row["label_ja"],
        aliases=aliases,
        types=types,
        iso=row["iso3166_alpha2"] if place % 5 else "",
        country=JAPAN if "Japan" in label and kind == "organisation" else "",
    )


def _decoys(place: int, row: Row) -> Iterator[Entity]:
    """A namesake of another class, one without a class, a neighbour, and one of the same class elsewhere."""
    label, kind = without_remark(row["entity_label"]), row["entity_kind"]
    number = FIRST_DECOY + 10 * place
    yield _entity(number, label, types=[NAMESAKE_TYPES[place % len(NAMESAKE_TYPES)]])
    yield _entity(
        number + 1, f"Flag of {label}", japanese=f"{row['label_ja'] or label}の旗", types=["Q14660"]
    )
    if place % 3 == 0:
        yield _entity(number + 2, label)
    if place % 3 == 1:
        yield _entity(number + 3, label, types=[USUAL_TYPE[kind]], country=OTHER_STATE)
    if place % 3 == 2:
        yield _entity(number + 4, misspelt(f"{label} II"), types=[USUAL_TYPE[kind]])


def misspelt(name: str) -> str:
    """A name with two letters in the middle the other way round.

    >>> misspelt("Mongolia")
    'Monoglia'
    """
    middle = len(name) // 2
    return name[: middle - 1] + name[middle] + name[middle - 1] + name[middle + 1 :]


def _entity(
    number: int,
    label: str,
    japanese: str = "",
    aliases: Sequence[str] = (),
    types: Sequence[str] = (),
    parents: Sequence[str] = (),
    iso: str = "",
    country: str = "",
) -> Entity:
    claims = {
        "P31": [_item("P31", each) for each in types],
        "P279": [_item("P279", each) for each in parents],
        "P17": [_item("P17", country)] if country else [],
        "P297": [_statement("P297", iso, "string")] if iso else [],
    }
    names = {"en": label, "ja": japanese}
    return {
        "type": "item",
        "id": f"Q{number}",
        "labels": {code: {"language": code, "value": name} for code, name in names.items() if name},
        "descriptions": {},
        "aliases": {"en": [{"language": "en", "value": alias} for alias in aliases]},
        "claims": {key: statements for key, statements in claims.items() if statements},
        "lastrevid": number % 1000 + 1,
    }


def _item(key: str, number: str) -> Entity:
    return _statement(key, {"entity-type": "item", "id": number}, "wikibase-entityid")


def _statement(key: str, value: object, kind: str) -> Entity:
    datavalue = {"value": value, "type": kind}
    snak = {"snaktype": "value", "property": key, "datavalue": datavalue}
    return {"mainsnak": snak, "type": "statement", "rank": "normal"}
