"""Entities in the form of Wikidata's JSON, made by hand; what they say is made up."""

from __future__ import annotations

from typing import Any

GREGORIAN = "http://www.wikidata.org/entity/Q1985727"
JULIAN = "http://www.wikidata.org/entity/Q1985786"


def entity(number: str, claims: Any = None, **parts: Any) -> dict[str, Any]:
    """An entity with these statements by property."""
    return {"type": "item", "id": number, "claims": claims or {}, **parts}


def texts(**by_language: str) -> dict[str, Any]:
    """Labels or descriptions."""
    return {code: {"language": code, "value": text} for code, text in by_language.items()}


def snak(name: str, kind: str, value: Any, datatype: str = "") -> dict[str, Any]:
    """A property with a value."""
    return {
        "snaktype": "value",
        "property": name,
        "datatype": datatype or kind,
        "datavalue": {"type": kind, "value": value},
    }


def item(name: str, number: str) -> dict[str, Any]:
    return snak(name, "wikibase-entityid", {"entity-type": "item", "id": number})


def string(name: str, text: str, datatype: str = "string") -> dict[str, Any]:
    return snak(name, "string", text, datatype)


def time(name: str, text: str, precision: int = 11, **parts: Any) -> dict[str, Any]:
    value = {"time": text, "precision": precision, "before": 0, "after": 0, "calendarmodel": GREGORIAN}
    return snak(name, "time", {**value, **parts})


def quantity(name: str, amount: str, **parts: Any) -> dict[str, Any]:
    return snak(name, "quantity", {"amount": amount, "unit": "1", **parts})


def statement(
    main: dict[str, Any], rank: str = "normal", identifier: str = "", **parts: Any
) -> dict[str, Any]:
    """A statement; `parts` are qualifiers and references."""
    made = {"mainsnak": main, "type": "statement", "rank": rank, **parts}
    return {**made, "id": identifier} if identifier else made
