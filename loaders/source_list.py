"""The list of sources in a dataset."""

from __future__ import annotations

from typing import NamedTuple

from pyoxigraph import DefaultGraph, NamedNode

from graph.bundle import source_graph
from graph.export_rows import batches, store_rows
from graph.freshness import Freshness, publishers_described
from graph.sources import read_source, source_id
from graph.store import ReadableStore
from ontology.namespaces import OSA, RDF
from ontology.vocabulary import read_vocabulary


def list_publishers(store: ReadableStore) -> list[Freshness]:
    """How fresh each publisher of a dataset is, those with most sources first."""
    rows = store_rows(store)
    counted = batches(rows("publishers-by-sources", {}))
    return [each for batch in counted for each in publishers_described(rows, batch)]


class SourceLine(NamedTuple):
    """One source: id, date as published (or empty), kind of publisher, number of claims, title."""

    source: str
    issued: str
    kind: str
    claims: int
    title: str


def list_sources(store: ReadableStore) -> list[SourceLine]:
    """The sources of a dataset, by id."""
    notations = read_vocabulary().notations
    lines = []
    for quad in store.quads(None, RDF.type, OSA.Source, DefaultGraph()):
        iri = quad.subject
        assert isinstance(iri, NamedNode)
        graph = source_graph(iri)
        source = read_source(iri, (found.triple for found in store.quads(iri, None, None, graph)))
        claims = sum(1 for _ in store.quads(None, OSA.statedIn, iri, graph))
        issued = source.issued.value if source.issued is not None else ""
        kind = notations.get(source.kind, source.kind.value)
        lines.append(SourceLine(source_id(iri), issued, kind, claims, source.title.value))
    return sorted(lines)
