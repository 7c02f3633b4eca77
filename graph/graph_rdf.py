"""Exports in RDF: plain triples, with the claims behind them, and in RDF 1.2 with each claim as a reifier.

Spec: https://www.w3.org/TR/rdf12-concepts/#section-triple-terms-reification,
https://www.w3.org/TR/json-ld11/
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, serialize

from graph.errors import UnsupportedFormatError
from graph.store import AnyTerm
from graph.thing_graph import ExportedGraph
from ontology.jsonld_context import part_for
from ontology.namespaces import PREFIXES, RDF, RDFS, XSD

NO_TERMS: Final = "JSON-LD has no triples as values. Take Turtle or N-Triples of RDF 1.2."


@dataclass(frozen=True)
class RdfExport:
    """Triples, what a reader should know of them, and the record behind them.

    `claims` are those that support a triple; `record` says what they are, in the graphs of their sources.
    `is_cut` says that something is left out.
    """

    triples: Sequence[Triple]
    description: str
    claims: Mapping[Triple, Sequence[NamedNode]] = field(default_factory=dict)
    record: Sequence[Quad] = ()
    is_cut: bool = False


def triples_of(graph: ExportedGraph) -> list[Triple]:
    """The links of a graph, and the classes and names of its things."""
    found = [
        Triple(_node(link.source), NamedNode(link.predicate), _node(link.target))
        for link in graph.links
        if link.predicate
    ]
    found += [Triple(_node(node.iri), RDF.type, NamedNode(node.type)) for node in graph.nodes if node.type]
    return found + [Triple(_node(node.iri), RDFS.label, Literal(node.label)) for node in graph.nodes]


def _node(name: str) -> NamedNode | BlankNode:
    return BlankNode(name[2:]) if name.startswith("_:") else NamedNode(name)


def as_turtle(export: RdfExport) -> bytes:
    """The triples as Turtle."""
    return _comment(export) + _serialized(export.triples, RdfFormat.TURTLE)


def as_trig(export: RdfExport) -> bytes:
    """The triples in the default graph, and the claims behind them in the graphs of their sources."""
    quads = [Quad(s, p, o, DefaultGraph()) for s, p, o in export.triples]
    return _comment(export) + _serialized([*quads, *export.record], RdfFormat.TRIG)


def as_turtle_12(export: RdfExport) -> bytes:
    """The triples, each with the claims that support it as its reifiers, as Turtle of RDF 1.2."""
    return _comment(export) + _serialized([*export.triples, *_reified(export)], RdfFormat.TURTLE)


def as_ntriples_12(export: RdfExport) -> bytes:
    """The same as N-Triples of RDF 1.2."""
    return _comment(export) + _serialized([*export.triples, *_reified(export)], RdfFormat.N_TRIPLES)


def _reified(export: RdfExport) -> Iterator[Triple]:
    """For each claim the triple that it supports, and what it is."""
    for triple, claims in export.claims.items():
        for claim in claims:
            yield Triple(claim, RDF.reifies, triple)
    yield from dict.fromkeys(quad.triple for quad in export.record)


def _comment(export: RdfExport) -> bytes:
    told = re.sub(r"\s+", " ", export.description)
    return f"# {told}\n".encode("utf-8", "replace")


def _serialized(said: Sequence[Triple | Quad], format: RdfFormat) -> bytes:
    iris = set(_iris(said))
    prefixes = {name: base for name, base in PREFIXES.items() if any(iri.startswith(base) for iri in iris)}
    return serialize(said, format=format, prefixes=prefixes) or b""  # type: ignore[arg-type]


def as_jsonld(export: RdfExport) -> bytes:
    """The triples as JSON-LD, thing by thing, with the part of our context that they use.

    Raises UnsupportedFormatError where a value is a triple.
    """
    part = part_for(_iris(export.triples))
    short = _Shortener(part)
    things: dict[str, dict[str, Any]] = defaultdict(dict)
    for subject, predicate, value in dict.fromkeys(export.triples):
        if isinstance(value, Triple) or isinstance(subject, Triple):
            raise UnsupportedFormatError(NO_TERMS)
        thing = things[short.node(subject)]
        is_type = predicate == RDF.type and not isinstance(value, Literal)
        key = "@type" if is_type else short.key(predicate)
        written = short.node(value) if is_type and not isinstance(value, Literal) else short.value(key, value)
        thing.setdefault(key, []).append(written)
    nodes = [
        {"@id": name} | {key: found[0] if len(found) == 1 else found for key, found in said.items()}
        for name, said in things.items()
    ]
    # JSON-LD has no comments, but a name that means nothing is passed over.
    document = {
        "@context": {**part, "comment": None},
        "comment": export.description,
        "@graph": nodes,
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace")


class _Shortener:
    """Writes terms with the names of a context."""

    def __init__(self, part: Mapping[str, Any]) -> None:
        self._keys: dict[str, str] = {}
        self._things: set[str] = set()
        self._bases: dict[str, str] = {}
        for name, defined in part.items():
            if isinstance(defined, dict):
                self._keys[defined["@id"]] = name
                self._things.add(name)
            elif name in PREFIXES:
                self._bases[name] = defined
            elif isinstance(defined, str):
                self._keys[defined] = name

    def key(self, predicate: NamedNode) -> str:
        """The name of a property."""
        return self._keys.get(predicate.value) or self._short(predicate.value)

    def node(self, term: AnyTerm) -> str:
        """The name of a thing."""
        return (
            f"_:{term.value}" if isinstance(term, BlankNode) else self._short(str(getattr(term, "value", "")))
        )

    def value(self, key: str, term: NamedNode | BlankNode | Literal) -> Any:
        """A value as it stands behind a property."""
        if not isinstance(term, Literal):
            return self.node(term) if key in self._things else {"@id": self.node(term)}
        if term.language:
            return {"@value": term.value, "@language": term.language}
        if term.datatype != XSD.string:
            return {"@value": term.value, "@type": self._short(term.datatype.value)}
        return {"@value": term.value} if key in self._things else term.value

    def _short(self, iri: str) -> str:
        fitting = [(len(base), name) for name, base in self._bases.items() if iri.startswith(base)]
        length, name = max(fitting, default=(0, ""))
        rest = iri[length:]
        return f"{name}:{rest}" if name and rest and not rest.startswith("//") else iri


def _iris(said: Iterable[Triple | Quad]) -> Iterator[str]:
    """All IRIs, those of datatypes and graphs among them."""
    for each in said:
        for term in each:
            if isinstance(term, NamedNode):
                yield term.value
            elif isinstance(term, Literal):
                yield term.datatype.value
            elif isinstance(term, Triple):
                yield from _iris([term])
