"""The projects of a programme as a table that can be sorted, fifty on a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from flask import request
from pyoxigraph import NamedNode

from graph.datadir import Snapshot
from graph.errors import InvalidParameterError
from graph.query_header import without_header
from graph.results import ResultTerm
from ontology.namespaces import OSA, sparql_prefixes
from web.figures import number_of
from web.labels import Labels, labels_of
from web.marks import Mark, marks_of
from web.paging import Paging, paged
from web.site import Row, Site, text_of

LISTED: Final = 50
# As the query has it.
MOST: Final = 5000
COLUMNS: Final[Mapping[str, str]] = {
    "recipient": "recipient",
    "year": "fiscal year",
    "signed": "signed",
    "amount": "amount",
    "status": "status",
}
FIRST: Final = "-year"
SHOWN: Final = (OSA.equipment, OSA.beneficiary)


@dataclass(frozen=True)
class Project:
    """A project: `marks` tell what of it is contested or open, by prefixed name of the property."""

    iri: str
    recipient: ResultTerm | None
    year: str
    signed: str
    amount: ResultTerm | None
    currency: ResultTerm | None
    status: ResultTerm | None
    rank: int
    is_agreed: bool
    values: Mapping[str, Sequence[ResultTerm]] = field(default_factory=dict)
    marks: Mapping[str, Mark] = field(default_factory=dict)


@dataclass(frozen=True)
class Projects:
    """All projects, as far as the query goes; `page` are those of this page with their details."""

    all: Sequence[Project]
    page: Sequence[Project]
    paging: Paging
    order: str
    csv: str

    @property
    def is_cut(self) -> bool:
        """Whether there may be more."""
        return len(self.all) >= MOST

    def terms(self) -> Iterator[ResultTerm]:
        """All that this page names."""
        for each in self.page:
            yield NamedNode(each.iri)
            named = [each.recipient, each.amount, each.currency, each.status]
            yield from (term for term in named if term is not None)
            yield from (term for terms in each.values.values() for term in terms)
            yield from (term for mark in each.marks.values() for term in mark.terms())

    def by_year(self) -> dict[str, tuple[list[Project], list[Project]]]:
        """The agreed projects and the planned ones of each year."""
        found: dict[str, tuple[list[Project], list[Project]]] = defaultdict(lambda: ([], []))
        for each in self.all:
            found[each.year][not each.is_agreed].append(each)
        return found


def chosen_order() -> str:
    """The order that the request asks for: the name of a column, after a minus from high to low.

    Raises InvalidParameterError.
    """
    order = request.args.get("sort") or FIRST
    if order.removeprefix("-") not in COLUMNS:
        raise InvalidParameterError("sort", order[:80], f"one of {', '.join(COLUMNS)}, or with a - before it")
    return order


def read_projects(site: Site, programme: str, at: Snapshot) -> Projects:
    """The projects of a programme, and those of the page that is asked for.

    Raises InvalidParameterError, NotFound, and what `Site.rows` raises.
    """
    about = {"programme": NamedNode(programme)}
    rows = {text_of(row, "project"): row for row in site.rows("programme-projects", about, at)}
    agreed = {text_of(row, "project") for row in site.rows("programme-agreed", about, at)}
    found = [_project(row, iri in agreed) for iri, row in rows.items()]
    order = chosen_order()
    ordered = _sorted(found, order, labels_of(site, [each.recipient for each in found], at=at))
    paging = paged(len(ordered), LISTED)
    page = ordered[paging.start : paging.end]
    text = sparql_prefixes() + without_header(site.pages["programme-projects"].bind(about))
    csv = urlencode({"query": text, "format": "csv"})
    return Projects(ordered, _detailed(site, page, at), paging, order, csv)


def _project(row: Row, is_agreed: bool) -> Project:
    rank = text_of(row, "rank")
    return Project(
        text_of(row, "project"),
        row.get("recipient"),
        text_of(row, "fiscalYear"),
        text_of(row, "signedOn"),
        row.get("amount"),
        row.get("currency"),
        row.get("status"),
        int(rank) if rank.isdecimal() else 0,
        is_agreed,
    )


def _sorted(projects: Sequence[Project], order: str, labels: Labels) -> list[Project]:
    """The projects in an order; those that lack what they are sorted by come last."""

    def name(each: Project) -> str:
        return labels.text(each.recipient.value) if isinstance(each.recipient, NamedNode) else ""

    keys: dict[str, Callable[[Project], Any]] = {
        "recipient": name,
        "year": lambda each: each.year,
        "signed": lambda each: each.signed,
        "amount": lambda each: number_of(each.amount) or 0,
        "status": lambda each: each.rank,
    }
    key = keys[order.removeprefix("-")]
    known = sorted((each for each in projects if key(each)), key=lambda each: (name(each), each.iri))
    known.sort(key=key, reverse=order.startswith("-"))
    return [*known, *(each for each in projects if not key(each))]


def _detailed(site: Site, page: Sequence[Project], at: Snapshot) -> list[Project]:
    """The projects with their equipment, who gets it, and what is contested or open."""
    if not page:
        return []
    things = [NamedNode(each.iri) for each in page]
    values: dict[str, dict[str, list[ResultTerm]]] = defaultdict(lambda: defaultdict(list))
    for row in site.rows("column-values", {"thing": things, "predicate": [*SHOWN]}, at):
        values[text_of(row, "thing")][text_of(row, "predicate")].append(row["value"])
    marks = marks_of(site, [each.iri for each in page], at)
    return [
        Project(
            each.iri,
            each.recipient,
            each.year,
            each.signed,
            each.amount,
            each.currency,
            each.status,
            each.rank,
            each.is_agreed,
            {name: sorted(found, key=str) for name, found in values[each.iri].items()},
            marks.get(each.iri, {}),
        )
        for each in page
    ]
