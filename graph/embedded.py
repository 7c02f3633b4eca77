"""The embedded store: an RDF dataset in a folder, kept by pyoxigraph."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from pathlib import Path
from typing import IO, Final

from pyoxigraph import DefaultGraph, NamedNode, Quad, QuerySolutions, RdfFormat, Store, Variable

from graph.disk import write_error
from graph.errors import QuerySyntaxError, StoreWriteError, UpdateFailedError
from graph.store import AnyTerm, GraphName, Results
from graph.store_files import copy_store, log_bytes
from graph.terms import Term
from ontology.namespaces import PREFIXES

# Beyond this size of its log a store is flushed for a copy: whoever opens the copy reads the log.
LARGE_LOG_BYTES: Final = 4 << 20
# So begins what the engine's storage says; what else is an OSError comes from the network.
DISK_TROUBLE: Final = "IO error"
SAVE_TRIES: Final = 3
SAVE_PAUSE_SECONDS: Final = 0.005
# The engine holds what it loads in one go several times over; so much takes some hundred megabytes.
PART_BYTES: Final = 32 << 20
# So many quads the engine takes in or away in one go; it notes each in memory first.
MOST_AT_ONCE: Final = 100_000
BLANK: Final = b"_:"
DEFAULT: Final = DefaultGraph()
_PLACE = re.compile(r"at (\d+):(\d+)")


class EmbeddedStore:
    """A dataset in a folder, or in memory where no folder is given. Open it in one process only to write."""

    def __init__(self, folder: Path | None = None, *, read_only: bool = False) -> None:
        self._folder = folder
        self._read_only = read_only
        self._watched: Set[NamedNode] = frozenset()
        self._noted: set[NamedNode] = set()
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

    def watch(self, predicates: Set[NamedNode]) -> None:
        """Note from now on the subjects of facts with these predicates that are inserted or deleted."""
        self._watched = predicates

    def take_noted(self) -> set[NamedNode]:
        """The subjects that were noted since the last time."""
        noted, self._noted = self._noted, set()
        return noted

    def note(self, subjects: Iterable[NamedNode]) -> None:
        """Count these among the subjects that were noted."""
        self._noted.update(subjects)

    def _noting(self, quads: Iterable[Quad]) -> Iterable[Quad]:
        """The same quads; their subjects are noted if they are watched."""
        return map(self._note, quads) if self._watched else quads

    def _note(self, quad: Quad) -> Quad:
        subject = quad.subject
        is_watched = quad.predicate in self._watched and quad.graph_name == DEFAULT
        if is_watched and isinstance(subject, NamedNode):
            self._noted.add(subject)
        return quad

    def insert(self, quads: Iterable[Quad]) -> None:
        """See `WritableStore.insert`."""
        try:
            self._store.extend(self._noting(quads))
        except OSError as error:
            raise write_error(self._folder or Path(), error) from error

    def add_new(self, quads: Iterable[Quad]) -> int:
        """Add the quads that are not there yet; how many that were."""
        new = {quad for quad in quads if quad not in self._store}
        self.insert(new)
        return len(new)

    def delete(self, quads: Iterable[Quad]) -> None:
        """See `WritableStore.delete`."""
        try:
            for quad in self._noting(quads):
                self._store.remove(quad)
        except OSError as error:
            raise write_error(self._folder or Path(), error) from error

    def update(self, text: str, *, base_iri: str | None = None) -> None:
        """Carry out a SPARQL update, all or nothing; its prefixes must be declared.

        Raises QuerySyntaxError with line and column, and UpdateFailedError where it cannot be carried out.
        Spec: https://www.w3.org/TR/sparql11-update/
        """
        try:
            self._store.update(text, base_iri=base_iri)
        except SyntaxError as error:
            raise syntax_error(error) from error
        except RuntimeError as error:
            raise UpdateFailedError(f"The update cannot be carried out: {error}.") from error
        except OSError as error:
            if error.errno is None and not str(error).startswith(DISK_TROUBLE):
                # A LOAD or a SERVICE that was not answered.
                raise UpdateFailedError(f"The update cannot be carried out: {error}.") from error
            raise write_error(self._folder or Path(), error) from error

    def load(
        self, document: IO[bytes], format: RdfFormat, base_iri: str | None, graph: NamedNode | DefaultGraph
    ) -> None:
        """Add the triples of a large document to a graph, all or none; its blank nodes become new ones.

        Raises SyntaxError where the document is malformed, so check it before.
        """
        try:
            self._store.bulk_load(document, format, base_iri=base_iri, to_graph=graph)
        except OSError as error:
            raise write_error(self._folder or Path(), error) from error

    def has_graph(self, name: NamedNode) -> bool:
        """Whether there is such a named graph; it may be empty."""
        return self._store.contains_named_graph(name)

    def graph_names(self) -> Iterator[NamedNode]:
        """The names of all graphs, those of empty ones too."""
        return (name for name in self._store.named_graphs() if isinstance(name, NamedNode))

    def add_graph(self, name: NamedNode) -> None:
        """Make a named graph, empty at first; one that is there stays as it is."""
        try:
            self._store.add_graph(name)
        except OSError as error:
            raise write_error(self._folder or Path(), error) from error

    def clear_graph(self, name: NamedNode | DefaultGraph) -> None:
        """Take all quads of a graph away; a named graph stays, empty."""
        try:
            self._store.clear_graph(name)
        except OSError as error:
            raise write_error(self._folder or Path(), error) from error

    def bulk_load(self, path: Path, format: RdfFormat = RdfFormat.N_QUADS, *, lenient: bool = True) -> None:
        """Add a file, all of it or nothing, in the fastest way there is; `lenient` if it is ours.

        Raises SyntaxError, with its place, for what is not of the format.
        """
        try:
            self._store.bulk_load(path=str(path), format=format, lenient=lenient)
        except OSError as error:
            raise write_error(self._folder or Path(), error) from error

    def load_lines(self, path: Path) -> None:
        """Add a file of N-Quads of ours, however large, in memory that does not grow with it.

        Part by part, so what it leaves behind when it fails is for nobody to see. A file that may have blank
        nodes is added in one go: their names hold within one.
        """
        if path.stat().st_size <= PART_BYTES or _mentions(path, BLANK):
            self.bulk_load(path)
            return
        try:
            with path.open("rb") as file:
                while part := file.read(PART_BYTES):
                    part += file.readline()
                    self._store.bulk_load(part, RdfFormat.N_QUADS, lenient=True)
        except OSError as error:
            raise write_error(self._folder or Path(), error) from error

    def optimize(self) -> None:
        """Bring the files into the order in which they are read fastest; takes about as long as a load."""
        try:
            self._store.optimize()
        except OSError as error:
            raise write_error(self._folder or Path(), error) from error

    def drop_graph(self, name: NamedNode) -> None:
        """Take a named graph away, with all its quads; a large one quad by quad, as memory would not do."""
        try:
            if self.graph_size(name) > MOST_AT_ONCE:
                for number, quad in enumerate(self.quads(graph=name), 1):
                    self._store.remove(quad)
                    if number % MOST_AT_ONCE == 0:
                        # What is not written yet is in memory.
                        self._store.flush()
            self._store.remove_graph(name)
        except OSError as error:
            raise write_error(self._folder or Path(), error) from error

    def graph_size(self, name: NamedNode) -> int:
        """The number of triples in a named graph."""
        solutions = self._store.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", default_graph=name)
        assert isinstance(solutions, QuerySolutions)
        return int(next(solutions)["n"].value)

    def quad_count(self) -> int:
        """The number of quads; takes seconds on a large dataset."""
        return len(self._store)

    def settle(self) -> None:
        """Nothing: what is read here is one dataset; in another engine it may change meanwhile."""

    def backup(self, folder: Path) -> None:
        """Copy the dataset into a new folder on the same disk; files are shared, not copied."""
        try:
            if self._folder is None or not self._read_only:
                self._store.backup(str(folder))
            # The engine's own copy of a store that it may not write leaves out what is in no table yet.
            elif not copy_store(self._folder, folder):
                raise StoreWriteError(f"{self._folder} is being written, or removed. Try again.")
        except OSError as error:
            raise write_error(folder, error) from error

    def copy_anew(self, folder: Path, progress: Callable[[int], object]) -> None:
        """Write the dataset quad by quad into a new folder: nothing that was ever deleted is in its files.

        The engine forgets quads, but never a text that it has seen. `progress` is told how many were written.
        """
        written = 0
        try:
            copy = Store(str(folder))
            quads = iter(self._store)
            while part := list(itertools.islice(quads, MOST_AT_ONCE)):
                copy.bulk_extend(part)
                written += len(part)
                progress(written)
            for name in self._store.named_graphs():
                copy.add_graph(name)
            copy.optimize()
            copy.flush()
        except OSError as error:
            raise write_error(folder, error) from error

    def save(self, folder: Path) -> None:
        """Copy the dataset as `backup` does, fast where little was written since the last time."""
        try:
            if self._folder is None or log_bytes(self._folder) > LARGE_LOG_BYTES:
                self._store.flush()
                self._store.backup(str(folder))
                return
            for _ in range(SAVE_TRIES):
                if copy_store(self._folder, folder):
                    return
                time.sleep(SAVE_PAUSE_SECONDS)
            self._store.flush()
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


def _mentions(path: Path, what: bytes) -> bool:
    """Whether a file has some bytes in it."""
    last = b""
    with path.open("rb") as file:
        while part := file.read(PART_BYTES):
            if what in last + part:
                return True
            last = part[-len(what) :]
    return False


def syntax_error(error: SyntaxError) -> QuerySyntaxError:
    """The engine's complaint with line and column where its text names them."""
    match = _PLACE.search(str(error))
    line, column = (int(match.group(1)), int(match.group(2))) if match else (error.lineno, error.offset)
    return QuerySyntaxError(f"This is not SPARQL: {error.msg or error}", line, column)
