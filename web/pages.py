"""The home page: what this is, how much there is, questions with their answers, and what changed last."""

from __future__ import annotations

import threading
from collections import OrderedDict
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
from web.labels import Labels, labels_of
from web.page_answer import page_answer
from web.site import Site
from web.structured import dataset_document

TITLE: Final = "A knowledge graph of security assistance"
EXAMPLES: Final = ("budget-by-year", "pilot-recipients", "claims-on-recipient-numbers", "contested-facts")
EXAMPLE_ROWS: Final = 5
REMEMBERED: Final = 64
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


class Answers:
    """What the home page shows of the answers to its questions, remembered for the last few snapshots."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._known: OrderedDict[tuple[str, str], Shown] = OrderedDict()
        self._lock = threading.Lock()

    def examples(self, at: Snapshot) -> list[Example]:
        """The questions with their answers."""
        questions = [query for query in self._site.questions if query.name in EXAMPLES]
        answers = [self._answer(query, at) for query in questions]
        rows = [row for shown in answers if shown and shown.solutions for row in shown.solutions.rows]
        labels = labels_of(self._site, (term for row in rows for term in row.values()), at=at)
        return [Example(query, shown, labels) for query, shown in zip(questions, answers, strict=True)]

    def _answer(self, query: NamedQuery, at: Snapshot) -> Shown | None:
        """The first of an answer: where all of it is costly, a query of its own has that."""
        key = (str(at.store), query.name)
        shown = self._known.get(key)
        if shown is None:
            asked = ReadRequest(self._site.pages.get(f"first-{query.name}", query).bind({}), is_checked=True)
            client = request.remote_addr or ""
            try:
                shown = show(self._site.readers, asked, rows=EXAMPLE_ROWS, client=client, snapshot=at)
            except KnowledgeGraphError:
                return None
            with self._lock:
                self._known[key] = shown
                while len(self._known) > REMEMBERED:
                    self._known.popitem(last=False)
        return shown


def page_routes(site: Site) -> Blueprint:
    """The route of the home page."""
    routes = Blueprint("pages", __name__)
    answers = Answers(site)

    @routes.get("/")
    def home() -> Response:
        return page_answer(site, lambda: _home(site, answers))

    return routes


def _home(site: Site, answers: Answers) -> str:
    at = site.here()
    numbers = numbers_of(at)
    return render_template(
        "home.html",
        examples=answers.examples(at),
        counts={name: numbers[key] for key, name in COUNTED.items() if key in numbers},
        changes=changes([*site.kept()]),
        citation=citation_of(site, TITLE, "/", at),
        url=site.address,
        structured=dataset_document(site),
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
