"""Perspectives side by side: what each accepts about one thing, and which judgements on it each reports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, render_template, request
from pyoxigraph import NamedNode

from graph.errors import ClientBusyError, KnowledgeGraphError, ViewPendingError
from graph.results import ResultTerm
from graph.view_cache import View
from graph.views import ViewChoice, perspectives
from web.finding import find_thing
from web.labels import labels_of
from web.nodes import Node, nodes, original
from web.page_answer import page_answer
from web.paging import only_parameters, paged
from web.site import Site, text_of
from web.sources import source_name
from web.views import MOST_COMPARED, compared_here

LISTED: Final = 50
FRAMINGS: Final = 12
DEFAULT: Final = "id:osa"

Held = Mapping[tuple[ResultTerm, ResultTerm], Sequence[ResultTerm]]


@dataclass(frozen=True)
class Line:
    """One property of one thing, and its values in each of the perspectives."""

    about: ResultTerm
    predicate: ResultTerm
    values: Sequence[Sequence[ResultTerm]]

    @property
    def differs(self) -> bool:
        """Whether two perspectives that both know something of it accept different values."""
        known = [frozenset(map(str, values)) for values in self.values if values]
        return len(set(known)) > 1


@dataclass(frozen=True)
class Framing:
    """What a perspective reports of judgements: the first claims, and how many there are."""

    claims: Sequence[Node]
    total: int


def perspective_routes(site: Site) -> Blueprint:
    """The route of perspectives side by side."""
    routes = Blueprint("perspectives", __name__)

    @routes.get("/perspectives")
    def compare() -> Response:
        only_parameters("subject", "p", "differences")
        views = compared_here() if request.args.get("p") else {}
        waiting = [each for each in views.values() if not isinstance(each, View)]
        if waiting:
            return _waiting(views, waiting)
        made = [view for view in views.values() if isinstance(view, View)]
        return page_answer(site, lambda: _page(site, made))

    return routes


def _waiting(views: Mapping[ViewChoice, View | KnowledgeGraphError], waiting: Sequence[object]) -> Response:
    """Some of the views are still being made: which, and when to come back."""
    seconds = max((each.retry_seconds for each in waiting if isinstance(each, ViewPendingError)), default=2)
    states = [
        (choice.perspective, "ready" if isinstance(view, View) else _state(view))
        for choice, view in views.items()
    ]
    page = render_template("perspectives_waiting.html", states=states, seconds=seconds)
    return Response(page, 503, {"Retry-After": str(seconds)})


def _state(error: KnowledgeGraphError) -> str:
    return "waits for the others" if isinstance(error, ClientBusyError) else "is being prepared"


def _page(site: Site, views: Sequence[View]) -> str:
    given = request.args.get("subject", "").strip() or DEFAULT
    subject = find_thing(site, given, "subject")
    lines = _lines([_facts(site, view, subject) for view in views])
    if request.args.get("differences"):
        lines = [line for line in lines if line.differs]
    paging = paged(len(lines), LISTED)
    shown = lines[paging.start : paging.end]
    framings = [_framing(site, view, subject) for view in views]
    claims = [claim for framing in framings for claim in framing.claims]
    sources = nodes(site, "described", [claim.text("osa:statedIn") for claim in claims])
    terms: list[ResultTerm] = [NamedNode(subject)]
    terms += [
        term
        for line in shown
        for term in (line.about, line.predicate, *(v for vs in line.values for v in vs))
    ]
    terms += [term for node in (*claims, *sources.values()) for term in node.terms()]
    return render_template(
        "perspectives.html",
        known=list(perspectives()),
        chosen=[view.choice.perspective for view in views],
        views=views,
        given=given,
        subject=NamedNode(subject),
        lines=shown,
        paging=paging,
        framings=framings,
        sources=sources,
        labels=labels_of(site, terms),
        most=MOST_COMPARED,
        source_name=source_name,
        original=original,
    )


def _facts(site: Site, view: View, subject: str) -> Held:
    found: dict[tuple[ResultTerm, ResultTerm], list[ResultTerm]] = defaultdict(list)
    for row in site.rows("held-facts", {"subject": subject}, view.snapshot):
        found[row["about"], row["predicate"]].append(row["value"])
    return {key: sorted(values, key=str) for key, values in found.items()}


def _lines(held: Sequence[Held]) -> list[Line]:
    """Everything that any of the perspectives holds, in one order."""
    keys = sorted({key for each in held for key in each}, key=str)
    return [
        Line(about, predicate, [each.get((about, predicate), ()) for each in held])
        for about, predicate in keys
    ]


def _framing(site: Site, view: View, subject: str) -> Framing:
    found = sorted(
        {text_of(row, "claim") for row in site.rows("held-framing", {"subject": subject}, view.snapshot)}
    )
    described = nodes(site, "claims-described", found[:FRAMINGS], view.snapshot)
    return Framing(list(described.values()), len(found))
