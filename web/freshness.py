"""How fresh the dataset is, kept at hand for whoever watches the server; read once for each snapshot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from graph.blocking_readers import QueryReaders
from graph.datadir import Snapshot
from graph.errors import KnowledgeGraphError
from graph.export_rows import Row
from graph.freshness import LEADING, FreshnessReport, read_freshness
from graph.named_query import NamedQuery, read_query
from graph.query_options import QUERIES
from graph.query_parameters import Given
from graph.reader_protocol import ReadRequest
from graph.results import read_results
from web.negotiation import JSON

# A client of its own, with a share of the readers like everybody's.
WATCHER: Final = "the watcher of this server"


class FreshnessWatch:
    """The freshness of the current snapshot, as soon as it is known; until then that of an earlier one.

    `in_background` runs a function elsewhere: nobody waits for an answer to the queries.
    """

    def __init__(self, readers: QueryReaders, in_background: Callable[[Callable[[], None]], object]) -> None:
        self._readers = readers
        self._in_background = in_background
        self._is_reading = False
        self._known: tuple[str, FreshnessReport] | None = None

    def look(self, snapshot: Snapshot) -> FreshnessReport | None:
        """What is known; where it is not of this snapshot, that is read now, one at a time."""
        if not self._is_reading and (self._known is None or self._known[0] != str(snapshot.folder)):
            self._is_reading = True
            self._in_background(lambda: self._read(snapshot))
        return self._known[1] if self._known is not None else None

    def _read(self, snapshot: Snapshot) -> None:
        def ask(text: str) -> Sequence[Row]:
            return _rows_of(self._readers, text, snapshot)

        def rows(name: str, values: Mapping[str, Given]) -> Sequence[Row]:
            return ask(_query(name).bind(values))

        try:
            counted = ask(f"{_query('publishers-by-sources').bind({})}\nLIMIT {LEADING}")
            self._known = str(snapshot.folder), read_freshness(rows, counted)
        except KnowledgeGraphError:
            pass  # asked again at the next look
        finally:
            self._is_reading = False


def _query(name: str) -> NamedQuery:
    return read_query(QUERIES / "pages" / f"{name}.rq")


def _rows_of(readers: QueryReaders, text: str, snapshot: Snapshot) -> Sequence[Row]:
    answer = readers.query(ReadRequest(text, {"select": JSON}, is_checked=True), WATCHER, snapshot)
    try:
        results = read_results(answer.read())
    finally:
        answer.close()
    return () if isinstance(results, bool) else results.rows
