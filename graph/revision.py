"""A revision: sources replaced or removed in a dataset, and only the slots that they name resolved again.

It works on a store that nobody reads yet (a copy of the current snapshot), so that its steps need not be one
transaction. The full run over all claims gives the same dataset; tests hold the two against each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from graph.asserted import Asserted, describes, is_carrier, is_claim, is_touched, one
from graph.bundle import CARRIER_CLASSES, Bundle, bundle_triples, in_graph, source_graph
from graph.claims import Claim, claim_of
from graph.grounding import read_grounding
from graph.projection import (
    ASSESSMENTS,
    PART_PREDICATES,
    REFERENCE,
    SHORT_CUTS,
    fact_quads,
    resolution_iri,
    resolution_quads,
)
from graph.resolution import Resolution, resolve
from graph.rights import SOURCE_GRAPHS
from graph.rule_records import count_more
from graph.sources import Source, read_source
from graph.store import AnyTerm, WritableStore
from graph.terms import Term
from graph.truth_maintenance import TruthMaintenance
from graph.votes import Slot, Vote, slot_of, vote_of
from ontology.namespaces import ID, OSA, RDF
from ontology.vocabulary import Vocabulary, ontology_triples

DEFAULT = DefaultGraph()
Subject = NamedNode | BlankNode | Triple


@dataclass
class Change:
    """What a revision added, changed and removed, for the report and for `--dry-run`."""

    sources_added: list[str] = field(default_factory=list)
    sources_changed: list[str] = field(default_factory=list)
    sources_removed: list[str] = field(default_factory=list)
    claims_added: int = 0
    claims_removed: int = 0
    facts: int = 0
    open_slots: int = 0
    resolutions: int = 0
    facts_added: list[str] = field(default_factory=list)
    facts_removed: list[str] = field(default_factory=list)
    inferred_added: int = 0
    inferred_removed: int = 0
    quads: int = 0
    entities: int = 0
    slots: int = 0
    new_names: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether the dataset is as it was."""
        return not (self.sources_added or self.sources_changed or self.sources_removed)


