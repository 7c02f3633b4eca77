"""What a store holds of a slot or a topic: the votes of its claims, the resolution that was made of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple, TypeGuard

from pyoxigraph import Literal, NamedNode

from graph.claims import Claim, claim_of
from graph.curation import NO_CURATION, Curation
from graph.projection import ASSESSMENTS, REFERENCE, resolution_iri
from graph.resolution import Resolution
from graph.rights import SOURCE_GRAPHS
from graph.sources import Source, read_source
from graph.store import AnyTerm, ReadableStore
from graph.terms import Term
from graph.topics import Topic, assessed_slot, matters_of, topic_of, topic_predicates
from graph.votes import Slot, Vote, vote_of
from ontology.namespaces import OSA
from ontology.vocabulary import Vocabulary


class Cast(NamedTuple):
    """A vote in its slot, or in what stands in the place of a slot."""

    slot: Slot
    vote: Vote


class SlotVotes:
    """Reads votes from the graphs of sources, and remembers those of one property of one thing."""

    def __init__(
        self, store: ReadableStore, vocabulary: Vocabulary, curation: Curation = NO_CURATION
    ) -> None:
        self._store = store
        self._vocabulary = vocabulary
        self._rejected = curation.rejected
        self._sources: dict[str, Source] = {}
        self._about: tuple[str, Mapping[str, list[tuple[AnyTerm, NamedNode]]]] = ("", {})
        self._cast: tuple[tuple[str, str], list[Cast]] = (("", ""), [])
        self._reference = stored_matters(store, vocabulary)

    def votes(self, slot: Slot) -> list[Vote]:
        """The votes on a slot, but for rejected claims; slots of one thing are best asked in a row."""
        cast = self._votes_about(slot.subject, slot.predicate)
        return [vote for its, vote in cast if its == slot and vote.claim not in self._rejected]

    def topic(self, topic: Topic) -> list[Cast]:
        """What is assessed together under a topic, rejected claims too."""
        told = sorted(node.value for node in topic_predicates(topic, self._vocabulary)) or [""]
        cast = (
            each
            for predicate in told
            for subject in sorted(self._subjects(topic, predicate))
            for each in self._votes_about(subject, predicate)
        )
        return [each for each in cast if topic_of(*each) == topic]

    def claim(self, iri: str) -> Cast | None:
        """The vote of a claim; None where no source of the store has it, or it has none."""
        for quad in self._store.quads(NamedNode(iri), OSA.statedIn):
            if is_of_source(graph := quad.graph_name):
                return self._cast_of(quad.subject, graph)
        return None

    def matters(self, claim: Claim, graph: NamedNode) -> Mapping[str, str]:
        """By what the value of a claim is compared, as its source sees it, else the reference tables."""
        if claim.predicate not in self._vocabulary.compared:
            return {}
        subject, compared = claim.subject, frozenset(self._vocabulary.compared.values())
        described = (quad.triple for p in compared for quad in self._store.quads(subject, p, None, graph))
        return {**self._reference, **matters_of(described, self._vocabulary)}

    def _subjects(self, topic: Topic, predicate: str) -> set[str]:
        """The things whose values are compared with each other."""
        if not predicate or NamedNode(predicate) not in self._vocabulary.compared:
            return {topic.subject}
        stated = self._store.quads(None, OSA.predicate, NamedNode(predicate))
        about = (quad for each in stated for quad in self._store.quads(each.subject, OSA.subject))
        return {quad.object.value for quad in about if isinstance(quad.object, NamedNode)}

    def _votes_about(self, subject: str, predicate: str) -> list[Cast]:
        if self._cast[0] != (subject, predicate):
            claims = self._claims_about(subject).get(predicate, ())
            cast = (self._cast_of(node, graph) for node, graph in claims)
            self._cast = (subject, predicate), [each for each in cast if each is not None]
        return self._cast[1]

    def _claims_about(self, subject: str) -> Mapping[str, list[tuple[AnyTerm, NamedNode]]]:
        """The claims about a subject and their graphs, by predicate; under "" those without any."""
        if self._about[0] != subject:
            found: dict[str, list[tuple[AnyTerm, NamedNode]]] = defaultdict(list)
            for quad in self._store.quads(None, OSA.subject, NamedNode(subject)):
                if is_of_source(graph := quad.graph_name):
                    stated = self._store.quads(quad.subject, OSA.predicate, None, graph)
                    predicates = [each.object.value for each in stated]  # type: ignore[union-attr]
                    for predicate in predicates or [""]:
                        found[predicate].append((quad.subject, graph))
            self._about = (subject, found)
        return self._about[1]

    def _cast_of(self, node: AnyTerm, graph: NamedNode) -> Cast | None:
        claim = read_claim(self._store, node, graph)
        slot = assessed_slot(claim, self._vocabulary)
        return None if slot is None else Cast(slot, self._vote(claim, graph))

    def _vote(self, claim: Claim, graph: NamedNode) -> Vote:
        frame = [
            q for p in (OSA.party, OSA.currency) for q in self._store.quads(claim.subject, p, None, graph)
        ]
        parties = frozenset(q.object for q in frame if q.predicate == OSA.party)
        currencies = [q.object for q in frame if q.predicate == OSA.currency]
        return vote_of(
            claim,
            self._source(claim.source, graph),
            self._vocabulary,
            {claim.subject.value: parties},  # type: ignore[dict-item]
            {claim.subject.value: currencies[-1]} if currencies else {},  # type: ignore[dict-item]
            self.matters(claim, graph),
        )

    def _source(self, iri: NamedNode, graph: NamedNode) -> Source:
        if iri.value not in self._sources:
            triples = (quad.triple for quad in self._store.quads(iri, None, None, graph))
            self._sources[iri.value] = read_source(iri, triples)
        return self._sources[iri.value]


def stored_matters(store: ReadableStore, vocabulary: Vocabulary) -> Mapping[str, str]:
    """By what values of several subjects are compared, as the reference tables of a store say."""
    compared = frozenset(vocabulary.compared.values())
    described = (quad.triple for p in compared for quad in store.quads(None, p, None, REFERENCE))
    return matters_of(described, vocabulary)


def is_of_source(graph: object) -> TypeGuard[NamedNode]:
    """Whether a graph holds the claims of a source that counts."""
    return isinstance(graph, NamedNode) and graph.value.startswith(SOURCE_GRAPHS)


def read_claim(store: ReadableStore, node: AnyTerm, graph: NamedNode) -> Claim:
    """A claim as it stands in the graph of its source."""
    properties: dict[NamedNode, list[Term]] = defaultdict(list)
    for quad in store.quads(node, None, None, graph):
        properties[quad.predicate].append(quad.object)  # type: ignore[arg-type]
    return claim_of(str(node), properties)


def known_resolution(store: ReadableStore, slot: Slot) -> Resolution | None:
    """The resolution that the store holds for a slot; None where it holds none."""
    iri = resolution_iri(slot)
    properties: dict[NamedNode, list[Term]] = defaultdict(list)
    for quad in store.quads(iri, None, None, ASSESSMENTS):
        properties[quad.predicate].append(quad.object)  # type: ignore[arg-type]
    if not properties:
        return None
    step, voices = properties[OSA.decidedBy][0], properties[OSA.voices][0]
    assert isinstance(step, NamedNode) and isinstance(voices, Literal)
    return Resolution(
        slot=slot,
        accepted=str(properties[OSA.accepted][0]) if properties[OSA.accepted] else None,
        supported_by=tuple(sorted(term.value for term in properties[OSA.supportedBy])),
        contested_by=tuple(sorted(term.value for term in properties[OSA.contestedBy])),
        voices=int(voices.value),
        step=step,
        definition=str(properties[OSA.countingRule][0]) if properties[OSA.countingRule] else "",
    )
