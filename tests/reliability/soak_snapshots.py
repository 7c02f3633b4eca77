"""Soak test, run by hand: a thousand snapshots under writes, while another process opens the current one.

    python tests/reliability/soak_snapshots.py [ROUNDS]

The writer adds, in each round, one quad to one graph and one to another, takes an earlier one out of both in
every third, and publishes. The reader opens whatever is current and counts: both graphs must hold the same
number, and together the one in the description of that very snapshot. Every fifth snapshot it keeps open
until the folder is long gone, and counts again. Printed are how often it opened, the mismatches, the
milliseconds of a publication and its parts, and the disk.
"""

from __future__ import annotations

import contextlib
import json
import select
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import NamedNode, Quad

sys.path.insert(0, str(Path(__file__).parents[2]))

from graph.datadir import DataDirectory, Snapshot
from graph.embedded import EmbeddedStore
from graph.errors import SnapshotGoneError, StoreWriteError
from graph.snapshot_status import disk_bytes

ONE, TWO = NamedNode("http://e.example/one"), NamedNode("http://e.example/two")
# More than the snapshots that are kept.
HELD_OPEN = 25
EVERY = 5
# The engine keeps a list of its changes, which a copy holds too; opening the store anew begins another.
ROUNDS_UNTIL_REOPENED = 200


@contextlib.contextmanager
def timed(name: str, times: dict[str, list[float]]) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    times.setdefault(name, []).append((time.perf_counter() - begun) * 1000)


def quads(number: int) -> list[Quad]:
    subject, value = NamedNode(f"http://e.example/s{number}"), NamedNode("http://e.example/o")
    return [Quad(subject, NamedNode("http://e.example/p"), value, graph) for graph in (ONE, TWO)]


def write(root: Path, rounds: int) -> None:
    data = DataDirectory(root)
    data.prepare()
    live = EmbeddedStore(root / "live")
    held: set[int] = set()
    times: dict[str, list[float]] = {}
    publish(data, live, 0, times)
    early = 0
    with subprocess.Popen(
        [sys.executable, __file__, "--read", str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as reader:
        for number in range(1, rounds):
            with timed("update", times):
                live.insert(quads(number))
                held.add(number)
                if number % 3 == 0:
                    live.delete(quads(number - 1))
                    held.discard(number - 1)
            publish(data, live, 2 * len(held), times)
            if number % ROUNDS_UNTIL_REOPENED == 0:
                live.close()
                with timed("reopen", times):
                    live = EmbeddedStore(root / "live")
            early = disk_bytes(root) if number == rounds // 10 else early
        found = json.loads(reader.communicate()[0])
    report(data, found, times, early)


def publish(data: DataDirectory, live: EmbeddedStore, count: int, times: dict[str, list[float]]) -> None:
    with timed("flush", times):
        live.flush()
    with data.writer():
        stage = data.stage()
        with timed("backup", times):
            live.backup(stage / "store")
        with timed("publish", times):
            data.publish(stage, {"quads": count}, "update")
    with timed("forget_old", times):
        data.forget_old()


def report(data: DataDirectory, found: object, times: dict[str, list[float]], early: int) -> None:
    print(f"snapshots: {data.current_number()}, kept: {len(data.kept())}")
    print(f"reader: {json.dumps(found)}")
    for name, values in times.items():
        values.sort()
        p50, p95 = (values[int(len(values) * share)] for share in (0.5, 0.95))
        print(f"{name:<10} p50 {p50:6.2f} ms  p95 {p95:6.2f} ms")
    live = disk_bytes(data.root / "live")
    print(f"disk: {early:,} bytes after a tenth, {disk_bytes(data.root):,} at the end (live {live:,})")


def read(root: Path) -> None:
    """Until the writer has closed its end: what was opened, and what did not agree."""
    data = DataDirectory(root)
    found = dict.fromkeys(("opened", "snapshots", "again", "gone", "mismatches"), 0)
    kept: deque[tuple[EmbeddedStore, Snapshot]] = deque()
    last = latest = 0
    while not is_over(latest, last):
        last, snapshot = latest, data.current()
        latest = snapshot.number
        try:
            store = EmbeddedStore(snapshot.store, read_only=True)
        except StoreWriteError:
            # Twenty others were published before it was opened.
            with contextlib.suppress(SnapshotGoneError):
                data.snapshot(latest)
                found["mismatches"] += 1
            found["gone"] += 1
            continue
        found["opened"] += 1
        found["snapshots"] += latest != last
        found["mismatches"] += not agrees(store, snapshot) or latest < last
        if latest % EVERY == 0 and latest != last:
            kept.append((store, snapshot))
        while kept and latest - kept[0][1].number > HELD_OPEN:
            found["again"] += 1
            found["mismatches"] += kept[0][1].folder.exists() or not agrees(*kept.popleft())
    print(json.dumps(found))


def is_over(latest: int, last: int) -> bool:
    """Nothing new, and nobody writes any more: the parent waits for us."""
    return latest == last and latest > 0 and bool(select.select([sys.stdin], [], [], 0)[0])


def agrees(store: EmbeddedStore, snapshot: Snapshot) -> bool:
    one, two = (sum(1 for _ in store.quads(graph=graph)) for graph in (ONE, TWO))
    return one == two and one + two == snapshot.counts["quads"]


def main() -> None:
    if sys.argv[1:2] == ["--read"]:
        read(Path(sys.argv[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / "data", int(sys.argv[1]) if len(sys.argv) > 1 else 1000)


if __name__ == "__main__":
    main()