class Revision:
    """Replaces and removes sources in a store; `change` tells what became of it."""

    def __init__(
        self, store: WritableStore, vocabulary: Vocabulary, acceptances: Collection[str] = ()
    ) -> None:
        self.store = store
        self.vocabulary = vocabulary
        self.acceptances = acceptances
        self.change = Change()
        self._slots: set[Slot] = set()
        self._nodes: set[AnyTerm] = set()
        self._carriers: set[AnyTerm] = set()
        self._dropped: set[Triple] = set()
        self._added: set[Triple] = set()
        self._left: dict[AnyTerm, set[Triple]] = defaultdict(set)
        self._come: set[Triple] = set()
        self._gone: set[Triple] = set()
        self._sources: dict[str, Source] = {}
        self._about: tuple[str, Mapping[AnyTerm, list[tuple[AnyTerm, NamedNode]]]] = ("", {})

    @property
    def nodes(self) -> Collection[AnyTerm]:
        """The individuals whose facts may have changed."""
        return self._nodes

    def replace(self, bundle: Bundle) -> None:
        """Put a bundle in place of whatever its source's graph held."""
        name = source_graph(bundle.source.iri)
        new = set(in_graph(bundle_triples(bundle), name))
        old = self._exchange(name, new)
        if old != new:
            listed = self.change.sources_changed if old else self.change.sources_added
            listed.append(bundle.source.iri.value)
            self.change.new_names += bundle.new_names

    def describe(self, bundle: Bundle) -> None:
        """Put the description of a bundle without claims in place of a source's old one; its claims stay."""
        source = bundle.source.iri
        name = source_graph(source)
        old = set(self.store.quads(graph=name))
        kept = {quad for quad in old if quad.subject != source}
        new = kept | set(in_graph(bundle_triples(bundle), name))
        # Whom only the old description named (its publisher, say) goes with it.
        gone = {quad.object for quad in old if quad.subject == source} - {quad.object for quad in new}
        new = {quad for quad in new if quad.subject not in gone}
        if self._exchange(name, new) != new:
            self.change.sources_changed.append(source.value)
            self.change.new_names += bundle.new_names

    def remove(self, source: NamedNode) -> bool:
        """Take a source away; false where the dataset holds no such source."""
        if not self._exchange(source_graph(source), set()):
            return False
        self.change.sources_removed.append(source.value)
        return True

    def finish(self) -> Change:
        """Resolve the slots that were named, and bring descriptions and inferences up to date."""
        self.change.slots = len(self._slots)
        for slot in sorted(self._slots):
            self._resolve(slot)
        self._describe_names()
        for node in sorted(self._nodes, key=str):
            self._describe_carrier(node)
        self._infer()
        return self.change

    def _exchange(self, name: NamedNode, new: set[Quad]) -> set[Quad]:
        """Replace one graph, and note the slots and nodes that this concerns."""
        old = set(self.store.quads(graph=name))
        if old == new:
            return old
        gone, come = old - new, new - old
        self._note_claims(old, new)
        self._note_descriptions(gone, come)
        self._delete(gone)
        self._insert(come)
        return old

    def _note_claims(self, old: set[Quad], new: set[Quad]) -> None:
        before, after = _claims(old), _claims(new)
        whole = _voice(old) != _voice(new)
        frames = {quad.subject for quad in old ^ new if quad.predicate in (OSA.party, OSA.currency)}
        for key in before.keys() | after.keys():
            one, other = before.get(key), after.get(key)
            subject = (one or other).subject  # type: ignore[union-attr]
            if whole or one != other or subject in frames:
                self._slots |= {s for c in (one, other) if c is not None and (s := self._slot(c))}
        self.change.claims_added += len(after.keys() - before.keys())
        self.change.claims_removed += len(before.keys() - after.keys())

    def _slot(self, claim: Claim) -> Slot | None:
        return slot_of(claim, self.vocabulary)

    def _note_descriptions(self, gone: set[Quad], come: set[Quad]) -> None:
        self._carriers |= {
            quad.subject
            for quad in gone | come
            if quad.predicate == RDF.type and quad.object in CARRIER_CLASSES
        }
        for quads, noted in ((gone, self._dropped), (come, self._added)):
            for quad in quads:
                if quad.subject in self._carriers or is_carrier(self.store, quad.subject):
                    self._nodes.add(quad.subject)
                    if quads is gone:
                        self._left[quad.subject].add(quad.triple)
                elif not is_claim(quad.subject):
                    noted.add(quad.triple)

    def _describe_names(self) -> None:
        """A name stays among the facts as long as a source, a reference table or the ontology gives it."""
        dropped = self._dropped - self._added
        for triple in dropped - set(ontology_triples() if dropped else ()):
            if not self._is_described(triple):
                self._delete([Quad(*_spo(triple), DEFAULT)])
        self._insert(Quad(*_spo(triple), DEFAULT) for triple in self._added)

    def _is_described(self, triple: Triple) -> bool:
        return any(describes(quad) for quad in self.store.quads(*_spo(triple)))

    def _describe_carrier(self, node: AnyTerm) -> None:
        """A node that sources made is described among the facts if, and only if, a fact touches it."""
        if node not in self._carriers and not is_carrier(self.store, node):
            return
        described = [quad for quad in self.store.quads(node) if describes(quad)]
        touched = is_touched(self.store, node)
        wanted = {quad.triple for quad in described if touched or quad.graph_name == REFERENCE}
        wanted |= self._facts_of(node)
        # What is shown besides was inferred, and stays as long as it follows.
        stale = self._left[node] | {quad.triple for quad in described}
        self._delete(Quad(*_spo(triple), DEFAULT) for triple in stale - wanted)
        self._insert(Quad(*_spo(triple), DEFAULT) for triple in wanted)

    def _facts_of(self, node: AnyTerm) -> set[Triple]:
        facts: set[Triple] = set()
        for quad in self.store.quads(None, OSA.subject, node, ASSESSMENTS):
            predicate = one(self.store, quad.subject, OSA.predicate)
            accepted = one(self.store, quad.subject, OSA.accepted)
            if isinstance(predicate, NamedNode) and accepted is not None:
                facts.add(Triple(node, predicate, accepted))  # type: ignore[arg-type]
            rule = one(self.store, quad.subject, OSA.countingRule)
            if rule is not None:
                facts.add(Triple(node, OSA.countingRule, rule))  # type: ignore[arg-type]
        return facts

    def _resolve(self, slot: Slot) -> None:
        """Bring one slot's resolution and fact up to date with the claims that are there now."""
        old = self._known(slot)
        votes = list(self._votes(slot))
        kind = self.vocabulary.resolution[NamedNode(slot.predicate)]
        new = resolve(slot, kind, votes, self.acceptances) if votes else None
        self._nodes |= _concerned(old, new)
        if old == new:
            return
        self._count(old, -1)
        self._count(new, +1)
        before, after = set(_all_quads(old)), set(_all_quads(new))
        gone = self._delete(quad for quad in before - after if not self._is_shared(quad))
        self._insert(after - before)
        self.change.facts_removed += _fact_lines(gone)
        # A fact that was inferred before is a fact now.
        self.change.facts_added += _fact_lines(q for q in after - before if not self._is_shared(q))

    def _is_shared(self, quad: Quad) -> bool:
        """Whether another slot (another period, say) accepts the same fact."""
        if quad.graph_name != DEFAULT or quad.predicate in (*SHORT_CUTS, OSA.countingRule):
            return False
        same = [
            other
            for other in self.store.quads(None, OSA.subject, quad.subject, ASSESSMENTS)
            if one(self.store, other.subject, OSA.predicate) == quad.predicate
            and one(self.store, other.subject, OSA.accepted) == quad.object
        ]
        return len(same) > 1

    def _count(self, resolution: Resolution | None, step: int) -> None:
        if resolution is None:
            return
        self.change.resolutions += step
        if resolution.accepted is None:
            self.change.open_slots += step
        else:
            self.change.facts += step

    def _known(self, slot: Slot) -> Resolution | None:
        """The resolution that the store holds for a slot."""
        iri = resolution_iri(slot)
        properties: dict[NamedNode, list[Term]] = defaultdict(list)
        for quad in self.store.quads(iri, None, None, ASSESSMENTS):
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

    def _votes(self, slot: Slot) -> Iterator[Vote]:
        for node, graph in self._claims_about(slot.subject).get(NamedNode(slot.predicate), ()):
            claim = self._claim(node, graph)
            if slot_of(claim, self.vocabulary) == slot:
                yield self._vote(claim, graph)

    def _claims_about(self, subject: str) -> Mapping[AnyTerm, list[tuple[AnyTerm, NamedNode]]]:
        """The claims about a subject and their graphs, by predicate; slots of one subject come in a row."""
        if self._about[0] != subject:
            found: dict[AnyTerm, list[tuple[AnyTerm, NamedNode]]] = defaultdict(list)
            for quad in self.store.quads(None, OSA.subject, NamedNode(subject)):
                graph = quad.graph_name
                if not isinstance(graph, NamedNode) or not graph.value.startswith(SOURCE_GRAPHS):
                    continue
                for stated in self.store.quads(quad.subject, OSA.predicate, None, graph):
                    found[stated.object].append((quad.subject, graph))
            self._about = (subject, found)
        return self._about[1]

    def _claim(self, node: AnyTerm, graph: NamedNode) -> Claim:
        properties: dict[NamedNode, list[Term]] = defaultdict(list)
        for quad in self.store.quads(node, None, None, graph):
            properties[quad.predicate].append(quad.object)  # type: ignore[arg-type]
        return claim_of(str(node), properties)

    def _vote(self, claim: Claim, graph: NamedNode) -> Vote:
        frame = [
            q for p in (OSA.party, OSA.currency) for q in self.store.quads(claim.subject, p, None, graph)
        ]
        parties = frozenset(q.object for q in frame if q.predicate == OSA.party)
        currencies = [q.object for q in frame if q.predicate == OSA.currency]
        return vote_of(
            claim,
            self._source(claim.source, graph),
            self.vocabulary,
            {claim.subject.value: parties},  # type: ignore[dict-item]
            {claim.subject.value: currencies[-1]} if currencies else {},  # type: ignore[dict-item]
        )

    def _source(self, iri: NamedNode, graph: NamedNode) -> Source:
        if iri.value not in self._sources:
            triples = (quad.triple for quad in self.store.quads(iri, None, None, graph))
            self._sources[iri.value] = read_source(iri, triples)
        return self._sources[iri.value]

    def _insert(self, quads: Iterable[Quad]) -> None:
        """Add what is not there yet."""
        listed = [quad for quad in quads if not _has(self.store, quad)]
        self.change.quads += len(listed)
        self.store.insert(listed)
        for triple in _facts(listed):
            (self._gone.remove if triple in self._gone else self._come.add)(triple)

    def _delete(self, quads: Iterable[Quad]) -> list[Quad]:
        """Take away what is there; returns it."""
        listed = [quad for quad in quads if _has(self.store, quad)]
        self.change.quads -= len(listed)
        self.store.delete(listed)
        for triple in _facts(listed):
            (self._come.remove if triple in self._come else self._gone.add)(triple)
        return listed

    def _infer(self) -> None:
        """Bring what follows from the facts up to date, and count the individuals."""
        asserted = Asserted(self.store)
        self._insert([Quad(*_spo(triple), DEFAULT) for triple in self._gone if triple in asserted])
        if not self._come and not self._gone:
            return
        done = TruthMaintenance(self.store, read_grounding(), asserted).revise(self._come, self._gone)
        self.change.inferred_added, self.change.inferred_removed = len(done.added), len(done.removed)
        self.change.quads += len(done.added) - len(done.removed) + count_more(self.store, done.counts)
        come = (self._come | done.added) - self._gone
        gone = (self._gone | done.removed) - done.added
        self._count_entities(set(filter(is_entity_type, come)), set(filter(is_entity_type, gone)))

    def _count_entities(self, come: set[Triple], gone: set[Triple]) -> None:
        for subject in {triple.subject for triple in come | gone}:
            types = (quad.triple for quad in self.store.quads(subject, RDF.type, None, DEFAULT))
            now = set(filter(is_entity_type, types))
            before = (now - come) | {triple for triple in gone if triple.subject == subject}
            self.change.entities += bool(now) - bool(before)


