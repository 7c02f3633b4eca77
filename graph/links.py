"""Which facts follow from what was decided about an individual and an item of another data set.

A link is a node of `graph/assessments` with its evidence; so is a near miss: an item that looks like the
individual and is not. Only what is verified leads to facts of the default graph.
Specs: https://www.w3.org/TR/skos-reference/#mapping, https://www.w3.org/TR/owl2-syntax/#Individual_Equality
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from pyoxigraph import NamedNode, Quad, Triple

from graph.projection import ASSESSMENTS
from graph.store import AnyTerm, ReadableStore
from ontology.namespaces import OSA, OWL, RDF, SKOS

# The properties by which the default graph says that two IRIs are, or are not, about the same.
LINKING: Final = frozenset({SKOS.exactMatch, OWL.sameAs, OWL.differentFrom})


def link_facts(parts: Iterable[Quad]) -> Iterator[Triple]:
    """The facts that follow from one link or near miss, given all quads about it.

    None follow from one that is likely or unresolved. A verified link is an exact match whatever else it is;
    a link of an older dataset does not say what it is, and is no more than that.
    """
    said = {quad.predicate: quad.object for quad in parts}
    subject = said.get(OSA.subject)
    if not isinstance(subject, NamedNode):
        return
    if said.get(RDF.type) == OSA.NearMiss and OSA.notLinkedTo in said:
        yield _triple(subject, OWL.differentFrom, said[OSA.notLinkedTo])
    elif said.get(OSA.confidence) == OSA.Verified and OSA.linkedTo in said:
        yield _triple(subject, SKOS.exactMatch, said[OSA.linkedTo])
        if said.get(OSA.linkRelation) == OWL.sameAs:
            yield _triple(subject, OWL.sameAs, said[OSA.linkedTo])


def links_between(store: ReadableStore, triple: Triple) -> Iterator[list[Quad]]:
    """What is known of each link and near miss about the ends of a triple, whether it gives it or not.

    None for a triple with another property.
    """
    for node in sorted(_leading_to(store, triple), key=str):
        about = list(_about(store, node))
        if any(quad.predicate == OSA.subject and quad.object == triple.subject for quad in about):
            yield about


def is_linked(store: ReadableStore, triple: Triple) -> bool:
    """Whether a triple follows from a link or a near miss."""
    return any(triple in link_facts(about) for about in links_between(store, triple))


def all_links(store: ReadableStore) -> Iterator[list[Quad]]:
    """What is known of each link and each near miss of a dataset."""
    for kind in (OSA.Link, OSA.NearMiss):
        for quad in store.quads(None, RDF.type, kind, ASSESSMENTS):
            yield list(_about(store, quad.subject))


def _leading_to(store: ReadableStore, triple: Triple) -> set[AnyTerm]:
    if triple.predicate not in LINKING:
        return set()
    leads = (OSA.linkedTo, OSA.notLinkedTo)
    return {q.subject for each in leads for q in store.quads(None, each, triple.object, ASSESSMENTS)}


def _about(store: ReadableStore, node: AnyTerm) -> Iterator[Quad]:
    return store.quads(node, None, None, ASSESSMENTS)


def _triple(subject: NamedNode, predicate: NamedNode, item: AnyTerm) -> Triple:
    return Triple(subject, predicate, item)
