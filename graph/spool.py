"""A build's way through files: bundles become N-Quads and votes, votes become N-Quads of facts.

Memory stays bounded whatever the size of the input: votes and the nodes that they decide about are spread
over buckets on disk by node, and one bucket is resolved at a time.
"""

from __future__ import annotations

import pickle
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NamedTuple

from pyoxigraph import NamedNode, Triple

from graph.bundle import Bundle, currencies_of, parties_of, source_graph
from graph.claims import claim_parts
from graph.projection import PART_PREDICATES, fact_quads, resolution_quads
from graph.resolution import Resolution, resolve
from graph.sources import source_triples
from graph.votes import Slot, Vote, slot_of, vote_of
from ontology.vocabulary import Vocabulary


class Ballot(NamedTuple):
    """A vote on its way to the bucket of its root node."""

    root: str
    slot: Slot
    vote: Vote


class Frame(NamedTuple):
    """What identifies a carrier node, as lines of N-Quads, on its way to the bucket of its root node."""

    root: str
    node: str
    lines: tuple[str, ...]


@dataclass
class Tally:
    """What was written, for the report."""

    sources: int = 0
    claims: int = 0
    facts: int = 0
    open_slots: int = 0
    resolutions: int = 0
    new_names: set[str] = field(default_factory=set)
    entities: set[str] = field(default_factory=set)

    def add(self, other: Tally) -> None:
        """Add what another part of the build wrote."""
        self.sources += other.sources
        self.claims += other.claims
        self.facts += other.facts
        self.open_slots += other.open_slots
        self.resolutions += other.resolutions
        self.new_names |= other.new_names
        self.entities |= other.entities


class BundleWriter:
    """Writes bundles: their graphs as N-Quads into one file, their votes into buckets."""

    def __init__(self, quads: Path, buckets: list[Path], vocabulary: Vocabulary) -> None:
        self._stack = ExitStack()
        self._quads = self._stack.enter_context(quads.open("w", encoding="utf-8"))
        self._buckets: list[IO[bytes]] = [self._stack.enter_context(path.open("wb")) for path in buckets]
        self._vocabulary = vocabulary
        self._described: set[str] = set()
        self.tally = Tally()

    def __enter__(self) -> BundleWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def write(self, bundle: Bundle) -> None:
        """Write one bundle."""
        graph = f"{source_graph(bundle.source.iri)} "
        self._lines(source_triples(bundle.source), graph)
        self._lines(source_triples(bundle.source), "")
        for node in bundle.nodes:
            self._lines(node.triples, graph)
            if not node.carrier:
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
        for node in bundle.nodes:
            if node.carrier:
                self._frame(node.iri, roots[node.iri.value], node.triples)
        for claim in bundle.claims:
            slot = slot_of(claim, self._vocabulary)
            if slot is not None:
                vote = vote_of(claim, bundle.source, self._vocabulary, parties, currencies)
                self._put(Ballot(roots.get(slot.subject, slot.subject), slot, vote))

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
    buckets: Iterable[Path], target: Path, vocabulary: Vocabulary, acceptances: Collection[str] = ()
) -> Tally:
    """Resolve the slots of one bucket (it may lie in several files) and write facts and resolutions."""
    slots: dict[Slot, list[Vote]] = defaultdict(list)
    frames: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for record in _records(buckets):
        if isinstance(record, Ballot):
            slots[record.slot].append(record.vote)
        else:
            frames[record.node].add(record.lines)
    tally = Tally()
    touched: set[str] = set()
    with target.open("w", encoding="utf-8") as file:
        for slot, votes in slots.items():
            kind = vocabulary.resolution[NamedNode(slot.predicate)]
            resolution = resolve(slot, kind, votes, acceptances)
            file.writelines(f"{quad} .\n" for quad in fact_quads(resolution))
            file.writelines(f"{quad} .\n" for quad in resolution_quads(resolution))
            touched |= touched_nodes(resolution)
            _count(tally, resolution)
        for node in touched & frames.keys():
            for lines in frames[node]:
                file.writelines(lines)
    return tally


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


def _records(paths: Iterable[Path]) -> Iterator[Ballot | Frame]:
    for path in paths:
        with path.open("rb") as file:
            while True:
                try:
                    fields = pickle.load(file)
                except EOFError:
                    break
                yield Frame(*fields) if isinstance(fields[1], str) else Ballot(*fields)
