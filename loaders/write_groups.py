"""Carries out the writes that wait, in groups: one after another on the live store, one snapshot for all.

Each write is all or nothing. A write that fails leaves no trace: where it left any, the live store is made
again and the writes of the group that had succeeded, none of them answered yet, are carried out again.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Final

from graph.datadir import DataDirectory, Snapshot
from graph.disk import write_error
from graph.errors import KnowledgeGraphError, QueryError, StoreWriteError
from graph.turn import turn
from graph.write_protocol import WriteRequest, error_fields, read_error
from loaders.hand import HandLimits, HandProcess, Hands

# No more writes join a group after so many seconds: those that are done wait to be answered.
GROUP_SECONDS: Final = 0.25
# For opening, copying and tidying, which read nothing foreign.
HOUSE_SECONDS: Final = 120.0
TIDY_EVERY: Final = 20


@dataclass(eq=False)
class Job:
    """A write that somebody waits for."""

    request: WriteRequest
    answer: Mapping[str, Any] = field(default_factory=dict)
    is_answered: threading.Event = field(default_factory=threading.Event)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def claim(self) -> bool:
        """Whether the caller is the first to claim the write: to carry it out, or to give it up."""
        return self._turn.acquire(blocking=False)

    def settle(self, answer: Mapping[str, Any]) -> None:
        """Answer the write; the first answer stands."""
        if not self.is_answered.is_set():
            self.answer = answer
            self.is_answered.set()

    def fail(self, error: Exception) -> None:
        """Answer the write with an error."""
        self.settle(error_fields(error))


More = Callable[[], Job | None]
Done = list[tuple[Job, dict[str, Any]]]


class TracesError(Exception):
    """A write failed and left traces in the live store, which must be made again; `cause` is its error."""

    def __init__(self, cause: KnowledgeGraphError) -> None:
        super().__init__(str(cause))
        self.cause = cause


class WriteGroups:
    """The hand, its live store, and how a group of writes becomes a snapshot."""

    def __init__(self, data: DataDirectory, limits: HandLimits, lock_seconds: float) -> None:
        self._data = data
        self._limits = limits
        self._hands = Hands(data.root, limits)
        self._lock_seconds = lock_seconds
        self._hand: HandProcess | None = None
        self._made_from: int | None = None
        self._folders = 0
        self._published = 0

    def session(self) -> AbstractContextManager[None]:
        """Hold the right to write, after waiting for a command that has it.

        Raises StoreBusyError, with the process id of who holds it, after `lock_seconds`.
        """
        return turn(self._data, self._lock_seconds)

    def carry_out(self, first: Job, more: More) -> None:
        """Carry out a write and those that `more` hands over, publish them, and answer each.

        Whatever it raises, all of them have been answered, and the session should end.
        """
        taken = [first]

        def take() -> Job | None:
            job = more()
            taken.extend([job] if job is not None else [])
            return job

        try:
            done, snapshot = self._publish(first, take)
        except Exception as error:
            self._made_from = None
            reported = write_error(self._data.root, error) if isinstance(error, OSError) else error
            for job in taken:
                job.fail(reported)
            raise
        for job, outcome in done:
            job.settle({**outcome, "snapshot": snapshot})
        self._published += 1
        self._tidy()

    def close(self) -> None:
        """End the hands."""
        self._end_hand()
        self._hands.close()

    def _end_hand(self) -> None:
        if self._hand is not None:
            self._hand.kill()
            shutil.rmtree(self._data.root / "live", ignore_errors=True)
        self._hand = self._made_from = None

    def _publish(self, first: Job, take: More) -> tuple[Done, int]:
        """The writes that were carried out, and the number of the snapshot that shows them."""
        current = self._prepare()
        done = self._write_all(deque([first]), take)
        if not any(outcome["changed"] for _, outcome in done):
            return done, current.number
        stage = self._data.stage()
        number = self._data.next_number()
        saving = {"do": "save", "folder": str(stage), "number": number}
        try:
            report = self._ask(saving)
        except QueryError:
            # The hand was killed, which need not have been the fault of these writes.
            self._prepare()
            done = self._write_all(deque(job for job, _ in done), lambda: None)
            report = self._ask(saving)
        snapshot = self._data.publish(stage, report["counts"], report["operation"])
        self._made_from = snapshot.number
        return done, snapshot.number

    def _write_all(self, pending: deque[Job], take: More) -> Done:
        """Carry out what is pending and what there is more, one after another; failures are answered."""
        done: Done = []
        until = time.monotonic() + GROUP_SECONDS
        while True:
            job = pending.popleft() if pending else take() if time.monotonic() < until else None
            if job is None:
                return done
            try:
                done.append((job, self._write(job.request)))
            except TracesError as traces:
                job.fail(traces.cause)
                pending.extendleft(earlier for earlier, _ in reversed(done))
                done.clear()
                self._made_from = None
                self._prepare()
            except KnowledgeGraphError as error:
                job.fail(error)

    def _write(self, request: WriteRequest) -> dict[str, Any]:
        assert self._hand is not None
        limits = self._limits
        seconds = limits.update_seconds if request.op == "update" else limits.document_seconds
        try:
            answer = self._hand.ask({"do": "write", "request": request.fields()}, seconds)
        except QueryError as error:
            raise TracesError(error) from error
        if "error" not in answer:
            return answer
        is_dirty = answer.pop("is_dirty")
        reported = read_error(answer)
        if is_dirty:
            raise TracesError(reported)
        raise reported

    def _prepare(self) -> Snapshot:
        """The current snapshot, from which the live store was made, or from which it is made now."""
        current = self._data.current()
        if self._hand is None or not self._hand.is_alive:
            self._end_hand()
            self._hand = self._hands.take()
        if self._made_from != current.number:
            self._made_from = None
            self._folders += 1
            folder = self._data.root / "live" / f"{os.getpid()}-{self._folders}"
            self._ask({"do": "open", "number": current.number, "folder": str(folder)})
            self._made_from = current.number
            self._hand.settle()
            self._hands.prepare()
        return current

    def _ask(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The hand's answer in a matter of the house.

        Raises QueryError where the hand is no more, and what it reports.
        """
        assert self._hand is not None
        answer = self._hand.ask(fields, HOUSE_SECONDS)
        if "error" in answer:
            del answer["is_dirty"]
            raise _not_the_writes(read_error(answer))
        return answer

    def _tidy(self) -> None:
        """Keep the live store small, and let another hand take over from a large one; never fails."""
        try:
            if self._hand is not None and self._hand.is_large:
                self._end_hand()
                self._prepare()
            elif self._published % TIDY_EVERY == 0:
                self._ask({"do": "tidy"})
        except KnowledgeGraphError:
            self._end_hand()


def _not_the_writes(error: KnowledgeGraphError) -> KnowledgeGraphError:
    """What the hand reports of its own business is a failure to write."""
    return StoreWriteError(str(error)) if isinstance(error, QueryError) else error
