"""Replays the journal: what the user's loads and removals come to, for a build."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, parse

from graph.bundle import Bundle, in_graph, outside_graph, source_graph
from graph.claims import claim_parts
from graph.curation_quads import retracted_quads
from graph.datadir import DataDirectory
from graph.sources import Source, source_id, source_iri, source_triples
from graph.validation import CheckerFactory
from loaders.journal import Entry, restore_files
from loaders.loader import LoadContext, Loader, UserGraph, choose_loader
from loaders.names import read_names
from loaders.source_graph import read_source_graph
from loaders.tables import TableLoader
from ontology.namespaces import GRAPH
from ontology.vocabulary import read_vocabulary

Clock = Callable[[], datetime.datetime]
# Told of each part of a load: the place of its entry in the journal, and the loader that read it.
Noted = Callable[[int, str, Bundle | UserGraph], object]


def _unnoted(_entry: int, _loader: str, _part: Bundle | UserGraph) -> None:
    return None


@dataclass(frozen=True)
class Workshop:
    """What the operations need: the data directory, the shipped tables, the loaders, a clock.

    `checkers` validate what is about to be committed; None: it is trusted.
    """

    data: DataDirectory
    tables: Path
    loaders: Mapping[str, Loader]
    clock: Clock
    checkers: CheckerFactory | None = None


@dataclass
class Replay:
    """What the journal comes to.

    `replaced` are the ids of sources that no longer come from the tables, `redescribed` those of which only
    the description does; `user_graphs` are in the order of their loads, and `loading` are the graphs of the
    load that is being replayed. `edited` are the user graphs of which the snapshot says what they hold.
    """

    by_source: dict[NamedNode, Bundle] = field(default_factory=dict)
    replaced: frozenset[str] = frozenset()
    redescribed: dict[NamedNode, Bundle] = field(default_factory=dict)
    user_graphs: list[UserGraph] = field(default_factory=list)
    loading: set[NamedNode] = field(default_factory=set)
    edited: set[NamedNode] = field(default_factory=set)

    @property
    def bundles(self) -> list[Bundle]:
        """The bundles of the sources that the user loaded last."""
        return list(self.by_source.values())

    @property
    def graphs(self) -> list[Path]:
        """The N-Quads of the user graphs."""
        return [graph.quads for graph in self.user_graphs]

    def write_names(self, path: Path, retracted: Collection[str] = ()) -> list[Path]:
        """The names that only new descriptions give (a publisher's, say), as N-Quads for a build."""
        with path.open("w", encoding="utf-8") as file:
            for iri, part in self.redescribed.items():
                triples = [triple for node in part.nodes for triple in node.triples]
                if iri.value in retracted:
                    file.writelines(f"{quad} .\n" for quad in retracted_quads(iri, triples))
                    continue
                for graph in (source_graph(iri), DefaultGraph()):
                    file.writelines(f"{quad} .\n" for quad in in_graph(triples, graph))
        return [path]

    def take(self, part: Bundle | UserGraph, shipped: Mapping[NamedNode, Source]) -> None:
        """Add one part of a load, as the load did."""
        if isinstance(part, UserGraph):
            # Files of one load share a graph; a later load replaces it.
            self.drop_graphs(set(part.names) - self.loading)
            self.loading |= set(part.names)
            self.user_graphs.append(part)
            return
        iri = part.source.iri
        is_description = not part.claims and not part.is_whole
        if is_description and iri in self.by_source:
            self.by_source[iri] = _redescribed(self.by_source[iri], part)
        elif is_description and iri in shipped and source_id(iri) not in self.replaced:
            self.redescribed[iri] = part
        else:
            self.by_source[iri] = part
            self.replaced |= {source_id(iri)}

    def put(self, part: Bundle) -> None:
        """Make a bundle all that is known of its source."""
        self.by_source[part.source.iri] = part
        self.redescribed.pop(part.source.iri, None)
        self.replaced |= {source_id(part.source.iri)}

    def edit(self, names: Iterable[NamedNode]) -> None:
        """User graphs were written: the snapshot says what they hold."""
        graphs = set(names)
        self.drop_graphs(graphs)
        self.edited |= graphs

    def remove(self, name: str) -> None:
        """Undo whatever brought a source or a user graph in."""
        graph = graph_name(name)
        if graph is not None:
            self.drop_graphs([graph])
            return
        self.drop_graphs([outside_graph(name)])
        self.by_source.pop(source_iri(name), None)
        self.redescribed.pop(source_iri(name), None)
        self.replaced |= {name}

    def drop_graphs(self, names: Iterable[NamedNode]) -> None:
        """Leave graphs of these names out of what was loaded before."""
        gone = set(names)
        self.edited -= gone
        kept = []
        for graph in self.user_graphs:
            rest = tuple(name for name in graph.names if name not in gone)
            if len(rest) < len(graph.names):
                graph = UserGraph(graph.origin, rest, _without(graph.quads, gone))
            kept.append(graph)
        self.user_graphs = [graph for graph in kept if graph.names]


def graph_name(name: str) -> NamedNode | None:
    """The graph that a name with a slash or a colon stands for: an IRI, or `user/…` and the like.

    None where it is the id of a source, or cannot be the name of a graph.

    >>> graph_name("user/notes").value.removeprefix(str(GRAPH))
    'user/notes'
    """
    if "/" not in name and ":" not in name:
        return None
    try:
        return NamedNode(name) if ":" in name else GRAPH.iri(name)
    except ValueError:
        return None


def replay(
    entries: Sequence[Entry],
    kept: Path,
    scratch: Path,
    workshop: Workshop,
    linked: Callable[[], Mapping[str, NamedNode]] = dict,
    noted: Noted = _unnoted,
) -> Replay:
    """What a journal comes to; `kept` holds the loaded files by content, `linked` is for the loaders.

    `noted` is told of each part that some load brought in.

    Raises SourceError where a kept file no longer loads, StoreMissingError where one is gone.
    """
    past = Replay()
    if not entries:
        return past
    names = read_names(workshop.tables)
    context = LoadContext(names, read_vocabulary(), linked=linked, scratch=scratch)
    scratch.mkdir(parents=True)
    shipped = shipped_sources(workshop.tables, context)
    for number, entry in enumerate(entries):
        if entry.op == "remove":
            past.remove(entry.removed)
            continue
        if entry.op == "edit":
            past.edit(map(NamedNode, entry.graphs))
            continue
        past.loading.clear()
        paths = restore_files(entry.files, kept, scratch / str(number))
        if entry.op == "put":
            past.put(read_source_graph(paths[0], source_iri(str(entry.source)), context))
            continue
        now = replace(
            context,
            described=lambda iri: _described(iri, past, shipped),
            keep_graphs=entry.keep_graphs,
            reject=(lambda _: None) if entry.keep_going else None,
        )
        chosen = [file.loader for file in entry.files]
        for name in dict.fromkeys(chosen):
            files = [path for path, each in zip(paths, chosen, strict=True) if each == name]
            loader = choose_loader(files[0], dict(workshop.loaders), name)
            for part in loader.read(files, now):
                noted(number, name, part)
                past.take(part, shipped)
    return past


def shipped_sources(tables: Path, context: LoadContext) -> dict[NamedNode, Source]:
    """The sources that the tables of a folder describe."""
    parts = TableLoader().read([tables / "sources.csv"], context)
    return {part.source.iri: part.source for part in parts}


def _redescribed(old: Bundle, new: Bundle) -> Bundle:
    """A bundle under the description of another, without the names that only its old description needed."""
    needed = {triple.object for triple in source_triples(new.source)}
    needed |= {value for claim in old.claims for _, value in claim_parts(claim)}
    needed |= {triple.object for node in old.nodes for triple in node.triples}
    gone = {triple.object for triple in source_triples(old.source)} - needed
    nodes = dict.fromkeys([*(node for node in old.nodes if node.iri not in gone), *new.nodes])
    return replace(old, source=new.source, nodes=tuple(nodes))


def _described(iri: NamedNode, past: Replay, shipped: Mapping[NamedNode, Source]) -> Source | None:
    if iri in past.by_source:
        return past.by_source[iri].source
    if iri in past.redescribed:
        return past.redescribed[iri].source
    return shipped.get(iri) if source_id(iri) not in past.replaced else None


def _without(quads: Path, names: set[NamedNode]) -> Path:
    target = quads.with_suffix(".less.nq")
    with target.open("w", encoding="utf-8") as file:
        for quad in parse(path=str(quads), format=RdfFormat.N_QUADS):
            if quad.graph_name not in names:
                file.write(f"{quad} .\n")
    return target
