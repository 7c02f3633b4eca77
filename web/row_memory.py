"""Answers to the queries of pages: what a snapshot has answered once, it need not be asked again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Final

from graph.results import ResultTerm

Row = Mapping[str, ResultTerm]
Key = tuple[str, str]
# A row takes about a kilobyte; longer answers are not kept.
MOST_ROWS: Final = 50_000
LONGEST: Final = 5_000


class RowMemory:
    """The rows that queries had, by snapshot and text, the least recently used forgotten first.

    Snapshots and views never change. Any thread may use it.
    """

    def __init__(self, most_rows: int = MOST_ROWS) -> None:
        self._most = most_rows
        self._held = 0
        self._entries: OrderedDict[Key, Sequence[Row]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key) -> Sequence[Row] | None:
        """The rows of an answer; None where they are not remembered."""
        with self._lock:
            found = self._entries.get(key)
            if found is not None:
                self._entries.move_to_end(key)
            return found

    def put(self, key: Key, rows: Sequence[Row]) -> None:
        """Remember an answer, if it is not too long; an empty one takes the place of a row."""
        if len(rows) > LONGEST:
            return
        with self._lock:
            if key in self._entries:
                return
            self._entries[key] = rows
            self._held += len(rows) + 1
            while self._held > self._most:
                _, old = self._entries.popitem(last=False)
                self._held -= len(old) + 1
