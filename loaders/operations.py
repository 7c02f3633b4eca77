"""What a person asks of a dataset: build it, load files, remove a source. All or nothing, each time.

Every operation works on a copy of the current snapshot (files are shared, not copied) and becomes visible by
one rename; whatever goes wrong before leaves the dataset as it was.
"""

from __future__ import annotations

import datetime
import functools
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pyoxigraph import DefaultGraph, NamedNode, Quad

from graph.bundle import Bundle, Place, source_graph
from graph.datadir import DataDirectory, Snapshot, writing
from graph.embedded import EmbeddedStore
from graph.errors import SourceError, StoreMissingError, UnknownResourceError
from graph.projection import META
from graph.revision import Change, Revision, is_entity_type
from graph.rights import SOURCE_ID, USER_GRAPHS
from graph.rule_records import is_rule_record, rule_quads
from graph.sources import Source, read_source, source_iri
from graph.turn import for_a_command
from loaders.build import BuildPlan, Progress, build_store
from loaders.journal import Entry, Journal, keep_files, read_journal
from loaders.loader import LoadContext, UserGraph, choose_loader
from loaders.names import read_names
from loaders.records import record_quads, timestamp
from loaders.replay import Workshop, graph_name, replay
from loaders.validated import Validation, mentions_in, places_in, validating
from ontology.namespaces import GRAPH, OSA, RDF
from ontology.vocabulary import read_vocabulary

COUNTED = ("sources", "claims", "facts", "open_slots", "entities", "quads")


@dataclass(frozen=True)
class LoadOptions:
    """How to load: which loader (None: by file name), and what to do about bad parts and graph names."""

    loader: str | None = None
    dry_run: bool = False
    keep_going: bool = False
    keep_graphs: bool = False


@dataclass
class Report:
    """What an operation did, for people and for `--json`."""

    operation: str
    snapshot: int | None = None
    rows: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    change: dict[str, Any] = field(default_factory=dict)
    new_names: list[str] = field(default_factory=list)
    rejected: list[SourceError] = field(default_factory=list)
    validation: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0


def build(workshop: Workshop, progress: Progress, workers: int = 1, tables: Path | None = None) -> Report:
    """Build the dataset anew: ontology, tables, and whatever the user loaded or removed before.

    Raises SourceError, StoreBusyError or StoreWriteError; the old dataset stays current then.
    """
    started = time.monotonic()
    data = workshop.data
    with for_a_command(data), writing(data.root), ExitStack() as stack:
        stage = data.stage()
        scratch = stage.with_name("scratch")
        scratch.mkdir()
        validation = stack.enter_context(validating(workshop.checkers, scratch, workers))
        entries, number = _journal(data)
        past = replay(entries, data.sources, scratch / "replay", workshop)
        written = _keep_written(data, past.edited, scratch / "written.nq")
        plan = BuildPlan(
            tables=tables or workshop.tables,
            loaded=past.bundles,
            replaced=past.replaced,
            redescribed={iri: part.source for iri, part in past.redescribed.items()},
            extra=[
                *past.graphs,
                *past.write_names(scratch / "names.nq"),
                *([scratch / "written.nq"] if written else []),
            ],
            workers=workers,
            keep_rows=validation is not None,
        )
        store = EmbeddedStore(stage / "store")
        stack.callback(store.close)
        made = build_store(plan, store, scratch, progress, validation)
        store.insert(_old_records(data))
        store.insert(rule_quads(made.inferred))
        for name in written:
            store.add_graph(name)
        kept = [kept for entry in entries for kept in entry.files]
        validated = validation is not None
        store.insert(record_quads(number, "build", workshop.clock(), kept, validated=validated))
        counts = _count(store, made.tally.claims, made.tally.facts, made.tally.open_slots)
        # Written in several rounds, the dataset would be read a fifth to a half slower for good.
        store.optimize()
        # A copy of a snapshot leaves out what is not flushed.
        store.flush()
        store.close()
        snapshot = publish_work(data, stage, entries, counts, "build", workshop.clock())
    return Report(
        "build",
        snapshot.number,
        rows=dict(sorted(made.rows.items())),
        counts=counts,
        new_names=sorted(made.tally.new_names),
        validation=_figures(validation),
        seconds=time.monotonic() - started,
    )


