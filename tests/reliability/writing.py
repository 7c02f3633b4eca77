"""A plain dataset with a writer, for the tests beside this file and for `soak_writer.py`."""

from __future__ import annotations

import contextlib
import datetime
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from graph.errors import KnowledgeGraphError, QueryFailedError, WriterUnavailableError
from graph.write_protocol import WriteReceipt, WriteRequest
from graph.writer_client import WriterClient
from loaders.hand import HandLimits
from loaders.operations import publish_empty
from loaders.replay import Workshop
from loaders.writer_process import WriterProcess

COUNT = NamedNode("http://example.org/count")


def update(text: str) -> WriteRequest:
    return WriteRequest("update", "test", raw=True, text=text)


def increment(counter: str, old: int) -> WriteRequest:
    """Counts on by one, and does nothing where the counter is not at `old`; a second quad must go along."""
    node, one, other = f"<http://example.org/{counter}>", f"<{COUNT.value}>", "<http://example.org/same>"
    before, after = f"{node} {one} {old}", f"{node} {one} {old + 1}"
    gone, come = (f"{{ {quad} . GRAPH {other} {{ {quad} }} }}" for quad in (before, after))
    return update(f"DELETE {gone} INSERT {come} WHERE {{ {before} }}")


@dataclass
class Writing:
    """A data directory whose writer runs."""

    data: DataDirectory
    process: WriterProcess
    client: WriterClient
    limits: HandLimits

    def write(self, text: str) -> WriteReceipt:
        return self.client.write(update(text))

    def store(self) -> EmbeddedStore:
        """The current snapshot."""
        return EmbeddedStore(self.data.current().store, read_only=True)

    def counts(self, graph: str | None = None) -> dict[str, int]:
        """Every counter; one that has two values or none is -1."""
        found: dict[str, list[int]] = {}
        store = self.store()
        name = NamedNode(graph) if graph else None
        for quad in store.quads(None, COUNT, None, name):
            if graph is not None or str(quad.graph_name) == "DEFAULT":
                assert isinstance(quad.object, Literal)
                found.setdefault(str(quad.subject), []).append(int(quad.object.value))
        return {name: values[0] if len(values) == 1 else -1 for name, values in found.items()}

    def hand_id(self) -> int | None:
        """The process id of the writer's hand."""
        writer = self.process.process_id
        try:
            children = Path(f"/proc/{writer}/task/{writer}/children").read_text().split()
        except OSError:
            return None
        return int(children[0]) if children else None

    def kill(self, process_id: int | None) -> None:
        """End a process at once, as the kernel does when memory is short."""
        if process_id is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process_id, signal.SIGKILL)


@contextlib.contextmanager
def writing(root: Path, limits: HandLimits | None = None) -> Iterator[Writing]:
    """A new plain dataset, and a writer for as long as this lasts."""
    data = DataDirectory(root)
    publish_empty(Workshop(data, Path(), {}, lambda: datetime.datetime.now(datetime.UTC)))
    limits = limits or HandLimits()
    process, client = WriterProcess(data, limits), WriterClient(data, 120)
    process.start()
    try:
        yield Writing(data, process, client, limits)
    finally:
        client.close()
        process.stop()


@dataclass
class Counter:
    """A client that counts on; `acknowledged` is the highest count that it was told is there."""

    name: str
    made: Writing
    acknowledged: int = 0
    refusals: list[str] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)

    def run(self, is_over: Callable[[], bool]) -> None:
        with contextlib.closing(WriterClient(self.made.data, 120)) as client:
            self._begin(client)
            # On a busy machine it may be over before everybody has begun.
            is_last = False
            while not is_last:
                is_last = is_over()
                try:
                    client.write(increment(self.name, self.acknowledged))
                    self.acknowledged += 1
                except KnowledgeGraphError as error:
                    self.refusals.append(f"{type(error).__name__}: {error}")
                    self._look()

    def _begin(self, client: WriterClient) -> None:
        while True:
            with contextlib.suppress(QueryFailedError, WriterUnavailableError):
                client.write(update(f"INSERT DATA {{ {self._quads(0)} }}"))
                return

    def _quads(self, value: int) -> str:
        triple = f"<http://example.org/{self.name}> <{COUNT.value}> {value}"
        return f"{triple} . GRAPH <http://example.org/same> {{ {triple} }}"

    def _look(self) -> None:
        """After an error the write may be there or not, but nothing else."""
        found = self.made.counts().get(f"<http://example.org/{self.name}>", -1)
        if found not in (self.acknowledged, self.acknowledged + 1):
            self.surprises.append(f"{self.name}: {found} after {self.acknowledged} was acknowledged")
        self.acknowledged = max(found, self.acknowledged)


def run_counters(made: Writing, number: int, is_over: Callable[[], bool]) -> list[Counter]:
    """Counters in threads of their own, until it is over."""
    counters = [Counter(f"counter-{place}", made) for place in range(number)]
    threads = [threading.Thread(target=counter.run, args=(is_over,)) for counter in counters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return counters


def losses(made: Writing, counters: list[Counter]) -> list[str]:
    """What is not as it was acknowledged, or half there."""
    found, same = made.counts(), made.counts("http://example.org/same")
    lost = [surprise for counter in counters for surprise in counter.surprises]
    for counter in counters:
        node = f"<http://example.org/{counter.name}>"
        if found.get(node) != counter.acknowledged or same.get(node) != counter.acknowledged:
            lost.append(f"{counter.name}: {found.get(node)}, {same.get(node)}, not {counter.acknowledged}")
    return lost


def until(moment: float) -> Callable[[], bool]:
    """Whether a moment of the monotonic clock has passed."""
    return lambda: time.monotonic() > moment
