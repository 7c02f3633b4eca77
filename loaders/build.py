"""Builds a whole dataset: tables and what the user loaded → claims → facts → one store, in bounded memory.

Three steps over buckets on disk: rows by source become claims, votes by node become facts, and N-Quads go
into the store while the next bucket is being made. With more than one worker the first two steps run in
processes of their own.
"""

from __future__ import annotations

import functools
import multiprocessing
import pickle
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pyoxigraph import DefaultGraph, NamedNode, Triple

from graph.bundle import Bundle, Place, in_graph
from graph.curation import NO_CURATION, Curation
from graph.curation_quads import curation_quads
from graph.embedded import EmbeddedStore
from graph.errors import SourceUnavailableError
from graph.grounding import read_grounding
from graph.inference import infer_on_disk
from graph.projection import REFERENCE
from graph.sources import Source
from graph.spool import BundleWriter, Tally, write_facts, write_rates
from graph.topics import matters_of
from graph.wholes import all_wholes
from loaders.csv_rows import read_rows
from loaders.loader import LoadContext
from loaders.mappings import SOURCES, TABLES
from loaders.names import read_names
from loaders.partition import bucket_count, bucket_rows, spread_rows
from loaders.reference import reference_places, reference_quads
from loaders.relinking import decided_links
from loaders.tables import bundles, group_by_source, table_of
from loaders.validated import Validation, mentions_in, places_in
from ontology.vocabulary import ontology_triples, read_vocabulary

Progress = Callable[[int, int], None]
Job = TypeVar("Job")
PARALLEL_FROM_BUCKETS = 2


@dataclass(frozen=True)
class BuildPlan:
    """What a build is made of.

    `tables` is a folder of CSV tables; `loaded` are the bundles that the user loaded, and `replaced` the ids
    of all sources that the user loaded or removed, which are then not taken from the tables; of those in
    `redescribed` only the description is the user's. `extra` are N-Quads files that go in as they are;
    `curation` is what curators decided. `keep_rows`: the rows will be asked for once more.
    """

    tables: Path
    loaded: Sequence[Bundle] = ()
    replaced: frozenset[str] = frozenset()
    redescribed: Mapping[NamedNode, Source] = field(default_factory=dict)
    extra: Sequence[Path] = ()
    curation: Curation = NO_CURATION
    workers: int = 1
    keep_rows: bool = False


@dataclass
class BuildReport:
    """What a build read and made: rows per table, what was written, how many triples follow by each rule."""

    rows: Counter[str] = field(default_factory=Counter)
    inferred: Counter[str] = field(default_factory=Counter)
    tally: Tally = field(default_factory=Tally)


class _Part(NamedTuple):
    """One bucket's share of the work."""

    plan: BuildPlan
    scratch: Path
    number: int
    parts: int

    @property
    def matters(self) -> Path:
        """By what values of several subjects are compared, as the reference tables say."""
        return self.scratch / "matters"

    @property
    def wholes(self) -> Path:
        """The wholes that bodies are part of, as all sources say."""
        return self.scratch / "wholes"

    @property
    def rows(self) -> Path:
        return self.scratch / f"rows-{self.number}"

    @property
    def quads(self) -> Path:
        return self.scratch / f"quads-{self.number}.nq"

    def ballots(self, writer: int | str) -> list[Path]:
        """The vote files that one writer fills, one per bucket."""
        return [self.scratch / f"votes-{writer}-{bucket}" for bucket in range(self.parts)]


def build_store(
    plan: BuildPlan,
    target: EmbeddedStore,
    scratch: Path,
    progress: Progress,
    validation: Validation | None = None,
) -> BuildReport:
    """Write the dataset of a plan into an empty store; `scratch` is a folder for files in between.

    Raises SourceError for the first row that is wrong, and for all that break a shape, where it is validated.
    """
    report = BuildReport()
    scratch.mkdir(parents=True, exist_ok=True)
    paths = sorted(path for path in plan.tables.glob("*.csv") if path.stem in TABLES)
    if not any(path.stem == SOURCES.name for path in paths):
        raise SourceUnavailableError(
            "the folder has no sources.csv", file=plan.tables, remedy="Name a folder of tables."
        )
    count = bucket_count(paths)
    parts = [_Part(plan, scratch, number, count) for number in range(count)]
    rows = (row for path in paths for row in read_rows(path, table_of(path)))
    spread_rows(rows, [part.rows for part in parts], _counter(report))
    report.tally.add(_write_base(parts[0], report))
    target.insert(curation_quads(plan.curation))
    # Not by way of a file: the engine would give the ontology's blank nodes names of its own.
    target.insert(in_graph(ontology_triples(), DefaultGraph()))
    if validation is not None:
        validation.submit_base(parts[0].quads)
    for path in (parts[0].quads, *plan.extra):
        target.load_lines(path)
    parts[0].quads.unlink()
    done = 1
    progress(done, 2 * count + 1)
    workers = plan.workers if count >= PARALLEL_FROM_BUCKETS else 1
    with _pool(workers) as pool:
        for step in (_map_rows, _resolve_votes):
            for tally, quads in _run(pool, step, parts):
                report.tally.add(tally)
                if validation is not None:
                    validation.submit_file(quads, facts=step is _resolve_votes)
                target.bulk_load(quads)
                quads.unlink()
                done += 1
                progress(done, 2 * count + 1)
            if step is _map_rows:
                _keep(parts[0].wholes, all_wholes(target, plan.curation.rejected))
    write_rates(report.tally.pairs, parts[0].quads)
    target.bulk_load(parts[0].quads)
    report.inferred = infer_on_disk(target, read_grounding())
    if validation is not None:
        validation.require(lambda iris: _places(plan, parts, iris), target)
    target.flush()
    return report


