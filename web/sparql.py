"""The page for asking SPARQL in a browser, a view too: a form, and below it the answer or what is wrong.

Everything else at this address, the protocol itself, is answered before Flask: see `web.endpoint`.
"""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request

from graph.blocking_readers import QueryReaders
from graph.errors import QueryError
from web.answers import show
from web.errors import problem_here
from web.operation import Fields, read_fields, read_request
from web.receipts import TOOLS
from web.views import choice_at, snapshot_of, view_here


def sparql_routes(readers: QueryReaders) -> Blueprint:
    """The routes of the page; who comes without a query is sent to the editor."""
    routes = Blueprint("sparql", __name__)

    @routes.route("/sparql", methods=["GET", "POST"])
    @routes.route("/as-of/<as_of>/sparql", methods=["GET", "POST"])
    @routes.route("/perspective/<perspective>/sparql", methods=["GET", "POST"])
    @routes.route("/as-of/<as_of>/perspective/<perspective>/sparql", methods=["GET", "POST"])
    def sparql(**_choice: str) -> Response:
        query = request.query_string.decode("ascii", "replace")
        fields = read_fields(request.method, query, request.content_type or "", request.get_data())
        is_empty = request.method != "POST" and not fields
        response = _to_editor() if is_empty else _answered(fields, readers)
        response.vary.add("Accept")
        return response

    return routes


def _to_editor() -> Response:
    """The way to the page with the editor, for the same view."""
    choice = choice_at(request.path)
    chosen = {"as-of": choice.as_of, "perspective": choice.perspective}
    kept = urlencode({name: value for name, value in chosen.items() if value is not None})
    location = f"/query?{kept}" if kept else "/query"
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": location})


def _answered(fields: Fields, readers: QueryReaders) -> Response:
    asked = read_request(fields, None, request.base_url, known_prefixes=True)
    text = asked.text
    try:
        shown = show(readers, asked, client=request.remote_addr or "", snapshot=snapshot_of(view_here()))
    except QueryError as error:
        problem = problem_here(error)
        page = render_template("sparql.html", text=text, shown=None, fault=problem, asked=asked, **TOOLS)
        return Response(page, problem.status, problem.headers)
    return Response(render_template("sparql.html", text=text, shown=shown, fault=None, asked=asked, **TOOLS))