def is_entity_type(triple: Triple | Quad) -> bool:
    """Whether the triple gives an individual a class of ours; sources do not count as entities."""
    subject, predicate, value = triple.subject, triple.predicate, triple.object
    return predicate == RDF.type and subject in ID and value in OSA and value != OSA.Source


def _facts(quads: Iterable[Quad]) -> Iterator[Triple]:
    return (quad.triple for quad in quads if quad.graph_name == DEFAULT)


def _fact_lines(quads: Iterable[Quad]) -> list[str]:
    """The facts among the quads, as sorted lines of N-Triples."""
    facts = (q for q in quads if q.graph_name == DEFAULT and q.predicate not in SHORT_CUTS)
    return sorted(f"{quad.triple} ." for quad in facts)


def _all_quads(resolution: Resolution | None) -> Iterator[Quad]:
    if resolution is not None:
        yield from fact_quads(resolution)
        yield from resolution_quads(resolution)


def _concerned(*resolutions: Resolution | None) -> set[AnyTerm]:
    """The nodes whose description may come or go with these resolutions."""
    nodes: set[AnyTerm] = set()
    for resolution in resolutions:
        if resolution is None:
            continue
        nodes.add(NamedNode(resolution.slot.subject))
        if NamedNode(resolution.slot.predicate) in PART_PREDICATES and resolution.accepted is not None:
            nodes.add(NamedNode(resolution.accepted[1:-1]))
    return nodes


def _claims(quads: Iterable[Quad]) -> dict[Term, Claim]:
    nodes: dict[Term, dict[NamedNode, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for quad in quads:
        if is_claim(quad.subject):
            nodes[quad.subject][quad.predicate].append(quad.object)  # type: ignore[index, arg-type]
    return {node: claim_of(str(node), properties) for node, properties in nodes.items()}


def _voice(quads: Iterable[Quad]) -> set[Triple]:
    """What of a source's description bears on votes: all of it, to be safe."""
    return {quad.triple for quad in quads if str(quad.subject).startswith(f"<{ID}source/")}


def _spo(triple: Triple) -> tuple[Subject, NamedNode, AnyTerm]:
    return triple.subject, triple.predicate, triple.object


def _has(store: WritableStore, quad: Quad) -> bool:
    found = store.quads(*_spo(quad.triple), quad.graph_name)
    return next(found, None) is not None
