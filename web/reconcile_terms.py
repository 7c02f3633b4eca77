"""What reconciliation calls things, classes and properties: short ids, and back to IRIs.

A thing of ours is called by its IRI without the namespace of individuals (`project/osa-fy2023-fiji`), a term
by its IRI without that of the ontology (`State`, `recipient`); anything else by a prefixed name or its IRI.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from pyoxigraph import NamedNode

from graph.label_text import fold
from graph.query_parameters import iri_term
from ontology.namespaces import DCTERMS, OWL, PREFIXES, RDF, RDFS, SCHEMA, SKOS
from ontology.vocabulary import ontology_triples
from web.ontology_model import Ontology
from web.terms import short_iri

INDIVIDUALS: Final = PREFIXES["id"]
TERMS: Final = PREFIXES["osa"]
LONGEST: Final = 2000
# What is told of things besides our own properties.
OUTSIDE: Final = (
    RDFS.label,
    SKOS.altLabel,
    SKOS.definition,
    SKOS.exactMatch,
    OWL.sameAs,
    DCTERMS.title,
    DCTERMS.issued,
    DCTERMS.publisher,
    DCTERMS.language,
    SCHEMA.url,
    RDF.type,
)
DECLARED: Final = frozenset({OWL.ObjectProperty, OWL.DatatypeProperty})


@dataclass(frozen=True)
class Term:
    """A class or a property: its IRI and id, its English label, and what it means."""

    iri: str
    id: str
    label: str
    definition: str = ""


def thing_id(iri: str) -> str:
    """The id of a thing.

    >>> thing_id("https://w3id.org/osagraph/id/budget/osa-fy2026")
    'budget/osa-fy2026'
    >>> thing_id("http://www.wikidata.org/entity/Q712")
    'wd:Q712'
    """
    return iri[len(INDIVIDUALS) :] if iri.startswith(INDIVIDUALS) else short_iri(iri)


def term_id(iri: str) -> str:
    """The id of a class or property.

    >>> term_id("https://w3id.org/osagraph/ontology#State")
    'State'
    """
    return iri[len(TERMS) :] if iri.startswith(TERMS) else short_iri(iri)


def thing_iri(id: str) -> str | None:
    """The IRI of the thing with an id, which may also be its IRI or a prefixed name; None for what is no id.

    >>> thing_iri("fiji") == thing_iri("id:fiji") == thing_iri("https://w3id.org/osagraph/id/fiji")
    True
    """
    return _iri(id, INDIVIDUALS)


def _iri(id: str, base: str) -> str | None:
    text = id.strip().strip("<>")
    if not text or len(text) > LONGEST:
        return None
    with contextlib.suppress(ValueError):
        prefix, colon, local = text.partition(":")
        if colon and (prefix in PREFIXES or local.startswith("//")):
            return iri_term(text).value
        return NamedNode(base + text).value
    return None


class Terms:
    """The classes and properties of the ontology by their ids, names and labels."""

    def __init__(self, ontology: Ontology) -> None:
        self._ontology = ontology
        self.classes = self._terms([OWL.Class], ())
        self.properties = self._terms(DECLARED, OUTSIDE)
        self._class_names = _names(self.classes)
        self._property_names = _names(self.properties)

    def _terms(
        self, kinds: Sequence[NamedNode] | frozenset[NamedNode], more: Sequence[NamedNode]
    ) -> Mapping[str, Term]:
        found = {term for kind in kinds for term in self._ontology.of_kind(kind)}
        terms = [self._term(term) for term in (*found, *more)]
        return MappingProxyType(
            {term.iri: term for term in sorted(terms, key=lambda term: (fold(term.label), term.id))}
        )

    def _term(self, node: NamedNode) -> Term:
        meant = next((text.value for text in self._ontology.texts(node, SKOS.definition)), "")
        return Term(node.value, term_id(node.value), self._ontology.label(node), meant)

    def class_iri(self, id: str) -> str | None:
        """The IRI of the class that an id, IRI, prefixed name or label names; None for none."""
        return _found(id, self.classes, self._class_names)

    def property_iri(self, id: str) -> str | None:
        """The same of a property."""
        return _found(id, self.properties, self._property_names)

    def broader(self, iri: str) -> list[Term]:
        """The classes right above a class."""
        above = self._ontology.named(NamedNode(iri), RDFS.subClassOf)
        return [
            self.classes[each.value] for each in above if each.value in self.classes and each.value != iri
        ]

    def type_document(self, iri: str) -> dict[str, str]:
        """A class as answers name it."""
        known = self.classes.get(iri)
        return {"id": term_id(iri), "name": known.label if known else term_id(iri)}

    def domains(self, iri: str) -> set[str]:
        """The classes that a property is declared for."""
        return {each.value for each in self._ontology.named(NamedNode(iri), RDFS.domain)}

    def range(self, iri: str) -> str | None:
        """The class of ours that the values of a property are of, where one is declared."""
        ranges = self._ontology.named(NamedNode(iri), RDFS.range)
        return next((each.value for each in ranges if each.value in self.classes), None)

    def wider(self, iri: str) -> Iterator[str]:
        """A class and all that are above it, each once."""
        seen: dict[str, None] = {iri: None}
        waiting = [iri]
        while waiting:
            for term in self.broader(waiting.pop()):
                if term.iri not in seen:
                    seen[term.iri] = None
                    waiting.append(term.iri)
        yield from seen


@functools.cache
def terms() -> Terms:
    """The terms of the ontology's own files."""
    return Terms(Ontology(ontology_triples(), ()))


def described(term: Term) -> dict[str, Any]:
    """A term as suggestions have it."""
    document: dict[str, Any] = {"id": term.id, "name": term.label}
    return {**document, "description": term.definition} if term.definition else document


def _names(found: Mapping[str, Term]) -> Mapping[str, str]:
    """Each term by what people may type for it; ids before labels."""
    names = {fold(term.id): term.iri for term in found.values()}
    for term in found.values():
        names.setdefault(fold(term.label), term.iri)
    return names


def _found(id: str, known: Mapping[str, Term], names: Mapping[str, str]) -> str | None:
    iri = _iri(id, TERMS)
    if iri in known:
        return iri
    return names.get(fold(id[:LONGEST]))
