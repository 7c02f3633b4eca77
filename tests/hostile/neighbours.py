"""Innocent clients beside the attacker: tiny queries from another address, in a process of their own.

A process and not a thread, so that a busy attacker in this interpreter does not lengthen what they measure.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final

from tests.hostile.client import HOST, MEDIA, NEIGHBOUR

ROOT: Final = Path(__file__).parents[2]
PAUSE_SECONDS: Final = 0.02
PATIENCE_SECONDS: Final = 30.0
# Numbered, so that no cache answers.
TINY: Final = "ASK {{ ?s ?p '{0}' }}"


@dataclass(frozen=True)
class Latency:
    """How a phase was for the neighbours: milliseconds of the answers, and how many were none."""

    answered: int
    failed: int
    p50: float
    p95: float
    worst: float

    @staticmethod
    def of(seconds: list[float], failed: int) -> Latency:
        milliseconds = sorted(1000 * value for value in seconds) or [0.0]
        last = len(milliseconds) - 1
        return Latency(
            len(seconds),
            failed,
            round(statistics.median(milliseconds), 2),
            round(milliseconds[round(0.95 * last)], 2),
            round(milliseconds[last], 2),
        )


class Neighbours:
    """The process that asks; `enter` names the phase that its next answers belong to."""

    def __init__(self, port: int) -> None:
        line = [sys.executable, "-m", "tests.hostile.neighbours", str(port)]
        self._process = subprocess.Popen(
            line, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def enter(self, phase: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{phase}\n")
        self._process.stdin.flush()

    def finish(self) -> dict[str, Latency]:
        """End the process; what it saw in each phase."""
        output, _ = self._process.communicate(timeout=2 * PATIENCE_SECONDS)
        return {phase: Latency(**found) for phase, found in json.loads(output).items()}


@contextlib.contextmanager
def neighbours(port: int) -> Iterator[Neighbours]:
    asking = Neighbours(port)
    try:
        yield asking
    finally:
        if asking._process.poll() is None:
            asking._process.kill()
            asking._process.communicate()


def watch(port: int) -> dict[str, Latency]:
    """Ask until standard input ends, each of whose lines begins another phase."""
    lines: SimpleQueue[str] = SimpleQueue()
    Thread(target=_read_lines, args=(lines,), daemon=True).start()
    times: dict[str, list[float]] = defaultdict(list)
    failures: dict[str, int] = defaultdict(int)
    phase, number = "", 0
    connection = _connect(port)
    while True:
        with contextlib.suppress(Empty):
            phase = lines.get(timeout=PAUSE_SECONDS)
            if not phase:
                break
        if not phase:
            continue
        number += 1
        started = time.perf_counter()
        if _is_answered(connection, TINY.format(number)):
            times[phase].append(time.perf_counter() - started)
        else:
            failures[phase] += 1
            connection.close()
            connection = _connect(port)
    return {phase: Latency.of(times[phase], failures[phase]) for phase in {*times, *failures}}


def _read_lines(lines: SimpleQueue[str]) -> None:
    for line in sys.stdin:
        lines.put(line.strip())
    lines.put("")


def _connect(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(HOST, port, timeout=PATIENCE_SECONDS, source_address=(NEIGHBOUR, 0))


def _is_answered(connection: http.client.HTTPConnection, text: str) -> bool:
    try:
        connection.request("POST", "/sparql", text, {"Content-Type": MEDIA["query"]})
        response = connection.getresponse()
        return b'"boolean"' in response.read() and response.status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False


if __name__ == "__main__":
    print(json.dumps({phase: vars(latency) for phase, latency in watch(int(sys.argv[1])).items()}))
