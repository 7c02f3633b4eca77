"""What a person asks of a dataset: build it, load files, remove a source. All or nothing, each time.

Every operation works on a copy of the current snapshot (files are shared, not copied) and becomes visible by
one rename; whatever goes wrong before leaves the dataset as it was.
"""

from __future__ import annotations

import functools
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from pyoxigraph import DefaultGraph, NamedNode, Quad

from graph.computation import this_computation
from graph.curation import Act, Curation, curation_of, read_acts
from graph.datadir import COMPUTED_BY, DataDirectory, Snapshot
from graph.disk import writing
from graph.embedded import EmbeddedStore
from graph.errors import SourceError, StoreMissingError, UnknownResourceError
from graph.label_keeping import make_labels
from graph.projection import META
from graph.revision import is_entity_type
from graph.rule_records import is_rule_record, rule_quads
from graph.spool import Tally
from graph.tallies import NAME as TALLIES
from graph.tallies import tally, with_gain
from graph.turn import for_a_command
from loaders.build import BuildPlan, Progress, build_store
from loaders.journal import Entry, keep_files, read_journal
from loaders.linked_items import items_of_tables, linked_items
from loaders.loader import LoadContext, choose_loader
from loaders.names import read_names
from loaders.records import record_quads, timestamp
from loaders.replay import Replay, Workshop, graph_name, replay
from loaders.revising import act_counts, described_source, publish_work, revising
from loaders.validated import Validation, validating
from ontology.namespaces import OSA, RDF

COUNTED = ("sources", "claims", "facts", "open_slots", "contradictions", "entities", "quads")
EMPTY: Final = {**dict.fromkeys(COUNTED, 0), TALLIES: with_gain({}, {})}


@dataclass(frozen=True)
class LoadOptions:
    """How to load: which loader (None: by file name), and what to do about bad parts and graph names."""

    loader: str | None = None
    dry_run: bool = False
    keep_going: bool = False
    keep_graphs: bool = False


@dataclass
class Report:
    """What an operation did, for people and for `--json`.

    `passed_over` counts, by reason, what a loader left out by its own rules.
    """

    operation: str
    snapshot: int | None = None
    rows: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    change: dict[str, Any] = field(default_factory=dict)
    new_names: list[str] = field(default_factory=list)
    rejected: list[SourceError] = field(default_factory=list)
    passed_over: dict[str, int] = field(default_factory=dict)
    validation: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0


def build(workshop: Workshop, progress: Progress, workers: int = 1, tables: Path | None = None) -> Report:
    """Build the dataset anew: ontology, tables, and whatever the user loaded or removed before.

    Raises SourceError, StoreBusyError or StoreWriteError; the old dataset stays current then.
    """
    with for_a_command(workshop.data):
        return rebuild(workshop, progress, workers, tables)


def rebuild(
    workshop: Workshop,
    progress: Progress,
    workers: int = 1,
    tables: Path | None = None,
    operation: str = "build",
    require: Callable[[EmbeddedStore], None] = lambda _: None,
) -> Report:
    """What `build` does, for somebody who has the right to write; what `require` raises of the new store
    leaves the old dataset current."""
    started = time.monotonic()
    data = workshop.data
    with writing(data.root), ExitStack() as stack:
        stage = data.stage()
        scratch = stage.with_name("scratch")
        scratch.mkdir()
        validation = stack.enter_context(validating(workshop.checkers, scratch, workers))
        entries, acts, number = _journals(data)
        curation = curation_of(acts)
        linked = functools.cache(lambda: items_of_tables(tables or workshop.tables, curation))
        past = replay(entries, data.sources, scratch / "replay", workshop, linked)
        written = _keep_written(data, past.edited, scratch / "written.nq")
        plan = replace(
            _plan(tables or workshop.tables, past, curation, scratch, bool(written)),
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
        counts = {**_count(store, made.tally), **act_counts(acts)}
        require(store)
        noted = {TALLIES: tally(store), COMPUTED_BY: dict(this_computation())}
        # Written in several rounds, the dataset would be read a fifth to a half slower for good.
        store.optimize()
        # A copy of a snapshot leaves out what is not flushed.
        store.flush()
        make_labels(data.root, store, number)
        store.close()
        snapshot = publish_work(data, stage, entries, {**counts, **noted}, operation, workshop.clock(), acts)
    return Report(
        operation,
        snapshot.number,
        rows=dict(sorted(made.rows.items())),
        counts=counts,
        new_names=sorted(made.tally.new_names),
        validation=_figures(validation),
        seconds=time.monotonic() - started,
    )


def _plan(tables: Path, past: Replay, curation: Curation, scratch: Path, has_written: bool) -> BuildPlan:
    """What a build is made of, given what the journal comes to."""
    return BuildPlan(
        tables=tables,
        loaded=past.bundles,
        replaced=past.replaced,
        redescribed={iri: part.source for iri, part in past.redescribed.items()},
        extra=[
            *past.graphs,
            *past.write_names(scratch / "names.nq", curation.retracted),
            *([scratch / "written.nq"] if has_written else []),
        ],
        curation=curation,
    )


def publish_empty(workshop: Workshop) -> Snapshot:
    """Make an empty dataset current: what a plain endpoint begins with."""
    data = workshop.data
    with for_a_command(data), writing(data.root):
        stage = data.stage()
        store = EmbeddedStore(stage / "store")
        store.flush()
        store.close()
        return publish_work(data, stage, [], EMPTY, "build", workshop.clock())


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
    passed_over: Counter[str] = Counter()
    with revising(workshop) as work:
        context = LoadContext(
            names=read_names(workshop.tables),
            vocabulary=work.revision.vocabulary,
            described=lambda iri: described_source(work.store, iri),
            reject=report.rejected.append if options.keep_going else None,
            counted=lambda table: _tell(rows, table, progress),
            passed_over=lambda reason, count: passed_over.update({reason: count}),
            linked=lambda: linked_items(work.store),
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
        report.passed_over = dict(passed_over.most_common())
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
    with revising(replace(workshop, checkers=None)) as work:
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


def _journals(data: DataDirectory) -> tuple[list[Entry], list[Act], int]:
    """What a build replays (entries and acts of curation), and the number that its snapshot will have."""
    number = data.next_number()
    try:
        folder = data.current().folder
    except StoreMissingError:
        return [], [], number
    return read_journal(folder).entries, read_acts(folder), number


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


def _count(store: EmbeddedStore, tally: Tally) -> dict[str, int]:
    default = DefaultGraph()
    sources = sum(1 for _ in store.quads(None, RDF.type, OSA.Source, default))
    entities = len({q.subject for q in store.quads(None, RDF.type, None, default) if is_entity_type(q)})
    made = (tally.claims, tally.facts, tally.open_slots, tally.contradictions)
    counted = (sources, *made, entities, store.quad_count())
    return dict(zip(COUNTED, counted, strict=True))
