"""RDF terms as Python handles them: numbers, dates and their printed precision.

Stores rewrite numbers (12.0 becomes 12), so numeric literals are brought to one canonical form before
anything is derived from their text.
"""

from __future__ import annotations

import calendar
import datetime
import re
from decimal import Decimal

from pyoxigraph import BlankNode, Literal, NamedNode

from graph.errors import MalformedSourceError
from ontology.namespaces import RDF, XSD

Term = NamedNode | Literal | BlankNode

# A place on a globe, such as "Point(139.7 35.7)": longitude first.
WKT = NamedNode("http://www.opengis.net/ont/geosparql#wktLiteral")
_NUMERIC = frozenset({XSD.integer, XSD.decimal, XSD.int, XSD.long, XSD.double, XSD.float})
# A longer exponent would be a gigabyte of zeros once it is written out.
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_TEXTS = frozenset({XSD.string, XSD.anyURI, RDF.langString, WKT})
_DATES = {4: XSD.gYear, 7: XSD.gYearMonth, 10: XSD.date}


def is_number(term: object) -> bool:
    """Whether the term is a numeric literal."""
    return isinstance(term, Literal) and term.datatype in _NUMERIC


def decimal_value(term: Term) -> Decimal:
    """The number that a literal stands for.

    Raises MalformedSourceError where it is none, or not finite.
    """
    if not _NUMBER.fullmatch(term.value):
        raise MalformedSourceError("not a number", value=term.value)
    return Decimal(term.value)


def decimal_literal(number: Decimal | int) -> Literal:
    """An xsd:decimal in canonical form: no exponent, no trailing zeros.

    >>> decimal_literal(Decimal("12.50")).value
    '12.5'
    """
    text = format(Decimal(number), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return Literal(text or "0", datatype=XSD.decimal)


def canonical(term: Term) -> Term:
    """The term in the one form that a store gives back: numbers without idle digits, dates as they are.

    Raises MalformedSourceError where a literal's text is none of its datatype, or claims use no such type.
    """
    if not isinstance(term, Literal) or term.datatype in _TEXTS:
        return term
    if term.datatype == XSD.decimal:
        return decimal_literal(decimal_value(term))
    if term.datatype == XSD.integer:
        number = decimal_value(term)
        if number != int(number):
            raise MalformedSourceError("not a whole number", value=term.value)
        return Literal(str(int(number)), datatype=XSD.integer)
    return _canonical_date(term)


def _canonical_date(term: Literal) -> Literal:
    if term.datatype not in _DATES.values():
        raise MalformedSourceError(
            "claims have no values of this datatype",
            value=str(term),
            remedy="Use xsd:integer, xsd:decimal, xsd:date, xsd:gYearMonth, xsd:gYear or a text.",
        )
    try:
        written = date_literal(term.value)
    except ValueError as error:
        raise MalformedSourceError("not a date in the calendar", value=term.value) from error
    if written != term:
        raise MalformedSourceError("not a date of this precision", value=str(term))
    return term


def date_literal(text: str) -> Literal:
    """A date cut to year, month or day, as xsd:gYear, xsd:gYearMonth or xsd:date.

    Raises ValueError where the text is no such date in the calendar.
    """
    first_day(text)
    return Literal(text, datatype=_DATES[len(text)])


def first_day(text: str) -> datetime.date:
    """The first day that a cut ISO 8601 date covers.

    Raises ValueError where the text is no date.
    """
    if len(text) not in _DATES or "W" in text:  # Python also reads weeks, which XML Schema has not
        raise ValueError("expected YYYY, YYYY-MM or YYYY-MM-DD")
    return datetime.date.fromisoformat(text + "-01-01"[len(text) - 4 :] if len(text) < 10 else text)


def last_day(text: str) -> datetime.date:
    """The last day that a cut ISO 8601 date covers.

    >>> last_day("2024-02").isoformat()
    '2024-02-29'
    """
    start = first_day(text)
    if len(text) == 4:
        return start.replace(month=12, day=31)
    if len(text) == 7:
        return start.replace(day=calendar.monthrange(start.year, start.month)[1])
    return start


def is_date(term: object) -> bool:
    """Whether the term is a date of day, month or year precision."""
    return isinstance(term, Literal) and term.datatype in (XSD.date, XSD.gYearMonth, XSD.gYear)
