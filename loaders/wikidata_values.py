"""Values of Wikidata's statements as terms: what claims can hold of them, and why not where they cannot.

Dates keep the precision of day, month or year, in the Gregorian calendar, from the year 1 on. Whatever a term
would say wrongly is passed over with a reason.
Spec: https://www.mediawiki.org/wiki/Wikibase/DataModel
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple

from pyoxigraph import Literal, NamedNode

from graph.comparison import NO_VALUE, UNKNOWN
from graph.terms import WKT, Term, date_literal, decimal_literal
from ontology.namespaces import WD, XSD

Linked = Mapping[str, NamedNode]

EARTH: Final = f"{WD}Q2"
GREGORIAN: Final = f"{WD}Q1985727"
PRECISIONS: Final[Mapping[int, int]] = {9: 4, 10: 7, 11: 10}
MOST_DIGITS: Final = 18
PROPERTY: Final = re.compile(r"P[1-9][0-9]{0,17}", re.ASCII)
_TIME: Final = re.compile(r"([+-])(\d{1,16})-(\d\d)-(\d\d)T\d\d:\d\d:\d\dZ", re.ASCII)
_ITEM: Final = re.compile(r"[QPL][1-9][0-9]{0,17}(-[FS][1-9][0-9]{0,8})?", re.ASCII)
_NUMBER: Final = re.compile(r"[+-]?\d{1,300}(\.\d{1,300})?", re.ASCII)


class PassedOverError(Exception):
    """A value that no term says rightly; the text is the plural of what it is, for a count."""


class Value(NamedTuple):
    """A value as a term; a number has bounds and a unit where Wikidata gives them."""

    term: Term
    lower: Decimal | None = None
    upper: Decimal | None = None
    unit: NamedNode | None = None


def read_snak(snak: Any, seed: str, linked: Linked) -> Value:
    """The value of a snak. `seed` makes unknown values of different places different; items that are `linked`
    are the individuals that they are linked to.

    Raises PassedOverError.
    """
    if not isinstance(snak, dict):
        raise PassedOverError("values not in Wikidata's form")
    kind, name, value = snak.get("snaktype"), str(snak.get("property")), snak.get("datavalue")
    if kind in ("somevalue", "novalue") and PROPERTY.fullmatch(name):
        digest = hashlib.blake2b(f"{seed} {name}".encode(), digest_size=16).hexdigest()
        return Value(NamedNode(UNKNOWN + digest if kind == "somevalue" else NO_VALUE + name))
    if kind != "value" or not isinstance(value, dict):
        raise PassedOverError("values not in Wikidata's form")
    reader = _READERS.get(str(value.get("type")))
    if reader is None:
        raise PassedOverError(f"values of type {str(value.get('type'))[:40]}")
    try:
        return reader(value.get("value"), str(snak.get("datatype")), linked)
    except (TypeError, ValueError, KeyError, AttributeError, InvalidOperation) as error:
        raise PassedOverError("values not in Wikidata's form") from error


def text_literal(text: Any, language: Any) -> Literal:
    """A text in a language.

    Raises PassedOverError where it is empty, or the language has no well-formed tag.
    """
    if not isinstance(text, str) or not isinstance(language, str) or not text.strip():
        raise PassedOverError("texts not in Wikidata's form")
    try:
        return Literal(_unicode(text), language=_unicode(language).lower())
    except ValueError as error:
        raise PassedOverError("texts in a language without a tag") from error


def _unicode(text: str) -> str:
    """The text, which JSON may have half a character of.

    Raises PassedOverError.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise PassedOverError("texts that are no Unicode") from error
    return text


def _entity(value: Any, _: str, linked: Linked) -> Value:
    name = value.get("id")
    if name is None:
        letter = {"item": "Q", "property": "P"}[value["entity-type"]]
        name = f"{letter}{int(value['numeric-id'])}"
    if not isinstance(name, str) or not _ITEM.fullmatch(name):
        raise PassedOverError("values not in Wikidata's form")
    return Value(linked.get(name) or WD[name])


def _string(value: Any, datatype: str, _: Linked) -> Value:
    if not isinstance(value, str) or not value:
        raise PassedOverError("values not in Wikidata's form")
    text = _unicode(value)
    return Value(Literal(text, datatype=XSD.anyURI) if datatype == "url" else Literal(text))


def _text(value: Any, _: str, __: Linked) -> Value:
    return Value(text_literal(value["text"], value["language"]))


def _time(value: Any, _: str, __: Linked) -> Value:
    match = _TIME.fullmatch(value["time"])
    if match is None:
        raise PassedOverError("values not in Wikidata's form")
    sign, year, month, day = match.groups()
    precision = value["precision"]
    if sign == "-" or int(year) == 0:
        raise PassedOverError("dates before the year 1")
    if int(year) > 9999:
        raise PassedOverError("dates after the year 9999")
    if value["calendarmodel"] != GREGORIAN:
        raise PassedOverError("dates of the Julian calendar")
    if precision < min(PRECISIONS):
        raise PassedOverError("dates coarser than a year")
    if precision > max(PRECISIONS):
        raise PassedOverError("dates finer than a day")
    if value.get("before") or value.get("after"):
        raise PassedOverError("dates of a range")
    text = f"{int(year):04}-{month}-{day}"[: PRECISIONS[precision]]
    try:
        return Value(date_literal(text))
    except ValueError as error:
        raise PassedOverError("dates that are in no calendar") from error


def _quantity(value: Any, _: str, __: Linked) -> Value:
    unit = value.get("unit", "1")
    if unit != "1" and not (unit.startswith(str(WD)) and _ITEM.fullmatch(unit.removeprefix(str(WD)))):
        raise PassedOverError("values not in Wikidata's form")
    bounds = (value.get("lowerBound"), value.get("upperBound"))
    lower, upper = (None if bound is None else _number(bound) for bound in bounds)
    amount = _number(value["amount"])
    if (lower is not None and lower > amount) or (upper is not None and upper < amount):
        raise PassedOverError("numbers outside of their bounds")
    return Value(decimal_literal(amount), lower, upper, None if unit == "1" else NamedNode(unit))


def _number(text: Any) -> Decimal:
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        raise PassedOverError("values not in Wikidata's form")
    number = Decimal(text)
    digits = number.as_tuple()
    whole, fraction = len(digits.digits) + int(digits.exponent), -int(digits.exponent)
    if whole > MOST_DIGITS or fraction > MOST_DIGITS:
        raise PassedOverError(f"numbers with more than {MOST_DIGITS} digits")
    return number


def _place(value: Any, _: str, __: Linked) -> Value:
    latitude, longitude = (Decimal(str(value[name])) for name in ("latitude", "longitude"))
    if not (-90 <= latitude <= 90 and -360 <= longitude <= 360):
        raise PassedOverError("places on no globe")
    globe = value.get("globe") or EARTH
    on = "" if globe == EARTH else f"<{WD[_item_number(globe)].value}> "
    text = f"{on}Point({_plain(longitude)} {_plain(latitude)})"
    return Value(Literal(text, datatype=WKT))


def _item_number(iri: str) -> str:
    number = iri.removeprefix(str(WD))
    if not _ITEM.fullmatch(number):
        raise PassedOverError("values not in Wikidata's form")
    return number


def _plain(number: Decimal) -> str:
    return decimal_literal(round(number, 12)).value


_READERS: Final[Mapping[str, Callable[[Any, str, Linked], Value]]] = {
    "wikibase-entityid": _entity,
    "string": _string,
    "monolingualtext": _text,
    "time": _time,
    "quantity": _quantity,
    "globecoordinate": _place,
}
