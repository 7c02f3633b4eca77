"""The SPARQL endpoint: the query operation of the protocol, its description, and a form for people.

Spec: https://www.w3.org/TR/sparql11-protocol/
"""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import NotAcceptable

from graph.errors import QueryError, UnsupportedFormatError
from graph.readers import QueryReaders
from web.answers import respond, show
from web.errors import STATUS
from web.negotiation import GRAPHS, HTML, choose, content_type, prefers_html
from web.operation import Fields, only, read_fields, read_request
from web.service_description import describe_service
from web.settings import Settings


def sparql_routes(settings: Settings, readers: QueryReaders, example: str) -> Blueprint:
    """The routes of the endpoint; `example` is the query that the form begins with."""
    routes = Blueprint("sparql", __name__)

    @routes.route("/sparql", methods=["GET", "POST"])
    def sparql() -> Response:
        fields = read_fields(request)
        if request.method != "POST" and not fields:
            return _describe(settings, example)
        accept = request.headers.get("Accept")
        url = endpoint_url(settings)
        operation = read_request(fields, accept, url, known_prefixes=not settings.raw)
        if prefers_html(accept, only(fields, "format")) and not settings.raw:
            return _show_page(fields, readers, url)
        if not operation.media_types:
            raise UnsupportedFormatError("The answer can be had in none of the formats asked for.")
        return respond(readers.query(operation))

    return routes


def endpoint_url(settings: Settings) -> str:
    """The endpoint's own address, as clients see it."""
    return (settings.public_url or request.url_root).rstrip("/") + "/sparql"


def _describe(settings: Settings, example: str) -> Response:
    """The form for people, the service description for machines."""
    offers = GRAPHS if settings.raw else (*GRAPHS, HTML)
    media_type = choose(request.headers.get("Accept"), offers)
    if media_type is None:
        raise NotAcceptable("The service description can be had as HTML or RDF.")
    if media_type == HTML:
        response = Response(render_template("sparql.html", text=example, shown=None, fault=None))
    else:
        body = describe_service(endpoint_url(settings), media_type)
        response = Response(body, content_type=content_type(media_type))
    response.vary.add("Accept")
    return response


def _show_page(fields: Fields, readers: QueryReaders, base_iri: str) -> Response:
    """The form again, with the answer below it or with what is wrong."""
    text = only(fields, "query") or ""
    try:
        shown = show(readers, text, base_iri=base_iri)
    except QueryError as error:
        page = render_template("sparql.html", text=text, shown=None, fault=error)
        return Response(page, STATUS[type(error)])
    response = Response(render_template("sparql.html", text=text, shown=shown, fault=None))
    response.vary.add("Accept")
    return response
