"""The reader process of a mirror: it asks the engine for queries, explanations and receipts alike.

`graph.readers` starts it as `python -m graph.mirror_child MEMORY_BYTES`. It keeps its connections from one
request to the next, and so the network. Our own engine reads each query here as well, but over no data.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO

from graph.explanation_child import explain
from graph.mirror_store import MirrorStore, open_mirror
from graph.reader_child import Dataset, reply, run
from graph.reader_protocol import Frame, ReadRequest
from graph.receipts_child import answer_with_receipts
from graph.remote_client import RemoteLimits
from graph.remote_mirror import NAMED


class Mirrors:
    """The mirror that was asked last stays open, with its connections."""

    def __init__(self) -> None:
        self._mark: object = None
        self._store: MirrorStore | None = None

    def open(self, request: ReadRequest) -> MirrorStore:
        """The store of the snapshot that a request asks.

        Raises PublicationChangedError where it has been replaced.
        """
        folder = Path(request.store).parent
        if self._store is None or request.store != self._mark:
            self._close()
            limits = RemoteLimits(seconds=request.seconds or RemoteLimits().seconds)
            self._store = open_mirror(folder, limits, NAMED)
            self._mark = request.store
        self._store.seconds = request.seconds
        return self._store

    def rest(self) -> None:
        """Nothing: the connections stay."""

    def _close(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None


def reply_from_engine(store: Dataset, request: ReadRequest, output: IO[bytes]) -> Frame:
    """Send the answer of a request but for the last frame, which is returned."""
    if request.explain is not None:
        return explain(store, request, output)
    if request.receipts:
        return answer_with_receipts(store, request, output)
    return reply(store, request, output)


if __name__ == "__main__":
    run(reply_from_engine, Mirrors(), network=True)
