"""What a loader hands over for one source: its description, its claims, the nodes they speak of.

Nothing here does I/O.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from pyoxigraph import DefaultGraph, NamedNode, Quad, Triple

from graph.claims import Claim, claim_triples, read_claims
from graph.rights import OUTSIDE_GRAPHS
from graph.sources import Source, read_source, source_id, source_triples
from ontology.namespaces import GRAPH, OSA, RDF

# Nodes of these classes exist because a source says so: they are described in the default graph only
# when some fact about them is accepted. All others (actors, instruments, classes) are just names.
CARRIER_CLASSES = frozenset(
    {
        OSA.AssistanceProject,
        OSA.EquipmentItem,
        OSA.BudgetLine,
        OSA.Participation,
        OSA.RecipientCount,
        OSA.PolicyEvent,
    }
)


# Where Wikidata has its references.
REFERENCES: Final = "http://www.wikidata.org/reference/"


@dataclass(frozen=True, slots=True)
class Node:
    """An individual that claims speak of, with the triples that identify it.

    A `carrier` is described among the facts only if a fact touches it. `root` is the node whose facts
    decide (a project for its items), and defaults to the node itself.
    """

    iri: NamedNode
    triples: tuple[Triple, ...]
    carrier: bool = False
    root: NamedNode | None = None


class Place(NamedTuple):
    """Where something was read: the name of the file, and the line where it has lines that mean something."""

    file: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Bundle:
    """One source as loaded: everything that its graph will hold, and the names nobody has reviewed.

    `places` tells of the source, the claims and the nodes where each was first read, by IRI.
    `is_whole`: without claims, the source states nothing; else, claims are not what it was loaded for.
    """

    source: Source
    claims: tuple[Claim, ...] = ()
    nodes: tuple[Node, ...] = ()
    new_names: tuple[str, ...] = field(default=())
    places: Mapping[str, Place] = field(default_factory=dict, compare=False, repr=False)
    is_whole: bool = False


def source_graph(iri: NamedNode) -> NamedNode:
    """The graph name under which the claims of a source stand."""
    return GRAPH.iri(f"source/{source_id(iri)}")


def bundle_triples(bundle: Bundle) -> Iterator[Triple]:
    """Everything that stands in the source's graph."""
    yield from source_triples(bundle.source)
    for node in bundle.nodes:
        yield from node.triples
    for claim in bundle.claims:
        yield from claim_triples(claim)


def read_bundle(source: NamedNode, triples: Iterable[Triple]) -> Bundle:
    """The bundle that a source's graph came from: `bundle_triples` gives the triples back.

    Raises MalformedSourceError where the graph holds something else.
    """
    by_subject: dict[NamedNode, list[Triple]] = {}
    for triple in triples:
        by_subject.setdefault(triple.subject, []).append(triple)  # type: ignore[arg-type]
    described = read_source(source, by_subject.pop(source, []))
    claims = tuple(read_claims(triple for of in by_subject.values() for triple in of))
    for claim in claims:
        by_subject.pop(claim.iri, None)
    return Bundle(described, claims, tuple(read_node(iri, of) for iri, of in by_subject.items()))


def read_node(iri: NamedNode, triples: Iterable[Triple]) -> Node:
    """The node that the triples identify; its classes say whether it is a carrier."""
    listed = tuple(triples)
    is_carrier = any(t.predicate == RDF.type and t.object in CARRIER_CLASSES for t in listed)
    return Node(iri, listed, carrier=is_carrier, root=whole_of(iri) if is_carrier else None)


def whole_of(node: NamedNode) -> NamedNode | None:
    """The project of an item, by the shape of its IRI."""
    whole, found, _ = node.value.partition("/item/")
    return NamedNode(whole) if found else None


def outside_graph(identifier: str) -> NamedNode:
    """The graph for what the source with this id says of things that are none of ours."""
    return NamedNode(OUTSIDE_GRAPHS + identifier)


def is_reference(node: object) -> bool:
    """Whether the node is a reference of a statement of Wikidata: it stays with the claims of its source."""
    return isinstance(node, NamedNode) and node.value.startswith(REFERENCES)


def mentions(bundle: Bundle) -> dict[str, Place]:
    """Where individuals are named first that the bundle speaks of and does not describe."""
    found: dict[str, Place] = {}
    for claim in bundle.claims:
        place = bundle.places.get(claim.iri.value)
        for term in (claim.subject, claim.value):
            if place is not None and isinstance(term, NamedNode):
                found.setdefault(term.value, place)
    return found


def in_graph(triples: Iterable[Triple], name: NamedNode | DefaultGraph) -> Iterator[Quad]:
    """The triples as quads of one graph."""
    for triple in triples:
        yield Quad(triple.subject, triple.predicate, triple.object, name)


def parties_of(nodes: Iterable[Node]) -> dict[str, frozenset[NamedNode]]:
    """For each node the states whose own matter it is (`osa:party`)."""
    found: dict[str, frozenset[NamedNode]] = {}
    for node in nodes:
        states = {
            triple.object
            for triple in node.triples
            if triple.predicate == OSA.party and isinstance(triple.object, NamedNode)
        }
        found[node.iri.value] = found.get(node.iri.value, frozenset()) | states
    return found


def currencies_of(nodes: Iterable[Node]) -> dict[str, NamedNode]:
    """For each node its own currency (`osa:currency`), where it has one."""
    return {
        node.iri.value: triple.object
        for node in nodes
        for triple in node.triples
        if triple.predicate == OSA.currency and isinstance(triple.object, NamedNode)
    }
