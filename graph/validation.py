"""Validation against the shapes of the ontology, in processes of its own: pySHACL takes its time to start.

A checker is told of files of N-Quads and asked in the end what it found. Each named graph in a file is
validated as if it were alone; the default graph counts only where the file holds facts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from graph.errors import LimitExceededError, OntologyError
from graph.violations import Violation

ROOMS: Final = Path(__file__).resolve().parents[1]
# Where the processes that there are have so much to do, another one is worth its start.
MUCH_BYTES: Final = 32 << 20
# So many are told apart; beyond, they are only counted.
MOST_LISTED: Final = 100
# A process has at most so many files before it; their names fit into a pipe.
MOST_WAITING: Final = 100


@dataclass(frozen=True)
class Job:
    """One file to validate. `around` is a file that says what nodes are which `quads` only mentions.

    `forget`: remove `quads` afterwards.
    """

    quads: str
    facts: bool = False
    around: str | None = None
    forget: bool = False


@dataclass
class Findings:
    """What was found wrong: the first `MOST_LISTED`, and how much in all.

    `triples` were looked at, in so many `seconds` of processor time.
    """

    violations: list[Violation] = field(default_factory=list)
    count: int = 0
    triples: int = 0
    seconds: float = 0.0

    def add(self, other: Findings) -> None:
        """Add what was found elsewhere; what several graphs say of one node is listed once."""
        listed = {each.about: each for each in [*self.violations, *other.violations][::-1]}
        self.violations = list(listed.values())[::-1][:MOST_LISTED]
        self.count += other.count
        self.triples += other.triples
        self.seconds += other.seconds

    def fields(self) -> dict[str, Any]:
        """The findings as JSON."""
        return asdict(self)


def read_findings(fields: dict[str, Any]) -> Findings:
    """The findings that the JSON describes."""
    return Findings(**{**fields, "violations": [Violation(**each) for each in fields["violations"]]})


class Checker(Protocol):
    """Validates files."""

    def submit(self, job: Job) -> None:
        """Begin with a file, which must stay until the findings are there."""
        ...

    def findings(self) -> Findings:
        """What was found in all files since the last call, once it is known.

        Raises OntologyError where the shapes are wrong, LimitExceededError where a file was too much.
        """
        ...


CheckerFactory = Callable[[int], AbstractContextManager[Checker]]


@contextmanager
def checker_processes(most: int) -> Iterator[Checker]:
    """Validates in up to so many processes; the first starts at once, all end with the context."""
    checkers = CheckerProcesses(most)
    try:
        yield checkers
    finally:
        checkers.close()


class CheckerProcesses:
    """Shares files among processes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._children = [_Child()]

    def submit(self, job: Job) -> None:
        """Give a file to the process that has the least to do."""
        child = min(self._children, key=lambda child: child.waiting_bytes)
        if child.waiting_bytes > MUCH_BYTES and len(self._children) < self._most:
            child = _Child()
            self._children.append(child)
        child.ask(job, Path(job.quads).stat().st_size)

    def findings(self) -> Findings:
        """What all processes found."""
        found = Findings()
        for child in self._children:
            for answer in child.answers():
                found.add(answer)
        return found

    def close(self) -> None:
        """End the processes, whatever they are doing."""
        for child in self._children:
            child.kill()


class _Child:
    """One process that validates."""

    def __init__(self) -> None:
        path = os.pathsep.join([str(ROOMS), *filter(None, [os.environ.get("PYTHONPATH")])])
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "graph.validation_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
            text=True,
            bufsize=1,
        )
        self._waiting = 0
        self._read: list[Findings] = []
        self.waiting_bytes = 0

    def ask(self, job: Job, size: int) -> None:
        assert self._process.stdin is not None
        # Both would wait for ever, each for room in the other's pipe.
        while self._waiting >= MOST_WAITING:
            self._read.append(self._answer())
        self._waiting += 1
        self.waiting_bytes += size
        try:
            self._process.stdin.write(json.dumps(asdict(job)) + "\n")
        except OSError as error:
            raise self._end() from error

    def answers(self) -> list[Findings]:
        while self._waiting:
            self._read.append(self._answer())
        self.waiting_bytes = 0
        read, self._read = self._read, []
        return read

    def _answer(self) -> Findings:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise self._end()
        self._waiting -= 1
        answer = json.loads(line)
        if "error" in answer:
            raise OntologyError(answer["error"])
        return read_findings(answer)

    def _end(self) -> LimitExceededError:
        return LimitExceededError(
            f"The validation ended with status {self._process.wait()}",
            remedy="It needs more memory, or --no-validate for a load that is trusted.",
        )

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
