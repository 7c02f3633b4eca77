"""Purges a source: removes it, and whatever the data directory keeps that holds it.

A removal leaves the source in older snapshots, in the journal, in the loaded files, and its texts in the
files of the store itself, since the engine never forgets a text. So the dataset without the source is written
anew, quad by quad, and becomes current; then everything goes that was made of the old one.
"""

from __future__ import annotations

import functools
import os
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from pyoxigraph import DefaultGraph, NamedNode

from graph.audit import AUDIT_FILE, AuditLog
from graph.curation import Act, curation_of
from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from graph.errors import SnapshotPinnedError, StoreBusyError, UnknownResourceError
from graph.label_keeping import make_labels
from graph.pins import unpin
from graph.projection import META
from graph.tallies import NAME as TALLIES
from graph.tallies import tally
from loaders.journal import Entry, read_journal
from loaders.link_answers import answering
from loaders.linked_items import items_of_tables
from loaders.loader import LoadContext
from loaders.names import read_names
from loaders.purge_sweep import forget_old_views, sweep, withdraw
from loaders.purge_target import Target, is_held, records_of, subjects_of, target_of
from loaders.purged_acts import without_purged
from loaders.purged_journal import JournalPurge, LoadParts, keeper
from loaders.records import record_quads, timestamp
from loaders.relinking import relink
from loaders.replay import Workshop, replay, shipped_sources
from loaders.revising import Work, publish_work, revising
from loaders.unfinished_purges import begin_purge, end_purge, unfinished_purges
from ontology.namespaces import ID, PROV, RDFS, Namespace
from ontology.vocabulary import read_vocabulary

OPERATION: Final = "purge"
CLAIMS: Final = Namespace(f"{ID}claim/")
# A server ends a query after 60 seconds, so whoever reads for longer is no server.
PATIENCE_SECONDS: Final = 90.0
LOOK_SECONDS: Final = 0.1


@dataclass(frozen=True)
class Holdings:
    """What a data directory has of a source: the snapshots that hold it, and which of them are pinned."""

    target: Target
    snapshots: tuple[int, ...]
    pinned: tuple[int, ...]
    claims: int
    is_unfinished: bool


@dataclass
class Purged:
    """What a purge did; `snapshot` is the new one, None where the current one never held the source."""

    name: str
    snapshot: int | None = None
    removed: list[int] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    claims: int = 0
    facts: int = 0
    entries: int = 0
    files: int = 0
    acts: list[int] = field(default_factory=list)
    answers: int = 0
    is_from_tables: bool = False
    seconds: float = 0.0


def holdings(data: DataDirectory, name: str) -> Holdings:
    """What there is to purge.

    Raises UnknownResourceError where nothing is kept that holds it, or ever held it, and what `current` does.
    """
    target, current = target_of(name), data.current()
    kept, holding, claims = data.kept(), [], 0
    for snapshot in kept:
        store = EmbeddedStore(snapshot.store, read_only=True)
        if is_held(store, target):
            holding.append(snapshot.number)
        if snapshot.number == current.number:
            claims = sum(1 for each in set(subjects_of(store, target)) if each in CLAIMS)
        store.close()
    is_unfinished = name in unfinished_purges(data.root)
    if not (holding or is_unfinished):
        raise UnknownResourceError(
            f"Nothing is kept of a source or user graph {name!r}. See: osagraph sources --data {data.root}"
        )
    # In a dataset without sources nobody records what came and went.
    numbers = [each.number for each in kept if each.number in holding or not each.counts.get("sources")]
    pins = data.pins()
    pinned = tuple(number for number in numbers if number in pins)
    return Holdings(target, tuple(numbers), pinned, claims, is_unfinished)


def purge(
    workshop: Workshop,
    name: str,
    *,
    pinned: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    patience_seconds: float = PATIENCE_SECONDS,
) -> Purged:
    """Purge a source by its id, or a user graph by its name (`user/…`); repeated, it finishes what was begun.

    Raises UnknownResourceError, SnapshotPinnedError for pinned snapshots that hold it unless `pinned`, and
    StoreBusyError where somebody still reads an old snapshot after so many seconds: all else is done then.
    """
    started, data = time.monotonic(), workshop.data
    with answering(data) as answers, revising(replace(workshop, checkers=None)) as work:
        found = holdings(data, name)
        if found.pinned and not pinned:
            raise SnapshotPinnedError(_pinned(found))
        report = Purged(name, claims=found.claims)
        begin_purge(data.root, name, timestamp(workshop.clock()))
        current = work.current.number
        if current in found.snapshots:
            purging = _Purging(workshop, work, found, report)
            current = purging.publish(progress)
            report.answers = answers.drop(purging.gone)
        old = [number for number in found.snapshots if number != current]
        for number in found.pinned:
            unpin(data, number)
        report.files = sweep(data, current, old)
    _wait_for_readers(data, old, current, name, patience_seconds)
    report.removed = old
    report.kept = [snapshot.number for snapshot in data.kept()]
    AuditLog(data.root / AUDIT_FILE).record(
        who=f"command line (uid {os.getuid()})",
        op=OPERATION,
        source=name,
        snapshot=report.snapshot,
        snapshots_removed=old,
        files_removed=report.files,
    )
    end_purge(data.root, name)
    report.seconds = time.monotonic() - started
    return report


def _pinned(found: Holdings) -> str:
    numbers = ", ".join(map(str, found.pinned))
    what = f"Snapshot {numbers} is" if len(found.pinned) == 1 else f"Snapshots {numbers} are"
    return (
        f"{what} pinned and may hold {found.target.name}. Nothing was changed. "
        "To remove pinned snapshots too: --pinned"
    )


