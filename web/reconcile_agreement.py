"""How well what a client knows of a thing agrees with what is accepted of it, value by value.

1 is the same, 0 is another value; dates are compared as precisely as the coarser one, numbers with a
tolerance, things by their id or else by their name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import Literal, NamedNode
from rapidfuzz import fuzz

from graph.label_text import fold
from graph.results import ResultTerm
from graph.terms import is_number
from ontology.namespaces import WD, XSD
from web.reconcile_request import Reference, Value
from web.reconcile_terms import thing_iri

SAME: Final = 1.0
OTHER: Final = 0.0
# Names that are less alike are different names.
LEAST_LIKENESS: Final = 85
# A number agrees within this part of itself; one that is rounded, nearly.
EXACT: Final = 1e-9
ROUNDED: Final = 0.01
NEARLY: Final = 0.8
DATE: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T.*)?", re.DOTALL)
DATES: Final = frozenset({XSD.date, XSD.dateTime, XSD.gYear, XSD.gYearMonth})
NUMBER: Final = re.compile(r"[+-]?\d{1,30}(?:,\d{3}){0,10}(?:\.\d{1,30})?")
ITEM: Final = re.compile(r"Q[1-9]\d*")


@dataclass(frozen=True)
class Known:
    """What has to be known of the values that are things: their names, and which of them a name means."""

    names: Mapping[str, Collection[str]] = field(default_factory=dict)
    meant: Mapping[str, Collection[str]] = field(default_factory=dict)


def agreement(given: Iterable[Value], accepted: Iterable[ResultTerm], known: Known) -> float | None:
    """How well the best of the given values agrees with the best of those accepted, from 0 to 1.

    None where nothing is accepted, or nothing was given: that says neither yes nor no.
    """
    pairs = [(value, term) for term in accepted for value in given if not _is_empty(value)]
    return max((_agree(value, term, known) for value, term in pairs), default=None)


def _is_empty(value: Value) -> bool:
    return isinstance(value, str) and not value.strip()


def _agree(value: Value, term: ResultTerm, known: Known) -> float:
    if isinstance(term, NamedNode):
        return _same_thing(value, term.value, known)
    if not isinstance(term, Literal):
        return OTHER
    if isinstance(value, Reference):
        value = value.name or value.id
    if term.datatype == XSD.boolean or isinstance(value, bool):
        return SAME if str(value).lower() == term.value else OTHER
    if term.datatype in DATES:
        return _same_date(str(value), term.value)
    if is_number(term):
        return _same_number(str(value), term.value)
    return _same_text(str(value), [term.value])


def _same_thing(value: Value, iri: str, known: Known) -> float:
    """By id if one was given, else by name; a text may be either."""
    if isinstance(value, Reference):
        if iri in _iris(value.id) or iri in known.meant.get(value.id, ()):
            return SAME
        # Ids of another service say nothing here; the name may.
        return _same_text(value.name, known.names.get(iri, ())) if value.name else OTHER
    text = str(value)
    if iri in _iris(text) or iri in known.meant.get(text, ()):
        return SAME
    return _same_text(text, known.names.get(iri, ()))


def _iris(id: str) -> set[str | None]:
    iris = {thing_iri(id)}
    return iris | {WD[id].value} if ITEM.fullmatch(id) else iris


def _same_text(text: str, names: Iterable[str]) -> float:
    wanted = fold(text)
    if not wanted:
        return OTHER
    likeness = max((fuzz.ratio(wanted, fold(name)) for name in names), default=0)
    return likeness / 100 if likeness >= LEAST_LIKENESS else OTHER


def _same_date(text: str, accepted: str) -> float:
    """Of as many of year, month and day as both have."""
    given, known = DATE.fullmatch(text.strip()), DATE.fullmatch(accepted)
    if not given or not known:
        return OTHER
    pairs = [(a, b) for a, b in zip(given.groups(), known.groups(), strict=True) if a and b]
    return SAME if all(a == b for a, b in pairs) else OTHER


def _same_number(text: str, accepted: str) -> float:
    """Nearly, where one may be rounded; years and counts are not."""
    # A year may be given as a date.
    dated = DATE.fullmatch(text.strip())
    text = dated[1] if dated and dated[2] else text.strip()
    if not NUMBER.fullmatch(text):
        return OTHER
    given, known = float(text.replace(",", "")), float(accepted)
    away = abs(given - known)
    largest = max(abs(given), abs(known))
    if away <= EXACT * largest:
        return SAME
    is_small = largest < 10_000 and given == int(given) and known == int(known)
    return NEARLY if away <= ROUNDED * largest and not is_small else OTHER
