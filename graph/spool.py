"""A build's way through files: bundles become N-Quads and votes, votes become N-Quads of facts.

Memory stays bounded whatever the size of the input: votes and the nodes that they decide about are spread
over buckets on disk by node, and one bucket is resolved at a time.
"""

from __future__ import annotations

import pickle
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import IO, Final, NamedTuple

from pyoxigraph import NamedNode, Triple

from graph.assessment import Assessment, Contradiction, assess
from graph.assessment_quads import assessment_quads
from graph.bundle import (
    Bundle,
    bundle_triples,
    currencies_of,
    is_reference,
    parties_of,
    source_graph,
)
from graph.claims import claim_parts
from graph.curation import NO_CURATION, Curation
from graph.curation_quads import retracted_quads
from graph.projection import PART_PREDICATES, fact_quads, resolution_quads
from graph.rate_revision import rates_of
from graph.rates import Pair, rate_pairs
from graph.resolution import Resolution, resolve
from graph.sources import source_triples
from graph.topics import Topic, assessed_slot, is_framing, matters_of, topic_of
from graph.votes import Slot, Vote, vote_of
from graph.wholes import Wholes, no_wholes
from ontology.namespaces import OSA
from ontology.vocabulary import Vocabulary

_AMOUNT: Final = OSA.amount.value


class Ballot(NamedTuple):
    """A vote on its way to the bucket of its root node.

    A value that is compared across subjects goes to two buckets: to be resolved, and to be assessed.
    """

    root: str
    slot: Slot
    vote: Vote
    is_resolved: bool
    is_assessed: bool


class Frame(NamedTuple):
    """What identifies a carrier node, as lines of N-Quads, on its way to the bucket of its root node."""

    root: str
    node: str
    lines: tuple[str, ...]


@dataclass
class Tally:
    """What was written, for the report; `pairs` are sums in two currencies, to be held against each other."""

    sources: int = 0
    claims: int = 0
    facts: int = 0
    open_slots: int = 0
    resolutions: int = 0
    contradictions: int = 0
    corroborations: int = 0
    pairs: list[Pair] = field(default_factory=list)
    new_names: set[str] = field(default_factory=set)
    entities: set[str] = field(default_factory=set)

    def add(self, other: Tally) -> None:
        """Add what another part of the build wrote."""
        self.sources += other.sources
        self.claims += other.claims
        self.facts += other.facts
        self.open_slots += other.open_slots
        self.resolutions += other.resolutions
        self.contradictions += other.contradictions
        self.corroborations += other.corroborations
        self.pairs += other.pairs
        self.new_names |= other.new_names
        self.entities |= other.entities


