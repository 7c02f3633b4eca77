"""Views: the dataset as some of its sources would have it, resolved and assessed anew.

A view is chosen by a date (what had been published by then), by a perspective (only some publishers or
kinds), or by both. What curators decided counts in every view, whenever they did. Nothing here does I/O, but
that the queries which define perspectives are read.
"""

from __future__ import annotations

import bisect
import datetime
import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from graph.errors import InvalidParameterError, UnknownResourceError, shorten
from graph.named_query import Catalogue, NamedQuery
from graph.terms import last_day

PERSPECTIVES: Final = Path(__file__).parents[1] / "queries" / "perspectives"
DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
# Where the day begins first: nobody's today lies in the future.
FIRST_ZONE: Final = datetime.timezone(datetime.timedelta(hours=14))


@dataclass(frozen=True)
class ViewChoice:
    """Which sources count: those published by `as_of`, and those that a perspective names; None: all."""

    as_of: datetime.date | None = None
    perspective: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out: the dataset itself, and no view of it."""
        return self.as_of is None and self.perspective is None

    @property
    def text(self) -> str:
        """The choice as a header and the command line tell it.

        >>> ViewChoice(datetime.date(2024, 12, 20), "china-state").text
        'as-of=2024-12-20; perspective=china-state'
        """
        parts = (("as-of", self.as_of), ("perspective", self.perspective))
        return "; ".join(f"{name}={value}" for name, value in parts if value is not None) or "all sources"

    @property
    def path(self) -> str:
        """The choice as the beginning of a path.

        >>> ViewChoice(datetime.date(2024, 12, 20), "china-state").path
        '/as-of/2024-12-20/perspective/china-state'
        """
        parts = (("as-of", self.as_of), ("perspective", self.perspective))
        return "".join(f"/{name}/{value}" for name, value in parts if value is not None)

    @property
    def key(self) -> str:
        """The choice as part of a file's name.

        >>> ViewChoice(datetime.date(2024, 12, 20), "china-state").key
        'as-of-2024-12-20-perspective-china-state'
        """
        return self.path.removeprefix("/").replace("/", "-")


def read_choice(as_of: str | None, perspective: str | None) -> ViewChoice:
    """The choice that a date and a name stand for; None or an empty text stand for no choice.

    Raises InvalidParameterError for a date that is none, and UnknownResourceError, with the names that there
    are, for an unknown perspective.
    """
    if perspective:
        perspective_query(perspective)
    return ViewChoice(_day(as_of) if as_of else None, perspective or None)


def _day(text: str) -> datetime.date:
    try:
        if DATE.fullmatch(text):
            return datetime.date.fromisoformat(text)
    except ValueError:
        pass  # a thirteenth month, a thirtieth of February
    raise InvalidParameterError("as-of", shorten(text), "a day of the calendar such as 2024-12-31")


@functools.cache
def perspectives() -> Catalogue:
    """The perspectives that there are: queries that select `?source`."""
    return Catalogue.read(PERSPECTIVES)


def perspective_query(name: str) -> NamedQuery:
    """The query that defines a perspective.

    Raises UnknownResourceError, with the names that there are.
    """
    if name not in perspectives():
        known = ", ".join(query.name for query in perspectives())
        raise UnknownResourceError(f"There is no perspective {shorten(name)!r}. There are: {known}.")
    return perspectives()[name]


def publication_days(dates: Iterable[str]) -> list[datetime.date]:
    """The days on which something was published, in order; a date that is cut counts from its last day."""
    return sorted({last_day(text) for text in dates})


def round_down(choice: ViewChoice, days: Sequence[datetime.date], now: datetime.datetime) -> ViewChoice:
    """The same choice with the last day of publication that it includes: there are no more views than days.

    Raises InvalidParameterError for a day in the future and UnknownResourceError for one before the first
    publication.
    """
    if choice.as_of is None:
        return choice
    today = now.astimezone(FIRST_ZONE).date()
    if choice.as_of > today:
        expected = f"a day up to today ({today}): it lies in the future"
        raise InvalidParameterError("as-of", choice.as_of.isoformat(), expected)
    place = bisect.bisect_right(days, choice.as_of)
    if not place:
        first = f" The first one is of {days[0]}." if days else ""
        raise UnknownResourceError(f"No source was published by {choice.as_of}.{first}")
    return replace(choice, as_of=days[place - 1])
