"""Printed precision: a figure stands for an interval, and figures agree where the intervals overlap."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal

from graph.precision import INFINITE, Interval, interval_of, last_place
from graph.terms import date_literal, decimal_literal
from ontology.namespaces import ID

NUMBERS = st.integers(min_value=1, max_value=10**15).map(Decimal)
DIGITS = st.integers(min_value=1, max_value=15)


def figure(number: str, digits: int | None, approximate: bool = False) -> Interval:
    found = interval_of(decimal_literal(Decimal(number)), digits, (None, None), approximate)
    assert found is not None
    return found


def date(text: str) -> Interval:
    found = interval_of(date_literal(text), None, (None, None), False)
    assert found is not None
    return found


def bounded(lower: int | None, upper: int | None) -> Interval:
    bounds = (None if lower is None else Decimal(lower), None if upper is None else Decimal(upper))
    found = interval_of(Literal(10), 2, bounds, False)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("number", "digits", "approximate", "low", "high"),
    [
        ("8100000000", 2, False, "8050000000", "8150000000"),
        ("8000000000", 1, True, "7500000000", "8500000000"),
        ("600", 3, False, "599.5", "600.5"),
        ("600", 3, True, "550", "650"),
        ("600", None, True, "600", "600"),
        ("12.5", 3, False, "12.45", "12.55"),
        ("0", 1, False, "-0.5", "0.5"),
    ],
)
def test_a_figure_stands_for_what_rounds_to_it(
    number: str, digits: int | None, approximate: bool, low: str, high: str
) -> None:
    assert figure(number, digits, approximate) == Interval(Decimal(low), Decimal(high))


def test_some_eight_billion_and_8_1_billion_agree() -> None:
    assert figure("8000000000", 1, approximate=True).overlaps(figure("8100000000", 2))


def test_7_94_and_7_95_do_not_agree() -> None:
    assert not figure("7.94", 3).overlaps(figure("7.95", 3))


def test_9_0353_and_9_04_trillion_agree_and_9_0_does_too() -> None:
    exact, short, coarse = figure("9035300000000", 5), figure("9040000000000", 3), figure("9000000000000", 2)
    assert exact.overlaps(short) and exact.overlaps(coarse) and short.overlaps(coarse)


def test_exact_numbers_agree_only_with_themselves() -> None:
    assert figure("10", None).overlaps(figure("10.0", None))
    assert not figure("10", None).overlaps(figure("11", None))


def test_an_exact_number_agrees_with_a_figure_that_ends_at_it() -> None:
    assert figure("7.945", None).overlaps(figure("7.94", 3))
    assert figure("7.945", None).overlaps(figure("7.95", 3))


@pytest.mark.parametrize(
    ("lower", "upper", "wanted"),
    [
        (12, None, Interval(Decimal(12), INFINITE)),
        (None, 12, Interval(-INFINITE, Decimal(12))),
        (8, 12, Interval(Decimal(8), Decimal(12))),
    ],
)
def test_a_hedge_sets_bounds_in_place_of_digits(
    lower: int | None, upper: int | None, wanted: Interval
) -> None:
    assert bounded(lower, upper) == wanted


def test_at_least_12_agrees_with_12_and_13_but_not_with_11() -> None:
    at_least = bounded(12, None)
    assert at_least.overlaps(figure("12", None)) and at_least.overlaps(figure("13", None))
    assert not at_least.overlaps(figure("11", None))
    assert at_least.width == INFINITE


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("2023-11", "2023-11-03", True),
        ("2023", "2023-11", True),
        ("2023", "2023-12-31", True),
        ("2023-11", "2023-11-30", True),
        ("2023-11", "2023-12-01", False),
        ("2023-11-03", "2023-11-04", False),
        ("2023-11-03", "2023-11-03", True),
        ("2023", "2024-01-01", False),
    ],
)
def test_a_cut_date_agrees_with_the_days_in_it(one: str, other: str, agree: bool) -> None:
    assert date(one).overlaps(date(other)) is agree
    assert date(other).overlaps(date(one)) is agree


def test_a_shorter_date_is_the_coarser_one() -> None:
    assert date("2023-11-03").width < date("2023-11").width < date("2023").width


def test_other_terms_have_no_interval() -> None:
    for term in (None, ID.japan, Literal("8.1"), Literal("x", language="en")):
        assert interval_of(term, 2, (None, None), False) is None


@given(NUMBERS, DIGITS, st.booleans())
def test_a_figure_is_among_the_numbers_that_it_stands_for(number: Decimal, digits: int, about: bool) -> None:
    interval = figure(str(number), digits, about)
    assert interval.low <= number <= interval.high
    assert interval.width == last_place(number, digits, about)


@given(NUMBERS, DIGITS)
def test_fewer_digits_are_never_finer(number: Decimal, digits: int) -> None:
    assert last_place(number, digits) >= last_place(number, digits + 1)


@given(NUMBERS, NUMBERS, DIGITS, DIGITS)
def test_agreement_is_mutual(one: Decimal, other: Decimal, fine: int, coarse: int) -> None:
    first, second = figure(str(one), fine), figure(str(other), coarse)
    assert first.overlaps(second) is second.overlaps(first)