class BundleWriter:
    """Writes bundles: their graphs as N-Quads into one file, their votes into buckets.

    Retracted sources go into graphs of their own, and have no vote. `matters` tells by what the values of a
    subject are compared with those of others, as far as no source says so.
    """

    def __init__(
        self,
        quads: Path,
        buckets: list[Path],
        vocabulary: Vocabulary,
        curation: Curation = NO_CURATION,
        matters: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._stack = ExitStack()
        self._quads = self._stack.enter_context(quads.open("w", encoding="utf-8"))
        self._buckets: list[IO[bytes]] = [self._stack.enter_context(path.open("wb")) for path in buckets]
        self._vocabulary = vocabulary
        self._retracted = curation.retracted
        self._matters = matters
        self._described: set[str] = set()
        self.tally = Tally()

    def __enter__(self) -> BundleWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def write(self, bundle: Bundle) -> None:
        """Write one bundle."""
        if bundle.source.iri.value in self._retracted:
            kept = retracted_quads(bundle.source.iri, bundle_triples(bundle))
            self._quads.writelines(f"{quad} .\n" for quad in kept)
            return
        graph = f"{source_graph(bundle.source.iri)} "
        self._lines(source_triples(bundle.source), graph)
        self._lines(source_triples(bundle.source), "")
        for node in bundle.nodes:
            self._lines(node.triples, graph)
            if not node.carrier and not is_reference(node.iri):
                self._lines(node.triples, "")
        for claim in bundle.claims:
            subject = str(claim.iri)
            self._quads.writelines(f"{subject} {p} {o} {graph}.\n" for p, o in claim_parts(claim))
        self._ballots(bundle)
        self.tally.sources += 1
        self.tally.claims += len(bundle.claims)
        self.tally.new_names |= set(bundle.new_names)

    def _lines(self, triples: Iterable[Triple], graph: str) -> None:
        """Write triples as N-Quads; `graph` is a graph name and a blank, or empty for the default graph."""
        self._quads.writelines(f"{triple} {graph}.\n" for triple in triples)

    def _ballots(self, bundle: Bundle) -> None:
        parties, currencies = parties_of(bundle.nodes), currencies_of(bundle.nodes)
        roots = {node.iri.value: (node.root or node.iri).value for node in bundle.nodes}
        described = (triple for node in bundle.nodes for triple in node.triples)
        matters = {**self._matters, **matters_of(described, self._vocabulary)}
        for node in bundle.nodes:
            if node.carrier:
                self._frame(node.iri, roots[node.iri.value], node.triples)
        for claim in bundle.claims:
            slot = assessed_slot(claim, self._vocabulary)
            if slot is not None:
                vote = vote_of(claim, bundle.source, self._vocabulary, parties, currencies, matters)
                self._cast(slot, vote, roots.get(slot.subject, slot.subject))

    def _cast(self, slot: Slot, vote: Vote, root: str) -> None:
        is_resolved = not is_framing(slot, self._vocabulary)
        together = vote.matter or root
        if together == root:
            self._put(Ballot(root, slot, vote, is_resolved, True))
        else:
            self._put(Ballot(root, slot, vote, is_resolved, False))
            self._put(Ballot(together, slot, vote, False, True))

    def _frame(self, node: NamedNode, root: str, triples: Iterable[Triple]) -> None:
        lines = tuple(f"{triple} .\n" for triple in triples)
        # Many sources identify a node in the same words: once is enough.
        key = "".join(lines)
        if key not in self._described:
            self._described.add(key)
            self._put(Frame(root, node.value, lines))

    def _put(self, record: Ballot | Frame) -> None:
        bucket = zlib.crc32(record.root.encode()) % len(self._buckets)
        pickle.dump(tuple(record), self._buckets[bucket], protocol=5)


def write_facts(
    buckets: Iterable[Path],
    target: Path,
    vocabulary: Vocabulary,
    curation: Curation = NO_CURATION,
    wholes: Wholes = no_wholes,
) -> Tally:
    """Resolve the slots of one bucket (it may lie in several files) and assess its topics; write facts,
    resolutions and assessments."""
    slots: dict[Slot, list[Vote]] = defaultdict(list)
    topics: dict[Topic, list[tuple[Slot, Vote]]] = defaultdict(list)
    frames: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for record in _records(buckets):
        if isinstance(record, Frame):
            frames[record.node].add(record.lines)
        elif record.vote.claim not in curation.rejected:
            if record.is_resolved:
                slots[record.slot].append(record.vote)
            if record.is_assessed:
                topics[topic_of(record.slot, record.vote)].append((record.slot, record.vote))
    tally = Tally()
    touched: set[str] = set()
    with target.open("w", encoding="utf-8") as file:
        for slot, votes in slots.items():
            kind = vocabulary.resolution[NamedNode(slot.predicate)]
            resolution = resolve(slot, kind, votes, curation)
            file.writelines(f"{quad} .\n" for quad in fact_quads(resolution))
            file.writelines(f"{quad} .\n" for quad in resolution_quads(resolution))
            touched |= touched_nodes(resolution)
            _count(tally, resolution)
        for node in touched & frames.keys():
            for lines in frames[node]:
                file.writelines(lines)
        for topic, ballots in topics.items():
            for assessment in assess(topic, ballots, vocabulary, curation, wholes):
                file.writelines(f"{quad} .\n" for quad in assessment_quads(assessment))
                _count_assessment(tally, assessment)
            tally.pairs += rate_pairs(ballots, curation) if topic.predicate == _AMOUNT else []
    return tally


def write_rates(pairs: Iterable[Pair], target: Path) -> None:
    """Write what the sums in two currencies of all buckets come to, once the last bucket is done."""
    with target.open("w", encoding="utf-8") as file:
        for rate in rates_of(pairs):
            file.writelines(f"{quad} .\n" for quad in assessment_quads(rate))


def touched_nodes(resolution: Resolution) -> set[str]:
    """The nodes that an accepted fact brings into the default graph: its subject, a part that it names."""
    if resolution.accepted is None:
        return set()
    nodes = {resolution.slot.subject}
    if NamedNode(resolution.slot.predicate) in PART_PREDICATES:
        nodes.add(resolution.accepted[1:-1])
    return nodes


def _count(tally: Tally, resolution: Resolution) -> None:
    tally.resolutions += 1
    if resolution.accepted is None:
        tally.open_slots += 1
    else:
        tally.facts += 1


def _count_assessment(tally: Tally, assessment: Assessment) -> None:
    if isinstance(assessment, Contradiction):
        tally.contradictions += 1
    else:
        tally.corroborations += 1


def _records(paths: Iterable[Path]) -> Iterator[Ballot | Frame]:
    for path in paths:
        with path.open("rb") as file:
            while True:
                try:
                    fields = pickle.load(file)
                except EOFError:
                    break
                yield Frame(*fields) if isinstance(fields[1], str) else Ballot(*fields)
