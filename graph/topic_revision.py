"""A revision's share of the assessments: those of the topics that changed are made again, all others stay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pyoxigraph import NamedNode, Quad

from graph.assessment import assess
from graph.assessment_quads import assessment_quads
from graph.claims import Claim
from graph.curation import Curation
from graph.projection import ASSESSMENTS, REFERENCE
from graph.rate_revision import revise_rates
from graph.rates import Pair, rate_pairs
from graph.slot_votes import SlotVotes, is_of_source, read_claim
from graph.store import AnyTerm, ReadableStore
from graph.topics import Topic, assessed_slot
from graph.wholes import stored_wholes
from ontology.namespaces import OSA, RDF
from ontology.vocabulary import Vocabulary

COMPUTED = (OSA.Contradiction, OSA.Corroboration, OSA.ImpliedRate)
_NAMING = (OSA.sideA, OSA.sideB, OSA.claim)


class Assessed(NamedTuple):
    """The quads of assessments as they stood and as they stand now."""

    before: set[Quad]
    after: set[Quad]

    def gained(self, kind: NamedNode) -> int:
        """How many more assessments of a class there are."""
        now, then = (sum(quad.object == kind for quad in quads) for quads in (self.after, self.before))
        return now - then


class TopicRevision:
    """Notes which topics change, and assesses them once all claims are in place."""

    def __init__(self, store: ReadableStore, vocabulary: Vocabulary) -> None:
        self._store = store
        self._vocabulary = vocabulary
        self._topics: set[Topic] = set()
        self._claims: set[str] = set()
        self._parts: set[str] = set()

    def note(self, claim: Claim, matters: Mapping[str, str]) -> None:
        """A claim comes, goes or counts otherwise; `matters` as its source's graph has them."""
        self._claims.add(claim.iri.value)
        if claim.predicate == OSA.partOf:
            self._parts.add(claim.subject.value)
        slot = assessed_slot(claim, self._vocabulary)
        if slot is None:
            return
        told_with = self._vocabulary.together.get(NamedNode(slot.predicate)) if slot.predicate else None
        predicate = told_with.value if told_with is not None else slot.predicate
        if claim.predicate in self._vocabulary.compared:
            self._topics.add(Topic(matters.get(slot.subject, slot.subject), predicate))
        else:
            self._topics.add(Topic(slot.subject, predicate, slot.period))

    def finish(self, votes: SlotVotes, curation: Curation) -> Assessed:
        """Assess the topics that were noted."""
        for claim, graph in self._naming_parts():
            self.note(claim, votes.matters(claim, graph))
        after: set[Quad] = set()
        pairs: list[Pair] = []
        wholes = stored_wholes(self._store, curation.rejected)
        for topic in sorted(self._topics):
            cast = votes.topic(topic)
            self._claims |= {each.vote.claim for each in cast}
            counted = [each for each in cast if each.vote.claim not in curation.rejected]
            for assessment in assess(topic, counted, self._vocabulary, curation, wholes):
                after |= set(assessment_quads(assessment))
            if topic.predicate == OSA.amount.value:
                pairs += rate_pairs(counted, curation)
        nodes = {node for claim in self._claims for node in self._naming(claim)}
        rates = revise_rates(self._store, votes, curation, nodes, pairs)
        stood = (self._store.quads(node, None, None, ASSESSMENTS) for node in nodes | rates.before)
        return Assessed({quad for quads in stood for quad in quads}, after | rates.after)

    def _naming(self, claim: str) -> Iterator[AnyTerm]:
        """The computed assessments that name a claim."""
        for predicate in _NAMING:
            for quad in self._store.quads(None, predicate, NamedNode(claim), ASSESSMENTS):
                kinds = self._store.quads(quad.subject, RDF.type, None, ASSESSMENTS)
                if any(kind.object in COMPUTED for kind in kinds):
                    yield quad.subject

    def _naming_parts(self) -> Iterator[tuple[Claim, NamedNode]]:
        """Claims that name a body, or one below it, of which it is said anew or no more whose part it is."""
        marked = {p for mark in (OSA.isUsuallyOne, OSA.isAttribution) for p in self._vocabulary.marks[mark]}
        for body in self._bodies_below():
            for quad in self._store.quads(None, OSA.object, NamedNode(body)):
                if is_of_source(graph := quad.graph_name):
                    claim = read_claim(self._store, quad.subject, graph)
                    if claim.predicate in marked:
                        yield claim, graph

    def _bodies_below(self) -> set[str]:
        found, waiting = set(self._parts), list(self._parts)
        while waiting:
            fresh = set(self._parts_of(waiting.pop())) - found
            found |= fresh
            waiting += fresh
        return found

    def _parts_of(self, body: str) -> Iterator[str]:
        reviewed = self._store.quads(None, OSA.comparedWithin, NamedNode(body), REFERENCE)
        yield from (quad.subject.value for quad in reviewed if isinstance(quad.subject, NamedNode))
        for quad in self._store.quads(None, OSA.object, NamedNode(body)):
            if is_of_source(graph := quad.graph_name):
                claim = read_claim(self._store, quad.subject, graph)
                if claim.predicate == OSA.partOf:
                    yield claim.subject.value
