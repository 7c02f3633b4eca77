"""Sends generated requests to a server that it starts itself, and checks each answer. Exit code 1: a fault.

Example: python tests/fuzz/http_fuzz.py data --count 20000 --seed 1 --time-limit 600
One case again: --only NUMBER (with the same seed). The data directory is copied first; all is on loopback.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shlex
import socket
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.fuzz.case import Case
from tests.fuzz.generated import Generator
from tests.fuzz.responses import MalformedResponseError, Response, content_faults, read_responses
from tests.hostile.client import HOST, Listener
from tests.hostile.server_process import COMMAND, ServerProcess, admin_token, copy_of
from tests.hostile.verdicts import recovery

BATCH: Final = 200
# How fast it recovers is for tests/hostile/contain.py to measure.
OUTAGE_SECONDS: Final = 10.0
# Answers are not read beyond this: an endless one is cut by us.
MOST_BYTES: Final = 8 << 20
QUIET_SECONDS: Final = 0.1
LARGE_BODY: Final = 1 << 20
LOITERERS: Final = 20
WRITES: Final = ("update", "document", "bomb")


@dataclass(frozen=True)
class Exchange:
    """What came back for one case: the statuses, or how it ended without one, and the faults."""

    kind: str
    outcome: str
    faults: tuple[str, ...]
    seconds: float


@dataclass
class Tally:
    """What was counted in a run."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    worst: dict[str, float] = field(default_factory=dict)

    def add(self, number: int, exchange: Exchange) -> None:
        self.counts[exchange.kind, exchange.outcome] += 1
        self.worst[exchange.kind] = max(exchange.seconds, self.worst.get(exchange.kind, 0))
        self.faults += [f"case {number} ({exchange.kind}): {fault}" for fault in exchange.faults]

    def text(self) -> str:
        """A table of kinds and statuses."""
        kinds = sorted({kind for kind, _ in self.counts})
        outcomes = sorted({outcome for _, outcome in self.counts})
        lines = [f"{'kind':24}{'longest s':>10}" + "".join(f"{outcome:>8}" for outcome in outcomes)]
        for kind in kinds:
            cells = "".join(f"{self.counts[kind, outcome] or '':>8}" for outcome in outcomes)
            lines.append(f"{kind:24}{self.worst[kind]:>10.2f}{cells}")
        lines.append(f"{sum(self.counts.values())} cases, {len(self.faults)} faults")
        return "\n".join(lines)


def send(port: int, case: Case, limit: float, source: str) -> Exchange:
    """Carry out one case and judge the answer. `limit`: seconds after which it hangs."""
    started = time.monotonic()
    try:
        with socket.create_connection((HOST, port), timeout=limit, source_address=(source, 0)) as connection:
            # What the server refuses at once, it may refuse before all of it was sent.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                for part in case.parts:
                    connection.sendall(part)
                if case.manner == "leave":
                    return Exchange(case.kind, "left", (), time.monotonic() - started)
            data, ending = _receive(connection, case, started + limit)
    except OSError as error:
        return Exchange(case.kind, "error", (f"no exchange: {error}",), time.monotonic() - started)
    outcome, faults = judge(case, data, ending)
    return Exchange(case.kind, outcome, tuple(faults), time.monotonic() - started)


def _receive(connection: socket.socket, case: Case, until: float) -> tuple[bytes, str]:
    """All that came, and the end of it: closed, quiet (whole answers, connection kept), long or hang."""
    data = bytearray()
    connection.settimeout(QUIET_SECONDS)
    while time.monotonic() < until:
        try:
            chunk = connection.recv(1 << 18)
        except TimeoutError:
            if data and _is_whole(bytes(data), case.methods):
                return bytes(data), "quiet"
            if case.manner == "half":
                # Not before: a server may take it for our leaving. It may also have left itself by now.
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_WR)
            continue
        except OSError:
            return bytes(data), "closed"
        if not chunk:
            return bytes(data), "closed"
        data += chunk
        if len(data) > MOST_BYTES:
            return bytes(data), "long"
    return bytes(data), "hang"


def _is_whole(data: bytes, methods: Sequence[str]) -> bool:
    try:
        responses = list(read_responses(data, methods, has_ended=False))
    except MalformedResponseError:
        return True  # it will not get better
    return bool(responses) and responses[-1].is_whole


