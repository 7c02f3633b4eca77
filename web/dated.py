"""What has a date: days, months and years as they are written, in order, and counted."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import Literal, NamedNode

from graph.datadir import Snapshot
from graph.results import ResultTerm
from graph.terms import is_date
from ontology.namespaces import DCTERMS, OSA
from web.marks import Mark, marks_of
from web.site import Row, Site, Values, count_of, text_of
from web.terms import short_iri

# What dates things, each with what happened; `osa:date` stands for the type of the event, if it has one.
HAPPENED: Final = (OSA.date, OSA.signedOn, OSA.deliveredOn, OSA.adoptedOn)
PUBLISHED: Final = DCTERMS.issued
# A day, month or year of our era; what is written otherwise has no place in an order of texts.
WRITTEN: Final = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")


@dataclass(frozen=True)
class Item:
    """A thing with a date that is known as far as it is written: `kinds` say what happened."""

    thing: str
    predicate: str
    date: str
    kinds: Sequence[str]
    marks: Mapping[str, Mark] = field(default_factory=dict)

    @property
    def mark(self) -> Mark | None:
        """Whether the date is contested, and by what."""
        return self.marks.get(short_iri(self.predicate))

    def terms(self) -> Iterator[ResultTerm]:
        """All that it names."""
        yield NamedNode(self.thing)
        yield from map(NamedNode, self.kinds)


@dataclass(frozen=True)
class Span:
    """The time from one date to another, each as a year, a month or a day."""

    first: str = ""
    last: str = ""

    def has(self, date: str) -> bool:
        """Whether a date may lie in it: what is known by its year may be on any day of that.

        >>> Span("2025-05", "2025-06").has("2025"), Span("2025-05", "2025-06").has("2025-04-30")
        (True, False)
        """
        after = not self.first or date[: len(self.first)] >= self.first[: len(date)]
        return after and (not self.last or date[: len(self.last)] <= self.last[: len(date)])


@dataclass(frozen=True)
class Counts:
    """How many things there are on each date as it is written, of each kind and in all."""

    by_kind: Mapping[str, Mapping[str, int]]
    total: Mapping[str, int]

    def kinds(self, span: Span) -> dict[str, int]:
        """How many of each kind are in a time."""
        found = {
            kind: sum(number for date, number in dates.items() if span.has(date))
            for kind, dates in self.by_kind.items()
        }
        return {kind: number for kind, number in found.items() if number}

    def dates(self, span: Span, kind: str | None) -> dict[str, int]:
        """How many there are on each date in a time, in order."""
        dates = self.total if kind is None else self.by_kind.get(kind, {})
        return {date: dates[date] for date in sorted(dates) if span.has(date)}


def by_year(dates: Mapping[str, int]) -> dict[str, int]:
    """How many there are in each year."""
    found: Counter[str] = Counter()
    for date, number in dates.items():
        found[date[:4]] += number
    return dict(found)


def counted(site: Site, is_published: bool, at: Snapshot) -> Counts:
    """The counts of everything; or, where it is about publication, of that alone."""
    properties = [PUBLISHED] if is_published else [*HAPPENED]
    by_kind: dict[str, dict[str, int]] = defaultdict(dict)
    total: Counter[str] = Counter()
    for row in site.rows("dated-counted", {"kind": properties}, at):
        if date := _written(row):
            by_kind[text_of(row, "kind")][date] = count_of(row, "number")
            total[date] += count_of(row, "number")
    if not is_published:
        for row in site.rows("events-counted", {}, at):
            if date := _written(row):
                by_kind[text_of(row, "kind")][date] = count_of(row, "number")
        # The type of an event says more.
        by_kind.pop(OSA.date.value, None)
    return Counts(by_kind, total)


def counts_of(items: Sequence[Item]) -> Counts:
    """The counts of some items."""
    by_kind: dict[str, Counter[str]] = defaultdict(Counter)
    total: Counter[str] = Counter()
    for item in items:
        total[item.date] += 1
        for kind in item.kinds:
            by_kind[kind][item.date] += 1
    return Counts(by_kind, total)


def between(site: Site, dates: Sequence[str], is_published: bool, at: Snapshot) -> list[Item]:
    """What is dated from the first to the last of some dates, in order."""
    properties = [PUBLISHED] if is_published else [*HAPPENED]
    if not dates:
        return []
    values: Values = {"property": properties, "first": min(dates), "last": max(dates)}
    return _items(site.rows("dated-between", values, at))


def about(site: Site, things: Sequence[str], at: Snapshot) -> list[Item]:
    """What happened to some things and to what names them, in order; publications, too."""
    named = [NamedNode(iri) for iri in things]
    return _items(site.rows("dated-about", {"about": named, "itself": named}, at)) if named else []


def marked(site: Site, items: Sequence[Item], at: Snapshot) -> list[Item]:
    """The items, each with what of it is contested."""
    marks = marks_of(site, sorted({item.thing for item in items}), at)
    return [
        Item(each.thing, each.predicate, each.date, each.kinds, marks.get(each.thing, {})) for each in items
    ]


def _items(rows: Sequence[Row]) -> list[Item]:
    kinds: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for row in rows:
        date = _written(row)
        if date and isinstance(row["thing"], NamedNode):
            key = (date, text_of(row, "thing"), text_of(row, "property"))
            is_event = text_of(row, "property") == OSA.date.value
            kinds[key].add((is_event and text_of(row, "type")) or text_of(row, "property"))
    return [
        Item(thing, predicate, date, sorted(found))
        for (date, thing, predicate), found in sorted(kinds.items())
    ]


def _written(row: Row) -> str:
    """The date of a row, if it is one that can be put in order."""
    date = row.get("date")
    if not isinstance(date, Literal) or not is_date(date):
        return ""
    return date.value if WRITTEN.fullmatch(date.value) else ""
