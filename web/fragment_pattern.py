"""The triple pattern that a request for a fragment names, and how its terms are written in addresses.

IRIs stand bare or in angle brackets; texts as `"text"`, `"text"@en` and `"5"^^http://…`, without escapes;
nothing, or a name such as `?x`, stands for anything.
Spec: https://linkeddatafragments.org/specification/triple-pattern-fragments/#controls
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode

from graph.errors import InvalidParameterError
from graph.query_parameters import LONGEST_VALUE, iri_term

Term = NamedNode | Literal

POSITIONS: Final = ("subject", "predicate", "object")
VARIABLE: Final = re.compile(r"\?\w*")
LITERAL: Final = re.compile(
    r'"(?P<value>.*)"(?:@(?P<language>[A-Za-z0-9-]+)|\^\^(?P<datatype>\S+))?', re.DOTALL
)
# What can be neither written into a query nor read back.
IMPOSSIBLE: Final = re.compile("[\0\ud800-\udfff]")
EXPECTED: Final = (
    'nothing, an IRI (bare, in angle brackets or with a known prefix), or a literal such as "text"@en or '
    '"5"^^http://www.w3.org/2001/XMLSchema#integer'
)


@dataclass(frozen=True)
class Pattern:
    """What a fragment has the triples of; None stands for anything, `graph` None for the default graph."""

    subject: Term | None = None
    predicate: Term | None = None
    object: Term | None = None
    graph: NamedNode | None = None

    @property
    def terms(self) -> dict[str, Term]:
        """The terms that are given, by position."""
        found = {"subject": self.subject, "predicate": self.predicate, "object": self.object}
        return {name: term for name, term in found.items() if term is not None}

    @property
    def is_impossible(self) -> bool:
        """Whether no triple can match, as literals are only ever objects."""
        return isinstance(self.subject, Literal) or isinstance(self.predicate, Literal)

    @property
    def fields(self) -> dict[str, str]:
        """The parameters of its address."""
        graph = {"graph": written(self.graph)} if self.graph else {}
        return {name: written(term) for name, term in self.terms.items()} | graph


def read_pattern(fields: Mapping[str, str]) -> Pattern:
    """The pattern of a request's parameters.

    Raises InvalidParameterError.
    """
    graph = read_term("graph", fields.get("graph", ""))
    if isinstance(graph, Literal):
        raise InvalidParameterError("graph", str(graph), "the IRI of a graph, such as graph:reference")
    texts = {name: fields.get(name, "").strip() for name in POSITIONS}
    names = [text for text in texts.values() if len(text) > 1 and VARIABLE.fullmatch(text)]
    for text in names:
        if names.count(text) > 1:
            name = next(name for name in POSITIONS if texts[name] == text)
            raise InvalidParameterError(name, text, "a variable that stands once: /sparql takes others")
    subject, predicate, value = (read_term(name, texts[name]) for name in POSITIONS)
    return Pattern(subject, predicate, value, graph)


def read_term(name: str, text: str) -> Term | None:
    """The term of a parameter; None where it may be anything.

    Raises InvalidParameterError.
    """
    text = text.strip()
    if not text or VARIABLE.fullmatch(text):
        return None
    try:
        if len(text) > LONGEST_VALUE or IMPOSSIBLE.search(text):
            raise ValueError("no term that is taken")
        return _literal(text) if text.startswith('"') else _iri(text)
    except ValueError as error:
        raise InvalidParameterError(name, text, EXPECTED) from error


def _iri(text: str) -> NamedNode:
    if text.startswith("<") and text.endswith(">"):
        return NamedNode(text[1:-1])
    if text.startswith("_:"):
        raise ValueError("a blank node has no name outside of its document")
    return iri_term(text)


def _literal(text: str) -> Literal:
    match = LITERAL.fullmatch(text)
    if match is None:
        raise ValueError("no literal")
    if match["language"]:
        return Literal(match["value"], language=match["language"])
    return Literal(match["value"], datatype=_iri(match["datatype"]) if match["datatype"] else None)


def written(term: Term) -> str:
    """The term as a parameter has it.

    >>> written(Literal("a", language="en"))
    '"a"@en'
    """
    if isinstance(term, Literal):
        if term.language:
            return f'"{term.value}"@{term.language}'
        is_plain = term.datatype.value == "http://www.w3.org/2001/XMLSchema#string"
        return f'"{term.value}"' if is_plain else f'"{term.value}"^^{written(term.datatype)}'
    try:
        is_bare = iri_term(term.value) == term and not VARIABLE.fullmatch(term.value)
    except ValueError:
        is_bare = False
    return term.value if is_bare else f"<{term.value}>"
