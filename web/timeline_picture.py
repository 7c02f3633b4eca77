"""A picture of some dates: a lane for each kind, dots for days, bars for months and years."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from pyoxigraph import NamedNode

from graph.terms import first_day, last_day
from web.dated import Item
from web.labels import Labels

ACROSS, LEFT, RIGHT = 1000.0, 170.0, 980.0
LANE, TOP = 26.0, 12.0
MOST_LANES: Final = 14
MOST_TICKS: Final = 10
# Years between two lines of the axis; less than a year is not told apart there.
STEPS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500)
# A bar is at least so wide, so that it is not taken for a day.
SHORTEST: Final = 12.0


class Sign(NamedTuple):
    """A date: `width` is 0 for a day."""

    x: float
    width: float
    is_contested: bool


class Lane(NamedTuple):
    """The dates of one kind, with its name."""

    name: str
    language: str | None
    y: float
    signs: Sequence[Sign]


@dataclass(frozen=True)
class Timeline:
    """The picture: `axis` are years, or months of a single year, with their places."""

    width: float
    height: float
    lanes: Sequence[Lane]
    axis: Sequence[tuple[float, str]]
    hidden: int


def draw_timeline(items: Sequence[Item], labels: Labels) -> Timeline | None:
    """The picture of some items; None where fewer than two dates are to be told apart."""
    days = [_days(item.date) for item in items]
    known = [(item, span) for item, span in zip(items, days, strict=True) if span]
    if len({item.date for item, _ in known}) < 2:
        return None
    first = min(start for _, (start, _) in known).replace(month=1, day=1)
    last = max(end for _, (_, end) in known).replace(month=12, day=31)
    kinds: dict[str, list[tuple[Item, tuple[datetime.date, datetime.date]]]] = {}
    for item, span in known:
        for kind in item.kinds:
            kinds.setdefault(kind, []).append((item, span))
    names = sorted(kinds, key=lambda kind: (-len(kinds[kind]), kind))
    lanes = [
        Lane(
            labels.text(kind),
            labels.name(NamedNode(kind)).language,
            TOP + LANE * (number + 0.5),
            [_sign(item, span, first, last) for item, span in kinds[kind]],
        )
        for number, kind in enumerate(names[:MOST_LANES])
    ]
    height = TOP + LANE * len(lanes) + 30
    return Timeline(ACROSS, height, lanes, _axis(first, last), max(0, len(names) - MOST_LANES))


def _days(date: str) -> tuple[datetime.date, datetime.date] | None:
    try:
        return first_day(date), last_day(date)
    except ValueError:
        return None


def _x(day: datetime.date, first: datetime.date, last: datetime.date) -> float:
    return round(LEFT + (day - first).days / max(1, (last - first).days) * (RIGHT - LEFT), 1)


def _sign(
    item: Item,
    span: tuple[datetime.date, datetime.date],
    first: datetime.date,
    last: datetime.date,
) -> Sign:
    start, end = (_x(day, first, last) for day in span)
    width = 0.0 if span[0] == span[1] else max(SHORTEST, end - start)
    return Sign(start, round(width, 1), item.mark is not None)


def _axis(first: datetime.date, last: datetime.date) -> list[tuple[float, str]]:
    years = last.year - first.year + 1
    if years == 1:
        months = [first.replace(month=month) for month in range(1, 13, 2)]
        return [(_x(day, first, last), f"{day:%Y-%m}") for day in months]
    step = next((each for each in STEPS if years <= each * MOST_TICKS), STEPS[-1])
    shown = [year for year in range(first.year, last.year + 1) if year % step == 0]
    return [(_x(datetime.date(year, 1, 1), first, last), str(year)) for year in shown]
