"""The catalogue of named queries, and a page for each: a form, a table, and the same as JSON or CSV."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request

from graph.blocking_readers import QueryReaders
from graph.errors import QueryError, UnsupportedFormatError
from graph.named_query import Catalogue, NamedQuery
from graph.query_header import without_header
from graph.reader_protocol import ReadRequest
from web.answers import respond, show
from web.errors import problem_here
from web.negotiation import media_types, prefers_html

LINKED_FORMATS: Final = ("json", "csv", "ttl", "jsonld", "rq")


def query_routes(readers: QueryReaders, catalogue: Catalogue) -> Blueprint:
    """The routes of the catalogue."""
    routes = Blueprint("queries", __name__)

    @routes.get("/queries")
    def list_queries() -> str:
        questions = [query for query in catalogue if query.answers]
        others = [query for query in catalogue if not query.answers]
        return render_template("queries.html", others=others, questions=questions)

    @routes.get("/queries/<name>")
    def answer_query(name: str) -> Response:
        query = catalogue[name]
        accept, format = request.headers.get("Accept"), request.args.get("format") or None
        values = {key: value for key, value in request.args.items() if key != "format"}
        if format == "rq":
            return Response(query.bind(values), content_type="application/sparql-query; charset=utf-8")
        if prefers_html(accept, format):
            return _page(query, values, readers)
        wanted = media_types(accept, format)
        if not wanted:
            raise UnsupportedFormatError("The answer can be had in none of the formats asked for.")
        return respond(readers.query(ReadRequest(query.bind(values), wanted), request.remote_addr or ""))

    return routes


def _page(query: NamedQuery, values: dict[str, str], readers: QueryReaders) -> Response:
    """The form with the values that were given, and the answer or what is wrong with them."""
    shown, fault, culprit, text = None, None, None, ""
    try:
        text = query.bind(values)
        shown = show(readers, ReadRequest(text), client=request.remote_addr or "")
    except QueryError as error:
        fault, culprit = problem_here(error), getattr(error, "name", None)
    page = render_template(
        "query.html",
        query=query,
        values=values,
        text=without_header(text),
        shown=shown,
        fault=fault,
        culprit=culprit,
        links={format: f"?{urlencode({**values, 'format': format})}" for format in LINKED_FORMATS},
    )
    response = Response(page, fault.status, fault.headers) if fault else Response(page)
    response.vary.add("Accept")
    return response
