"""How fresh the dataset is, publisher by publisher: its latest publication, and when it was last loaded.

Counting the sources of each of many thousand publishers takes the engine a second: that is done once for a
snapshot. All else is asked of a few publishers at a time.
"""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode

from graph.export_rows import Row, Rows, iri_of, text_in

# So many publishers stand in the metrics by name, and on a page.
LEADING: Final = 50


@dataclass(frozen=True)
class Freshness:
    """What one publisher (an IRI; empty: all others together) has: its number of sources; when the latest of
    them was published, as it is given and as a day, a month or year by its last; the moment at which one of
    them was last loaded. What nothing tells is empty.
    """

    publisher: str
    sources: int
    latest: str = ""
    day: str = ""
    loaded: str = ""


@dataclass(frozen=True)
class FreshnessReport:
    """The publishers with most sources, in that order; how many others there are, and what these have."""

    leading: Sequence[Freshness]
    further: int
    others: Freshness


def read_freshness(rows: Rows, counted: Sequence[Row]) -> FreshnessReport:
    """How fresh a dataset is, given the first rows of `publishers-by-sources`. Raises as `rows` does."""
    leading = publishers_described(rows, counted)
    if not leading:
        return FreshnessReport([], 0, Freshness("", 0))
    total = next(iter(rows("publishers-counted", {})), {})
    but = {"but": [NamedNode(each.publisher) for each in leading]}
    latest = next(iter(rows("latest-of-other-publishers", but)), {})
    others = int(text_in(total, "sources")) - sum(each.sources for each in leading)
    further = int(text_in(total, "publishers")) - len(leading)
    return FreshnessReport(leading, further, Freshness("", others, *_dated(latest)))


def publishers_described(rows: Rows, counted: Sequence[Row]) -> list[Freshness]:
    """How fresh some publishers are, given their rows of `publishers-by-sources`. Raises as `rows` does."""
    found = {iri_of(row, "publisher"): int(text_in(row, "sources")) for row in counted}
    found.pop("", None)
    if not found:
        return []
    asked = {"publisher": [NamedNode(iri) for iri in found]}
    latest = {iri_of(row, "publisher"): _dated(row) for row in rows("latest-of-publishers", asked)}
    loaded = {iri_of(row, "publisher"): text_in(row, "loaded") for row in rows("loads-of-publishers", asked)}
    built = text_in(next(iter(rows("last-build", {})), {}), "built")
    return [
        Freshness(iri, sources, *latest.get(iri, ("", "")), max(loaded.get(iri, ""), built))
        for iri, sources in found.items()
    ]


def _dated(row: Row) -> tuple[str, str]:
    """A day as it is given, and in full."""
    day, _, given = text_in(row, "latest").partition(" ")
    return given, day


def day_seconds(day: str) -> int | None:
    """The second that a day begins at in UTC, since 1970; None for what is no day.

    The last day of a month may be said as its 31st.

    >>> day_seconds("2025-02-31") == day_seconds("2025-02-28"), day_seconds("soon")
    (True, None)
    """
    try:
        year, month, date = map(int, day[:10].split("-"))
        date = min(date, calendar.monthrange(year, month)[1])
        return int(datetime.datetime(year, month, date, tzinfo=datetime.UTC).timestamp())
    except (ValueError, OverflowError):
        return None


def moment_seconds(moment: str) -> int | None:
    """The seconds since 1970 of an `xsd:dateTime` with its time zone; None for what is none.

    >>> moment_seconds("1970-01-02T00:00:00Z")
    86400
    """
    try:
        return int(datetime.datetime.fromisoformat(moment).timestamp())
    except (ValueError, OverflowError):
        return None
