"""The ontology as a file: Turtle, RDF/XML for tools that read no Turtle, or JSON-LD."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from ontology.namespaces import PREFIXES, XSD
from ontology.vocabulary import ontology_triples

FORMATS: Final = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}


def to_rdflib(term: object) -> rdflib.URIRef | rdflib.BNode | rdflib.Literal:
    """The same term in rdflib; a literal keeps its spelling, and a plain one has no datatype."""
    match term:
        case NamedNode():
            return rdflib.URIRef(term.value)
        case BlankNode():
            return rdflib.BNode(term.value)
        case Literal(language=str() as language):
            return rdflib.Literal(term.value, lang=language)
        case Literal():
            datatype = None if term.datatype == XSD.string else rdflib.URIRef(term.datatype.value)
            return rdflib.Literal(term.value, datatype=datatype, normalize=False)
    raise TypeError(f"rdflib knows no such term: {term}")


def to_graph(triples: Iterable[Triple]) -> rdflib.Graph:
    """The triples as an rdflib graph with the project's prefixes."""
    graph = rdflib.Graph(bind_namespaces="none")
    for prefix, base in PREFIXES.items():
        graph.bind(prefix, base)
    for subject, predicate, value in triples:
        graph.add((to_rdflib(subject), to_rdflib(predicate), to_rdflib(value)))
    return graph


def serialized_ontology(ending: str) -> bytes:
    """The whole ontology in the format of a file ending: ttl, rdf or jsonld; UTF-8.

    Raises KeyError for another ending, OntologyFileError where a file of the ontology cannot be read.
    Spec: https://www.w3.org/TR/owl2-mapping-to-rdf/
    """
    graph = to_graph(ontology_triples())
    return graph.serialize(format=FORMATS[ending], encoding="utf-8", auto_compact=True)
