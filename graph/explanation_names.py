"""How explanations name things: prefixed names, labels, and what a blank node of the ontology stands for."""

from __future__ import annotations

import re
from typing import Final

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Triple

from graph.currency_names import currency_name
from graph.rules import PatternTerm
from graph.store import AnyTerm, ReadableStore
from ontology.namespaces import OWL, PREFIXES, RDF, RDFS, XSD

CELL: Final = frozenset({RDF.first, RDF.rest})
# Turtle would want a stroke before each slash; people and our own parameters do not.
LOCAL_NAME: Final = re.compile(r"[\w/.-]+")


class Names:
    """Names the terms of one store; what was asked is remembered."""

    def __init__(self, store: ReadableStore) -> None:
        self._store = store
        self._texts: dict[BlankNode, str] = {}
        self._labels: dict[AnyTerm, str] = {}

    def text(self, term: AnyTerm | PatternTerm) -> str:
        """The term as in Turtle: a prefixed name where there is one, a blank node by what is in it."""
        match term:
            case NamedNode():
                return _short(term.value)
            case BlankNode():
                return self._inside(term)
            case Literal() if term.datatype != XSD.string and term.language is None:
                return f"{Literal(term.value)}^^{self.text(term.datatype)}"
            case _:
                return str(term)

    def label(self, term: AnyTerm) -> str:
        """The English label of a thing, any label where there is none, nothing where there is none at all.

        Currencies, which the dataset does not describe, have their English names.
        """
        if not isinstance(term, NamedNode):
            return ""
        if term not in self._labels:
            quads = self._store.quads(term, RDFS.label, None, DefaultGraph())
            labels = [quad.object for quad in quads if isinstance(quad.object, Literal)]
            labels.sort(key=lambda label: (label.language != "en", label.language or "", label.value))
            self._labels[term] = labels[0].value if labels else currency_name(term.value) or ""
        return self._labels[term]

    def word(self, term: AnyTerm) -> str:
        """The label of a thing, the value of a literal, the text of anything else."""
        if isinstance(term, Literal):
            return term.value
        return self.label(term) or self.text(term)

    def line(self, triple: Triple) -> str:
        """The triple as in Turtle."""
        return f"{self.text(triple.subject)} {self.text(triple.predicate)} {self.text(triple.object)}"

    def _inside(self, node: BlankNode) -> str:
        if node not in self._texts:
            # Should a node be inside itself, this is its name there.
            self._texts[node] = str(node)
            self._texts[node] = self._list(node) or self._properties(node) or str(node)
        return self._texts[node]

    def _list(self, node: BlankNode) -> str:
        """The members of a list in brackets."""
        members: list[str] = []
        seen: set[AnyTerm] = set()
        cell: AnyTerm = node
        while isinstance(cell, BlankNode) and cell not in seen:
            seen.add(cell)
            parts = {
                quad.predicate: quad.object for quad in self._store.quads(cell, None, None, DefaultGraph())
            }
            if not parts.keys() >= CELL:
                return ""
            members.append(self.text(parts[RDF.first]))
            cell = parts[RDF.rest]
        return f"( {' '.join(members)} )"

    def _properties(self, node: BlankNode) -> str:
        """What OWL says of a class without a name, the property first."""
        quads = self._store.quads(node, None, None, DefaultGraph())
        told = [quad for quad in quads if quad.predicate in OWL]
        told.sort(key=lambda quad: (quad.predicate != OWL.onProperty, str(quad.predicate), str(quad.object)))
        parts = [f"{self.text(quad.predicate)} {self.text(quad.object)}" for quad in told]
        return f"[ {' ; '.join(parts)} ]" if parts else ""


def _short(iri: str) -> str:
    """The IRI with a known prefix in place of its namespace, else in angle brackets."""
    fitting = [(len(base), prefix) for prefix, base in PREFIXES.items() if iri.startswith(base)]
    length, prefix = max(fitting, default=(0, ""))
    return f"{prefix}:{iri[length:]}" if prefix and LOCAL_NAME.fullmatch(iri[length:]) else f"<{iri}>"
