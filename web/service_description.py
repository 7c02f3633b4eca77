"""The description of the endpoint for machines.

Spec: https://www.w3.org/TR/sparql11-service-description/
"""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, serialize

from ontology.namespaces import RDF, SD, Namespace

W3C_FORMATS = Namespace("http://www.w3.org/ns/formats/")
FORMAT_NAMES = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")


def describe_service(url: str, media_type: str) -> bytes:
    """The service description of the endpoint at a URL, in an RDF media type."""
    format = RdfFormat.from_media_type(media_type)
    if format is None:
        raise ValueError(f"{media_type} is no RDF media type")
    prefixes = {"sd": str(SD), "formats": str(W3C_FORMATS)}
    written = serialize(_triples(NamedNode(url)), format=format, prefixes=prefixes)
    return written or b""


def _triples(endpoint: NamedNode) -> Iterator[Triple]:
    service, dataset, graph = BlankNode("service"), BlankNode("dataset"), BlankNode("defaultGraph")
    yield Triple(service, RDF.type, SD.Service)
    yield Triple(service, SD.endpoint, endpoint)
    yield Triple(service, SD.supportedLanguage, SD.SPARQL11Query)
    for name in ("Turtle", "N-Triples", "RDF_XML", "JSON-LD", "N-Quads", "TriG", *FORMAT_NAMES):
        yield Triple(service, SD.resultFormat, W3C_FORMATS[name])
    yield Triple(service, SD.defaultDataset, dataset)
    yield Triple(dataset, RDF.type, SD.Dataset)
    yield Triple(dataset, SD.defaultGraph, graph)
    yield Triple(graph, RDF.type, SD.Graph)
