"""A whole dataset as one file: a graph of things to be drawn, or RDF 1.2 with claims as reifiers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from types import MappingProxyType
from typing import IO, Final

from pyoxigraph import DefaultGraph, Literal, NamedNode, QuerySolutions, RdfFormat, Triple

from graph.cytoscape import as_cytoscape
from graph.datadir import Snapshot
from graph.export_rows import Rows, batches, iri_of, store_rows
from graph.gexf import as_gexf
from graph.graph_tables import as_tables
from graph.graphml import as_graphml
from graph.named_query import read_query
from graph.query_options import QUERIES
from graph.store import ReadableStore
from graph.thing_graph import ExportedGraph
from graph.thing_graph_reading import Reading, described_graph, things_in
from ontology.class_depths import Depths
from ontology.namespaces import GRAPH, RDF, prefixed_name

DRAWN: Final[Mapping[str, Callable[[ExportedGraph], bytes]]] = MappingProxyType(
    {".gexf": as_gexf, ".graphml": as_graphml, ".cyjs": as_cytoscape, ".csv.zip": as_tables}
)
# N-Triples is Turtle, too: a file of millions of triples is written line by line.
REIFIED: Final = (".rdf12.nt", ".rdf12.ttl")
ENDINGS: Final = (*DRAWN, *REIFIED)
SOURCES: Final = GRAPH.iri("source/").value
MOST: Final = "100000000"
LABELS: Final = 400


def whole_ending(name: str) -> str | None:
    """The ending by which a file is one of these, also with .gz; None where it is not.

    >>> whole_ending("all.rdf12.nt.gz"), whole_ending("all.nt")
    ('.rdf12.nt', None)
    """
    name = name.removesuffix(".gz")
    return next((ending for ending in ENDINGS if name.endswith(ending)), None)


def write_whole(store: ReadableStore, snapshot: Snapshot, ending: str, output: IO[bytes]) -> None:
    """Write what a file of this ending holds: for a graph all links between things, in memory at first."""
    if ending in DRAWN:
        output.write(DRAWN[ending](_things(store, snapshot)))
        return
    store.dump(output, RdfFormat.N_TRIPLES, DefaultGraph())
    for batch in batches(_reified(store), 5_000):
        output.write("".join(f"{triple} .\n" for triple in batch).encode())


def _things(store: ReadableStore, snapshot: Snapshot) -> ExportedGraph:
    rows = store_rows(store)
    found = rows("things-linked", {"most": MOST})
    links = sorted(tuple(iri_of(row, name) for name in ("subject", "predicate", "object")) for row in found)
    made = (snapshot.made or "")[:10]
    origin = f"From osagraph, snapshot {snapshot.number}" + (f" of {made}." if made else ".")
    reading = Reading(rows, _naming(rows), Depths())
    pairs = [(subject, predicate, value) for subject, predicate, value in links]
    return described_graph(reading, things_in(pairs), pairs, origin, made, (), "All things of osagraph")


def _naming(rows: Rows) -> Callable[[Collection[str]], Callable[[str], str]]:
    """What things are called in English, else in any language, else by their IRI."""

    def naming(iris: Collection[str]) -> Callable[[str], str]:
        found: dict[str, tuple[int, str]] = {}
        for batch in batches(sorted(iris), LABELS):
            for row in rows("labels", {"iri": [NamedNode(iri) for iri in batch]}):
                label, iri = row["label"], iri_of(row, "iri")
                if isinstance(label, Literal):
                    rank = {"en": 0, "": 1}.get(label.language or "", 2), label.value
                    found[iri] = min(found.get(iri, rank), rank)
        return lambda iri: found[iri][1] if iri in found else prefixed_name(iri) or iri

    return naming


def _reified(store: ReadableStore) -> Iterator[Triple]:
    """For each fact the claims behind it as its reifiers, and then what all claims say."""
    solutions = store.query(read_query(QUERIES / "pages" / "claims-behind-all.rq").bind({}))
    assert isinstance(solutions, QuerySolutions)
    for row in solutions:
        fact = Triple(row["subject"], row["predicate"], row["object"])
        yield Triple(row["claim"], RDF.reifies, fact)
    for quad in store.quads():
        if isinstance(quad.graph_name, NamedNode) and quad.graph_name.value.startswith(SOURCES):
            yield quad.triple
