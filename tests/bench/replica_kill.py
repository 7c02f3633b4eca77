"""One of two read replicas is killed under load, again and again: what do clients see, and for how long?

    python tests/bench/replica_kill.py --data DIR [--rounds 10] [--connections 32]

Two replicas serve behind nginx with the shipped configuration; a third server, over the original, says what
is right. Each round loads a source into the original (`osagraph replicate --follow` brings it to the
replicas), kills one replica with SIGKILL (in turns its first process alone, and all of its processes at
once), waits, and starts it again. Every answer is compared with what the original says in the same
snapshot. Exit status 1 where one was wrong, or errors lasted for two seconds or more.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from tests.bench.own_client import percentile
from tests.bench.report_tables import table
from tests.bench.soak import copy_of
from tests.bench.steps import write_one_source
from tests.reliability.test_replicas import PATHS, QUERY, REFUSALS, nginx

ROOT: Final = Path(__file__).resolve().parents[2]
COMMAND: Final = (sys.executable, "-m", "server")
SERVING: Final = ("--proxy", "127.0.0.1", "--public-url", "https://example.org", "--quiet")
PATIENCE: Final = 60
LIMIT_SECONDS: Final = 2.0
BEFORE_SECONDS, AFTER_SECONDS = 3.0, 6.0
# What nginx does not send to another replica by itself: who knows whether it is safe to send it twice?
POST: Final = "POST /sparql"
ASKED: Final = (*PATHS, POST)
ACCEPT: Final = {"Accept": "text/csv, text/html;q=0.9"}
QUERY_TYPE: Final = {"Content-Type": "application/sparql-query"}
HEAD: Final = (
    "round", "killed", "answers", "502", "503", "refused", "cut", "errors from", "to", "window s",
    "slowest ms", "p95 before ms", "p95 after ms", "ready s", "in service s", "snapshots", "wrong",
)  # fmt: skip
LEGEND: Final = """\
errors      from, to: seconds from the kill to the first and last; window: how long there were any
slowest     the slowest answer after the kill: whoever had asked the replica that died waits for the other
ready       from the new start of the replica until it answers /readyz; in service: until nginx sends to it
snapshots   how many different ones the answers of the round were of: `replicate --follow` was at work"""


class Seen(NamedTuple):
    """One request: when it ended (monotonic), seconds, its status or what became of it, and of what."""

    at: float
    seconds: float
    status: int | str
    path: str
    snapshot: str
    body: int


class Replica:
    """A server over a data directory at a port of its own, in a process group of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = int(listener.getsockname()[1])
        self.start()

    def start(self) -> None:
        """Start it; it answers some time after that."""
        command = [*COMMAND, "serve", "--data", str(self.data), "--port", str(self.port), *SERVING]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=quiet, stderr=quiet, start_new_session=True)

    def wait(self) -> None:
        """Until it is ready.

        Raises RuntimeError where that does not come.
        """
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.process.poll() is None:
            if ask(self.port, "/readyz").status == 200:
                return
            time.sleep(0.02)
        raise RuntimeError(f"{self.data.name} is not ready")

    def kill(self, *, is_whole: bool) -> None:
        """SIGKILL to its first process, or to all of them."""
        if is_whole:
            os.killpg(self.process.pid, signal.SIGKILL)
        else:
            self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End all of it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def answered(self) -> int:
        """How many requests for pages and queries it has answered, by its own count."""
        lines = _get(self.port, "/metrics")[1].decode().splitlines()
        return sum(int(float(line.rpartition(" ")[2])) for line in lines if line.startswith(COUNTER))


COUNTER: Final = "osagraph_http_requests_total"


def ask(port: int, path: str) -> Seen:
    """One request over a new connection."""
    started = time.monotonic()
    status: int | str
    snapshot, body = "", b""
    try:
        status, body, snapshot = _whole(port, path)
    except ConnectionRefusedError:
        status = "refused"
    except (OSError, http.client.HTTPException):
        status = "cut"
    ended = time.monotonic()
    return Seen(ended, ended - started, status, path, snapshot, hash(body))


def _get(port: int, path: str) -> tuple[int, bytes]:
    status, body, _ = _whole(port, path)
    return status, body


