"""The home page: what this is, how much there is, questions with their answers, and what changed last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from flask import Blueprint, Response, render_template, request

from graph.datadir import Snapshot
from graph.errors import KnowledgeGraphError
from graph.named_query import NamedQuery
from graph.reader_protocol import ReadRequest
from web.answers import Shown, show
from web.citation import citation_of
from web.labels import Labels, labels_in
from web.page_answer import page_answer
from web.site import Site

TITLE: Final = "A knowledge graph of security assistance"
EXAMPLES: Final = ("budget-by-year", "pilot-recipients", "claims-on-recipient-numbers", "contested-facts")
EXAMPLE_ROWS: Final = 5
# The numbers of a snapshot that people ask for, and what they are called.
COUNTED: Final[Mapping[str, str]] = {
    "sources": "sources",
    "claims": "claims",
    "facts": "accepted facts",
    "open_slots": "open questions",
    "contradictions": "contradictions",
    "corroborations": "corroborations",
    "entities": "things",
}
CHANGES: Final = 5


@dataclass(frozen=True)
class Example:
    """A question of the home page with its answer, which is missing while no reader is free."""

    query: NamedQuery
    shown: Shown | None = None
    labels: Labels | None = None


@dataclass(frozen=True)
class Change:
    """A snapshot, and by how much each of its numbers differs from the one before that is kept."""

    snapshot: Snapshot
    differences: Mapping[str, int]


def page_routes(site: Site) -> Blueprint:
    """The route of the home page."""
    routes = Blueprint("pages", __name__)

    @routes.get("/")
    def home() -> Response:
        return page_answer(site, lambda: _home(site))

    return routes


def _home(site: Site) -> str:
    at = site.here()
    questions = [query for query in site.questions if query.name in EXAMPLES]
    numbers = numbers_of(at)
    return render_template(
        "home.html",
        examples=[_example(site, query, at) for query in questions],
        counts={name: numbers[key] for key, name in COUNTED.items() if key in numbers},
        changes=changes([*site.kept()]),
        citation=citation_of(site, TITLE, "/", at),
        url=site.address,
    )


def numbers_of(snapshot: Snapshot) -> dict[str, int]:
    """The numbers of a snapshot that count something, and that people ask for."""
    return {name: value for name, value in snapshot.counts.items() if name in COUNTED and type(value) is int}


def changes(snapshots: list[Snapshot]) -> list[Change]:
    """The last changes, the latest first; each beside the snapshot before it that is kept."""
    ordered = sorted(snapshots, key=lambda snapshot: snapshot.number)[-CHANGES - 1 :]
    found = [Change(new, _differences(numbers_of(old), numbers_of(new))) for old, new in pairwise(ordered)]
    if len(ordered) <= CHANGES:
        found = [*(Change(first, {}) for first in ordered[:1]), *found]
    return found[::-1]


def _differences(old: Mapping[str, int], new: Mapping[str, int]) -> dict[str, int]:
    return {COUNTED[name]: new[name] - old[name] for name in new if new[name] != old.get(name, new[name])}


def _example(site: Site, query: NamedQuery, at: Snapshot) -> Example:
    asked = ReadRequest(query.bind({}))
    try:
        shown = show(site.readers, asked, rows=EXAMPLE_ROWS, client=request.remote_addr or "", snapshot=at)
        return Example(query, shown, labels_in(site, shown.solutions, at))
    except KnowledgeGraphError:
        return Example(query)
