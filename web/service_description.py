"""The description of the endpoint for machines.

Spec: https://www.w3.org/TR/sparql11-service-description/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from ontology.namespaces import RDF, RDFS, SD, Namespace

W3C_FORMATS = Namespace("http://www.w3.org/ns/formats/")
FORMAT_NAMES = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")
UNION_NOTE: Final = "A triple that several graphs share counts once for each of them."


@dataclass(frozen=True)
class Service:
    """An endpoint: its address, whether its default graph is the union of all, whether it takes updates.

    `note` is a sentence about it.
    """

    url: str
    is_union: bool = False
    writes: bool = False
    note: str = ""


def describe_service(service: Service, media_type: str) -> bytes:
    """The service description of an endpoint, in an RDF media type."""
    format = RdfFormat.from_media_type(media_type)
    if format is None:
        raise ValueError(f"{media_type} is no RDF media type")
    prefixes = {"sd": str(SD), "formats": str(W3C_FORMATS), "rdfs": str(RDFS)}
    return serialize(_triples(service), format=format, prefixes=prefixes) or b""


def _triples(described: Service) -> Iterator[Triple]:
    service, dataset, graph = BlankNode("service"), BlankNode("dataset"), BlankNode("defaultGraph")
    yield Triple(service, RDF.type, SD.Service)
    yield Triple(service, SD.endpoint, NamedNode(described.url))
    yield Triple(service, SD.supportedLanguage, SD.SPARQL11Query)
    if described.writes:
        yield Triple(service, SD.supportedLanguage, SD.SPARQL11Update)
    yield Triple(service, SD.feature, SD.EmptyGraphs)
    if described.is_union:
        yield Triple(service, SD.feature, SD.UnionDefaultGraph)
        yield Triple(service, RDFS.comment, Literal(UNION_NOTE, language="en"))
    if described.note:
        yield Triple(service, RDFS.comment, Literal(described.note, language="en"))
    for name in ("Turtle", "N-Triples", "RDF_XML", "JSON-LD", "N-Quads", "TriG", *FORMAT_NAMES):
        yield Triple(service, SD.resultFormat, W3C_FORMATS[name])
    yield Triple(service, SD.defaultDataset, dataset)
    yield Triple(dataset, RDF.type, SD.Dataset)
    yield Triple(dataset, SD.defaultGraph, graph)
    yield Triple(graph, RDF.type, SD.Graph)