def publish_empty(workshop: Workshop) -> Snapshot:
    """Make an empty dataset current: what a plain endpoint begins with."""
    data = workshop.data
    with for_a_command(data), writing(data.root):
        stage = data.stage()
        store = EmbeddedStore(stage / "store")
        store.flush()
        store.close()
        return publish_work(data, stage, [], dict.fromkeys(COUNTED, 0), "build", workshop.clock())


def load_files(
    workshop: Workshop,
    paths: Sequence[Path],
    options: LoadOptions,
    progress: Progress = lambda _done, _total: None,
) -> Report:
    """Load files: each source in them is replaced whole, and the slots it names are resolved again.

    Raises SourceError (the dataset is as it was), StoreBusyError, StoreMissingError or StoreWriteError.
    """
    started = time.monotonic()
    chosen = [choose_loader(path, dict(workshop.loaders), options.loader) for path in paths]
    report = Report("load")
    rows: Counter[str] = Counter()
    with _revising(workshop) as work:
        context = LoadContext(
            names=read_names(workshop.tables),
            vocabulary=work.revision.vocabulary,
            described=lambda iri: described_source(work.store, iri),
            reject=report.rejected.append if options.keep_going else None,
            counted=lambda table: _tell(rows, table, progress),
            keep_graphs=options.keep_graphs,
            scratch=work.scratch,
        )
        for loader in dict.fromkeys(chosen):
            files = [path for path, each in zip(paths, chosen, strict=True) if each is loader]
            for part in loader.read(files, context):
                work.take(part)
        change = work.finish()
        report.validation = _figures(work.validation)
        report.rows, report.change = dict(sorted(rows.items())), work.summary(change)
        report.new_names = sorted(set(change.new_names))
        if not options.dry_run and not work.is_unchanged(change):
            with writing(workshop.data.root):
                kept = keep_files(paths, [loader.name for loader in chosen], workshop.data.sources)
            entry = Entry(
                op="load",
                at=timestamp(workshop.clock()),
                files=kept,
                keep_graphs=options.keep_graphs,
                keep_going=options.keep_going,
            )
            report.snapshot = work.publish(change, entry, "load", workshop.clock())
        report.counts = work.counts(change)
    report.seconds = time.monotonic() - started
    return report


def remove(workshop: Workshop, name: str) -> Report:
    """Remove a source by its id, or a user graph by its name (`user/…`): as if it had never been there.

    Raises UnknownResourceError where the dataset holds neither.
    """
    started = time.monotonic()
    # What is left when a source has gone was validated when it came.
    with _revising(replace(workshop, checkers=None)) as work:
        if not work.remove(name) and not work.drop(graph_name(name)):
            raise UnknownResourceError(
                f"There is no source or user graph {name!r}. "
                f"See: osagraph sources --data {workshop.data.root}"
            )
        change = work.revision.finish()
        entry = Entry(op="remove", at=timestamp(workshop.clock()), removed=name)
        number = work.publish(change, entry, "remove", workshop.clock())
        report = Report("remove", number, change=work.summary(change), counts=work.counts(change))
    report.seconds = time.monotonic() - started
    return report


def _figures(validation: Validation | None) -> dict[str, float]:
    if validation is None:
        return {}
    return {"triples": validation.found.triples, "seconds": round(validation.found.seconds, 3)}


def _tell(rows: Counter[str], table: str, progress: Progress) -> None:
    rows[table] += 1
    progress(rows.total(), 0)


def described_source(store: EmbeddedStore, iri: NamedNode) -> Source | None:
    """What the dataset says of a source; None where it does not know it."""
    triples = [quad.triple for quad in store.quads(iri, None, None, source_graph(iri))]
    return read_source(iri, triples) if triples else None


