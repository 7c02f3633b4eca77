"""Reads the operations of the SPARQL 1.1 Protocol from HTTP requests, strictly.

Spec: https://www.w3.org/TR/sparql11-protocol/#protocol
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qsl

from pyoxigraph import NamedNode
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from graph.reader_protocol import ReadRequest
from web.negotiation import media_types, receipts_types

FORM: Final = "application/x-www-form-urlencoded"
DIRECT: Final = {"application/sparql-query": "query", "application/sparql-update": "update"}
CHARSET: Final = re.compile(r"charset\s*=\s*\"?([^\s\";]+)", re.IGNORECASE)
MOST_FIELDS: Final = 200

Fields = dict[str, list[str]]


def read_fields(method: str, query: str, content_type: str, body: bytes) -> Fields:
    """The parameters of the URL and of a form together; a query or update that is the body among them.

    Raises BadRequest for what is not UTF-8, UnsupportedMediaType for any other body.
    """
    fields: Fields = defaultdict(list)
    _add_pairs(fields, query)
    if method != "POST":
        return fields
    media_type, _, parameters = content_type.partition(";")
    kind = media_type.strip().lower()
    if kind == FORM:
        _add_pairs(fields, _text(body, ""))
    elif kind in DIRECT:
        fields[DIRECT[kind]].append(_text(body, parameters))
    else:
        raise UnsupportedMediaType(f"Send a query or an update as {' or '.join((*DIRECT, FORM))}.")
    return fields


def read_pairs(encoded: str) -> list[tuple[str, str]]:
    """The parameters of a URL or form in order, decoded once; those without a value count.

    Raises BadRequest where they are not percent-encoded UTF-8, or too many.
    """
    if not encoded:
        return []
    try:
        # What is no ASCII has not been percent-encoded.
        encoded.encode("ascii")
        return parse_qsl(encoded, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise BadRequest("The parameters are not percent-encoded UTF-8, or too many.") from error


def _add_pairs(fields: Fields, encoded: str) -> None:
    for name, value in read_pairs(encoded):
        fields[name].append(value)


def _text(body: bytes, parameters: str) -> str:
    charset = CHARSET.search(parameters)
    if charset and charset.group(1).lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType("Queries and updates are sent as UTF-8.")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest("The body is not UTF-8.") from error


def read_request(
    fields: Fields,
    accept: str | None,
    base_iri: str,
    *,
    known_prefixes: bool,
    is_union: bool = False,
    is_packed: bool = False,
) -> ReadRequest:
    """The query with its dataset, and the media types that would do.

    Raises BadRequest where there is not exactly one query, a graph's name is no absolute IRI, or `receipts`
    is neither 0 nor 1.
    """
    text = the_one(fields, "query")
    default_graphs = fields.get("default-graph-uri")
    named_graphs = fields.get("named-graph-uri")
    has_dataset = bool(default_graphs or named_graphs)
    has_receipts = wants_receipts(only(fields, "receipts"))
    types = receipts_types if has_receipts else media_types
    return ReadRequest(
        text,
        types(accept, only(fields, "format")),
        base_iri,
        graph_names(default_graphs or ()) if has_dataset else None,
        graph_names(named_graphs or ()) if has_dataset else None,
        known_prefixes,
        is_union,
        is_packed=is_packed,
        receipts=has_receipts,
    )


def wants_receipts(value: str | None) -> bool:
    """Whether the parameter `receipts` asks for them.

    Raises BadRequest for anything but 0, 1 and nothing.
    """
    if value not in (None, "", "0", "1"):
        raise BadRequest("The parameter 'receipts' is 1 or 0.")
    return value == "1"


def the_one(fields: Fields, name: str) -> str:
    """The value of a parameter that stands exactly once.

    Raises BadRequest where it does not, or is empty.
    """
    values = fields.get(name, [])
    if len(values) != 1 or not values[0].strip():
        raise BadRequest(f"Exactly one {name} is needed, in the parameter {name!r}.")
    return values[0]


def only(fields: Fields, name: str) -> str | None:
    """The last value of a parameter, None where it is absent or empty."""
    return (fields.get(name) or [""])[-1] or None


def graph_names(names: Sequence[str]) -> tuple[str, ...]:
    """The names as they are.

    Raises BadRequest where one is no absolute IRI.
    """
    for name in names:
        try:
            NamedNode(name)
        except ValueError as error:
            raise BadRequest(f"A graph is named by an absolute IRI, not by {name!r}.") from error
    return tuple(names)
