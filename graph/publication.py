"""The marker in an engine that says which snapshot of ours it holds.

It is a graph of its own, written in the same transaction as what it tells of: whoever reads it before and
after a question, and finds it the same, has been answered from that snapshot.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, Quad

from graph.datadir import Snapshot
from graph.errors import RemoteStoreError
from graph.store import ReadableStore
from ontology.namespaces import GRAPH, OSA, RDF, XSD

PUBLICATION: Final = GRAPH.publication


@dataclass(frozen=True)
class Publication:
    """A snapshot in an engine: its number, an id that no other publication has, and `snapshot.json`."""

    snapshot: int
    id: str
    counts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def node(self) -> NamedNode:
        """The subject of the marker."""
        return NamedNode(f"urn:osagraph:publication:{self.id}")

    def holds(self, snapshot: Snapshot) -> bool:
        """Whether it is this very snapshot."""
        return self.snapshot == snapshot.number and dict(self.counts) == dict(snapshot.counts)


def publication_of(snapshot: Snapshot) -> Publication:
    """A new publication of a snapshot."""
    return Publication(snapshot.number, secrets.token_hex(16), snapshot.counts)


def publication_quads(publication: Publication) -> Iterator[Quad]:
    """The marker's graph."""
    node = publication.node
    counts = json.dumps(dict(publication.counts), ensure_ascii=False, sort_keys=True)
    yield Quad(node, RDF.type, OSA.Publication, PUBLICATION)
    number = Literal(str(publication.snapshot), datatype=XSD.integer)
    yield Quad(node, OSA.snapshotNumber, number, PUBLICATION)
    yield Quad(node, OSA.snapshotCounts, Literal(counts), PUBLICATION)


def read_publication(store: ReadableStore) -> Publication | None:
    """What an engine holds of ours; None where it says nothing of it.

    Raises RemoteStoreError where the marker cannot be read, and what the store raises.
    """
    found: dict[NamedNode, Any] = {quad.predicate: quad for quad in store.quads(graph=PUBLICATION)}
    if not found:
        return None
    try:
        number = int(found[OSA.snapshotNumber].object.value)
        counts = json.loads(found[OSA.snapshotCounts].object.value)
        return Publication(number, found[RDF.type].subject.value.rpartition(":")[2], counts)
    except (KeyError, ValueError, AttributeError) as error:
        raise RemoteStoreError(
            f"The graph {PUBLICATION.value} of the engine is damaged. Publish again with --replace."
        ) from error