def _wait_for_readers(
    data: DataDirectory, old: Collection[int], current: int, name: str, seconds: float
) -> None:
    """Remove the old snapshots and the views of them, each as soon as nobody reads it any more."""
    until = time.monotonic() + seconds
    while True:
        staying, views = withdraw(data, old), forget_old_views(data, current)
        if not staying and not views:
            return
        if time.monotonic() > until:
            numbers = ", ".join(map(str, staying)) or "a view of an old one"
            raise StoreBusyError(
                f"Somebody still reads snapshot {numbers}: a backup, perhaps, or a program that opened it. "
                f"All else is purged. End that, and repeat: osagraph purge {name}"
            )
        time.sleep(LOOK_SECONDS)


class _Purging:
    """A copy of the current snapshot, from which the source goes."""

    def __init__(self, workshop: Workshop, work: Work, found: Holdings, report: Purged) -> None:
        self._workshop = workshop
        self._work = work
        self._target = found.target
        self._report = report
        self._entries = read_journal(work.current.folder).entries
        self._parts = LoadParts(found.target)
        linked = functools.cache(lambda: items_of_tables(workshop.tables, curation_of(work.acts)))
        kept, scratch = work.data.sources, work.scratch / "replay"
        replay(self._entries, kept, scratch, workshop, linked, self._parts.note)
        self._subjects = self._parts.subjects | self._spoken_of(found)
        self.gone: frozenset[str] = frozenset()

    def _spoken_of(self, found: Holdings) -> set[str]:
        """What the source spoke of in any snapshot that holds it."""
        named: set[str] = set()
        for number in found.snapshots:
            store = EmbeddedStore(self._work.data.snapshot(number).store, read_only=True)
            named |= {each.value for each in subjects_of(store, self._target) if isinstance(each, NamedNode)}
            store.close()
        return named

    def publish(self, progress: Callable[[int, int], None]) -> int:
        """Make the dataset without the source current; its number."""
        work, moment = self._work, self._workshop.clock()
        before = curation_of(work.acts)
        entries = self._rewritten(timestamp(moment))
        if self._target.source is not None:
            work.remove(self._target.name)
        else:
            work.drop(self._target.graphs[0])
        self._forget_acts()
        work.revision.decide(curation_of(work.acts))
        relink(work, self._workshop.tables, before, curation_of(work.acts))
        change = work.revision.finish()
        self._report.facts = len(change.facts_removed)
        self._forget_records({kept.sha256 for entry in entries for kept in entry.files})
        number = work.data.next_number()
        work.store.insert(record_quads(number, OPERATION, moment))
        counts = work.counts(change)
        with self._written_anew(progress) as store:
            counts["quads"] = store.quad_count()
            tallies = {TALLIES: tally(store)}
            make_labels(work.data.root, store, number)
        snapshot = publish_work(
            work.data, work.stage, entries, {**counts, **tallies}, OPERATION, moment, work.acts
        )
        self._report.snapshot = snapshot.number
        return snapshot.number

    def _rewritten(self, now: str) -> list[Entry]:
        """The journal without the source; where tables bring it in again, an entry says that it is gone."""
        work, target = self._work, self._target
        keep = keeper(work.store, curation_of(work.acts), work.scratch, work.data.sources)
        entries = list(JournalPurge(self._parts, keep).entries(self._entries))
        self._report.entries = len(set(self._entries) - set(entries))
        if target.source is not None and self._is_from_tables(target.source):
            entries.append(Entry("remove", now, removed=target.name))
            self._report.is_from_tables = True
        return entries

    def _is_from_tables(self, source: NamedNode) -> bool:
        """Whether the tables of a build hold it: the shipped ones, or others, if nobody loaded it."""
        put = (entry.source for entry in self._entries if entry.op == "put")
        if not self._parts.is_loaded and self._target.name not in put:
            return True
        context = LoadContext(read_names(self._workshop.tables), read_vocabulary())
        return source in shipped_sources(self._workshop.tables, context)

    def _forget_acts(self) -> None:
        """Let curation forget what was decided about the source, its claims, and whom it alone named."""
        if self._target.source is None:
            return
        named = {each for each in self._subjects if not self._is_known(NamedNode(each))}
        self.gone = frozenset(named | {self._target.source.value})
        acts: list[Act] = without_purged(self._work.acts, self.gone)
        self._report.acts = [old.number for old, new in zip(self._work.acts, acts, strict=True) if old != new]
        self._work.acts = acts

    def _is_known(self, individual: NamedNode) -> bool:
        """Whether anything but the source says what it is called."""
        if individual not in ID:
            return True
        names = self._work.store.quads(individual, RDFS.label)
        return any(quad.graph_name != DefaultGraph() for quad in names)

    def _forget_records(self, kept: Collection[str]) -> None:
        """Take away what the load records say of the source, and of the files that it came from."""
        store = self._work.store
        records = records_of(store, self._target)
        loads = {quad.object for quad in records if quad.predicate == PROV.wasGeneratedBy}
        files = {quad.object for load in loads for quad in store.quads(load, PROV.used, None, META)}
        for file in files:
            if isinstance(file, NamedNode) and file.value.rsplit("/", 1)[-1] not in kept:
                records |= set(store.quads(file, None, None, META))
                records |= set(store.quads(None, None, file, META))
        store.delete(records)

    @contextmanager
    def _written_anew(self, progress: Callable[[int, int], None]) -> Iterator[EmbeddedStore]:
        """The dataset in fresh files, in the place of those of the copy."""
        work = self._work
        total = work.store.quad_count()
        fresh, place = work.scratch / "fresh", work.stage / "store"
        work.store.copy_anew(fresh, lambda done: progress(done, total))
        work.store.close()
        shutil.rmtree(place)
        fresh.rename(place)
        store = EmbeddedStore(place, read_only=True)
        try:
            yield store
        finally:
            store.close()
