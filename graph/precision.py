"""Printed precision: which values agree with each other.

A printed figure stands for an interval: "8.1 billion" for 8.05 to 8.15 billion, "some 8 billion" for 7.5 to
8.5 billion, November 2023 for thirty days. Two values agree when their intervals overlap.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from graph.terms import Term, decimal_value, first_day, is_date, is_number, last_day

INFINITE = Decimal("Infinity")


class Interval(NamedTuple):
    """The numbers or days that a printed value may stand for; a point where low equals high."""

    low: Decimal
    high: Decimal

    @property
    def width(self) -> Decimal:
        """How coarse the value is."""
        return self.high - self.low

    def overlaps(self, other: Interval) -> bool:
        """Whether both may stand for the same number; touching at an end is not enough.

        >>> Interval(Decimal(1), Decimal(3)).overlaps(Interval(Decimal(3), Decimal(5)))
        False
        """
        low, high = max(self.low, other.low), min(self.high, other.high)
        return low < high or (low == high and (self.width == 0 or other.width == 0))


def interval_of(
    value: Term | None,
    digits: int | None,
    bounds: tuple[Decimal | None, Decimal | None],
    approximate: bool,
) -> Interval | None:
    """The interval of a number (by its printed digits and bounds) or a date; None for other terms."""
    if is_date(value):
        assert value is not None
        first, last = first_day(value.value).toordinal(), last_day(value.value).toordinal()
        return Interval(Decimal(first), Decimal(last + 1))
    if not is_number(value):
        return None
    assert value is not None
    number = decimal_value(value)
    lower, upper = bounds
    if lower is not None or upper is not None:
        return Interval(lower if lower is not None else -INFINITE, upper if upper is not None else INFINITE)
    if digits is None:
        return Interval(number, number)
    half = last_place(number, digits, approximate) / 2
    return Interval(number - half, number + half)


def last_place(number: Decimal, digits: int, approximate: bool = False) -> Decimal:
    """The worth of the last printed digit; zeros at the end of an approximate figure are not printed.

    >>> last_place(Decimal(8100000000), 2), last_place(Decimal(600), 3, approximate=True)
    (Decimal('1E+8'), Decimal('1E+2'))
    """
    if number == 0:
        return Decimal(1)
    place = number.adjusted() - digits + 1
    if approximate:
        normal = number.normalize()
        place = max(place, int(normal.as_tuple().exponent))
    return Decimal(1).scaleb(place)
