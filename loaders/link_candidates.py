"""Items of Wikidata as candidates for a link: what of an item's JSON a comparison looks at.

Spec: https://doc.wikimedia.org/Wikibase/master/php/docs_topics_json.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ontology.namespaces import WD

ITEM: Final = re.compile(r"Q[1-9][0-9]{0,18}")
ENGLISH: Final = "en"
JAPANESE: Final = "ja"
LANGUAGES: Final = (ENGLISH, JAPANESE)
# The language of names that are the same in many languages; they stand in for English ones.
MULTIPLE: Final = "mul"
INSTANCE_OF, SUBCLASS_OF = "P31", "P279"
COUNTRIES: Final = ("P17", "P27")
ISO_CODE: Final = "P297"
# Inception, publication, point in time, start.
DAYS: Final = ("P571", "P577", "P585", "P580")
# What is longer is no name, and what is more is no help.
LONGEST_NAME: Final = 250
MOST_NAMES: Final = 60
_DAY: Final = re.compile(r"\+(\d{4})-(\d\d)-(\d\d)T00:00:00Z")
_YEAR, _MONTH, _DAY_PRECISION = 9, 10, 11


@dataclass(frozen=True)
class Candidate:
    """An item of Wikidata: names by language (the label first), and what it says of itself.

    `types` are its classes (instance of), `parents` the classes that it is a subclass of, `countries` items,
    `days` partial dates (`2014`, `2014-04`, `2014-04-01`). `revision` is 0 where the source does not say.
    """

    item: str
    names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    description: str = ""
    types: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    iso_codes: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    revision: int = 0

    @property
    def label(self) -> str:
        """What it is called, in English where that is known."""
        for language in LANGUAGES:
            for name in self.names.get(language, ()):
                return name
        return self.item

    @property
    def page(self) -> str:
        """Where people read about it, in the very revision that was compared."""
        if self.revision:
            return f"https://www.wikidata.org/w/index.php?title={self.item}&oldid={self.revision}"
        return f"https://www.wikidata.org/wiki/{self.item}"


def item_number(text: str) -> str | None:
    """The number of an item (`Q17`) that a text names, as such, as `wd:Q17` or as an IRI or page; else None.

    >>> item_number("https://www.wikidata.org/wiki/Q17"), item_number("Japan")
    ('Q17', None)
    """
    number = text.strip().removeprefix("<").removesuffix(">")
    for beginning in ("wd:", str(WD), "https://www.wikidata.org/entity/", "https://www.wikidata.org/wiki/"):
        number = number.removeprefix(beginning)
    return number if ITEM.fullmatch(number) else None


def read_candidate(entity: object) -> Candidate | None:
    """The candidate in one entity of Wikidata's JSON; None for what is missing, or no item.

    Raises ValueError where it has not the shape of an entity.
    """
    fields = _object(entity, "an entity")
    number = fields.get("id")
    if not isinstance(number, str):
        raise ValueError("an entity without an id")
    if "missing" in fields or not ITEM.fullmatch(number):
        return None
    claims = {key: _best(statements) for key, statements in _mapping(fields, "claims").items()}
    revision = fields.get("lastrevid", 0)
    return Candidate(
        item=number,
        names=names_in(fields),
        description=_text(_mapping(fields, "descriptions").get(ENGLISH)),
        types=_items(claims, INSTANCE_OF),
        parents=_items(claims, SUBCLASS_OF),
        countries=_items(claims, *COUNTRIES),
        iso_codes=tuple(value for value in _values(claims, ISO_CODE) if isinstance(value, str)),
        days=tuple(day for value in _values(claims, *DAYS) if (day := _partial_day(value))),
        revision=revision if isinstance(revision, int) else 0,
    )


def names_in(fields: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The names of an entity by language, the label first.

    Raises ValueError where they have not the shape of names.
    """
    return {language: names for language in LANGUAGES if (names := _names(fields, language))}


def _object(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{what} that is no JSON object")
    return value


def _mapping(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A part of an entity; the server writes an empty one as a list."""
    part = fields.get(name) or {}
    return _object(part, f"{name} of an entity")


def _names(fields: Mapping[str, Any], language: str) -> tuple[str, ...]:
    found: list[str] = []
    for code in (language, MULTIPLE) if language == ENGLISH else (language,):
        found.append(_text(_mapping(fields, "labels").get(code)))
        aliases = _mapping(fields, "aliases").get(code) or ()
        if not isinstance(aliases, Sequence) or isinstance(aliases, str):
            raise ValueError("aliases that are no list")
        found += [_text(alias) for alias in aliases[:MOST_NAMES]]
    return tuple(dict.fromkeys(filter(None, found)))


def _text(term: object) -> str:
    """The text of a term on one line, without what a terminal would obey."""
    if term is None:
        return ""
    value = _object(term, "a name").get("value")
    if not isinstance(value, str):
        raise ValueError("a name that is no text")
    return printable(value[:LONGEST_NAME])


def printable(text: str) -> str:
    """The text on one line, with blanks for control characters and marks of direction."""
    if not text.isprintable():
        text = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(text.split())


def _best(statements: object) -> list[Mapping[str, Any]]:
    """The statements that count: the preferred ones, else the normal ones."""
    if not isinstance(statements, Sequence) or isinstance(statements, str):
        raise ValueError("statements that are no list")
    listed = [_object(statement, "a statement") for statement in statements]
    for rank in ("preferred", "normal"):
        if best := [statement for statement in listed if statement.get("rank", "normal") == rank]:
            return best
    return []


def _values(claims: Mapping[str, list[Mapping[str, Any]]], *properties: str) -> Iterator[object]:
    for key in properties:
        for statement in claims.get(key, ()):
            snak = _object(statement.get("mainsnak"), "a value")
            if snak.get("snaktype") == "value":
                yield _object(snak.get("datavalue"), "a value").get("value")


def _items(claims: Mapping[str, list[Mapping[str, Any]]], *properties: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_numbers(_values(claims, *properties))))


def _numbers(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        number = value.get("id") if isinstance(value, Mapping) else None
        if isinstance(number, str) and ITEM.fullmatch(number):
            yield number


def _partial_day(value: object) -> str:
    """A day of the Gregorian calendar, cut to its precision; empty for what is coarser than a year."""
    if not isinstance(value, Mapping):
        return ""
    match = _DAY.fullmatch(str(value.get("time")))
    precision = value.get("precision")
    if match is None or precision not in (_YEAR, _MONTH, _DAY_PRECISION):
        return ""
    return "-".join(match.groups()[: precision - _YEAR + 1])
