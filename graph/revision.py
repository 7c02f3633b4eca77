"""A revision: sources replaced or removed in a dataset, and only the slots that they name resolved again.

It works on a store that nobody reads yet (a copy of the current snapshot), so that its steps need not be one
transaction. The full run over all claims gives the same dataset; tests hold the two against each other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Triple

from graph.asserted import Asserted, describes, is_carrier, is_claim, is_touched, one
from graph.bundle import CARRIER_CLASSES, Bundle, bundle_triples, in_graph, is_reference, source_graph
from graph.claims import Claim, claim_of
from graph.curation import NO_CURATION, Curation
from graph.curation_quads import curation_quads, retracted_quads, retracted_triples
from graph.grounding import read_grounding
from graph.projection import (
    ASSESSMENTS,
    PART_PREDICATES,
    REFERENCE,
    SHORT_CUTS,
    fact_quads,
    resolution_quads,
)
from graph.resolution import Resolution, resolve
from graph.rule_records import count_more
from graph.slot_votes import SlotVotes, is_of_source, known_resolution, read_claim, stored_matters
from graph.store import AnyTerm, WritableStore
from graph.tallies import Key, assessment_gain, fact_gain
from graph.terms import Term
from graph.topic_revision import TopicRevision
from graph.topics import matters_of
from graph.truth_maintenance import TruthMaintenance
from graph.votes import Slot, Vote, slot_of
from ontology.namespaces import ID, OSA, RDF
from ontology.vocabulary import Vocabulary, ontology_triples

DEFAULT = DefaultGraph()
Subject = NamedNode | BlankNode | Triple


@dataclass
class Change:
    """What a revision added, changed and removed, for the report and for `--dry-run`.

    `sources_retracted` were put away, or loaded to where they count nowhere; `sources_restored` count again.
    `sources` and the other numbers are what the dataset has more than before, `tallied` what its tallies do.
    """

    sources_added: list[str] = field(default_factory=list)
    sources_changed: list[str] = field(default_factory=list)
    sources_removed: list[str] = field(default_factory=list)
    sources_retracted: list[str] = field(default_factory=list)
    sources_restored: list[str] = field(default_factory=list)
    sources: int = 0
    claims_added: int = 0
    claims_removed: int = 0
    facts: int = 0
    open_slots: int = 0
    resolutions: int = 0
    contradictions: int = 0
    corroborations: int = 0
    facts_added: list[str] = field(default_factory=list)
    facts_removed: list[str] = field(default_factory=list)
    inferred_added: int = 0
    inferred_removed: int = 0
    quads: int = 0
    entities: int = 0
    slots: int = 0
    new_names: list[str] = field(default_factory=list)
    tallied: Counter[Key] = field(default_factory=Counter)

    @property
    def is_empty(self) -> bool:
        """Whether the dataset is as it was."""
        return not (
            self.sources_added
            or self.sources_changed
            or self.sources_removed
            or self.sources_retracted
            or self.sources_restored
        )

    def add_to(self, counts: dict[str, int]) -> None:
        """Bring the counts of a dataset up to date; what an older osagraph did not count stays uncounted."""
        gained = {
            "sources": self.sources,
            "claims": self.claims_added - self.claims_removed,
            "facts": self.facts,
            "open_slots": self.open_slots,
            "contradictions": self.contradictions,
            "entities": self.entities,
            "quads": self.quads,
        }
        for name in gained.keys() & counts.keys():
            counts[name] += gained[name]


class Revision:
    """Replaces and removes sources in a store; `change` tells what became of it."""

    def __init__(
        self, store: WritableStore, vocabulary: Vocabulary, curation: Curation = NO_CURATION
    ) -> None:
        self.store = store
        self.vocabulary = vocabulary
        self.curation = curation
        self.change = Change()
        self._slots: set[Slot] = set()
        self._nodes: set[AnyTerm] = set()
        self._carriers: set[AnyTerm] = set()
        self._dropped: set[Triple] = set()
        self._added: set[Triple] = set()
        self._left: dict[AnyTerm, set[Triple]] = defaultdict(set)
        self._come: set[Triple] = set()
        self._gone: set[Triple] = set()
        self._topics = TopicRevision(store, vocabulary)
        self._matters = stored_matters(store, vocabulary)

    @property
    def nodes(self) -> Collection[AnyTerm]:
        """The individuals whose facts may have changed."""
        return self._nodes

    def replace(self, bundle: Bundle) -> None:
        """Put a bundle in place of whatever its source's graph held."""
        source, new = bundle.source.iri, set(bundle_triples(bundle))
        if (old := self._exchange(source, new)) != new:
            self._list(source, is_new=not old)
            self.change.new_names += bundle.new_names

    def describe(self, bundle: Bundle) -> None:
        """Put the description of a bundle without claims in place of a source's old one; its claims stay."""
        source = bundle.source.iri
        old = self._said(source)
        kept = {triple for triple in old if triple.subject != source}
        new = kept | set(bundle_triples(bundle))
        # Whom only the old description named (its publisher, say) goes with it.
        gone = {triple.object for triple in old if triple.subject == source} - {each.object for each in new}
        new = {triple for triple in new if triple.subject not in gone}
        if self._exchange(source, new) != new:
            self._list(source, is_new=False)
            self.change.new_names += bundle.new_names

    def remove(self, source: NamedNode) -> bool:
        """Take a source away, a retracted one too; false where the dataset holds no such source."""
        if not self._exchange(source, set()):
            return False
        self.change.sources_removed.append(source.value)
        return True

    def decide(self, curation: Curation) -> None:
        """Go over from what curators decided so far to what they have decided now."""
        before, self.curation = self.curation, curation
        for source in map(NamedNode, sorted(curation.retracted - before.retracted)):
            if said := self._state(source, set()):
                self._put_away(source, said)
                self.change.sources_retracted.append(source.value)
        for source in map(NamedNode, sorted(before.retracted - curation.retracted)):
            if said := self._put_away(source, set()):
                self._state(source, said)
                self.change.sources_restored.append(source.value)
        claims = (before.accepted ^ curation.accepted) | (before.rejected ^ curation.rejected)
        voices = (set(before.joined) ^ set(curation.joined)) | (before.apart ^ curation.apart)
        for iri in claims:
            self._reconsider(self.store.quads(NamedNode(iri), OSA.statedIn))
        for iri in {iri for sources in voices for iri in sources}:
            graph = source_graph(NamedNode(iri))
            self._reconsider(self.store.quads(None, OSA.statedIn, None, graph))
        old, new = set(curation_quads(before)), set(curation_quads(curation))
        self._delete(old - new)
        self._insert(new - old)

    def exchange(self, gone: Collection[Quad], come: Collection[Quad]) -> None:
        """Put quads that no source states (links) in place of others; each time all about the same nodes."""
        self._delete(set(gone) - set(come))
        self._insert(set(come) - set(gone))
        self.change.tallied.update(assessment_gain(gone, come))

    def _list(self, source: NamedNode, is_new: bool) -> None:
        if source.value in self.curation.retracted:
            self.change.sources_retracted.append(source.value)
        else:
            (self.change.sources_added if is_new else self.change.sources_changed).append(source.value)

    def _reconsider(self, stated: Iterable[Quad]) -> None:
        """Note the slots and topics of some claims, which themselves are as they were."""
        for quad in stated:
            if is_of_source(graph := quad.graph_name):
                claim = read_claim(self.store, quad.subject, graph)
                frame = (each.triple for each in self.store.quads(claim.subject, None, None, graph))
                self._note(claim, matters_of(frame, self.vocabulary))

    def finish(self) -> Change:
        """Resolve the slots that were named, and bring descriptions and inferences up to date."""
        self.change.slots = len(self._slots)
        votes = SlotVotes(self.store, self.vocabulary, self.curation)
        for slot in sorted(self._slots):
            self._resolve(slot, votes.votes(slot))
        self._assess(votes)
        self._describe_names()
        for node in sorted(self._nodes, key=str):
            self._describe_carrier(node)
        self._infer()
        return self.change

    def _said(self, source: NamedNode) -> set[Triple]:
        """What a source says, a retracted one too."""
        if source.value in self.curation.retracted:
            return retracted_triples(self.store, source)
        return {quad.triple for quad in self.store.quads(graph=source_graph(source))}

    def _exchange(self, source: NamedNode, new: set[Triple]) -> set[Triple]:
        """Let a source say something else; what it said before."""
        is_retracted = source.value in self.curation.retracted
        return (self._put_away if is_retracted else self._state)(source, new)

    def _put_away(self, source: NamedNode, new: set[Triple]) -> set[Triple]:
        """Replace what is kept of a source that counts nowhere; what it was."""
        old = retracted_triples(self.store, source)
        before, after = (set(retracted_quads(source, triples)) for triples in (old, new))
        self._delete(before - after)
        self._insert(after - before)
        return old

    def _state(self, source: NamedNode, new: set[Triple]) -> set[Triple]:
        """Replace the graph of a source, and note the slots and nodes that this concerns; what it held."""
        name = source_graph(source)
        old = {quad.triple for quad in self.store.quads(graph=name)}
        if old == new:
            return old
        self._note_claims(old, new)
        self._note_descriptions(old - new, new - old)
        self.change.sources += bool(new) - bool(old)
        self._delete(in_graph(old - new, name))
        self._insert(in_graph(new - old, name))
        return old

    def _note_claims(self, old: set[Triple], new: set[Triple]) -> None:
        before, after = _claims(old), _claims(new)
        whole = _voice(old) != _voice(new)
        framing = {OSA.party, OSA.currency, *self.vocabulary.compared.values()}
        frames = {triple.subject for triple in old ^ new if triple.predicate in framing}
        matters = [matters_of(triples, self.vocabulary) for triples in (old, new)]
        for key in before.keys() | after.keys():
            both = (before.get(key), after.get(key))
            if whole or both[0] != both[1] or any(claim.subject in frames for claim in both if claim):
                for claim, its in zip(both, matters, strict=True):
                    if claim is not None:
                        self._note(claim, its)
        self.change.claims_added += len(after.keys() - before.keys())
        self.change.claims_removed += len(before.keys() - after.keys())

    def _note(self, claim: Claim, matters: Mapping[str, str]) -> None:
        """Note the slot and the topic of a claim."""
        slot = slot_of(claim, self.vocabulary)
        self._slots |= {slot} if slot is not None else set()
        self._topics.note(claim, {**self._matters, **matters})

    def _note_descriptions(self, gone: set[Triple], come: set[Triple]) -> None:
        self._carriers |= {
            triple.subject
            for triple in gone | come
            if triple.predicate == RDF.type and triple.object in CARRIER_CLASSES
        }
        for triples, noted in ((gone, self._dropped), (come, self._added)):
            for triple in triples:
                if triple.subject in self._carriers or is_carrier(self.store, triple.subject):
                    self._nodes.add(triple.subject)
                    if triples is gone:
                        self._left[triple.subject].add(triple)
                elif not is_claim(triple.subject) and not is_reference(triple.subject):
                    noted.add(triple)

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

    def _resolve(self, slot: Slot, votes: Sequence[Vote]) -> None:
        """Bring one slot's resolution and fact up to date with the votes that there are now."""
        old = known_resolution(self.store, slot)
        kind = self.vocabulary.resolution[NamedNode(slot.predicate)]
        new = resolve(slot, kind, votes, self.curation) if votes else None
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

    def _assess(self, votes: SlotVotes) -> None:
        """Bring the assessments of the topics that were named up to date."""
        assessed = self._topics.finish(votes, self.curation)
        self._delete(assessed.before - assessed.after)
        self._insert(assessed.after - assessed.before)
        self.change.contradictions = assessed.gained(OSA.Contradiction)
        self.change.corroborations = assessed.gained(OSA.Corroboration)
        self.change.tallied.update(assessment_gain(assessed.before, assessed.after))

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
        self.change.tallied.update(fact_gain(self.store, come, gone))
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


def _claims(triples: Iterable[Triple]) -> dict[Term, Claim]:
    nodes: dict[Term, dict[NamedNode, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for triple in triples:
        if is_claim(triple.subject):
            nodes[triple.subject][triple.predicate].append(triple.object)  # type: ignore[index, arg-type]
    return {node: claim_of(str(node), properties) for node, properties in nodes.items()}


def _voice(triples: Iterable[Triple]) -> set[Triple]:
    """What of a source's description bears on votes: all of it, to be safe."""
    return {triple for triple in triples if str(triple.subject).startswith(f"<{ID}source/")}


def _spo(triple: Triple) -> tuple[Subject, NamedNode, AnyTerm]:
    return triple.subject, triple.predicate, triple.object


def _has(store: WritableStore, quad: Quad) -> bool:
    found = store.quads(*_spo(quad.triple), quad.graph_name)
    return next(found, None) is not None
