"""The process that evaluates strangers' queries, one at a time, and may be killed at any moment.

`graph.readers` starts it as `python -m graph.reader_child MEMORY_BYTES`. Each request names the
snapshot that it asks. Everything happens in one thread, because a result of the engine belongs to the thread
that asked for it.
"""

from __future__ import annotations

import contextlib
import json
import resource
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import IO, Final, Protocol, cast

from pyoxigraph import (
    DefaultGraph,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
)

from graph.confinement import confine, end_with_parent
from graph.embedded import EmbeddedStore, syntax_error
from graph.errors import (
    NoReceiptsError,
    NotMirroredError,
    PublicationChangedError,
    QueryFailedError,
    QuerySyntaxError,
    QueryTimeoutError,
    RemoteAccessError,
    RemoteStoreError,
    StoreError,
    UnknownResourceError,
    UnsupportedFormatError,
)
from graph.reader_protocol import DATA, END, HEAD, LEAVING, PREFIX, WHOLE, Frame, ReadRequest, fault_frame
from graph.store import GraphName, ReadableStore, Results
from graph.view_retention import held_while_read, view_mark
from ontology.namespaces import PREFIXES

FRAME_BYTES: Final = 256 * 1024
# The window size for zlib, and a gzip header.
GZIP: Final = 15 + 16
# A process that has grown so large answers no other query: the allocator would give nothing back.
LARGE_BYTES: Final = 200 << 20
# A query that was done sooner has not made it large.
QUICK_SECONDS: Final = 0.005
# Rows that come slowly are passed on at least so often, in seconds.
FLUSH_SECONDS: Final = 0.1


class FrameWriter:
    """A binary file that sends what is written to it as DATA frames, or as one WHOLE frame if little."""

    def __init__(self, output: IO[bytes], is_packed: bool = False) -> None:
        self._output = output
        # Level 1: the reader is faster than most networks, and not much is gained beyond.
        self._packer = zlib.compressobj(1, wbits=GZIP) if is_packed else None
        self._buffer = bytearray()
        self._sent = False
        self._last = time.monotonic()

    def write(self, data: bytes) -> int:
        """The number of bytes taken, which is all of them."""
        self._buffer += self._packer.compress(data) if self._packer else data
        # The packer may hold back all that it was given.
        if self._buffer and (
            len(self._buffer) >= FRAME_BYTES or time.monotonic() - self._last > FLUSH_SECONDS
        ):
            self._send(Frame(DATA, bytes(self._buffer)))
            self._sent = True
        return len(data)

    def flush(self) -> None:
        """Nothing: the engine flushes once at the end, and then `finish` follows."""

    def finish(self) -> Frame:
        """The last frame, still to be sent."""
        if self._packer:
            self._buffer += self._packer.flush()
        if not self._sent:
            return Frame(WHOLE, bytes(self._buffer))
        self._send(Frame(DATA, bytes(self._buffer)))
        return Frame(END)

    def _send(self, frame: Frame) -> None:
        self._output.write(frame.encode())
        self._output.flush()
        self._buffer.clear()
        self._last = time.monotonic()


class Dataset(ReadableStore, Protocol):
    """What requests are answered from: a snapshot here, or what another engine holds."""

    def ask(self, request: ReadRequest) -> Results:
        """The results of a request's query, over its dataset."""
        ...

    def write_graph(
        self, output: IO[bytes], format: RdfFormat, graph: GraphName, prefixes: Mapping[str, str]
    ) -> None:
        """Serialise one graph."""
        ...

    def holds(self, graph: str) -> bool:
        """Whether there is such a graph; the default graph ("") always is."""
        ...

    def settle(self) -> None:
        """Called when all was asked, before it is sent.

        Raises PublicationChangedError where the dataset was another one meanwhile.
        """
        ...


