"""The interface of a loader: sources in, bundles of claims out, nothing written.

A format is a module with a class like this and an entry point in the group `osagraph.loaders`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol

from pyoxigraph import NamedNode

from graph.bundle import Bundle
from graph.errors import SourceError, SourceUnavailableError
from graph.sources import Source
from loaders.names import Names
from ontology.vocabulary import Vocabulary


def _unknown(_: NamedNode) -> Source | None:
    return None


def _silent(_: str) -> None:
    return None


def _unheard(_reason: str, _count: int) -> None:
    return None


def _nothing_linked() -> Mapping[str, NamedNode]:
    return {}


@dataclass(frozen=True)
class LoadContext:
    """What a loader may ask for: the names, the vocabulary, and what the dataset says of a source.

    `redescribed` are descriptions that overrule a table's own. `reject`, where given, takes the error of
    each bad part and the load goes on without it; without it the first error ends the load. `counted` is
    told the table of every row read, `passed_over` what a loader leaves out by its own rules, and how often.
    `linked` gives the individuals that verified links lead to, by item of Wikidata such as `Q17`. `scratch`
    is a folder for files in between.
    """

    names: Names
    vocabulary: Vocabulary
    described: Callable[[NamedNode], Source | None] = _unknown
    redescribed: Mapping[NamedNode, Source] = field(default_factory=dict)
    reject: Callable[[SourceError], None] | None = None
    counted: Callable[[str], None] = _silent
    passed_over: Callable[[str, int], None] = _unheard
    linked: Callable[[], Mapping[str, NamedNode]] = _nothing_linked
    keep_graphs: bool = False
    scratch: Path | None = None

    def refuse(self, error: SourceError) -> None:
        """Hand over the error of one part, or raise it where the load is all or nothing."""
        if self.reject is None:
            raise error
        self.reject(error)


@dataclass(frozen=True)
class UserGraph:
    """Triples that are no claims, to stand in a graph of their own: a file of N-Quads, and the graph names
    in it. `origin` is the name under which they can be removed."""

    origin: str
    names: tuple[NamedNode, ...]
    quads: Path


class Loader(Protocol):
    """Reads one format."""

    name: str

    def accepts(self, path: Path) -> bool:
        """Whether a file of this name is for this loader."""
        ...

    def read(self, paths: Sequence[Path], context: LoadContext) -> Iterator[Bundle | UserGraph]:
        """The bundles of the files, one per source, and graphs of triples that are no claims.

        Raises SourceError where a file cannot be read and the context takes no rejections.
        """
        ...


def installed_loaders() -> dict[str, Loader]:
    """The loaders of this environment by name, from the entry points `osagraph.loaders`."""
    return {point.name: point.load()() for point in entry_points(group="osagraph.loaders")}


def choose_loader(path: Path, loaders: dict[str, Loader], wanted: str | None = None) -> Loader:
    """The loader for a file: the one wanted, else the first that accepts its name.

    Raises SourceUnavailableError where there is none, or the file is not there.
    """
    if not path.exists():
        raise SourceUnavailableError("no such file", file=path, remedy="Check the path.")
    if path.is_dir():
        raise SourceUnavailableError("this is a directory", file=path, remedy="Name the files in it.")
    names = ", ".join(sorted(loaders))
    if wanted is not None:
        if wanted not in loaders:
            raise SourceUnavailableError(f"no loader {wanted!r}", remedy=f"Use one of: {names}.")
        return loaders[wanted]
    for loader in loaders.values():
        if loader.accepts(path):
            return loader
    raise SourceUnavailableError(
        "no loader knows a file of this name", file=path, remedy=f"Name one with --loader: {names}."
    )
