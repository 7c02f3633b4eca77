"""Writes to the dataset of claims: source graphs by way of the resolution, user graphs as they come.

Everything else in the dataset is computed, and is not written.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from pyoxigraph import NamedNode, Quad, Triple

from graph.curation import NO_CURATION, RETRACT, Curation
from graph.disk import writing
from graph.embedded import EmbeddedStore
from graph.errors import ForbiddenError, RetractedSourceError
from graph.rights import ADMIN, SOURCE_GRAPHS, GraphKind, graph_kind, require_write
from graph.sources import source_iri
from graph.update_scan import scan_update
from graph.write_protocol import WriteRequest
from loaders.journal import Entry, keep_files
from loaders.ledger import Ledger
from loaders.live_store import LiveStore
from loaders.loader import LoadContext
from loaders.names import read_names
from loaders.plain_writes import Outcome, Touch, update_plainly, write_graph
from loaders.records import timestamp
from loaders.replay import Workshop
from loaders.revising import described_source
from loaders.source_writes import SourceWrite, SourceWriter
from ontology.vocabulary import read_vocabulary


class DatasetWriter:
    """Carries out requests on a live store, and notes in its ledger what they did."""

    def __init__(
        self,
        workshop: Workshop,
        live: LiveStore,
        ledger: Ledger,
        scratch: Path,
        curation: Curation = NO_CURATION,
    ) -> None:
        self._workshop = workshop
        self._live = live
        self._ledger = ledger
        self._scratch = scratch
        self._curation = curation

    @property
    def _store(self) -> EmbeddedStore:
        return self._live.store

    def write(self, request: WriteRequest, touch: Touch) -> Outcome:
        """Carry out a request; `touch` is called before the store is changed in several steps.

        Raises ComputedGraphError, RetractedSourceError and ForbiddenError for graphs that are not written,
        and what the writes do.
        """
        if request.op == "update":
            return self._update(request, touch)
        require_write([ADMIN], request.graph, raw=False)
        assert request.graph is not None
        if graph_kind(request.graph) is GraphKind.SOURCE:
            return self._write_source(request, _source_id(request.graph), touch)
        return self._write_user_graph(request, NamedNode(request.graph), touch)

    def _write_user_graph(self, request: WriteRequest, graph: NamedNode, touch: Touch) -> Outcome:
        before = self._store.graph_size(graph)
        outcome = write_graph(self._store, request, touch)
        self._ledger.count_quads(self._store.graph_size(graph) - before)
        self._ledger.note(request.op, [self._entry("edit", graph.value)])
        return outcome

    def _write_source(self, request: WriteRequest, identifier: str, touch: Touch) -> Outcome:
        self._require_standing(identifier)
        with self._source_writer() as writer:
            if request.op == "delete":
                done = writer.remove(identifier, request.may_describe, touch)
            else:
                triples = writer.parsed(identifier, request.documents)
                if request.op == "post":
                    triples |= self._triples(NamedNode(SOURCE_GRAPHS + identifier))
                done = writer.put(identifier, triples, request.may_describe, touch)
            if done.change.is_empty:
                return Outcome(done.created, changed=False)
            self._ledger.note(request.op, [self._source_entry(identifier, done)])
        return Outcome(done.created, changed=True)

    def _update(self, request: WriteRequest, touch: Touch) -> Outcome:
        graphs = _targets(request)
        users = [NamedNode(iri) for iri in graphs if graph_kind(iri) is GraphKind.USER]
        sources = [NamedNode(iri) for iri in graphs if graph_kind(iri) is GraphKind.SOURCE]
        sizes = sum(map(self._store.graph_size, users))
        for graph in sources:
            self._require_standing(_source_id(graph.value))
        if sources:
            touch()
            entries, changed = self._update_sources(request, sources)
        else:
            update_plainly(self._store, request)
            entries, changed = [], bool(users)
        self._ledger.count_quads(sum(map(self._store.graph_size, users)) - sizes)
        if users:
            entries.append(self._entry("edit", *(name.value for name in users)))
        self._ledger.note("update", entries)
        return Outcome(created=False, changed=changed or bool(users))

    def _update_sources(self, request: WriteRequest, graphs: Iterable[NamedNode]) -> tuple[list[Entry], bool]:
        """Let the engine write the source graphs, see what it made of them, and put that as a document."""
        before = {graph: self._triples(graph) for graph in graphs}
        update_plainly(self._store, request)
        after = {graph: self._triples(graph) for graph in before}
        entries = []
        for graph in before:
            self._store.delete(_in(graph, after[graph] - before[graph]))
            self._store.insert(_in(graph, before[graph] - after[graph]))
        with self._source_writer() as writer:
            for graph in before:
                if after[graph] == before[graph]:
                    continue
                identifier = _source_id(graph.value)
                if after[graph]:
                    done = writer.put(identifier, after[graph], request.may_describe, _nothing)
                else:
                    done = writer.remove(identifier, request.may_describe, _nothing)
                if not done.change.is_empty:
                    entries.append(self._source_entry(identifier, done))
        return entries, bool(entries)

    def _require_standing(self, identifier: str) -> None:
        """Raises RetractedSourceError, with the way out, where the source was retracted."""
        iri = source_iri(identifier).value
        for act in self._curation.acts:
            if act.act == RETRACT and iri in act.of:
                raise RetractedSourceError(
                    f"Source {identifier} is retracted, by {act.by}: what it states counts nowhere. "
                    f"To write it, undo that first: osagraph undo {act.number}"
                )

    def _source_entry(self, identifier: str, done: SourceWrite) -> Entry:
        """The entry for what was written, whose content is kept."""
        self._ledger.count_change(done.change)
        if done.content is None:
            return Entry(op="remove", at=self._now(), removed=identifier)
        sources = self._workshop.data.sources
        with writing(self._workshop.data.root):
            kept = keep_files([done.content], ["rdf"], sources)
        return replace(self._entry("put", SOURCE_GRAPHS + identifier), files=kept)

    def _entry(self, op: str, *graphs: str) -> Entry:
        return Entry(op=op, at=self._now(), graphs=tuple(graphs))

    def _now(self) -> str:
        return timestamp(self._workshop.clock())

    def _triples(self, graph: NamedNode) -> set[Triple]:
        return {quad.triple for quad in self._store.quads(graph=graph)}

    @contextmanager
    def _source_writer(self) -> Iterator[SourceWriter]:
        with tempfile.TemporaryDirectory(dir=self._scratch) as name:
            context = replace(
                self._context, described=lambda iri: described_source(self._store, iri), scratch=Path(name)
            )
            yield SourceWriter(self._store, context, Path(name), self._workshop.checkers, self._curation)

    @cached_property
    def _context(self) -> LoadContext:
        return LoadContext(read_names(self._workshop.tables), read_vocabulary())


def _targets(request: WriteRequest) -> list[str]:
    """The graphs that an update may write; all of them may be written.

    Raises ComputedGraphError and ForbiddenError where others may be, or where only the data tell.
    """
    scan = scan_update(request.text, request.base_iri)
    if scan.writes_default or scan.writes_all:
        require_write([ADMIN], None, raw=False)
    if scan.writes_variable_graph:
        raise ForbiddenError("Which graph this update writes depends on the data: name the graph.")
    for iri in scan.graphs:
        require_write([ADMIN], iri, raw=False)
    return sorted(scan.graphs)


def _source_id(graph: str) -> str:
    return graph.removeprefix(SOURCE_GRAPHS)


def _in(graph: NamedNode, triples: Iterable[Triple]) -> list[Quad]:
    return [Quad(t.subject, t.predicate, t.object, graph) for t in triples]


def _nothing() -> None:
    return None