def _pool(workers: int) -> AbstractContextManager[ProcessPoolExecutor | None]:
    if workers == 1:
        return nullcontext()
    return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"))


def _counter(report: BuildReport) -> Callable[[str], None]:
    def counted(table: str) -> None:
        report.rows[table] += 1

    return counted


def _run(
    pool: ProcessPoolExecutor | None,
    step: Callable[[_Part], tuple[Tally, Path]],
    parts: Iterable[_Part],
) -> Iterator[tuple[Tally, Path]]:
    """The results of a step for each part, in the order in which they are finished."""
    if pool is None:
        yield from map(step, parts)
        return
    futures = [pool.submit(step, part) for part in parts]
    try:
        for future in as_completed(futures):
            yield future.result()
    finally:
        for future in futures:
            future.cancel()


def _write_base(part: _Part, report: BuildReport) -> Tally:
    """Reference tables and what the user loaded."""
    plan, vocabulary = part.plan, read_vocabulary()
    reference = part.quads.with_suffix(".reference.nq")
    compared: list[Triple] = []
    with reference.open("w", encoding="utf-8") as file:
        names = read_names(plan.tables)
        decided = decided_links(plan.curation)
        for quad in reference_quads(plan.tables, names, vocabulary, _counter(report), decided):
            file.write(f"{quad} .\n")
            if quad.predicate in vocabulary.compared.values() and quad.graph_name == REFERENCE:
                compared.append(quad.triple)
    matters = matters_of(compared, vocabulary)
    _keep(part.matters, matters)
    with BundleWriter(part.quads, part.ballots("loaded"), vocabulary, plan.curation, matters) as writer:
        for bundle in plan.loaded:
            writer.write(bundle)
    with part.quads.open("ab") as file, reference.open("rb") as written:
        shutil.copyfileobj(written, file)
    reference.unlink()
    return writer.tally


def _keep(path: Path, known: Mapping[str, object]) -> None:
    """Write what every worker needs to know."""
    with path.open("wb") as file:
        pickle.dump(dict(known), file, protocol=5)


def _known(path: Path) -> Mapping[str, Any]:
    return _read_known(path, path.stat().st_mtime_ns, path.stat().st_ino)


# A worker reads it once for all its buckets; two builds in one process may use the same folder.
@functools.lru_cache(maxsize=2)
def _read_known(path: Path, _modified: int, _inode: int) -> Mapping[str, Any]:
    with path.open("rb") as file:
        known: Mapping[str, Any] = pickle.load(file)
    return known


def _map_rows(part: _Part) -> tuple[Tally, Path]:
    """Make claims of one bucket of rows."""
    vocabulary = _context(part.plan.tables).vocabulary
    matters = _known(part.matters)
    with BundleWriter(
        part.quads, part.ballots(part.number), vocabulary, part.plan.curation, matters
    ) as writer:
        for bundle in _bundles(part):
            writer.write(bundle)
    if not part.plan.keep_rows:
        part.rows.unlink()
    return writer.tally, part.quads


def _bundles(part: _Part) -> Iterator[Bundle]:
    context = replace(_context(part.plan.tables), redescribed=part.plan.redescribed)
    rows = (
        row for row in bucket_rows(part.rows) if row.fields["source_id"].strip() not in part.plan.replaced
    )
    return bundles(group_by_source(rows, context), context)


def _places(plan: BuildPlan, parts: Iterable[_Part], iris: Set[str]) -> dict[str, Place]:
    """Where individuals were read: in reference tables, in what the user loaded, in rows of the tables."""
    found: dict[str, Place] = {}
    for bundles_here in (plan.loaded, *map(_bundles, parts)):
        found |= places_in(bundles_here, iris - found.keys())
    found |= reference_places(plan.tables, _context(plan.tables).names, iris - found.keys())
    for bundles_here in (plan.loaded, *map(_bundles, parts)):
        found |= mentions_in(bundles_here, iris - found.keys())
    return found


def _resolve_votes(part: _Part) -> tuple[Tally, Path]:
    """Make facts of one bucket of votes."""
    writers: list[int | str] = ["loaded", *range(part.parts)]
    ballots = [part.ballots(writer)[part.number] for writer in writers]
    wholes = _known(part.wholes)
    tally = write_facts(
        ballots,
        part.quads,
        read_vocabulary(),
        part.plan.curation,
        lambda body: wholes.get(body, ()),
    )
    for path in ballots:
        path.unlink()
    return tally, part.quads


# Reading the names of large tables takes seconds; a worker does it once for all its buckets.
@functools.lru_cache(maxsize=1)
def _context(tables: Path) -> LoadContext:
    return LoadContext(read_names(tables), read_vocabulary())
