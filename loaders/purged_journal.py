"""The journal without a purged source: a build makes all else of it that it made before.

A load of several sources is one entry with the files of all. It becomes an entry for each other source with
what its graph holds, so that the file with the purged one can go.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pyoxigraph import NamedNode, Triple

from graph.bundle import Bundle, source_graph
from graph.curation import Curation
from graph.curation_quads import retracted_triples
from graph.sources import source_id
from graph.store import ReadableStore
from loaders.journal import Entry, KeptFile, keep_files
from loaders.loader import UserGraph
from loaders.purge_target import Target


@dataclass
class LoadParts:
    """What the loads of a journal brought in, by entry and loader; `subjects` is what the target spoke of."""

    target: Target
    sources: dict[tuple[int, str], set[NamedNode]] = field(default_factory=lambda: defaultdict(set))
    graphs: dict[tuple[int, str], set[NamedNode]] = field(default_factory=lambda: defaultdict(set))
    subjects: set[str] = field(default_factory=set)

    def note(self, entry: int, loader: str, part: Bundle | UserGraph) -> None:
        """Note one part of a load, as a replay tells it."""
        if isinstance(part, UserGraph):
            self.graphs[entry, loader].update(part.names)
            return
        self.sources[entry, loader].add(part.source.iri)
        if part.source.iri == self.target.source:
            self.subjects.update(claim.iri.value for claim in part.claims)
            self.subjects.update(node.iri.value for node in part.nodes)

    def has_target(self, entry: int, loader: str) -> bool:
        """Whether the files of a loader brought the target in."""
        graphs = self.graphs.get((entry, loader), set())
        return self.target.source in self.sources.get((entry, loader), set()) or not graphs.isdisjoint(
            self.target.graphs
        )

    @property
    def is_loaded(self) -> bool:
        """Whether any load brought the target in."""
        return any(self.has_target(*key) for key in {*self.sources, *self.graphs})


@dataclass(frozen=True)
class JournalPurge:
    """Rewrites a journal; `keep` keeps the content of a source's graph as a file (None: it has none now)."""

    parts: LoadParts
    keep: Callable[[NamedNode], KeptFile | None]

    def entries(self, entries: Sequence[Entry]) -> Iterator[Entry]:
        """The entries without the target."""
        target = self.parts.target
        gone = {graph.value for graph in target.graphs}
        for number, entry in enumerate(entries):
            if entry.op == "load":
                yield from self._load(number, entry)
            elif entry.op == "remove":
                if not target.is_named(entry.removed):
                    yield entry
            elif rest := tuple(name for name in entry.graphs if name not in gone):
                yield replace(entry, graphs=rest)

    def _load(self, number: int, entry: Entry) -> Iterator[Entry]:
        target = self.parts.target
        loaders = list(dict.fromkeys(kept.loader for kept in entry.files))
        touched = [loader for loader in loaders if self.parts.has_target(number, loader)]
        if not touched:
            yield entry
            return
        files = tuple(kept for kept in entry.files if kept.loader not in touched)
        if files:
            yield replace(entry, files=files)
        sources = {source for loader in touched for source in self.parts.sources.get((number, loader), ())}
        for source in sorted(sources - {target.source}, key=str):
            kept = self.keep(source)
            if kept is not None:
                yield Entry("put", entry.at, (kept,), graphs=(source_graph(source).value,))
        graphs = {graph for loader in touched for graph in self.parts.graphs.get((number, loader), ())}
        if rest := sorted(graph.value for graph in graphs - set(target.graphs)):
            yield Entry("edit", entry.at, graphs=tuple(rest))


def keeper(
    store: ReadableStore, curation: Curation, scratch: Path, folder: Path
) -> Callable[[NamedNode], KeptFile | None]:
    """Keeps what the graphs of sources hold in a store, as a write over HTTP does it."""

    def keep(source: NamedNode) -> KeptFile | None:
        is_retracted = source.value in curation.retracted
        said: set[Triple] = (
            retracted_triples(store, source)
            if is_retracted
            else {quad.triple for quad in store.quads(graph=source_graph(source))}
        )
        if not said:
            return None
        path = scratch / f"{source_id(source)}.nt"
        path.write_text("".join(sorted(f"{triple} .\n" for triple in said)), encoding="utf-8")
        (kept,) = keep_files([path], ["rdf"], folder)
        path.unlink()
        return kept

    return keep
