"""The description of the dataset at the address where programs look for it.

/.well-known/void      in any form of RDF; a browser is led to the page that tells people the same

Spec: https://www.w3.org/TR/void/#well-known
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from flask import Blueprint, Response, redirect, request
from pyoxigraph import NamedNode
from werkzeug.exceptions import NotAcceptable

from graph.tallies import CLASSES, MATCHES, OURS, OUTSIDE_CLASSES, PROPERTIES, SUBJECTS
from graph.views import perspectives
from ontology.namespaces import OSA
from web.dataset_description import EXAMPLES, PATH, Described, Numbers, description, parameters_of
from web.negotiation import GRAPHS, choose, prefers_html
from web.page_answer import page_answer
from web.site import Site, text_of
from web.tallies import one_tally
from web.views import here, view_here

# Where the page for people tells of it.
FOR_PEOPLE: Final = "/about#use"


def void_routes(site: Site) -> Blueprint:
    """The route of the description."""
    routes = Blueprint("void", __name__)

    @routes.get(PATH)
    def describe() -> Response:
        accept = request.headers.get("Accept")
        if prefers_html(accept):
            response = redirect(here(FOR_PEOPLE), 303)
            response.vary.add("Accept")
            return response  # type: ignore[return-value]
        media_type = choose(accept, GRAPHS)
        if media_type is None:
            raise NotAcceptable(f"The description can be had as {', '.join(GRAPHS)}.")
        return page_answer(site, lambda: description(_described(site), media_type), media_type)

    return routes


def dataset_numbers(site: Site) -> Numbers:
    """How much there is in the snapshot or view that the request is about.

    Raises what `Site.rows` raises, where the snapshot came without its counts.
    """
    ours, others = one_tally(site, CLASSES), one_tally(site, OUTSIDE_CLASSES)
    subjects = one_tally(site, SUBJECTS)
    # Where they are counted by a query, both have the classes of all vocabularies.
    classes = {iri: n for iri, n in ours.items() if iri.startswith(str(OSA))}
    classes |= {iri: n for iri, n in others.items() if not iri.startswith(str(OSA))}
    return Numbers(
        properties=_counted(one_tally(site, PROPERTIES)),
        classes=_counted(Counter(classes)),
        entities=subjects[OURS],
        subjects=subjects.total(),
        linked=_counted(one_tally(site, MATCHES)),
    )


def _counted(counts: Counter[str]) -> dict[str, int]:
    return {iri: number for iri, number in counts.items() if iri}


def _described(site: Site) -> Described:
    view, at = view_here(), site.here()
    known = {text_of(row, "thing") for row in site.rows("things-known", {"thing": list(EXAMPLES)}, at)}
    asked = parameters_of(view)
    return Described(
        address=site.address,
        home=f"/{asked}",
        endpoint=f"{view.choice.path if view else ''}/sparql",
        path=f"{PATH}{asked}",
        number=at.number,
        modified=site.current().made or "",
        numbers=dataset_numbers(site),
        examples=tuple(NamedNode(each.value) for each in EXAMPLES if each.value in known),
        view=view.choice.text if view else "",
        report_url=site.settings.report_url,
        perspectives=None if view else {each.name: each.summary for each in perspectives()},
    )
