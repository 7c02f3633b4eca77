"""The page and the files of everything that has an IRI.

/id/{path}               303 to the page for browsers, to the file for programs
/page/{path}             the page; ?from={property}&page={number} lists what points to the thing
/data/{path}.{format}    ttl, nt, rdf, jsonld, trig, csv; without a format, the one that is accepted
/entity?iri=             the page of any other IRI; &format= its file
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

from flask import Blueprint, Response, redirect, request
from pyoxigraph import NamedNode
from werkzeug.wrappers import Response as AnyResponse

from graph.errors import InvalidParameterError, UnknownResourceError, UnsupportedFormatError, shorten
from ontology.vocabulary import ontology_triples
from web.addresses import INDIVIDUALS, data_address, local_path, page_address
from web.entity_data import DATA_FORMATS, entity_data, format_for
from web.entity_page import entity_page, missing_page, pointing_page
from web.entity_reading import Axioms
from web.frame import has_page
from web.negotiation import HTML, choose, content_type
from web.page_answer import page_answer
from web.site import Site
from web.views import here

SEE_OTHER: Final = 303
NOT_FOUND: Final = 404
# What has a page of its own kind, by the beginning of its path: where that is, and the rule of its route.
OWN_PAGES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "source/": ("/sources/", "/sources/<path:name>"),
        "contradiction/": ("/contradictions/", "/contradictions/<name>"),
    }
)


def entity_routes(site: Site) -> Blueprint:
    """The routes of entities."""
    routes = Blueprint("entities", __name__)
    axioms = frozenset(ontology_triples())

    @routes.get("/id/<path:path>")
    def dereference(path: str) -> AnyResponse:
        iri = f"{INDIVIDUALS}{path}"
        format = _format(None)
        target = page_address(iri) if format is None else data_address(iri, format)
        response = redirect(here(target), SEE_OTHER)
        response.vary.add("Accept")
        return response

    @routes.get("/page/<path:path>")
    def show_page(path: str) -> AnyResponse:
        own = own_page(path)
        if own is not None:
            return redirect(here(own), SEE_OTHER)
        return _page(site, _checked(f"{INDIVIDUALS}{path}"), axioms)

    @routes.get("/data/<path:name>")
    def give_data(name: str) -> AnyResponse:
        path, dot, format = name.rpartition(".")
        if not dot or format not in DATA_FORMATS:
            path, format = name, _format(None) or "ttl"
        return _data(site, _checked(f"{INDIVIDUALS}{path}"), format)

    @routes.get("/entity")
    def show_any() -> AnyResponse:
        iri = _checked(request.args.get("iri", ""))
        if local_path(iri) is not None and "format" not in request.args:
            return redirect(here(page_address(iri)), SEE_OTHER)
        format = _format(request.args.get("format"))
        return _page(site, iri, axioms) if format is None else _data(site, iri, format)

    return routes


def own_page(path: str) -> str | None:
    """Where things of its kind have a page of their own; None for all others."""
    for beginning, (folder, rule) in OWN_PAGES.items():
        if path.startswith(beginning) and has_page(rule):
            return folder + quote(path.removeprefix(beginning))
    return None


def _format(wanted: str | None) -> str | None:
    """The format that is asked for, by its name or by the Accept header; None for a page.

    Raises UnsupportedFormatError where there is none such.
    """
    best = wanted or _accepted()
    if best is None or best not in ("html", *DATA_FORMATS):
        formats = ", ".join(("html", *DATA_FORMATS))
        raise UnsupportedFormatError(f"What is known of a thing can be had as {formats}.")
    return None if best == "html" else best


def _accepted() -> str | None:
    """The format that the Accept header likes best: a page only where HTML is named."""
    accept = request.headers.get("Accept")
    if accept and "html" in accept and choose(accept, (HTML, *DATA_FORMATS.values())) == HTML:
        return "html"
    return format_for(accept)


def _checked(iri: str) -> str:
    """The IRI, if it is one.

    Raises InvalidParameterError.
    """
    try:
        return NamedNode(iri).value
    except ValueError as error:
        raise InvalidParameterError("iri", shorten(iri), "an absolute IRI") from error


def _page(site: Site, iri: str, axioms: Axioms) -> Response:
    """The page of a thing, the list of what points to it, or what has a name like it where it is unknown."""
    at, pointing = site.here(), request.args.get("from")

    def make() -> str:
        if pointing:
            return pointing_page(site, iri, _checked(pointing), at)
        return entity_page(site, iri, axioms, at)

    try:
        response = page_answer(site, make)
    except UnknownResourceError:
        missing = missing_page(site, iri, at)
        return Response(missing, NOT_FOUND, content_type=content_type(HTML))
    for format, media_type in DATA_FORMATS.items():
        target = here(data_address(iri, format))
        response.headers.add("Link", f'<{target}>; rel="alternate"; type="{media_type}"')
    return response


def _data(site: Site, iri: str, format: str) -> Response:
    at = site.here()
    response = page_answer(site, lambda: entity_data(site, iri, format, at), DATA_FORMATS[format])
    response.headers.add("Link", f'<{here(page_address(iri))}>; rel="alternate"; type="{HTML}"')
    response.headers["Content-Location"] = here(data_address(iri, format))
    return response
