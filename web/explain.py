"""Why the graph says so: a page for one triple, and the same as text, JSON and Turtle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from pyoxigraph import Literal, NamedNode, Triple

from graph.blocking_readers import BlockingAnswer, QueryReaders
from graph.errors import InvalidParameterError, QueryError, UnsupportedFormatError
from graph.explanation_formats import JSON, TEXT, TURTLE
from graph.explanation_terms import read_triple
from graph.explanation_text import (
    claim_line,
    gap_sentence,
    sentence_of,
    shown_premises,
    unshown,
    way_sentence,
)
from graph.reader_protocol import ReadRequest
from web.addresses import page_address
from web.answer_cache import entity_tag
from web.errors import problem_here
from web.negotiation import HTML, choose, content_type
from web.nodes import at_quote
from web.page_answer import VARY
from web.terms import LINKED
from web.views import PARAMETERS, here, snapshot_of, view_here

OFFERS: Final = (TEXT, JSON, TURTLE, HTML)
SHORT_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {"text": TEXT, "json": JSON, "ttl": TURTLE, "html": HTML}
)
NAMES: Final = ("s", "p", "o")
Document = dict[str, Any]


def explain_routes(readers: QueryReaders) -> Blueprint:
    """The route of explanations."""
    routes = Blueprint("explain", __name__)

    @routes.get("/explain")
    def explain() -> Response:
        media_type = _media_type(request.headers.get("Accept"), request.args.get("format") or None)
        values = {name: request.args.get(name, "") for name in NAMES}
        if media_type == HTML:
            return _page(values, readers)
        answer = _ask(readers, _triple(values), media_type)
        return _tagged(answer.read(), answer, media_type)

    return routes


def _media_type(accept: str | None, format: str | None) -> str:
    chosen = choose(accept, OFFERS) if format is None else SHORT_NAMES.get(format)
    if chosen is None:
        raise UnsupportedFormatError(f"An explanation can be had as {', '.join(OFFERS)}.")
    return chosen


def _triple(values: Mapping[str, str]) -> Triple:
    for name in request.args:
        if name not in (*NAMES, "format", "lang", *PARAMETERS):
            raise InvalidParameterError(name, request.args[name], "one of: s, p, o, format")
    return read_triple(*(values[name] for name in NAMES))


def _ask(readers: QueryReaders, triple: Triple, media_type: str) -> BlockingAnswer:
    """The answer of a reader, which is free again when all of it has been read."""
    subject, predicate, value = map(str, triple)
    asked = ReadRequest("", {"explanation": media_type}, is_checked=True, explain=(subject, predicate, value))
    return readers.query(asked, request.remote_addr or "", snapshot_of(view_here()))


def _tagged(body: bytes | str, answer: BlockingAnswer, media_type: str) -> Response:
    """The response with its tag, or 304 where the client has it already."""
    answer.close()
    asked = (request.args.get(name, "") for name in (*NAMES, *PARAMETERS, "lang"))
    key = (*asked, request.headers.get("Accept-Language", ""), media_type)
    response = Response(body, content_type=content_type(media_type))
    response.set_etag(entity_tag(key, answer.snapshot).strip('"'))
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Osagraph-Snapshot"] = str(answer.snapshot)
    response.vary.update(VARY)
    response.make_conditional(request)
    return response


def _page(values: Mapping[str, str], readers: QueryReaders) -> Response:
    """The explanation as a page; a form where nothing was asked, and where what was asked is malformed."""
    if not any(values.values()):
        return _form(values)
    try:
        triple = _triple(values)
        answer = _ask(readers, triple, JSON)
        document = json.loads(answer.read())
    except QueryError as error:
        return _form(values, error)
    page = render_template(
        "explain.html",
        explanation=document,
        sentence_of=sentence_of,
        way_sentence=way_sentence,
        gap_sentence=gap_sentence,
        claim_line=claim_line,
        shown_premises=shown_premises,
        unshown=unshown,
        address=address,
        is_linked=is_linked,
        page_address=page_address,
        at_quote=at_quote,
        links={name: here("/explain", **values, format=name) for name in ("text", "json", "ttl")},
    )
    return _tagged(page, answer, HTML)


def _form(values: Mapping[str, str], error: QueryError | None = None) -> Response:
    fault = problem_here(error) if error else None
    culprit = getattr(error, "name", None)
    kept = [(name, value) for name in (*PARAMETERS, "lang") if (value := request.args.get(name))]
    page = render_template("explain_form.html", values=values, kept=kept, fault=fault, culprit=culprit)
    response = Response(page, fault.status, fault.headers) if fault else Response(page)
    response.vary.add("Accept")
    return response


def address(statement: Document) -> str | None:
    """Where a statement is explained; None where it has a blank node or a variable, which have no name."""
    terms = [_text(statement[part]) for part in ("subject", "predicate", "object")]
    if any(term is None for term in terms):
        return None
    return f"/explain?{urlencode(dict(zip(NAMES, terms, strict=True)))}"


def is_linked(address: str | None) -> bool:
    """Whether an address may be a link on a page: of the web, and of nothing else."""
    return bool(address and LINKED.match(address))


def _text(term: Document) -> str | None:
    match term["type"]:
        case "uri":
            return str(term["value"])
        case "literal" if language := term.get("xml:lang"):
            return str(Literal(term["value"], language=language))
        case "literal":
            return str(Literal(term["value"], datatype=NamedNode(term["datatype"])))
        case _:
            return None
