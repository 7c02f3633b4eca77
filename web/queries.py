"""The catalogue of named queries, and a page for each: a form, a table, and the same as JSON or CSV."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request

from graph.errors import QueryError, UnsupportedFormatError
from graph.named_query import NamedQuery
from graph.query_header import without_header
from graph.reader_protocol import ReadRequest
from web.answers import respond, show
from web.errors import problem_here
from web.labels import labels_in
from web.negotiation import media_types, prefers_html, receipts_types
from web.operation import wants_receipts
from web.receipts import ONLY_JSON, TOOLS
from web.site import Site
from web.views import PARAMETERS

LINKED_FORMATS: Final = ("json", "csv", "ttl", "jsonld", "rq")
# Parameters that are no query's.
OURS: Final = ("format", "receipts", "lang", *PARAMETERS)
NONE_FITS: Final = "The answer can be had in none of the formats asked for."


def query_routes(site: Site) -> Blueprint:
    """The routes of the catalogue."""
    readers, catalogue = site.readers, site.questions
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
        has_receipts = wants_receipts(request.args.get("receipts"))
        values = {key: value for key, value in request.args.items() if key not in OURS}
        if format == "rq":
            return Response(query.bind(values), content_type="application/sparql-query; charset=utf-8")
        if prefers_html(accept, format):
            return _page(query, values, site, has_receipts)
        wanted = receipts_types(accept, format) if has_receipts else media_types(accept, format)
        if not wanted:
            raise UnsupportedFormatError(ONLY_JSON if has_receipts else NONE_FITS)
        asked = ReadRequest(query.bind(values), wanted, receipts=has_receipts)
        return respond(readers.query(asked, request.remote_addr or "", site.here()))

    return routes


def _page(query: NamedQuery, values: dict[str, str], site: Site, has_receipts: bool) -> Response:
    """The form with the values that were given, and the answer or what is wrong with them."""
    shown, labels, fault, culprit, text = None, None, None, None, ""
    snapshot = site.here()
    chosen = {name: request.args[name] for name in PARAMETERS if request.args.get(name)}
    try:
        text = query.bind(values)
        asked = ReadRequest(text, receipts=has_receipts)
        shown = show(site.readers, asked, client=request.remote_addr or "", snapshot=snapshot)
        labels = labels_in(site, shown.solutions, snapshot)
    except QueryError as error:
        fault, culprit = problem_here(error), getattr(error, "name", None)
    page = render_template(
        "query.html",
        query=query,
        values=values,
        text=without_header(text),
        shown=shown,
        labels=labels,
        fault=fault,
        culprit=culprit,
        chosen=chosen,
        has_receipts=has_receipts,
        links=_links({**values, **chosen}, has_receipts),
        **TOOLS,
    )
    response = Response(page, fault.status, fault.headers) if fault else Response(page)
    response.vary.add("Accept")
    return response


def _links(values: dict[str, str], has_receipts: bool) -> dict[str, str]:
    """Where the same is had in other formats, and with receipts; JSON has those that the page has."""
    links = {format: {**values, "format": format} for format in LINKED_FORMATS}
    links["receipts"] = {**values, "receipts": "1"}
    if has_receipts:
        links["json"]["receipts"] = "1"
    return {name: f"?{urlencode(fields)}" for name, fields in links.items()}
