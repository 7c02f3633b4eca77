"""The way of every operation that changes a dataset a little: a copy of the current snapshot under revision.

The copy shares its files with the snapshot; it becomes the next one by one rename, or nobody ever sees it.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from pyoxigraph import NamedNode, Quad

from graph.bundle import Bundle, Place, outside_graph, source_graph
from graph.curation import COUNTED as CURATION_ACTS
from graph.curation import Act, curation_of, read_acts, write_acts
from graph.curation_quads import graphs_of, retracted_graph
from graph.datadir import DataDirectory, Snapshot
from graph.disk import writing
from graph.embedded import EmbeddedStore
from graph.label_entries import NAMING
from graph.label_keeping import keep_labels
from graph.revision import Change, Revision
from graph.rights import SOURCE_ID, USER_GRAPHS
from graph.sources import Source, read_source, source_iri
from graph.store import ReadableStore
from graph.tallies import gained
from graph.turn import for_a_command
from loaders.journal import Entry, Journal, read_journal
from loaders.loader import UserGraph
from loaders.records import record_quads, timestamp
from loaders.replay import Workshop
from loaders.validated import Validation, mentions_in, places_in, validating
from ontology.namespaces import GRAPH
from ontology.vocabulary import read_vocabulary

# What of a change is no news to anybody.
INWARD: Final = ("new_names", "tallied")


def described_source(store: ReadableStore, iri: NamedNode) -> Source | None:
    """What the dataset says of a source; None where it does not know it."""
    graphs = (source_graph(iri), retracted_graph(iri))
    triples = [quad.triple for graph in graphs for quad in store.quads(iri, None, None, graph)]
    return read_source(iri, triples) if triples else None


class Work:
    """A copy of the current snapshot under revision."""

    def __init__(
        self, data: DataDirectory, current: Snapshot, stage: Path, validation: Validation | None
    ) -> None:
        self.data = data
        self.current = current
        self.stage = stage
        self.scratch = stage.with_name("scratch")
        self.validation = validation
        self.taken: list[Bundle] = []
        self.before = EmbeddedStore(current.store, read_only=True)
        self.before.backup(stage / "store")
        self.store = EmbeddedStore(stage / "store")
        self.store.watch(NAMING)
        self.acts = read_acts(current.folder)
        self.revision = Revision(self.store, read_vocabulary(), curation_of(self.acts))
        self.graphs: set[NamedNode] = set()
        self.recorded = 0

    def take(self, part: Bundle | UserGraph) -> None:
        """Bring one part of a load into the copy."""
        if isinstance(part, UserGraph):
            self.load_graph(part)
            return
        if self.validation is not None:
            self.validation.submit_bundle(part, self.store)
            self.taken.append(part)
        known = described_source(self.store, part.source.iri)
        if known is not None and not part.claims and not part.is_whole:
            # A description alone replaces the description: the claims were not what this file is about.
            self.revision.describe(part)
        else:
            self.revision.replace(part)

    def finish(self) -> Change:
        """Compute the facts.

        Raises ShapeViolationError where something that was taken, or a fact that follows, breaks a shape.
        """
        change = self.revision.finish()
        if self.validation is not None:
            self.validation.submit_facts(self.revision.nodes, self.store)
            self.validation.require(self._places, self.store)
        return change

    def _places(self, iris: set[str]) -> dict[str, Place]:
        return {**mentions_in(self.taken, iris), **places_in(self.taken, iris)}

    def load_graph(self, part: UserGraph) -> None:
        """Bring user graphs into the copy, in place of what the dataset held under their names."""
        for name in set(part.names) - self.graphs:
            self.store.drop_graph(name)
        self.graphs |= set(part.names)
        self.store.load_lines(part.quads)

    def remove(self, identifier: str) -> bool:
        """Take a source away, and what it says of things that are none of ours; false where there is none."""
        if not SOURCE_ID.fullmatch(identifier):
            return False
        iri, outside = source_iri(identifier), outside_graph(identifier)
        has_outside = next(self.store.quads(graph=outside), None) is not None
        if has_outside:
            self.graphs.add(outside)
        if not (self.revision.remove(iri) or has_outside):
            return False
        for graph in graphs_of(iri):
            # One that is empty by now would still be there to whoever asks for it.
            self.store.drop_graph(graph)
        return True

    def drop(self, name: NamedNode | None) -> bool:
        """Take a user graph away; false where there is none of that name."""
        if name is None or next(self.store.quads(graph=name), None) is None:
            return False
        if name in GRAPH and not name.value.startswith(USER_GRAPHS):
            return False
        self.store.drop_graph(name)
        self.graphs.add(name)
        return True

    @functools.cached_property
    def user_graphs(self) -> dict[NamedNode, int]:
        """The user graphs that differ from those of the current snapshot, and how many quads each gained.

        Asked for once everything is loaded or dropped.
        """
        gained = {}
        for name in sorted(self.graphs, key=str):
            old, new = (store.graph_size(name) for store in (self.before, self.store))
            if old != new or not all(_holds(self.before, quad) for quad in self.store.quads(graph=name)):
                gained[name] = new - old
        return gained

    def is_unchanged(self, change: Change) -> bool:
        """Whether the copy is as the snapshot is."""
        return change.is_empty and not self.user_graphs

    def summary(self, change: Change) -> dict[str, Any]:
        """The change in a form that JSON can hold."""
        fields = {key: value for key, value in vars(change).items() if key not in INWARD}
        fields["user_graphs"] = [name.value for name in self.user_graphs]
        return fields

    def counts(self, change: Change) -> dict[str, int]:
        """The counts of the dataset after the change."""
        counts = {key: value for key, value in self.current.counts.items() if isinstance(value, int)}
        change.add_to(counts)
        if "quads" in counts:
            counts["quads"] += sum(self.user_graphs.values()) + self.recorded
        return {**counts, **act_counts(self.acts)}

    def publish(self, change: Change, entry: Entry | None, what: str, moment: datetime.datetime) -> int:
        """Make the copy the current snapshot; returns its number."""
        files = entry.files if entry is not None else ()
        validated = self.validation is not None if entry is not None and entry.op == "load" else None
        number = self.data.next_number()
        graphs = [*_graphs(change), *self.user_graphs]
        written = record_quads(number, what, moment, files, graphs, validated)
        # A file that is loaded twice is recorded in the same words.
        record = {quad for quad in written if not _holds(self.store, quad)}
        self.store.insert(record)
        self.recorded = len(record)
        counts: dict[str, Any] = {**self.counts(change), **gained(self.current.counts, change.tallied)}
        # After writes to a plain dataset nobody knows the number.
        if "quads" not in counts:
            counts["quads"] = self.store.quad_count()
        keep_labels(self.data.root, self.store, self.store.take_noted(), self.current.number, number)
        self.store.flush()
        self.store.close()
        entries = [*read_journal(self.current.folder).entries, *([entry] if entry is not None else [])]
        return publish_work(self.data, self.stage, entries, counts, what, moment, self.acts).number


@contextmanager
def revising(workshop: Workshop) -> Iterator[Work]:
    """A copy of the current snapshot to work on, under the right to write.

    Raises StoreBusyError, StoreMissingError and StoreWriteError; what is not published is gone afterwards.
    """
    data = workshop.data
    with for_a_command(data), writing(data.root):
        stage = data.stage()
        scratch = stage.with_name("scratch")
        scratch.mkdir()
        with validating(workshop.checkers, scratch) as validation:
            work = Work(data, data.current(), stage, validation)
            try:
                yield work
            finally:
                work.store.close()
                work.before.close()


def publish_work(
    data: DataDirectory,
    stage: Path,
    entries: Sequence[Entry],
    counts: Mapping[str, Any],
    operation: str,
    moment: datetime.datetime,
    acts: Sequence[Act] = (),
) -> Snapshot:
    """Make what was staged the current snapshot, with its journals and counts."""
    Journal(list(entries)).write(stage)
    write_acts(acts, stage)
    snapshot = data.publish(stage, {**counts, "made": timestamp(moment)}, operation)
    data.forget_old()
    return snapshot


def act_counts(acts: Sequence[Act]) -> dict[str, int]:
    """The number of acts as one of the counts of a snapshot; nothing where there are none."""
    return {CURATION_ACTS: len(acts)} if acts else {}


def _graphs(change: Change) -> Iterator[NamedNode]:
    """The graphs of sources that a change wrote."""
    written = (change.sources_added, change.sources_changed, change.sources_removed, change.sources_restored)
    for sources in written:
        yield from (source_graph(NamedNode(iri)) for iri in sources)
    yield from (retracted_graph(NamedNode(iri)) for iri in change.sources_retracted)


def _holds(store: EmbeddedStore, quad: Quad) -> bool:
    found = store.quads(quad.subject, quad.predicate, quad.object, quad.graph_name)
    return next(found, None) is not None
