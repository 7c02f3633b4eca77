"""What this is, how facts come about, what it cannot do, and who may use it."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, render_template

from graph.tallies import CLASSES, DATES
from graph.views import perspectives
from ontology.namespaces import OSA
from web.contradictions import KINDS
from web.labels import labels_of
from web.page_answer import page_answer
from web.site import Site
from web.structured import catalogue_document
from web.tallies import one_tally

# What each kind of contradiction is, in the order in which they are listed.
MEANINGS: Final = (
    "two values of one thing, counted alike, that cannot both hold",
    "two lists of which at least one claims to be complete",
    "the act is agreed, who did it is not",
    "two judgements that exclude each other; neither ever becomes a fact",
    "values that differ, perhaps only because they count different things or do not say what they count",
    "one source reports a later state: no contradiction in truth, and kept apart for that",
)


def about_routes(site: Site) -> Blueprint:
    """The route of the page about the method."""
    routes = Blueprint("about", __name__)

    @routes.get("/about")
    def about() -> Response:
        return page_answer(site, lambda: _page(site))

    return routes


def _page(site: Site) -> str:
    kinds = [OSA[name] for name in KINDS]
    return render_template(
        "about.html",
        kinds=list(zip(kinds, MEANINGS, strict=True)),
        labels=labels_of(site, kinds),
        perspectives=list(perspectives()),
        undated=one_tally(site, CLASSES)[OSA.Source.value] - one_tally(site, DATES)[""],
        counts=site.here().counts,
        structured=catalogue_document(site),
    )