class SnapshotStore(EmbeddedStore):
    """A finished snapshot that answers requests of the SPARQL protocol and the Graph Store Protocol."""

    def __init__(self, folder: Path | None) -> None:
        super().__init__(folder, read_only=True)

    def ask(self, request: ReadRequest) -> Results:
        """The results of a request's query, over its dataset.

        Raises QuerySyntaxError with line and column.
        """
        try:
            return self._store.query(
                request.text,
                base_iri=request.base_iri,
                prefixes=_prefixes_in(request.text) if request.known_prefixes else None,
                default_graph=_nodes(request.default_graphs),  # type: ignore[arg-type]
                named_graphs=_nodes(request.named_graphs),  # type: ignore[arg-type]
                use_default_graph_as_union=request.is_union,
            )
        except SyntaxError as error:
            raise syntax_error(error) from error

    def write_graph(
        self, output: IO[bytes], format: RdfFormat, graph: GraphName, prefixes: Mapping[str, str]
    ) -> None:
        """Serialise one graph."""
        self._store.dump(output, format=format, from_graph=graph, prefixes=dict(prefixes))

    def holds(self, graph: str) -> bool:
        """Whether there is such a graph; the default graph ("") always is, empty ones count."""
        return not graph or self._store.contains_named_graph(NamedNode(graph))


def _prefixes_in(text: str) -> dict[str, str]:
    """Those that the text may use: the engine takes its time for each."""
    return {name: iri for name, iri in PREFIXES.items() if f"{name}:" in text}


def _nodes(iris: Iterable[str] | None) -> list[NamedNode] | None:
    return None if iris is None else [NamedNode(iri) for iri in iris]


# Sends what a request asks for, but for the last frame.
Replying = Callable[[Dataset, ReadRequest, IO[bytes]], Frame]


class Opening(Protocol):
    """Whoever opens what a request asks."""

    def open(self, request: ReadRequest) -> Dataset:
        """The dataset, which stays as it is until `rest`."""
        ...

    def rest(self) -> None:
        """What is open is not being read any more."""
        ...


class Snapshots:
    """The snapshot that was asked last stays open; another one takes its place when it is asked."""

    def __init__(self) -> None:
        self._mark = ""
        self._store: SnapshotStore | None = None
        self._hold = contextlib.ExitStack()

    def open(self, request: ReadRequest) -> SnapshotStore:
        """The snapshot's store, or a view's, which stays in its place until `rest`.

        Raises StoreError where it cannot be opened.
        """
        self.rest()
        folder = request.store
        try:
            self._hold.enter_context(held_while_read(Path(folder)))
            mark = view_mark(Path(folder))
        except OSError as error:
            raise StoreError(f"{folder} is gone.") from error
        if self._store is None or mark != self._mark:
            self._store = None
            self._store = SnapshotStore(Path(folder))
            self._mark = mark
        return self._store

    def rest(self) -> None:
        """The store that is open is not being read any more."""
        self._hold.close()


def reply(store: Dataset, request: ReadRequest, output: IO[bytes]) -> Frame:
    """Send the answer of a query, or a whole graph, but for the last frame, which is returned."""
    if request.graph is not None:
        return answer_graph(store, request, request.graph, output)
    if request.check:
        return answer_check(request, output)
    return answer_query(store, request, output)


def answer(snapshots: Opening, request: ReadRequest, output: IO[bytes], reply_to: Replying = reply) -> bool:
    """Evaluate a request and send its answer, or what is wrong with it; whether this process may go on."""
    began = time.monotonic()
    try:
        store = snapshots.open(request)
        last = reply_to(store, request, output)
    except Exception as error:
        # The engine raises what it likes; whatever it is, this process lives on and says so.
        last = _report(error)
    snapshots.rest()
    is_large = time.monotonic() - began > QUICK_SECONDS and resident_bytes() > LARGE_BYTES
    if is_large:
        output.write(Frame(LEAVING).encode())
    output.write(last.encode())
    output.flush()
    return not is_large


def resident_bytes() -> int:
    """How much memory this process has right now."""
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def answer_query(store: Dataset, request: ReadRequest, output: IO[bytes]) -> Frame:
    """Send the results of a query but for the last frame, which is returned.

    Raises what is wrong with it.
    """
    results = store.ask(request)
    store.settle()
    form = query_form(results)
    writer = begin(form, request, output)
    write_results(results, request.media_types[form], writer)
    return writer.finish()