def judge(case: Case, data: bytes, ending: str) -> tuple[str, list[str]]:
    """The outcome in a word (statuses where there are any), and everything that must not be."""
    if ending == "hang":
        return "hang", [f"no end in time, after {len(data)} bytes: {data[:60]!r}"]
    try:
        responses = list(read_responses(data, case.methods, has_ended=ending == "closed"))
    except MalformedResponseError as error:
        return "broken", [f"not a response: {error}"]
    if not responses:
        is_wrong = case.is_framed and sum(map(len, case.parts)) < LARGE_BODY
        return "none", ["closed without an answer"] if is_wrong else []
    faults = [fault for response in responses for fault in content_faults(response)]
    if len(responses) > len(case.methods):
        faults.append(f"{len(responses)} answers to {len(case.methods)} requests")
    if ending != "long":
        faults += [f"{response.status} that breaks off" for response in responses if _is_broken(response)]
    statuses = {str(response.status) for response in responses}
    return statuses.pop() if len(statuses) == 1 else "mixed", faults


def _is_broken(response: Response) -> bool:
    # A stream of results is cut when it must not end well; an error is always told to its end.
    return not response.is_whole and response.status != 200


class Loiterers:
    """Connections that send a header a little at a time, all through the run, and never finish."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connections: list[socket.socket] = []

    def loiter(self) -> None:
        """One more byte on each; those that the server has closed are opened again."""
        for connection in list(self._connections):
            try:
                connection.send(b"a")
            except OSError:
                connection.close()
                self._connections.remove(connection)
        while len(self._connections) < LOITERERS:
            connection = socket.create_connection((HOST, self._port), 5, source_address=("127.0.0.3", 0))
            connection.send(b"POST /sparql HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
            self._connections.append(connection)

    def close(self) -> None:
        for connection in self._connections:
            connection.close()


def fuzz(port: int, generator: Generator, numbers: Sequence[int], options: argparse.Namespace) -> Tally:
    """Batch after batch, with a look at the server's health between them, until all is done or time is up."""
    tally = Tally()
    until = time.monotonic() + options.time_limit
    loiterers = Loiterers(port)

    def one(number: int) -> tuple[int, Exchange]:
        case = generator.case(number)
        limit = options.write_limit if case.kind.startswith(WRITES) else options.total
        # Many addresses, so that neither ports nor a client's share of the server run out.
        return number, send(port, case, limit + 1, f"127.0.1.{1 + number % 200}")

    with ThreadPoolExecutor(options.connections) as pool, contextlib.closing(loiterers):
        for start in range(0, len(numbers), BATCH):
            loiterers.loiter()
            for number, exchange in pool.map(one, numbers[start : start + BATCH]):
                tally.add(number, exchange)
            late = recovery(port, HOST, OUTAGE_SECONDS)
            tally.faults += [f"outage after case {numbers[start]} and its batch: {late}"] if late else []
            if late or time.monotonic() > until:
                break
    return tally


def read_options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("data", type=Path, help="a built data directory; it is copied")
    add("--count", type=int, default=20_000)
    add("--seed", type=int, default=20261101)
    add("--time-limit", type=float, default=600, help="seconds after which no further batch begins")
    add("--connections", type=int, default=4)
    add("--only", type=int, help="only the case of this number")
    add("--deadline", type=float, default=2)
    add("--total", type=float, default=4)
    add("--write-limit", type=float, default=60, help="seconds that the server gives a write")
    add("--command", help="the server's command, in place of this checkout's server")
    add("--server-flag", action="append", default=[], metavar="--NAME=VALUE", help="for `serve`; repeatable")
    add("--log", type=Path, help="where the server's output goes")
    add("--json", type=Path, help="where the counts go as JSON")
    return parser.parse_args(arguments)


def run(options: argparse.Namespace, data: Path, listener: Listener) -> Tally:
    command = shlex.split(options.command) if options.command else COMMAND
    token = admin_token(data, command)
    flags = [f"--deadline={options.deadline:g}", f"--total={options.total:g}", *options.server_flag]
    server = ServerProcess(data, flags, command=command, log=options.log)
    print(
        f"seed {options.seed}, flags {flags}, unknown {server.missing}, token {token is not None}", flush=True
    )
    numbers = range(options.count) if options.only is None else [options.only]
    try:
        tally = fuzz(server.port, Generator(options.seed, token, listener.url), numbers, options)
        tally.faults += [] if server.is_running else ["the server has ended"]
    finally:
        server.stop()
    tally.faults += [f"the listener was called {listener.calls} times"] if listener.calls else []
    return tally


def main() -> int:
    options = read_options()
    with copy_of(options.data) as data, contextlib.closing(Listener()) as listener:
        tally = run(options, data, listener)
    print(tally.text())
    print("\n".join(f"FAULT {fault}" for fault in tally.faults[:200]))
    if options.json:
        counts = [[*key, count] for key, count in tally.counts.items()]
        options.json.write_text(json.dumps({"counts": counts, "faults": tally.faults}, indent=1) + "\n")
    return 1 if tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
