"""Triple pattern fragments: the triples that match one pattern, in pages, with the way to all others.

/fragments?subject=&predicate=&object=&graph=&page=&snapshot=    `graph` other than the default graph

Pages lead on within one snapshot, so that whoever follows them meets every triple once.
Spec: https://linkeddatafragments.org/specification/triple-pattern-fragments/
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from flask import Blueprint, Response, render_template, request
from pyoxigraph import Literal, NamedNode
from werkzeug.exceptions import Gone, NotFound

from graph.datadir import Snapshot
from graph.errors import UnsupportedFormatError
from graph.results import ResultTerm
from web.fragment_controls import Place, write_fragment
from web.fragment_pattern import POSITIONS, Pattern, read_pattern, written
from web.fragment_reading import SIZE, Fragment, read_fragment
from web.labels import labels_of
from web.negotiation import FORMATS, HTML, TURTLE, choose, prefers_html
from web.page_answer import page_answer
from web.paging import LONGEST_NUMBER, only_parameters, page_number
from web.site import Site
from web.views import PARAMETERS, here, view_here

PATH: Final = "/fragments"
# The first is what a client gets that does not mind: it keeps the controls apart from the triples.
OFFERS: Final = (
    "application/trig",
    "application/n-quads",
    TURTLE,
    "application/ld+json",
    "application/n-triples",
)
LINKED: Final = ("trig", "ttl", "nq", "nt", "jsonld")
LONGEST_VALUE: Final = 300
GONE: Final = "Snapshot {} is not kept any more, or not for this view. Begin again with the first page."


def fragment_routes(site: Site) -> Blueprint:
    """The route of the fragments."""
    routes = Blueprint("fragments", __name__)

    @routes.get(PATH)
    def show_fragment() -> Response:
        only_parameters(*POSITIONS, "graph", "snapshot", "format")
        media_type = _media_type()
        pattern, number = read_pattern(request.args), page_number()
        at = _snapshot(site)

        def make() -> str | bytes:
            fragment = read_fragment(site, pattern, number, at)
            if number > 1 and not fragment.triples:
                raise NotFound(f"There is no page {number}: all that matches is on the pages before it.")
            if media_type == HTML:
                return _page(site, fragment, at)
            return write_fragment(fragment, _place(site, pattern, at), media_type)

        response = page_answer(site, make, media_type)
        response.headers["X-Osagraph-Snapshot"] = str(at.number)
        return response

    return routes


def _media_type() -> str:
    """The format that is asked for, by its short name or by the Accept header.

    Raises UnsupportedFormatError.
    """
    accept, format = request.headers.get("Accept"), request.args.get("format") or None
    if prefers_html(accept, format):
        return HTML
    chosen = FORMATS.get(format) if format else choose(accept, OFFERS)
    if chosen not in OFFERS:
        raise UnsupportedFormatError(f"A fragment can be had as {', '.join((*OFFERS, HTML))}.")
    return str(chosen)


def _snapshot(site: Site) -> Snapshot:
    """The snapshot that a page leads on within, or the current one.

    Raises Gone where it is no longer there, and InvalidParameterError.
    """
    here_now, text = site.here(), request.args.get("snapshot", "")
    if not text or text == str(here_now.number):
        return here_now
    kept = {str(each.number): each for each in site.kept()} if view_here() is None else {}
    if len(text) > LONGEST_NUMBER or text not in kept:
        raise Gone(GONE.format(text[:LONGEST_NUMBER]))
    return kept[text]


def _place(site: Site, pattern: Pattern, at: Snapshot) -> Place:
    """Where the page is, as its client knows it."""
    # What no IRI may hold is written as clients should have written it.
    query = quote(request.query_string, safe="%/?:@!$&'()*+,;=~-._")
    base = f"{site.address}{PATH}"
    views = {name: value for name in PARAMETERS if (value := request.args.get(name))}
    graph = {"graph": written(pattern.graph)} if pattern.graph else {}
    return Place(base, f"{base}?{query}" if query else base, {**graph, **views}, at.number)


def _page(site: Site, fragment: Fragment, at: Snapshot) -> str:
    terms = [term for triple in fragment.triples for term in triple]
    fields = fragment.pattern.fields
    shown = {**fields, "page": fragment.number, "snapshot": at.number}
    return render_template(
        "fragments.html",
        fragment=fragment,
        labels=labels_of(site, terms, at=at),
        fields=fields,
        positions=POSITIONS,
        only=lambda position, term: _only(fragment.pattern, position, term),
        steps={name: here(PATH, **{**shown, "page": step}) for name, step in fragment.steps.items()},
        formats={name: here(PATH, **shown, format=name) for name in LINKED},
        template=_place(site, fragment.pattern, at).template,
        size=SIZE,
    )


def _only(pattern: Pattern, position: str, term: ResultTerm) -> str | None:
    """The address of the triples that have this term, too; None where no address can name it."""
    if position in pattern.terms or not isinstance(term, NamedNode | Literal):
        return None
    if len(text := written(term)) > LONGEST_VALUE:
        return None
    return here(PATH, **{**pattern.fields, position: text})
