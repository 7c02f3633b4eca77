"""What every page is made from: the settings, the readers, the queries, and which snapshot is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from flask import request

from graph.blocking_readers import QueryReaders
from graph.datadir import Snapshot
from graph.label_file import FOLDER as LABELS
from graph.label_index import LabelIndex
from graph.named_query import Catalogue
from graph.query_parameters import Given
from graph.reader_protocol import ReadRequest
from graph.results import ResultTerm, read_results
from web.negotiation import JSON
from web.row_memory import RowMemory
from web.settings import Settings
from web.views import snapshot_of, view_here

# Where a request finds what it is about, once somebody has asked.
HERE: Final = "osagraph.here"

Row = Mapping[str, ResultTerm]
Values = Mapping[str, Given]


class Window(Protocol):
    """A part of a list: so many, after so many."""

    @property
    def size(self) -> int:
        """How many at most."""
        ...

    @property
    def start(self) -> int:
        """How many come before it."""
        ...


@dataclass(frozen=True)
class Site:
    """`questions` are the named queries that everybody may ask, `pages` those of our own pages.

    `current` is the snapshot that readers see, `kept` are all that are kept, by number; `memory` has answers.
    """

    settings: Settings
    readers: QueryReaders
    questions: Catalogue
    pages: Catalogue
    current: Callable[[], Snapshot]
    kept: Callable[[], Sequence[Snapshot]]
    memory: RowMemory = field(default_factory=RowMemory)

    @property
    def labels(self) -> LabelIndex:
        """What things are called, to be searched."""
        return LabelIndex(self.settings.data / LABELS)

    @property
    def address(self) -> str:
        """The site's own address as clients see it, without a slash at the end."""
        return (self.settings.public_url or request.url_root).rstrip("/")

    def here(self) -> Snapshot:
        """What this request is about: the current snapshot, or a view of it; the same to its end.

        Raises StoreMissingError, and ReadersBusyError where nobody has opened the view.
        """
        snapshot: Snapshot | None = request.environ.get(HERE)
        if snapshot is None:
            snapshot = snapshot_of(view_here()) or self.current()
            request.environ[HERE] = snapshot
        return snapshot

    def rows(
        self,
        name: str,
        values: Values | None = None,
        at: Snapshot | None = None,
        window: Window | None = None,
        is_kept: bool = True,
    ) -> list[Row]:
        """The solutions of a query of the pages, or of a named query; `at` as `here` gives it.

        `window` is for a query that ends in its order. `is_kept`: whether the same may be asked again.
        Raises what `ReaderPool.query` raises, and InvalidParameterError.
        """
        catalogue = self.pages if name in self.pages else self.questions
        text = catalogue[name].bind(values or {})
        if window is not None:
            text += f"\nLIMIT {window.size} OFFSET {window.start}"
        snapshot = at or self.here()
        key = (str(snapshot.store), text)
        known = self.memory.get(key) if is_kept else None
        if known is not None:
            return list(known)
        # Nothing in it is a stranger's but terms, and they are written as terms.
        asked = ReadRequest(text, {"select": JSON}, is_checked=True)
        answer = self.readers.query(asked, request.remote_addr or "", snapshot)
        try:
            results = read_results(answer.read())
        finally:
            answer.close()
        rows = () if isinstance(results, bool) else results.rows
        if is_kept:
            self.memory.put(key, rows)
        return list(rows)

    def row(self, name: str, values: Values | None = None, at: Snapshot | None = None) -> Row:
        """The first solution; an empty one where there is none."""
        return next(iter(self.rows(name, values, at)), {})


def text_of(row: Row, name: str) -> str:
    """The text of a term of a row: a literal's, an IRI's, or nothing where it is unbound."""
    return str(getattr(row.get(name), "value", ""))


def count_of(row: Row, name: str) -> int:
    """A count of a row; nothing is 0."""
    text = text_of(row, name)
    return int(text) if text else 0
