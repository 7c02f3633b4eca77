"""How fast a snapshot gets to another engine, and what somebody who reads there sees meanwhile.

    python tests/bench/publishing.py --data DIR oxigraph fuseki-tdb2 fuseki-memory

Each engine starts empty, on the disk where it has one. The snapshot before the current one of DIR goes
there, then the current one, then the current one once more with `--replace`; all the time a reader asks one
question, whose answer is of one snapshot or shows a mixture. Nothing is asserted; the table is printed.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pyoxigraph import QuerySolutions

from graph.datadir import DataDirectory, Snapshot
from graph.embedded import EmbeddedStore
from graph.engine_access import EngineChoice, open_client, open_engine
from graph.errors import KnowledgeGraphError
from graph.publishing import Publisher
from graph.remote_client import RemoteLimits
from graph.store import ReadableStore

ROOT: Final = Path(__file__).parents[2]
JAVA_MEMORY: Final = "-Xmx6g"
PATIENCE_SECONDS: Final = 120
QUESTION: Final = (Path(__file__).parent / "queries" / "publishing.rq").read_text(encoding="utf-8")
Seen = tuple[int, int, int]


def seen(store: ReadableStore) -> tuple[int | None, Seen]:
    """Which snapshot the store says it holds, and what it holds of it."""
    solutions = store.query(QUESTION)
    assert isinstance(solutions, QuerySolutions)
    (row,) = solutions
    claims, facts, resolutions = (int(row[name].value) for name in ("claims", "facts", "resolutions"))
    return (int(row["snapshot"].value) if row["snapshot"] else None), (claims, facts, resolutions)


@dataclass
class Watcher:
    """Asks until told to stop, and tells what it saw."""

    store: ReadableStore
    expected: dict[int | None, Seen]
    stop: threading.Event = field(default_factory=threading.Event)
    answers: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def run(self) -> None:
        while not self.stop.is_set():
            started = time.perf_counter()
            try:
                number, found = seen(self.store)
            except KnowledgeGraphError as error:
                self.answers[f"error ({type(error).__name__})"] += 1
                continue
            self.seconds.append(time.perf_counter() - started)
            is_whole = self.expected[number] == found
            self.answers[f"snapshot {number or 'none'}" if is_whole else f"MIXTURE {number} {found}"] += 1

    @property
    def p95(self) -> float:
        """Of the answers' seconds."""
        ordered = sorted(self.seconds) or [0.0]
        return ordered[int(len(ordered) * 0.95)]


@contextlib.contextmanager
def watching(store: ReadableStore, expected: dict[int | None, Seen]) -> Iterator[Watcher]:
    """A watcher at work."""
    watcher = Watcher(store, expected)
    thread = threading.Thread(target=watcher.run)
    thread.start()
    try:
        yield watcher
    finally:
        watcher.stop.set()
        thread.join()


def command(engine: str, folder: Path, port: int) -> tuple[list[str], str]:
    """How an engine is started, and its address."""
    base = f"http://127.0.0.1:{port}"
    if engine == "oxigraph":
        program = str(Path(sys.executable).with_name("oxigraph"))
        return [program, "serve", "--location", str(folder), "--bind", f"127.0.0.1:{port}"], base
    jar = next(iter((ROOT / ".venv" / "fuseki").glob("jena-fuseki-server-*.jar")))
    where = ["--mem"] if engine == "fuseki-memory" else ["--tdb2", f"--loc={folder}"]
    java = ["java", JAVA_MEMORY, "-jar", str(jar), "--localhost", "--port", str(port)]
    return [*java, *where, "--update", "/ds"], f"{base}/ds"


@contextlib.contextmanager
def started(engine: str) -> Iterator[tuple[str, int, Path]]:
    """The address of a fresh engine, its process id, and the folder where its data lie."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "store"
        folder.mkdir()
        words, base = command(engine, folder, port)
        process = subprocess.Popen(words, cwd=name, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(base)
            yield base, process.pid, folder
        finally:
            process.kill()
            process.wait()


def wait_for(base: str) -> None:
    """Return once the engine says which it is."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(KnowledgeGraphError):
            open_engine(EngineChoice(base)).close()
            return
        time.sleep(0.2)
    raise SystemExit(f"{base} does not answer.")


def peak_mebibytes(pid: int) -> int:
    """The most memory that a process has had."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) >> 10


def measure(
    engine: str, data: DataDirectory, snapshots: list[Snapshot], expected: dict[int | None, Seen]
) -> None:
    """Print the lines of one engine."""
    limits = RemoteLimits(seconds=3600)
    with started(engine) as (base, pid, folder), contextlib.closing(open_client(limits)) as sender:
        for number, snapshot in enumerate([*snapshots, snapshots[-1]]):
            is_again = number == len(snapshots)
            with contextlib.closing(open_engine(EngineChoice(base), limits)) as opened:
                publisher = Publisher(opened, sender, data, snapshot, lambda *_: None, force=is_again)
                with watching(opened.store, expected) as watcher:
                    begun = time.perf_counter()
                    done = publisher.run()
                    seconds = time.perf_counter() - begun
                whole = seen(opened.store) == (snapshot.number, expected[snapshot.number])
            size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) >> 20
            speed = done.added / done.seconds if done.seconds else 0
            told = ", ".join(f"{what}: {count}" for what, count in sorted(watcher.answers.items()))
            print(
                f"| {engine} | {snapshot.number}{' (--replace)' if is_again else ''} | {done.way.value} | "
                f"-{done.removed:,} +{done.added:,} | {seconds:.1f} | {done.seconds:.1f} | "
                f"{speed:,.0f} | {peak_mebibytes(pid):,} | {size:,} | "
                f"{told} | {watcher.p95:.2f} | {'yes' if whole else 'NO'} |",
                flush=True,
            )


def main() -> None:
    """Measure the engines that were named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("engines", nargs="+", choices=["oxigraph", "fuseki-tdb2", "fuseki-memory"])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only-current", action="store_true", help="leave out the snapshot before")
    arguments = parser.parse_args()
    data = DataDirectory(arguments.data)
    kept = data.kept()
    snapshots = kept[-1:] if arguments.only_current else kept[-2:]
    expected: dict[int | None, Seen] = {None: (0, 0, 0)}
    for each in snapshots:
        expected[each.number] = seen(EmbeddedStore(each.store, read_only=True))[1]
    if shutil.which("java") is None:
        arguments.engines = [name for name in arguments.engines if name == "oxigraph"]
    print(
        "| engine | snapshot | way | quads | seconds in all | of these sending and switch | quads/s | "
        "peak MiB | disk MiB | the reader saw | its p95, s | all there |\n"
        "|---|---|---|---|---|---|---|---|---|---|---|---|"
    )
    for engine in arguments.engines:
        measure(engine, data, snapshots, expected)


if __name__ == "__main__":
    main()
