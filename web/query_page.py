"""The page for asking SPARQL: complete without scripts, and more comfortable with them.

/query?query=…&receipts=1&as-of=…&perspective=…    /query?example={name of a named query}
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, render_template, request

from graph.errors import QueryError
from graph.query_header import without_header
from graph.reader_protocol import ReadRequest
from web.answers import Shown, show
from web.errors import Problem, problem_here
from web.exports import GRAPH_FILES
from web.labels import Labels, labels_in
from web.operation import Fields, only, read_fields, read_request
from web.query_citation import cite
from web.query_faults import Fault, fault_of
from web.receipts import TOOLS
from web.site import Site
from web.vendor import vendor_address
from web.views import PARAMETERS, here, view_here

# The named query that the editor begins with.
LANGUAGE: Final = "lang"
EXAMPLE: Final = "projects-by-recipient"
FORMATS: Final = {
    "select": (("csv", "CSV"), ("tsv", "TSV"), ("json", "JSON"), ("xml", "XML")),
    "ask": (("json", "JSON"), ("xml", "XML")),
    "graph": (("ttl", "Turtle"), ("nt", "N-Triples"), ("jsonld", "JSON-LD")),
}
# The editor's style element is let in by its nonce. Style attributes are what browsers write by themselves
# where text is put in the place of text that had colours.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; "
    "style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SCRIPTS: Final = {
    "editor": "codemirror.js",
    "plot": "plot.js",
    "sigma": "sigma.js",
    "layout": "layout.js",
    "world": "countries-110m.json",
}


@dataclass(frozen=True)
class Asked:
    """What came of a query: the answer, or what is wrong."""

    text: str
    request: ReadRequest | None = None
    shown: Shown | None = None
    fault: Fault | None = None
    problem: Problem | None = None
    labels: Labels | None = None

    @property
    def faulty_line(self) -> tuple[str, str, str] | None:
        """The line of the fault: before it, the fault itself, and behind it."""
        if self.fault is None or self.fault.line is None or self.fault.column is None:
            return None
        lines = self.text.split("\n")
        line = lines[self.fault.line - 1] if self.fault.line <= len(lines) else ""
        start = self.fault.column - 1
        end = start + self.fault.length
        return line[:start], line[start:end], line[end:]


def query_page_routes(site: Site) -> Blueprint:
    """The routes of the page and of the citation of a result."""
    routes = Blueprint("query", __name__)

    @routes.get("/query")
    def query_page() -> Response:
        fields = read_fields("GET", request.query_string.decode("ascii", "replace"), "", b"")
        asked = _ask(site, fields) if only(fields, "query") else Asked(_first_text(site, fields))
        return _page(site, asked, fields)

    @routes.get("/query/citation")
    def citation() -> Response:
        fields = read_fields("GET", request.query_string.decode("ascii", "replace"), "", b"")
        return cite(site, fields, f"{site.address}/query?{urlencode(_lasting(fields))}")

    return routes


def _first_text(site: Site, fields: Fields) -> str:
    """The named query that was chosen, or the one to begin with.

    Raises UnknownQueryError.
    """
    name = only(fields, "example")
    if name is None and EXAMPLE not in site.questions:
        return ""
    return without_header(site.questions[name or EXAMPLE].bind({})).strip() + "\n"


def _ask(site: Site, fields: Fields) -> Asked:
    # A form sends line breaks of two characters.
    fields = {**fields, "query": [text.replace("\r\n", "\n") for text in fields["query"]]}
    asked = read_request(fields, None, f"{site.address}/sparql", known_prefixes=True)
    try:
        shown = show(site.readers, asked, client=request.remote_addr or "", snapshot=site.here())
    except QueryError as error:
        return Asked(asked.text, asked, fault=fault_of(error, asked.text), problem=problem_here(error))
    return Asked(asked.text, asked, shown, labels=labels_in(site, shown.solutions, site.here()))


def _page(site: Site, asked: Asked, fields: Fields) -> Response:
    nonce = secrets.token_urlsafe(16)
    view = view_here()
    endpoint = f"{view.choice.path}/sparql" if view else "/sparql"
    kept = {name: value for name in (*PARAMETERS, LANGUAGE) if (value := only(fields, name))}
    page = render_template(
        "query_editor.html",
        asked=asked,
        nonce=nonce,
        endpoint=endpoint,
        kept=kept,
        receipts=bool(asked.request and asked.request.receipts),
        questions=[query for query in site.questions if query.answers],
        others=[query for query in site.questions if not query.answers],
        addresses=json.dumps({name: vendor_address(file) for name, file in SCRIPTS.items()}),
        downloads=_downloads(asked, endpoint),
        graphs=_graphs(asked),
        citation=f"/query/citation?{urlencode(_lasting(fields))}",
        **TOOLS,
    )
    response = make_response(page)
    if asked.problem:
        response.status_code = asked.problem.status
        response.headers.extend(asked.problem.headers)
    response.headers["Content-Security-Policy"] = POLICY.format(nonce=nonce)
    # A copy would carry an old nonce, so there is no tag and none is kept.
    response.headers["Cache-Control"] = "no-store"
    return response


def _downloads(asked: Asked, endpoint: str) -> list[tuple[str, str, str]]:
    """Address, name and file name of each format of the answer."""
    if asked.shown is None:
        return []
    return [
        (
            f"{endpoint}?{urlencode({'query': asked.text, 'format': format})}",
            name,
            f"osagraph-result.{format}",
        )
        for format, name in FORMATS[asked.shown.form]
    ]


def _graphs(asked: Asked) -> list[tuple[str, str]]:
    """Address and name of each format of the answer as a graph of things."""
    if asked.shown is None or asked.shown.form == "ask":
        return []
    drawn = {end: form for end, form in GRAPH_FILES.items() if form.draw or asked.shown.form == "graph"}
    return [(here(f"/export/graph.{end}", query=asked.text), form.name) for end, form in drawn.items()]


def _lasting(fields: Fields) -> dict[str, str]:
    """The parameters that say what is asked, without those of how it is shown."""
    return {name: value for name in ("query", *PARAMETERS) if (value := only(fields, name))}
