"""The page for asking SPARQL in a browser: a form, and below it the answer or what is wrong.

Everything else at this address, the protocol itself, is answered before Flask: see `web.endpoint`.
"""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from graph.blocking_readers import QueryReaders
from graph.errors import QueryError
from web.answers import show
from web.errors import problem_here
from web.operation import Fields, read_fields, read_request


def sparql_routes(readers: QueryReaders, example: str) -> Blueprint:
    """The routes of the page; `example` is the query that the form begins with."""
    routes = Blueprint("sparql", __name__)

    @routes.route("/sparql", methods=["GET", "POST"])
    def sparql() -> Response:
        query = request.query_string.decode("ascii", "replace")
        fields = read_fields(request.method, query, request.content_type or "", request.get_data())
        if request.method != "POST" and not fields:
            response = Response(render_template("sparql.html", text=example, shown=None, fault=None))
        else:
            response = _answered(fields, readers)
        response.vary.add("Accept")
        return response

    return routes


def _answered(fields: Fields, readers: QueryReaders) -> Response:
    asked = read_request(fields, None, request.base_url, known_prefixes=True)
    text = asked.text
    try:
        shown = show(readers, asked, client=request.remote_addr or "")
    except QueryError as error:
        problem = problem_here(error)
        page = render_template("sparql.html", text=text, shown=None, fault=problem)
        return Response(page, problem.status, problem.headers)
    return Response(render_template("sparql.html", text=text, shown=shown, fault=None))
