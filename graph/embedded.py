"""The embedded store: an RDF dataset in a folder, kept by pyoxigraph."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO

from pyoxigraph import NamedNode, Quad, RdfFormat, Store, Variable

from graph.datadir import write_error
from graph.errors import QuerySyntaxError
from graph.store import AnyTerm, GraphName, Results
from graph.terms import Term
from ontology.namespaces import PREFIXES

_PLACE = re.compile(r"at (\d+):(\d+)")


class EmbeddedStore:
    """A dataset in a folder, or in memory where no folder is given. Open it in one process only to write."""

    def __init__(self, folder: Path | None = None, *, read_only: bool = False) -> None:
        self._folder = folder
        try:
            if folder is None:
                self._store = Store()
            else:
                self._store = Store.read_only(str(folder)) if read_only else Store(str(folder))
        except OSError as error:
            raise write_error(folder or Path(), error) from error

    def query(self, text: str, *, bindings: Mapping[Variable, Term] | None = None) -> Results:
        """See `ReadableStore.query`; the prefixes of `ontology/prefixes.ttl` are known."""
        try:
            return self._store.query(text, prefixes=dict(PREFIXES), substitutions=dict(bindings or {}))
        except SyntaxError as error:
            raise syntax_error(error) from error

    def quads(
        self,
        subject: AnyTerm | None = None,
        predicate: NamedNode | None = None,
        value: AnyTerm | None = None,
        graph: GraphName | None = None,
    ) -> Iterator[Quad]:
        """See `ReadableStore.quads`."""
        return self._store.quads_for_pattern(subject, predicate, value, graph)  # type: ignore[arg-type]

    def dump(self, output: IO[bytes], format: RdfFormat, graph: GraphName | None = None) -> None:
        """See `ReadableStore.dump`."""
        self._store.dump(output, format=format, from_graph=graph, prefixes=dict(PREFIXES))

    def insert(self, quads: Iterable[Quad]) -> None:
        """See `WritableStore.insert`."""
        try:
            self._store.extend(quads)
        except OSError as error:
            raise write_error(self._folder or Path(), error) from error

    def delete(self, quads: Iterable[Quad]) -> None:
        """See `WritableStore.delete`."""
        try:
            for quad in quads:
                self._store.remove(quad)
        except OSError as error:
            raise write_error(self._folder or Path(), error) from error

    def bulk_load(self, path: Path) -> None:
        """Add an N-Quads file of our own making, in the fastest way there is."""
        try:
            self._store.bulk_load(path=str(path), format=RdfFormat.N_QUADS, lenient=True)
        except OSError as error:
            raise write_error(self._folder or Path(), error) from error

    def drop_graph(self, name: NamedNode) -> None:
        """Take a named graph away, with all its quads."""
        try:
            self._store.remove_graph(name)
        except OSError as error:
            raise write_error(self._folder or Path(), error) from error

    def quad_count(self) -> int:
        """The number of quads; takes seconds on a large dataset."""
        return len(self._store)

    def backup(self, folder: Path) -> None:
        """Copy the dataset into a new folder on the same disk; files are shared, not copied."""
        try:
            self._store.backup(str(folder))
        except OSError as error:
            raise write_error(folder, error) from error

    def close(self) -> None:
        """Let go of the folder; the store cannot be used afterwards. Closing twice does no harm."""
        self.__dict__.pop("_store", None)

    def flush(self) -> None:
        """See `WritableStore.flush`."""
        try:
            self._store.flush()
        except OSError as error:
            raise write_error(self._folder or Path(), error) from error


def syntax_error(error: SyntaxError) -> QuerySyntaxError:
    """The engine's complaint with line and column where its text names them."""
    match = _PLACE.search(str(error))
    line, column = (int(match.group(1)), int(match.group(2))) if match else (error.lineno, error.offset)
    return QuerySyntaxError(f"This is not SPARQL: {error.msg or error}", line, column)
