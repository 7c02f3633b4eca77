"""What is to be purged, a source or a user graph, and whether a dataset holds anything of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad

from graph.curation_quads import graphs_of
from graph.embedded import EmbeddedStore
from graph.errors import UnknownResourceError
from graph.projection import META
from graph.rights import SOURCE_ID, USER_GRAPHS
from graph.sources import source_iri
from graph.store import AnyTerm
from loaders.replay import graph_name
from ontology.namespaces import GRAPH, RDF


@dataclass(frozen=True)
class Target:
    """What is to be purged: its name as given, the source that it is (None: a user graph), its graphs."""

    name: str
    source: NamedNode | None
    graphs: tuple[NamedNode, ...]

    @property
    def nodes(self) -> tuple[NamedNode, ...]:
        """What the dataset calls it: the source and its graphs."""
        return self.graphs if self.source is None else (self.source, *self.graphs)

    def is_named(self, name: str) -> bool:
        """Whether somebody who gave this name meant it."""
        return name == self.name if self.source is not None else graph_name(name) in self.graphs


def target_of(name: str) -> Target:
    """What a name stands for: the id of a source, or the name of a user graph (`user/…`, or its IRI).

    Raises UnknownResourceError where it can be neither.
    """
    if SOURCE_ID.fullmatch(name):
        iri = source_iri(name)
        return Target(name, iri, graphs_of(iri))
    graph = graph_name(name)
    if graph is None or (graph in GRAPH and not graph.value.startswith(USER_GRAPHS)):
        raise UnknownResourceError(f"{name!r} is neither the id of a source nor the name of a user graph.")
    return Target(name, None, (graph,))


def is_held(store: EmbeddedStore, target: Target) -> bool:
    """Whether a dataset holds it, or a record that it did: what a removal leaves.

    That another source names it, as the one that it reprints, say, is the other's own statement.
    """
    return next(_traces(store, target), None) is not None


def _traces(store: EmbeddedStore, target: Target) -> Iterator[object]:
    for graph in target.graphs:
        yield from store.quads(graph=graph)
        if store.has_graph(graph):
            yield graph
    for node in target.nodes:
        yield from store.quads(node)
        yield from store.quads(None, None, node, META)


def records_of(store: EmbeddedStore, target: Target) -> set[Quad]:
    """What the load records of a dataset say of it."""
    return {
        quad
        for node in target.nodes
        for quad in (*store.quads(node, None, None, META), *store.quads(None, None, node, META))
    }


def subjects_of(store: EmbeddedStore, target: Target) -> Iterator[AnyTerm]:
    """What it speaks of: its claims, and the individuals that it describes."""
    for graph in target.graphs:
        for quad in store.quads(graph=graph):
            yield quad.subject
            if quad.predicate == RDF.subject:
                # Of a retracted source, quoted statements are kept.
                yield quad.object
