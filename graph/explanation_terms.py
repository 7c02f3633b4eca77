"""The triple that somebody asks about, from three texts."""

from __future__ import annotations

import re
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from graph.errors import InvalidParameterError, MalformedSourceError
from graph.query_parameters import LONGEST_VALUE, iri_term
from graph.terms import Term, canonical

NODE: Final = "an absolute IRI, a prefixed name such as id:osa, or a blank node such as _:b1"
IRI: Final = "an absolute IRI or a prefixed name such as osa:programme"
TERM: Final = 'an IRI, a prefixed name, or a literal in N-Triples syntax such as "18.1"^^xsd:decimal'
# A datatype may be written as a prefixed name, which N-Triples does not have.
SHORT_DATATYPE: Final = re.compile(r'(".*")\^\^([A-Za-z][\w-]*:[\w.-]+)', re.DOTALL)


def read_triple(subject: str, predicate: str, value: str) -> Triple:
    """The triple of three texts: IRIs bare, in angle brackets or as prefixed names, literals in N-Triples.

    Raises InvalidParameterError, named s, p or o, for a text that is none of these.
    Spec: https://www.w3.org/TR/n-triples/
    """
    return Triple(_read("s", subject, NODE), _read("p", predicate, IRI), _read("o", value, TERM))  # type: ignore[arg-type]


def _read(name: str, text: str, expected: str) -> Term:
    text = text.strip()
    try:
        if not text or len(text) > LONGEST_VALUE:
            raise ValueError("empty or too long")
        term = _term(text)
        if not isinstance(term, {NODE: NamedNode | BlankNode, IRI: NamedNode, TERM: Term}[expected]):
            raise ValueError("a term of another kind")
    except (ValueError, SyntaxError) as error:
        raise InvalidParameterError(name, text or None, expected) from error
    return term


def _term(text: str) -> Term:
    if text.startswith("<") and text.endswith(">"):
        return NamedNode(text[1:-1])
    if text.startswith("_:"):
        return BlankNode(text[2:])
    return _literal(text) if text.startswith('"') else iri_term(text)


def _literal(text: str) -> Literal:
    if short := SHORT_DATATYPE.fullmatch(text):
        text = f"{short[1]}^^{iri_term(short[2])}"
    [quad] = parse(f"<x:s> <x:p> {text} .", format=RdfFormat.N_TRIPLES)
    if not isinstance(quad.object, Literal):
        raise ValueError("no literal")
    return _as_stored(quad.object)


def _as_stored(literal: Literal) -> Literal:
    """The literal as stores give it back, where claims may have such values at all."""
    try:
        term = canonical(literal)
    except MalformedSourceError:
        return literal
    return term if isinstance(term, Literal) else literal
