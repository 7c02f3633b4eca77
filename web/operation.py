"""Reads a query operation of the SPARQL 1.1 Protocol from an HTTP request, strictly.

Spec: https://www.w3.org/TR/sparql11-protocol/#query-operation
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qsl

from flask import Request
from pyoxigraph import NamedNode
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from graph.reader_protocol import ReadRequest
from web.negotiation import media_types

FORM: Final = "application/x-www-form-urlencoded"
DIRECT: Final = "application/sparql-query"
MOST_FIELDS: Final = 200

Fields = dict[str, list[str]]


def read_fields(request: Request) -> Fields:
    """The parameters of the URL and of a form body together, a direct query among them.

    Raises BadRequest for what is not UTF-8, UnsupportedMediaType for any other body.
    """
    fields: Fields = defaultdict(list)
    _add_pairs(fields, request.query_string)
    if request.method == "POST":
        if request.mimetype == FORM:
            _add_pairs(fields, request.get_data())
        elif request.mimetype == DIRECT:
            fields["query"].append(_text(request))
        else:
            raise UnsupportedMediaType(f"Send a query as {DIRECT} or as {FORM}.")
    return fields


def _add_pairs(fields: Fields, encoded: bytes) -> None:
    try:
        pairs = parse_qsl(
            encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError as error:
        raise BadRequest("The parameters are not percent-encoded UTF-8, or too many.") from error
    for name, value in pairs:
        fields[name].append(value)


def _text(request: Request) -> str:
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8"):
        raise UnsupportedMediaType("A query is sent as UTF-8.")
    try:
        return request.get_data().decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest("The query is not UTF-8.") from error


def read_request(fields: Fields, accept: str | None, base_iri: str, *, known_prefixes: bool) -> ReadRequest:
    """The query with its dataset, and the media types that would do.

    Raises BadRequest where there is not exactly one query, or a graph's name is no absolute IRI.
    """
    if "update" in fields:
        raise BadRequest("This address answers queries; it takes no updates.")
    queries = fields.get("query", [])
    if len(queries) != 1 or not queries[0].strip():
        raise BadRequest("Exactly one query is needed, in the parameter 'query'.")
    default_graphs = fields.get("default-graph-uri")
    named_graphs = fields.get("named-graph-uri")
    has_dataset = bool(default_graphs or named_graphs)
    return ReadRequest(
        queries[0],
        media_types(accept, only(fields, "format")),
        base_iri,
        _graph_names(default_graphs or ()) if has_dataset else None,
        _graph_names(named_graphs or ()) if has_dataset else None,
        known_prefixes,
    )


def only(fields: Fields, name: str) -> str | None:
    """The last value of a parameter, None where it is absent or empty."""
    return (fields.get(name) or [""])[-1] or None


def _graph_names(names: Sequence[str]) -> tuple[str, ...]:
    for name in names:
        try:
            NamedNode(name)
        except ValueError as error:
            raise BadRequest(f"A graph is named by an absolute IRI, not by {name!r}.") from error
    return tuple(names)
