"""The formats that an explanation can be had in, by media type."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from pyoxigraph import Triple

from graph.explanation import Explanation
from graph.explanation_document import Document, DocumentWriter
from graph.explanation_names import Names
from graph.explanation_provenance import turtle
from graph.explanation_search import explain
from graph.explanation_text import text_of
from graph.projection import read_term
from graph.store import ReadableStore

JSON: Final = "application/json"
TEXT: Final = "text/plain"
TURTLE: Final = "text/turtle"


def document_of(store: ReadableStore, explanation: Explanation) -> Document:
    """The explanation as values for JSON."""
    return DocumentWriter(Names(store)).write(explanation)


def written_explanation(store: ReadableStore, terms: Sequence[str], media_type: str) -> bytes:
    """The explanation of a triple, its terms in N-Triples syntax, in one of FORMATS, ending in a line break.

    Raises KeyError for any other media type.
    """
    subject, predicate, value = map(read_term, terms)
    triple = Triple(subject, predicate, value)  # type: ignore[arg-type]
    return FORMATS[media_type](store, explain(store, triple))


def _json(store: ReadableStore, explanation: Explanation) -> bytes:
    return f"{json.dumps(document_of(store, explanation), ensure_ascii=False, indent=2)}\n".encode()


def _text(store: ReadableStore, explanation: Explanation) -> bytes:
    return text_of(document_of(store, explanation)).encode()


def _turtle(_store: ReadableStore, explanation: Explanation) -> bytes:
    return turtle(explanation)


FORMATS: Final[Mapping[str, Callable[[ReadableStore, Explanation], bytes]]] = MappingProxyType(
    {JSON: _json, TEXT: _text, TURTLE: _turtle}
)
