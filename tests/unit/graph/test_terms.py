"""Terms: canonical numbers, and dates cut to month or year."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, Quad

from graph.embedded import EmbeddedStore
from graph.errors import MalformedSourceError
from graph.terms import (
    Term,
    canonical,
    date_literal,
    decimal_literal,
    decimal_value,
    first_day,
    is_date,
    is_number,
    last_day,
)
from ontology.namespaces import ID, OSA, XSD

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**20), max_value=10**20)
REWRITTEN = [
    ("1.0E1", "double"),
    ("1.5E0", "float"),
    ("007", "int"),
    ("+7", "long"),
    ("1", "boolean"),
    ("2025-01-01T00:00:00.000Z", "dateTime"),
    ("2025-01-01+00:00", "date"),
]


def as_stored(term: Term) -> Term:
    """The term as a store gives it back."""
    store = EmbeddedStore()
    store.insert([Quad(ID.s, OSA.object, term, DefaultGraph())])
    return next(store.quads()).object  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Decimal("12.50"), "12.5"),
        (Decimal("12.0"), "12"),
        (Decimal("8.1E9"), "8100000000"),
        (Decimal("1E-7"), "0.0000001"),
        (Decimal("-3.10"), "-3.1"),
        (Decimal("0.00"), "0"),
        (100, "100"),
    ],
)
def test_a_decimal_is_written_without_exponent_and_trailing_zeros(number: Decimal | int, text: str) -> None:
    assert decimal_literal(number) == Literal(text, datatype=XSD.decimal)


@given(NUMBERS)
def test_a_decimal_literal_keeps_its_number(number: Decimal) -> None:
    assert decimal_value(decimal_literal(number)) == number


@given(NUMBERS)
def test_a_store_leaves_a_decimal_literal_as_it_is(number: Decimal) -> None:
    assert as_stored(decimal_literal(number)) == decimal_literal(number)


@given(st.integers(min_value=-(10**30), max_value=10**30), st.sampled_from(["", "+", "0", "-0"]))
def test_a_store_leaves_a_canonical_integer_as_it_is(number: int, sign: str) -> None:
    term = canonical(Literal(f"{sign if number >= 0 else ''}{number}", datatype=XSD.integer))
    assert as_stored(term) == term


@pytest.mark.parametrize(("text", "kind"), REWRITTEN)
def test_a_value_that_a_store_would_rewrite_is_refused(text: str, kind: str) -> None:
    term = Literal(text, datatype=XSD[kind])
    assert as_stored(term) != term
    with pytest.raises(MalformedSourceError):
        canonical(term)


def test_other_terms_are_canonical_already() -> None:
    assert canonical(ID.japan) == ID.japan
    assert canonical(Literal("07")) == Literal("07")
    assert canonical(Literal("07", language="ja")) == Literal("07", language="ja")
    for text in ("2025", "2025-12", "2025-12-05"):
        assert canonical(date_literal(text)) == date_literal(text)


def test_a_decimal_with_an_exponent_is_brought_to_digits() -> None:
    assert canonical(Literal("12.50", datatype=XSD.decimal)) == decimal_literal(Decimal("12.5"))
    assert canonical(Literal("007", datatype=XSD.integer)) == Literal("7", datatype=XSD.integer)


def test_a_text_that_is_no_number_is_refused() -> None:
    with pytest.raises(MalformedSourceError) as caught:
        decimal_value(Literal("many", datatype=XSD.decimal))
    assert str(caught.value) == "not a number (value: 'many')."


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Infinity", "integer"),
        ("NaN", "decimal"),
        ("many", "integer"),
        ("1E999999999", "decimal"),
    ],
)
def test_a_number_that_its_datatype_does_not_know_is_refused(text: str, kind: str) -> None:
    with pytest.raises(MalformedSourceError, match="not a number"):
        canonical(Literal(text, datatype=XSD[kind]))
    with pytest.raises(MalformedSourceError, match="not a number"):
        decimal_value(Literal(text, datatype=XSD[kind]))


def test_an_infinite_double_has_no_decimal_value() -> None:
    with pytest.raises(MalformedSourceError, match="not a number"):
        decimal_value(Literal("INF", datatype=XSD.double))


@pytest.mark.parametrize("kind", ["double", "boolean", "dateTime", "duration"])
def test_a_datatype_that_claims_do_not_use_is_refused_with_those_they_do(kind: str) -> None:
    with pytest.raises(MalformedSourceError) as caught:
        canonical(Literal("1", datatype=XSD[kind]))
    assert caught.value.what == "claims have no values of this datatype"
    assert caught.value.remedy == (
        "Use xsd:integer, xsd:decimal, xsd:date, xsd:gYearMonth, xsd:gYear or a text."
    )


@pytest.mark.parametrize(
    ("text", "kind", "complaint"),
    [
        ("2025-02-30", "date", "not a date in the calendar"),
        ("2025-13", "gYearMonth", "not a date in the calendar"),
        ("next year", "gYear", "not a date in the calendar"),
        ("2025", "date", "not a date of this precision"),
        ("2025-12-05", "gYear", "not a date of this precision"),
    ],
)
def test_a_date_that_is_none_of_its_datatype_is_refused(text: str, kind: str, complaint: str) -> None:
    with pytest.raises(MalformedSourceError, match=complaint):
        canonical(Literal(text, datatype=XSD[kind]))


def test_numbers_are_told_from_other_terms_by_their_datatype() -> None:
    assert is_number(Literal(7)) and is_number(decimal_literal(7)) and is_number(Literal(1.5))
    assert not is_number(Literal("7")) and not is_number(ID.japan) and not is_number(None)


@pytest.mark.parametrize(
    ("text", "kind"), [("2025", "gYear"), ("2025-12", "gYearMonth"), ("2025-12-05", "date")]
)
def test_a_cut_date_takes_the_datatype_of_its_precision(text: str, kind: str) -> None:
    assert date_literal(text) == Literal(text, datatype=XSD[kind])
    assert is_date(date_literal(text))


def test_only_dates_are_dates() -> None:
    assert not is_date(Literal("2025"))
    assert not is_date(ID.japan)
    assert not is_date(None)


@pytest.mark.parametrize(
    "text",
    ["", "25", "2025-13", "2025-00", "2025-02-30", "2025-2-1", "20250201", "0000", "２０２５", "2025-12-05Z"],
)
def test_a_text_that_is_no_date_of_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        date_literal(text)


def test_a_week_of_the_year_is_not_a_date() -> None:
    with pytest.raises(ValueError):
        date_literal("2025-W01-1")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023-02", "2023-02-01", "2023-02-28"),
        ("2023-12", "2023-12-01", "2023-12-31"),
        ("2023-11-03", "2023-11-03", "2023-11-03"),
    ],
)
def test_a_cut_date_covers_its_days(text: str, first: str, last: str) -> None:
    assert (first_day(text), last_day(text)) == tuple(map(datetime.date.fromisoformat, (first, last)))


def test_an_integer_with_a_fraction_is_refused() -> None:
    assert canonical(Literal("2.0", datatype=XSD.integer)) == Literal("2", datatype=XSD.integer)
    with pytest.raises(MalformedSourceError) as caught:
        canonical(Literal("1.5", datatype=XSD.integer))
    assert str(caught.value) == "not a whole number (value: '1.5')."
