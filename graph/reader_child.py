"""The process that evaluates strangers' queries, one at a time, and may be killed at any moment.

`graph.readers` starts it as `python -m graph.reader_child MEMORY_BYTES STORE`. Everything happens in one
thread, because a result of the engine belongs to the thread that asked for it; a second thread only waits
for the end of the parent.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import select
import signal
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Final, cast

from pyoxigraph import NamedNode, QueryBoolean, QueryResultsFormat, QuerySolutions, QueryTriples, RdfFormat

from graph.embedded import EmbeddedStore, syntax_error
from graph.errors import QuerySyntaxError, StoreError, UnsupportedFormatError
from graph.reader_protocol import DATA, END, HEAD, PREFIX, WHOLE, Frame, ReadRequest, fault_frame
from graph.store import Results
from ontology.namespaces import PREFIXES

FRAME_BYTES: Final = 256 * 1024
# Rows that come slowly are passed on at least so often, in seconds.
FLUSH_SECONDS: Final = 0.1
CLONE_NEWUSER_AND_NEWNET: Final = 0x10000000 | 0x40000000


class FrameWriter:
    """A binary file that sends what is written to it as DATA frames, or as one WHOLE frame if little."""

    def __init__(self, output: IO[bytes]) -> None:
        self._output = output
        self._buffer = bytearray()
        self._sent = False
        self._last = time.monotonic()

    def write(self, data: bytes) -> int:
        """The number of bytes taken, which is all of them."""
        self._buffer += data
        if len(self._buffer) >= FRAME_BYTES or time.monotonic() - self._last > FLUSH_SECONDS:
            self._send(Frame(DATA, bytes(self._buffer)))
            self._sent = True
        return len(data)

    def flush(self) -> None:
        """Nothing: the engine flushes once at the end, and then `finish` follows."""

    def finish(self) -> None:
        """Send the rest and say that it is the end."""
        if not self._sent:
            self._send(Frame(WHOLE, bytes(self._buffer)))
            return
        self._send(Frame(DATA, bytes(self._buffer)))
        self._send(Frame(END))

    def _send(self, frame: Frame) -> None:
        self._output.write(frame.encode())
        self._output.flush()
        self._buffer.clear()
        self._last = time.monotonic()


class SnapshotStore(EmbeddedStore):
    """A finished snapshot that answers requests of the SPARQL protocol."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, read_only=True)

    def ask(self, request: ReadRequest) -> Results:
        """The results of a request's query, over its dataset.

        Raises QuerySyntaxError with line and column.
        """
        try:
            return self._store.query(
                request.text,
                base_iri=request.base_iri,
                prefixes=dict(PREFIXES) if request.known_prefixes else None,
                default_graph=_nodes(request.default_graphs),  # type: ignore[arg-type]
                named_graphs=_nodes(request.named_graphs),  # type: ignore[arg-type]
            )
        except SyntaxError as error:
            raise syntax_error(error) from error


def _nodes(iris: Iterable[str] | None) -> list[NamedNode] | None:
    return None if iris is None else [NamedNode(iri) for iri in iris]


def answer(store: SnapshotStore, request: ReadRequest, output: IO[bytes]) -> None:
    """Evaluate a request and send its answer, or what is wrong with it."""
    try:
        results = store.ask(request)
        form = query_form(results)
        media_type = request.media_types.get(form)
        if media_type is None:
            raise UnsupportedFormatError(
                f"The answer of this query ({form}) has none of the formats asked for."
            )
        output.write(Frame(HEAD, json.dumps({"form": form, "media_type": media_type}).encode()).encode())
        writer = FrameWriter(output)
        write_results(results, media_type, writer)
        writer.finish()
    except Exception as error:
        # The engine raises what it likes; whatever it is, this process lives on and says so.
        output.write(_report(error).encode())
    output.flush()


def _report(error: Exception) -> Frame:
    match error:
        case UnsupportedFormatError():
            return fault_frame("format", str(error))
        case QuerySyntaxError():
            return fault_frame("syntax", str(error), error.line, error.column)
        case _:
            return fault_frame("failed", f"The query could not be evaluated: {error}")


def query_form(results: Results) -> str:
    """`select`, `ask` or `graph`."""
    if isinstance(results, QuerySolutions):
        return "select"
    return "ask" if isinstance(results, QueryBoolean) else "graph"


def write_results(results: Results, media_type: str, writer: FrameWriter) -> None:
    """Serialise into the writer, in this thread.

    Raises UnsupportedFormatError for a media type that is unknown.
    """
    if isinstance(results, QueryTriples):
        graph_format = RdfFormat.from_media_type(media_type)
        if graph_format is not None:
            results.serialize(cast(IO[bytes], writer), format=graph_format)
            return
    else:
        results_format = QueryResultsFormat.from_media_type(media_type)
        if results_format is not None:
            results.serialize(cast(IO[bytes], writer), format=results_format)
            return
    raise UnsupportedFormatError(f"{media_type} is no format of this query's answer.")


def serve(store: SnapshotStore, requests: IO[bytes], output: IO[bytes]) -> None:
    """Answer requests until there are no more."""
    while len(head := requests.read(PREFIX.size)) == PREFIX.size:
        _, length = PREFIX.unpack(head)
        answer(store, ReadRequest.read(requests.read(length)), output)


def confine(memory_bytes: int) -> None:
    """Limit this process: its memory, no core dumps, and no network where the system lets us give it up."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Fails without harm where user namespaces are switched off; the deployment has to see to it then.
    ctypes.CDLL(None).unshare(CLONE_NEWUSER_AND_NEWNET)
    # Control-C in a terminal is for the parent, whose end is ours.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def leave_with_parent(descriptor: int) -> None:
    """End this process as soon as nobody holds the other end of the pipe, whatever it is doing."""
    poll = select.poll()
    poll.register(descriptor, 0)
    poll.poll()
    os._exit(0)


def main() -> None:
    """Serve one snapshot on standard input and output."""
    memory_bytes, folder = int(sys.argv[1]), Path(sys.argv[2])
    confine(memory_bytes)
    threading.Thread(target=leave_with_parent, args=(sys.stdin.fileno(),), daemon=True).start()
    try:
        store = SnapshotStore(folder)
    except StoreError as error:
        sys.stdout.buffer.write(fault_frame("store", str(error)).encode())
        sys.exit(1)
    serve(store, sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
