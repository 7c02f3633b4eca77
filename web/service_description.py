"""The description of the endpoint for machines.

Spec: https://www.w3.org/TR/sparql11-service-description/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from graph.projection import ASSESSMENTS, META, REFERENCE
from ontology.namespaces import DCTERMS, RDF, RDFS, SD, Namespace

W3C_FORMATS = Namespace("http://www.w3.org/ns/formats/")
FORMAT_NAMES = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")
SIMPLE: Final = NamedNode("http://www.w3.org/ns/entailment/Simple")
# Those of the sources are many, and are named graph:source/… after them.
KEPT_GRAPHS: Final[Mapping[NamedNode, str]] = MappingProxyType(
    {
        ASSESSMENTS: "How each fact was decided, what contradicts what, and links with their evidence.",
        META: "When what was loaded, and what follows by which rule.",
        REFERENCE: "Names and other names.",
    }
)
UNION_NOTE: Final = "A triple that several graphs share counts once for each of them."


@dataclass(frozen=True)
class Service:
    """An endpoint: its address, whether its default graph is the union of all, whether it takes updates, and
    whether a query may ask other services.

    `note` is a sentence about it. `dataset` is where the dataset is described, `graphs` are the named graphs
    that are always there, each with what it holds.
    """

    url: str
    is_union: bool = False
    writes: bool = False
    note: str = ""
    federates: bool = False
    dataset: str = ""
    graphs: Mapping[NamedNode, str] = field(default_factory=dict)


def describe_service(service: Service, media_type: str) -> bytes:
    """The service description of an endpoint, in an RDF media type."""
    format = RdfFormat.from_media_type(media_type)
    if format is None:
        raise ValueError(f"{media_type} is no RDF media type")
    prefixes = {"sd": str(SD), "formats": str(W3C_FORMATS), "rdfs": str(RDFS), "dcterms": str(DCTERMS)}
    return serialize(_triples(service), format=format, prefixes=prefixes) or b""


def _triples(described: Service) -> Iterator[Triple]:
    service, dataset, graph = BlankNode("service"), BlankNode("dataset"), BlankNode("defaultGraph")
    yield Triple(service, RDF.type, SD.Service)
    yield Triple(service, SD.endpoint, NamedNode(described.url))
    yield Triple(service, SD.supportedLanguage, SD.SPARQL11Query)
    if described.writes:
        yield Triple(service, SD.supportedLanguage, SD.SPARQL11Update)
    yield Triple(service, SD.feature, SD.EmptyGraphs)
    if described.federates:
        yield Triple(service, SD.feature, SD.BasicFederatedQuery)
    if described.is_union:
        yield Triple(service, SD.feature, SD.UnionDefaultGraph)
        yield Triple(service, RDFS.comment, Literal(UNION_NOTE, language="en"))
    if described.note:
        yield Triple(service, RDFS.comment, Literal(described.note, language="en"))
    for name in ("Turtle", "N-Triples", "RDF_XML", "JSON-LD", "N-Quads", "TriG", *FORMAT_NAMES):
        yield Triple(service, SD.resultFormat, W3C_FORMATS[name])
    # What follows by our rules is in the graphs already; a query meets what is there and infers nothing.
    yield Triple(service, SD.defaultEntailmentRegime, SIMPLE)
    yield Triple(service, SD.defaultDataset, dataset)
    yield Triple(dataset, RDF.type, SD.Dataset)
    yield Triple(dataset, SD.defaultGraph, graph)
    yield Triple(graph, RDF.type, SD.Graph)
    if described.dataset:
        yield Triple(service, RDFS.seeAlso, NamedNode(described.dataset))
        yield Triple(dataset, RDFS.seeAlso, NamedNode(described.dataset))
    for number, (kept, what) in enumerate(described.graphs.items()):
        named, held = BlankNode(f"named{number}"), BlankNode(f"held{number}")
        yield Triple(dataset, SD.namedGraph, named)
        yield Triple(named, RDF.type, SD.NamedGraph)
        yield Triple(named, SD.name, kept)
        yield Triple(named, SD.graph, held)
        yield Triple(held, RDF.type, SD.Graph)
        yield Triple(held, DCTERMS.description, Literal(what, language="en"))