class _Work:
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
        self.revision = Revision(self.store, read_vocabulary())
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
        if known is not None and not part.claims:
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
        for name in set(part.names) - self.graphs:
            self.store.drop_graph(name)
        self.graphs |= set(part.names)
        self.store.bulk_load(part.quads)

    def remove(self, identifier: str) -> bool:
        """Take a source away; false where there is none of that id."""
        return bool(SOURCE_ID.fullmatch(identifier)) and self.revision.remove(source_iri(identifier))

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
            old, new = (sum(1 for _ in store.quads(graph=name)) for store in (self.before, self.store))
            if old != new or not all(_holds(self.before, quad) for quad in self.store.quads(graph=name)):
                gained[name] = new - old
        return gained

    def is_unchanged(self, change: Change) -> bool:
        return change.is_empty and not self.user_graphs

    def summary(self, change: Change) -> dict[str, Any]:
        """The change in a form that JSON can hold."""
        fields = {key: value for key, value in vars(change).items() if key != "new_names"}
        fields["user_graphs"] = [name.value for name in self.user_graphs]
        return fields

    def counts(self, change: Change) -> dict[str, int]:
        """The counts of the dataset after the change."""
        counts = {key: value for key, value in self.current.counts.items() if isinstance(value, int)}
        counts["sources"] += len(change.sources_added) - len(change.sources_removed)
        counts["claims"] += change.claims_added - change.claims_removed
        counts["facts"] += change.facts
        counts["open_slots"] += change.open_slots
        counts["entities"] += change.entities
        if "quads" in counts:
            counts["quads"] += change.quads + sum(self.user_graphs.values()) + self.recorded
        return counts

    def publish(self, change: Change, entry: Entry, what: str, moment: datetime.datetime) -> int:
        """Make the copy the current snapshot; returns its number."""
        sources = [*change.sources_added, *change.sources_changed, *change.sources_removed]
        graphs = [*(source_graph(NamedNode(iri)) for iri in sources), *self.user_graphs]
        validated = self.validation is not None if entry.op == "load" else None
        number = self.data.next_number()
        written = record_quads(number, what, moment, entry.files, graphs, validated)
        # A file that is loaded twice is recorded in the same words.
        record = {quad for quad in written if not _holds(self.store, quad)}
        self.store.insert(record)
        self.recorded = len(record)
        counts = self.counts(change)
        # After writes to a plain dataset nobody knows the number.
        if "quads" not in counts:
            counts["quads"] = self.store.quad_count()
        self.store.flush()
        self.store.close()
        entries = [*read_journal(self.current.folder).entries, entry]
        return publish_work(self.data, self.stage, entries, counts, what, moment).number


@contextmanager
def _revising(workshop: Workshop) -> Iterator[_Work]:
    data = workshop.data
    with for_a_command(data), writing(data.root):
        stage = data.stage()
        scratch = stage.with_name("scratch")
        scratch.mkdir()
        with validating(workshop.checkers, scratch) as validation:
            work = _Work(data, data.current(), stage, validation)
            try:
                yield work
            finally:
                work.store.close()
                work.before.close()


def publish_work(
    data: DataDirectory,
    stage: Path,
    entries: Sequence[Entry],
    counts: Mapping[str, int],
    operation: str,
    moment: datetime.datetime,
) -> Snapshot:
    """Make what was staged the current snapshot, with its journal and counts."""
    Journal(list(entries)).write(stage)
    snapshot = data.publish(stage, {**counts, "made": timestamp(moment)}, operation)
    data.forget_old()
    return snapshot


def _journal(data: DataDirectory) -> tuple[list[Entry], int]:
    """The entries that a build replays, and the number that its snapshot will have."""
    number = data.next_number()
    try:
        return read_journal(data.current().folder).entries, number
    except StoreMissingError:
        return [], number


def _keep_written(data: DataDirectory, edited: Iterable[NamedNode], path: Path) -> list[NamedNode]:
    """Write the user graphs into a file that were changed over HTTP, one by one: only the current snapshot
    knows what they hold. Those that are still there, in order."""
    names = sorted(edited, key=str)
    if not names:
        return []
    store = EmbeddedStore(data.current().store, read_only=True)
    with path.open("w", encoding="utf-8") as file:
        for name in names:
            file.writelines(f"{quad} .\n" for quad in store.quads(graph=name))
    return [name for name in names if store.has_graph(name)]


def _old_records(data: DataDirectory) -> list[Quad]:
    """The load records of the dataset so far: a rebuild keeps its history."""
    try:
        store = EmbeddedStore(data.current().store, read_only=True)
    except StoreMissingError:
        return []
    return [quad for quad in store.quads(graph=META) if not is_rule_record(quad)]


def _count(store: EmbeddedStore, claims: int, facts: int, open_slots: int) -> dict[str, int]:
    default = DefaultGraph()
    sources = sum(1 for _ in store.quads(None, RDF.type, OSA.Source, default))
    entities = len({q.subject for q in store.quads(None, RDF.type, None, default) if is_entity_type(q)})
    return dict(zip(COUNTED, (sources, claims, facts, open_slots, entities, store.quad_count()), strict=True))


def _holds(store: EmbeddedStore, quad: Quad) -> bool:
    found = store.quads(quad.subject, quad.predicate, quad.object, quad.graph_name)
    return next(found, None) is not None
