"""Printed figures: digits, sums in other currencies, and numbers of goods."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.figures import Counted, Sum, counted_goods, head_nouns, other_sums, printed_digits

RADARS = ["coastal surveillance radar", "radar"]
NOUNS = frozenset({"radar", "boat", "vehicle", "system"})


@pytest.mark.parametrize(
    ("amount", "printed", "multiplier", "digits"),
    [
        (8_100_000_000, "8.1 billion yen", None, 2),
        (8_100_000_000, "81億円", None, 2),
        (8_100_000_000, "８１億円", None, 2),
        (8_000_000_000, "some 8 billion yen", "1e9", 1),
        (8_000_000_000, "8.0 billion yen", "1e9", 2),
        (2_000_000_000, "two billion yen", "1e9", 1),
        (9_035_300_000_000, "9兆353億円", "1e8", 5),
        (1_600_000_000, "1,600 million yen", None, 4),
        (235_000_000, "P235 million (600 million yen)", None, 3),
        (600_000_000, "P235 million (600 million yen)", None, 3),
        (600_000_000, "six hundred million", None, None),
        (6_000_000, "six million dollars", None, 1),
        (600_000_000, "", "0", None),
        (0, "nothing", "1e9", None),
        (5, "", "1e-24", 25),
        (8_100_000_000, "0.0 then 8.1", None, 2),
    ],
)
def test_the_digits_of_a_figure_are_those_in_print(
    amount: int, printed: str, multiplier: str | None, digits: int | None
) -> None:
    factor = None if multiplier is None else Decimal(multiplier)
    assert printed_digits(Decimal(amount), printed, factor) == digits


@given(st.text(), st.integers(min_value=0, max_value=10**24 - 1))
def test_any_text_can_be_searched_for_a_figure(text: str, amount: int) -> None:
    assert printed_digits(Decimal(amount), text, Decimal("1e-24")) != 0


@pytest.mark.parametrize(
    ("text", "sums"),
    [
        ("600 million yen (about P235 million)", [(235_000_000, "PHP", 3, "P235 million", True)]),
        ("US$ 1.5 billion", [(1_500_000_000, "USD", 2, "US$ 1.5 billion", False)]),
        ("some 10.50 million ringgit", [(10_500_000, "MYR", 4, "10.50 million ringgit", True)]),
        ("RM10 mil", [(10_000_000, "MYR", 2, "RM10 mil", False)]),
        ("$4-million", [(4_000_000, "USD", 1, "$4-million", False)]),
        ("Rp 1,9 miliar", [(1_900_000_000, "IDR", 2, "Rp 1,9 miliar", False)]),
        ("K3,500", [(3500, "PGK", 4, "K3,500", False)]),
        ("5 million euros and €6 million", [(6_000_000, "EUR", 1, "€6 million", False),
                                            (5_000_000, "EUR", 1, "5 million euros", False)]),
        ("600 million yen", []),
        ("P235", []),
        ("6億円", []),
        ("", []),
    ],
)  # fmt: skip
def test_sums_in_other_currencies_are_found(text: str, sums: list[tuple[int, str, int, str, bool]]) -> None:
    wanted = [Sum(Decimal(amount), *rest) for amount, *rest in sums]  # type: ignore[arg-type]
    assert list(other_sums(text)) == wanted


def test_a_sum_of_more_digits_than_money_has_is_still_a_number() -> None:
    (found,) = other_sums(f"US$ {'9' * 32} million")
    assert (found.currency, found.digits) == ("USD", 32)


@pytest.mark.parametrize(
    ("text", "alone", "counted"),
    [
        ("five coastal surveillance radars", False, Counted(5, "")),
        ("about 12 radars", False, Counted(12, "about")),
        ("at least two radars", False, Counted(2, "at_least")),
        ("1,200 radars", False, Counted(1200, "")),
        ("four boats and five radars", False, Counted(5, "")),
        ("three 12-metre boats", True, Counted(3, "")),
        ("three 12-metre boats", False, None),
        ("four boats", True, Counted(4, "")),
        ("four ladies", True, None),
        ("four or five boats", True, None),
        ("two type 3 boats", True, None),
        ("a radar", True, None),
        ("version 2.5 radars", True, None),
        ("1" * 5000 + " radars", True, None),
        ("", True, None),
    ],
)
def test_goods_are_counted_where_the_remark_counts_them(
    text: str, alone: bool, counted: Counted | None
) -> None:
    assert counted_goods(text, RADARS, NOUNS, alone) == counted


@given(st.text(), st.booleans())
def test_any_text_can_be_searched_for_sums_and_goods(text: str, alone: bool) -> None:
    assert all(found.amount >= 1000 for found in other_sums(text))
    assert counted_goods(text, RADARS, NOUNS, alone) is None or text


def test_the_head_of_a_name_is_its_last_word_in_the_singular() -> None:
    assert head_nouns(["rescue boats", "Batteries", "glass", "二"]) == {"boat", "battery", "glass"}