def answer_check(request: ReadRequest, output: IO[bytes]) -> Frame:
    """Send nothing, which says that the query is well-formed; the last frame is returned.

    Raises what is wrong with it.
    """
    # The engine parses only what it is about to evaluate, and over no data that costs nothing.
    SnapshotStore(None).ask(request)
    return begin("check", request, output).finish()


def answer_graph(store: Dataset, request: ReadRequest, graph: str, output: IO[bytes]) -> Frame:
    """Send a graph whole, or nothing where only its being there is asked; the last frame is returned.

    Raises UnknownResourceError where there is no such graph.
    """
    if not store.holds(graph):
        raise UnknownResourceError(f"There is no graph {graph}.")
    store.settle()
    writer = begin("graph", request, output)
    if not request.is_head:
        name = NamedNode(graph) if graph else DefaultGraph()
        prefixes = PREFIXES if request.known_prefixes else {}
        store.write_graph(
            cast(IO[bytes], writer), _graph_format(request.media_types["graph"]), name, prefixes
        )
    return writer.finish()


def begin(form: str, request: ReadRequest, output: IO[bytes]) -> FrameWriter:
    """A writer for the answer, after its head has been sent.

    Raises UnsupportedFormatError where no format that was asked for fits.
    """
    media_type = request.media_types.get(form)
    if media_type is None:
        raise UnsupportedFormatError(f"The answer of this query ({form}) has none of the formats asked for.")
    output.write(Frame(HEAD, json.dumps({"form": form, "media_type": media_type}).encode()).encode())
    return FrameWriter(output, request.is_packed)


def _report(error: Exception) -> Frame:
    match error:
        case UnsupportedFormatError():
            return fault_frame("format", str(error))
        case QuerySyntaxError():
            return fault_frame("syntax", str(error), error.line, error.column)
        case UnknownResourceError():
            return fault_frame("unknown", str(error))
        case NoReceiptsError():
            return fault_frame("receipts", str(error))
        case QueryTimeoutError():
            return fault_frame("timeout", str(error))
        case NotMirroredError():
            return fault_frame("not-mirrored", str(error))
        case PublicationChangedError():
            return fault_frame("engine-changed", str(error))
        case RemoteAccessError():
            return fault_frame("engine-access", str(error))
        case RemoteStoreError():
            return fault_frame("engine", str(error))
        case QueryFailedError():
            return fault_frame("failed", str(error))
        case StoreError():
            return fault_frame("store", str(error))
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
        results.serialize(cast(IO[bytes], writer), format=_graph_format(media_type))
        return
    results_format = QueryResultsFormat.from_media_type(media_type)
    if results_format is None:
        raise UnsupportedFormatError(f"{media_type} is no format of this query's answer.")
    results.serialize(cast(IO[bytes], writer), format=results_format)


def _graph_format(media_type: str) -> RdfFormat:
    found = RdfFormat.from_media_type(media_type)
    if found is None:
        raise UnsupportedFormatError(f"{media_type} is no format of a graph.")
    return found


def serve(
    requests: IO[bytes], output: IO[bytes], reply_to: Replying = reply, snapshots: Opening | None = None
) -> None:
    """Answer requests until there are no more, or this process has said that it leaves."""
    snapshots = snapshots or Snapshots()
    while len(head := requests.read(PREFIX.size)) == PREFIX.size:
        _, length = PREFIX.unpack(head)
        if not answer(snapshots, ReadRequest.read(requests.read(length)), output, reply_to):
            return


def run(reply_to: Replying = reply, snapshots: Opening | None = None, *, network: bool = False) -> None:
    """Answer requests on standard input and output; `network`: whether this process keeps the network."""
    confine(int(sys.argv[1]), network=network)
    end_with_parent(sys.stdin.fileno())
    serve(sys.stdin.buffer, sys.stdout.buffer, reply_to, snapshots)


if __name__ == "__main__":
    run()