def _whole(port: int, path: str) -> tuple[int, bytes, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with contextlib.closing(connection):
        if path == POST:
            connection.request("POST", "/sparql", f"{QUERY} ORDER BY ?amount ?year", ACCEPT | QUERY_TYPE)
        else:
            connection.request("GET", path, headers=ACCEPT)
        response = connection.getresponse()
        return response.status, response.read(), response.getheader("X-Osagraph-Snapshot") or ""


class Load:
    """So many connections that ask one thing after another, for as long as the block lasts."""

    def __init__(self, port: int, connections: int) -> None:
        self._port = port
        self._over = threading.Event()
        self.seen: list[Seen] = []
        self._threads = [threading.Thread(target=self._client, args=(n,)) for n in range(connections)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _client(self, number: int) -> None:
        while not self._over.is_set():
            self.seen.append(ask(self._port, ASKED[number % len(ASKED)]))
            number += 1


class Round(NamedTuple):
    """What a round showed; moments are seconds after the kill."""

    killed: str
    seen: Sequence[Seen]
    at: float
    ready: float
    in_service: float
    wrong: int

    @property
    def errors(self) -> list[float]:
        """When errors came, by their ends."""
        return [each.at - self.at for each in self.seen if each.status != 200]

    @property
    def window(self) -> float:
        """How long errors lasted; 0 without any."""
        return (
            max(self.errors) - min(0.0, *self.errors) if len(self.errors) > 1 else sum(map(abs, self.errors))
        )

    def cells(self, number: int) -> list[str]:
        """A line of the table."""
        statuses = Counter(each.status for each in self.seen)
        before = [1000 * each.seconds for each in self.seen if each.at < self.at]
        after = [1000 * each.seconds for each in self.seen if each.at >= self.at]
        span = [f"{min(self.errors):.2f}", f"{max(self.errors):.2f}"] if self.errors else ["-", "-"]
        return [
            f"{number}", self.killed, f"{statuses[200]:,}",
            *(f"{statuses[kind]}" for kind in (502, 503, "refused", "cut")),
            *span, f"{self.window:.2f}", f"{max(after):,.0f}",
            f"{percentile(before, 0.95):,.0f}", f"{percentile(after, 0.95):,.0f}",
            f"{self.ready:.1f}", f"{self.in_service:.1f}",
            f"{len({each.snapshot for each in self.seen if each.status == 200})}", f"{self.wrong}",
        ]  # fmt: skip


def one_round(
    number: int, port: int, replicas: Sequence[Replica], options: argparse.Namespace
) -> tuple[Load, float, float, float, str]:
    """Kill a replica under load and bring it back."""
    victim, is_whole = replicas[number % 2], number % 4 < 2
    with Load(port, options.connections) as load:
        time.sleep(BEFORE_SECONDS)
        at = time.monotonic()
        victim.kill(is_whole=is_whole)
        time.sleep(AFTER_SECONDS)
        began = time.monotonic()
        victim.start()
        victim.wait()
        ready = time.monotonic() - began
        first = victim.answered()
        while victim.answered() <= first + 2 and time.monotonic() < began + PATIENCE:
            time.sleep(0.05)
        in_service = time.monotonic() - began
        time.sleep(1)
    return load, at, ready, in_service, "all processes" if is_whole else "first process"


@contextlib.contextmanager
def place_of(options: argparse.Namespace) -> Iterator[Path]:
    """A folder for the round's files, on the disk of the data."""
    with tempfile.TemporaryDirectory(dir=options.folder or options.data.resolve().parent) as scratch:
        yield Path(scratch)


def measure(place: Path, options: argparse.Namespace) -> list[Round]:
    """All rounds."""
    original = place / "original"
    copy_of(options.data.resolve(), original)
    folders = [place / "one", place / "two"]
    replicate = [*COMMAND, "replicate", "--data", str(original), "--quiet", *map(str, folders)]
    subprocess.run(replicate, cwd=ROOT, check=True)
    rounds = []
    with contextlib.ExitStack() as stack:
        truth, *replicas = [Replica(folder) for folder in (original, *folders)]
        for each in (truth, *replicas):
            stack.callback(each.stop)
            each.wait()
        follower = subprocess.Popen([*replicate, "--follow"], cwd=ROOT)
        stack.callback(follower.wait)
        stack.callback(follower.terminate)
        port = stack.enter_context(nginx(place, [each.port for each in replicas]))
        right: dict[tuple[str, str], int] = {}
        for number in range(options.rounds):
            learn(truth, right)
            loading = threading.Thread(target=load_source, args=(place, original, number, truth, right))
            loading.start()
            load, at, ready, in_service, killed = one_round(number, port, replicas, options)
            loading.join()
            wrong = sum(is_wrong(each, right) for each in load.seen)
            rounds.append(Round(killed, load.seen, at, ready, in_service, wrong))
            print(f"round {number + 1}: window {rounds[-1].window:.2f} s", file=sys.stderr, flush=True)
    return rounds


def load_source(
    place: Path, original: Path, number: int, truth: Replica, right: dict[tuple[str, str], int]
) -> None:
    """Load a source while the replica is away, and learn what is right after that."""
    time.sleep(BEFORE_SECONDS + 1)
    files = write_one_source(place / f"source-{number}", number)
    line = [*COMMAND, "load", "--data", str(original), "--quiet", *map(str, files)]
    subprocess.run(line, cwd=ROOT, check=True)
    learn(truth, right)


def learn(truth: Replica, right: dict[tuple[str, str], int]) -> None:
    """What the original says now, by path and snapshot."""
    for path in ASKED:
        seen = ask(truth.port, path)
        right[path, seen.snapshot] = seen.body


def is_wrong(seen: Seen, right: dict[tuple[str, str], int]) -> bool:
    """Whether an answer is not the original's of the same snapshot, nor a refusal."""
    if seen.status == 200:
        return right.get((seen.path, seen.snapshot)) != seen.body
    return seen.status not in REFUSALS


def main() -> None:
    """Measure, print, and say by the exit status whether it is as promised."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, required=True, help="the dataset that is there; it is not changed"
    )
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--folder", type=Path, help="scratch files here, on the disk of the data")
    options = parser.parse_args()
    busy = os.getloadavg()[0]
    with place_of(options) as place:
        rounds = measure(place, options)
    windows = [each.window for each in rounds]
    wrong, errors = sum(each.wrong for each in rounds), sum(len(each.errors) for each in rounds)
    print(f"{os.cpu_count()} processors, load average {busy:.1f} before; {options.connections} connections\n")
    print(table(HEAD, [each.cells(number) for number, each in enumerate(rounds, 1)]))
    print(
        f"\nwindow: median {statistics.median(windows):.2f} s, most {max(windows):.2f} s; {errors} errors "
        f"among {sum(len(each.seen) for each in rounds):,} requests; {wrong} wrong\n\n{LEGEND}"
    )
    sys.exit(bool(wrong) or max(windows) >= LIMIT_SECONDS)


if __name__ == "__main__":
    main()
