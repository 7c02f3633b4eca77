"""Who takes part in a programme, in which role and year; and how many there are said to be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode

from graph.datadir import Snapshot
from graph.results import ResultTerm
from web.figures import Figure, figures
from web.site import Row, Site, count_of, text_of

# So many numbers of recipients are shown with those who claim them.
SHOWN_COUNTS: Final = 24


@dataclass(frozen=True)
class Participant:
    """An actor in a role: `part` is the participation, which its claims are about."""

    part: str
    actor: str
    role: str
    year: str
    claims: int
    is_accepted: bool
    is_contested: bool = False


@dataclass(frozen=True)
class Year:
    """One year's participants by role: those that are accepted, and those that are only named for it."""

    year: str
    accepted: Mapping[str, Sequence[Participant]]
    expected: Sequence[Participant]


@dataclass(frozen=True)
class Count:
    """A number of recipients for a year or day, with the rule that it was counted by."""

    iri: str
    year: str
    number: ResultTerm | None
    rule: ResultTerm | None
    figure: Figure


@dataclass(frozen=True)
class Recipients:
    """The years in order, those without one last; `roles` are the columns; `counts` the first of `total`."""

    years: Sequence[Year]
    roles: Sequence[str]
    counts: Sequence[Count]
    total_counts: int

    def terms(self) -> Iterator[ResultTerm]:
        """All that it names."""
        yield from map(NamedNode, self.roles)
        for year in self.years:
            for each in (*(one for group in year.accepted.values() for one in group), *year.expected):
                yield NamedNode(each.actor)
                yield NamedNode(each.role)
        for count in self.counts:
            yield NamedNode(count.iri)
            yield from (term for term in (count.number, count.rule) if term is not None)
            yield from count.figure.terms()

    @property
    def actors(self) -> dict[str, bool]:
        """Everybody who is named, and whether that is accepted for any role."""
        found: dict[str, bool] = {}
        for year in self.years:
            for each in (*(one for group in year.accepted.values() for one in group), *year.expected):
                found[each.actor] = found.get(each.actor, False) or each.is_accepted
        return found


def read_recipients(site: Site, programme: str, at: Snapshot) -> Recipients:
    """The participants of a programme and their numbers. Raises what `Site.rows` raises."""
    about = {"programme": NamedNode(programme)}
    accepted = [_participant(row) for row in site.rows("programme-participants", about, at)]
    found = [*accepted, *_expected(site, programme, at)]
    by_role: dict[str, int] = defaultdict(int)
    for each in accepted:
        by_role[each.role] += 1
    years = sorted({each.year for each in found}, key=lambda year: (not year, year))
    counts, total = _counts(site, programme, at)
    return Recipients(
        [_year(year, [each for each in found if each.year == year]) for year in years],
        sorted(by_role, key=lambda role: (-by_role[role], role)),
        counts,
        total,
    )


def _year(year: str, found: Sequence[Participant]) -> Year:
    accepted: dict[str, list[Participant]] = defaultdict(list)
    for each in found:
        if each.is_accepted:
            accepted[each.role].append(each)
    return Year(year, accepted, [each for each in found if not each.is_accepted])


def _participant(row: Row) -> Participant:
    return Participant(
        text_of(row, "part"),
        text_of(row, "actor"),
        text_of(row, "role"),
        text_of(row, "year"),
        count_of(row, "claims"),
        True,
        count_of(row, "contesting") > 0,
    )


def _expected(site: Site, programme: str, at: Snapshot) -> list[Participant]:
    """Those whom sources name without any claim that counts: plans, possibilities."""
    rows = site.rows("programme-expected", {"programme": NamedNode(programme)}, at)
    parts = {text_of(row, "part"): row for row in rows}
    if not parts:
        return []
    named = site.rows("claimed-actors", {"subject": [NamedNode(part) for part in parts]}, at)
    return [
        Participant(
            text_of(row, "subject"),
            text_of(row, "actor"),
            text_of(parts[text_of(row, "subject")], "role"),
            text_of(parts[text_of(row, "subject")], "year"),
            count_of(row, "claims"),
            False,
        )
        for row in named
        if isinstance(row["actor"], NamedNode)
    ]


def _counts(site: Site, programme: str, at: Snapshot) -> tuple[list[Count], int]:
    found = site.rows("programme-counts", {"programme": NamedNode(programme)}, at)
    rows = list({text_of(row, "count"): row for row in found}.values())
    shown = rows[:SHOWN_COUNTS]
    known = figures(site, {text_of(row, "count"): row.get("number") for row in shown}, at)
    counts = [
        Count(
            text_of(row, "count"),
            text_of(row, "year"),
            row.get("number"),
            row.get("rule"),
            known[text_of(row, "count")],
        )
        for row in shown
    ]
    return sorted(counts, key=lambda count: (not count.year, count.year, count.iri)), len(rows)
