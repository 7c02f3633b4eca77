"""Kills processes of a running server at random while clients write and read over HTTP, and looks for losses.

Run by hand: `python tests/reliability/soak_server.py --rounds 200`, or `--seconds 300 --readers 16` to let
readers check an invariant beside one writer without kills. Prints what was killed, how long the server was
away, and each violation; exit status 1 where there was one.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter as Tally
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).parents[2]
KINDS = ("web", "writer", "hand", "reader", "all", "stop")
MARKS = {"web": "spawn_main", "writer": "loaders.writer", "hand": "hand_child", "reader": "reader_child"}
# Both graphs are written in one update, so a reader that sees them apart has seen half a write.
INCREMENT = (ROOT / "tests/reliability/increment.ru").read_text(encoding="utf-8")
COUNTS = (ROOT / "tests/reliability/counts.rq").read_text(encoding="utf-8")
AWAY_SECONDS = 5.0


@dataclass
class Findings:
    """What was seen."""

    acknowledged: Tally[int] = field(default_factory=Tally)
    reads: int = 0
    refusals: Tally[str] = field(default_factory=Tally)
    violations: list[str] = field(default_factory=list)
    killed: Tally[str] = field(default_factory=Tally)
    away: list[float] = field(default_factory=list)


class Server:
    """A plain server that is started again when somebody kills all of it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = int(listener.getsockname()[1])
        made = subprocess.run(
            [sys.executable, "-m", "server", "token", "add", "soak", "--scope", "admin", "--data", str(data)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        self.token = made.stdout.strip()
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "server", "serve", "--raw", "--quiet", "--data", str(self.data)]
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port)], cwd=ROOT, stderr=subprocess.DEVNULL
        )

    def ask(self, method: str, body: str, content_type: str, *, timeout: float = 30) -> tuple[int, bytes]:
        """Status and body; OSError and HTTPException where the server is away."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": content_type}
        with contextlib.closing(connection):
            connection.request(method, "/sparql", body, headers)
            response = connection.getresponse()
            return response.status, response.read()

    def write(self, number: int, old: int) -> int:
        text = INCREMENT.replace("NUMBER", str(number)).replace("NEW", str(old + 1))
        return self.ask("POST", text, "application/sparql-update")[0]

    def counts(self) -> dict[tuple[str, str], int] | None:
        """The counters by graph and name; None where the server is away or busy."""
        status, body = self.ask("POST", f"query={quote(COUNTS)}", "application/x-www-form-urlencoded")
        if status != 200:
            return None
        rows = json.loads(body)["results"]["bindings"]
        return {(row["g"]["value"], row["s"]["value"]): int(row["n"]["value"]) for row in rows}

    def processes(self, kind: str) -> list[int]:
        """The ids of the server's processes of a kind."""
        return [pid for pid in descendants(self.process.pid) if MARKS[kind] in command_line(pid)]


def descendants(parent: int) -> list[int]:
    """The ids of all processes below one."""
    children: list[int] = []
    with contextlib.suppress(OSError):
        # Each thread has the children that it started.
        for thread in Path(f"/proc/{parent}/task").iterdir():
            children += (int(pid) for pid in (thread / "children").read_text().split())
    return [*children, *(below for child in children for below in descendants(child))]


def command_line(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return ""


def count_on(server: Server, number: int, found: Findings, over: Callable[[], bool]) -> None:
    """One client's writes: each brings its counter on by one, whether or not the former was acknowledged."""
    while not over():
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            counts = server.counts()
            if counts is None:
                continue
            old = counts.get(("urn:soak:a", f"urn:soak:{number}"), 0)
            if old < found.acknowledged[number]:
                found.violations.append(
                    f"counter {number} is at {old}, {found.acknowledged[number]} acknowledged"
                )
            status = server.write(number, old)
            if status == 204:
                found.acknowledged[number] = old + 1
            else:
                found.refusals[str(status)] += 1


def watch(server: Server, found: Findings, over: Callable[[], bool]) -> None:
    """One client's reads: both graphs say the same at any time."""
    while not over():
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            counts = server.counts()
            if counts is None:
                continue
            found.reads += 1
            sides: list[dict[str, int]] = [{}, {}]
            for (graph, name), count in counts.items():
                sides[graph == "urn:soak:b"][name] = count
            if sides[0] != sides[1]:
                found.violations.append(f"half a write was seen: {sides}")


def kill_one(server: Server, kind: str, found: Findings) -> None:
    """Kill a process of a kind, and wait until the server answers writes and reads again."""
    if kind in MARKS:
        chosen = server.processes(kind)
        if not chosen:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(random.choice(chosen), signal.SIGKILL)
    else:
        server.process.send_signal(signal.SIGTERM if kind == "stop" else signal.SIGKILL)
        server.process.wait()
        server.start()
    found.killed[kind] += 1
    began = time.monotonic()
    while time.monotonic() - began < 60:
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            if server.write(1000, len(found.away)) == 204 and server.counts() is not None:
                break
        time.sleep(0.02)
    found.away.append(time.monotonic() - began)
    if found.away[-1] > AWAY_SECONDS:
        found.violations.append(f"after {kind} was killed the server was away for {found.away[-1]:.1f} s")


def run(rounds: int, seconds: float, writers: int, readers: int, seed: int) -> Findings:
    """What was seen in so many rounds of kills, or in so many seconds without."""
    found, ended, moments = Findings(), threading.Event(), random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "data")
        while server_is_away(server):
            time.sleep(0.05)
        threads = [
            threading.Thread(target=count_on, args=(server, n, found, ended.is_set)) for n in range(writers)
        ]
        threads += [
            threading.Thread(target=watch, args=(server, found, ended.is_set)) for _ in range(readers)
        ]
        for thread in threads:
            thread.start()
        for number in range(rounds):
            time.sleep(moments.uniform(0, 0.5))
            kill_one(server, KINDS[number % len(KINDS)], found)
        ended.wait(seconds)
        ended.set()
        for thread in threads:
            thread.join()
        counts = server.counts() or {}
        for number, acknowledged in found.acknowledged.items():
            if counts.get(("urn:soak:a", f"urn:soak:{number}"), 0) < acknowledged:
                found.violations.append(f"counter {number} lost acknowledged writes")
        server.process.terminate()
        server.process.wait()
    return found


def server_is_away(server: Server) -> bool:
    try:
        return server.counts() is None
    except (OSError, http.client.HTTPException):
        return True


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--writers", type=int, default=3)
    parser.add_argument("--readers", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    found = run(given.rounds, given.seconds, given.writers, given.readers, given.seed)
    print(f"killed {dict(found.killed)}; acknowledged writes {sum(found.acknowledged.values())}")
    print(f"reads that checked the invariant {found.reads}; refusals {dict(found.refusals)}")
    if found.away:
        away = sorted(found.away)
        print(f"away: median {away[len(away) // 2]:.2f} s, longest {away[-1]:.2f} s")
    for violation in found.violations[:20]:
        print(f"VIOLATION {violation}")
    print(f"violations {len(found.violations)}")
    return 1 if found.violations else 0


if __name__ == "__main__":
    sys.exit(main())
