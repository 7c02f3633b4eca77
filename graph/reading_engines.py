"""Who evaluates the queries of an opened graph: this process, or readers that may be killed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from pyoxigraph import QueryBoolean, QuerySolutions, RdfFormat, Triple, parse

from graph.blocking_readers import OwnReaders
from graph.datadir import Snapshot
from graph.datasets import require_here
from graph.embedded import EmbeddedStore
from graph.query_guard import require_no_federation
from graph.reader_protocol import ReadRequest
from graph.readers import ReaderLimits
from graph.results import Solutions, read_results

JSON: Final = "application/sparql-results+json"
MEDIA_TYPES: Final = {"select": JSON, "ask": JSON, "graph": "application/n-triples"}
Reply = Solutions | bool | Sequence[Triple]


class Engine(Protocol):
    """Answers queries."""

    def answer(self, text: str) -> Reply:
        """The solutions of a SELECT query, the truth of ASK, the triples of CONSTRUCT and DESCRIBE.

        Raises QueryError.
        """
        ...

    def close(self) -> None:
        """Let go of the dataset."""
        ...


class OwnEngine:
    """The engine in this process: nothing is copied, and nothing ends a query that takes too long."""

    def __init__(self, snapshot: Snapshot) -> None:
        require_here(snapshot, "open_graph")
        self._store = EmbeddedStore(snapshot.store, read_only=True)

    def answer(self, text: str) -> Reply:
        """See `Engine.answer`."""
        # The engine itself would ask any server that a SERVICE names.
        require_no_federation(text)
        results = self._store.query(text)
        if isinstance(results, QueryBoolean):
            return bool(results)
        if not isinstance(results, QuerySolutions):
            return list(results)
        names = tuple(variable.value for variable in results.variables)
        rows = (zip(names, solution, strict=True) for solution in results)
        return Solutions(names, tuple({name: term for name, term in row if term is not None} for row in rows))

    def close(self) -> None:
        """See `Engine.close`."""
        self._store.close()


class IsolatedEngine:
    """Processes of their own, with deadlines and a limit of memory, as a server has them."""

    def __init__(self, snapshot: Snapshot, limits: ReaderLimits | None) -> None:
        require_here(snapshot, "open_graph")
        self._snapshot = snapshot
        self._readers = OwnReaders(lambda: snapshot, limits or ReaderLimits(readers=2, spares=0))

    def answer(self, text: str) -> Reply:
        """See `Engine.answer`; raises QueryTimeoutError and QueryFailedError besides."""
        answer = self._readers.query(ReadRequest(text, MEDIA_TYPES), snapshot=self._snapshot)
        try:
            written = answer.read()
        finally:
            answer.close()
        if answer.form == "graph":
            return [quad.triple for quad in parse(written, RdfFormat.N_TRIPLES)]
        return read_results(written)

    def close(self) -> None:
        """See `Engine.close`."""
        self._readers.close()
