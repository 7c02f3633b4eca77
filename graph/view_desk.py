"""Where a server asks for views: those that are made are found, others are made in a queue, one at a time.

This process makes none itself: a child does, with limits, which may be killed. Belongs to one event loop.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from graph.clock import Clock, utc_now
from graph.datadir import DataDirectory, Snapshot
from graph.datasets import require_here
from graph.errors import ClientBusyError, KnowledgeGraphError, QueryFailedError, ViewPendingError
from graph.reader_protocol import ReadRequest
from graph.readers import ReaderPool
from graph.results import Solutions, read_results
from graph.view_cache import View, ViewCache, view_name
from graph.view_child import start_view_child
from graph.views import ViewChoice, publication_days, round_down
from graph.write_protocol import read_error

JSON: Final = "application/sparql-results+json"
DATES: Final = "SELECT DISTINCT ?issued { ?source a osa:Source ; dcterms:issued ?issued }"
# Until one was made: so long for a view without claims, and so many claims in a second.
FIRST_SECONDS: Final = 2.0
CLAIMS_PER_SECOND: Final = 1500
# A view whose making has died so often is not tried again for a while.
DEATHS: Final = 2


@dataclass(frozen=True)
class ViewLimits:
    """How many views may be waited for, by anybody and by one client; what making one may cost.

    A request waits `waiting_seconds` for its view. What could not be made is not tried again for
    `failed_seconds`.
    """

    queue: int = 8
    share: int = 2
    waiting_seconds: float = 2.0
    making_seconds: float = 900.0
    memory_bytes: int = 4 << 30
    failed_seconds: float = 60.0


@dataclass
class ViewState:
    """For the metrics: how many views were made, how many failed, how many are waited for."""

    made: int = 0
    failed: int = 0
    waiting: int = 0


@dataclass
class _Order:
    """A view that is waited for; `client` asked for it first."""

    snapshot: Snapshot
    choice: ViewChoice
    client: str
    done: asyncio.Future[View]
    began: float | None = field(default=None)


class ViewDesk:
    """The views of a data directory; `current` says which snapshot they are of."""

    def __init__(
        self,
        data: DataDirectory,
        current: Callable[[], Snapshot],
        pool: ReaderPool,
        limits: ViewLimits | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._data = data
        self._cache = ViewCache(data, clock)
        self._current = current
        self._pool = pool
        self._limits = limits or ViewLimits()
        self._clock = clock
        self._days: tuple[int, list[date]] = (0, [])
        # However many ask at once after a publication, one reader looks for the days.
        self._looking = asyncio.Lock()
        # The first one is being made.
        self._orders: dict[str, _Order] = {}
        self._failed: dict[str, tuple[float, KnowledgeGraphError]] = {}
        self._deaths: Counter[str] = Counter()
        self._worker: asyncio.Task[None] | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._seconds: float | None = None
        self._state = ViewState()

    @property
    def state(self) -> ViewState:
        """What the desk has done, and has to do."""
        return ViewState(self._state.made, self._state.failed, len(self._orders))

    async def open(self, choice: ViewChoice, client: str = "") -> View:
        """The view of the current snapshot; `client` is "" for the server itself.

        Raises NotMirroredError where the dataset is in another engine, ViewPendingError where it takes longer
        than a request may wait or the queue is full, ClientBusyError where this client waits for enough views
        already, InvalidParameterError, UnknownResourceError, and what went wrong when it was made.
        """
        snapshot = self._current()
        require_here(snapshot, "A view")
        choice = await self._rounded(choice, snapshot)
        found = self._cache.find(snapshot.number, choice)
        if found is not None:
            return found
        order = self._order(snapshot, choice, client)
        try:
            return await asyncio.wait_for(asyncio.shield(order.done), self._limits.waiting_seconds)
        except TimeoutError as error:
            raise self._pending(choice, order) from error

    async def _rounded(self, choice: ViewChoice, snapshot: Snapshot) -> ViewChoice:
        if choice.as_of is None:
            return choice
        async with self._looking:
            number, days = self._days
            if number != snapshot.number:
                days = publication_days(await self._dates(snapshot))
                self._days = (snapshot.number, days)
        return round_down(choice, days, self._clock())

    async def _dates(self, snapshot: Snapshot) -> list[str]:
        answer = await self._pool.query(ReadRequest(DATES, {"select": JSON}), snapshot=snapshot)
        try:
            results = read_results(b"".join([chunk async for chunk in answer.chunks()]))
        finally:
            answer.close()
        assert isinstance(results, Solutions)
        return [str(getattr(row["issued"], "value", "")) for row in results.rows]

    def _order(self, snapshot: Snapshot, choice: ViewChoice, client: str) -> _Order:
        """The order for a view: one that is there already, or a new one."""
        name = view_name(snapshot.number, choice)
        if name in self._orders:
            return self._orders[name]
        self._raise_failure(name)
        mine = sum(order.client == client for order in self._orders.values()) if client else 0
        if mine >= self._limits.share:
            raise ClientBusyError(f"You wait for {mine} views already. Ask again when they are made.")
        if len(self._orders) >= self._limits.queue:
            raise ViewPendingError(
                f"{len(self._orders)} views are waited for already. Ask again later.", self._estimate()
            )
        order = _Order(snapshot, choice, client, asyncio.get_running_loop().create_future())
        # Whoever waited may have gone; then nobody asks how it went.
        order.done.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._orders[name] = order
        if self._worker is None or self._worker.done():
            self._worker = asyncio.get_running_loop().create_task(self._work())
        return order

    def _raise_failure(self, name: str) -> None:
        until, error = self._failed.get(name, (0.0, None))
        if error is not None and time.monotonic() < until:
            raise error
        self._failed.pop(name, None)

    def _pending(self, choice: ViewChoice, order: _Order) -> ViewPendingError:
        seconds = self._estimate(order)
        return ViewPendingError(f"The view {choice.text} is being made. Ask again in {seconds} s.", seconds)

    def _estimate(self, order: _Order | None = None) -> int:
        """In how many seconds an order will probably be done, or all of them."""
        seconds = 0.0
        for each in self._orders.values():
            passed = time.monotonic() - each.began if each.began else 0.0
            seconds += max(1.0, self._expected(each) - passed)
            if each is order:
                break
        return max(1, round(seconds))

    def _expected(self, order: _Order) -> float:
        if self._seconds is not None:
            return self._seconds
        claims = order.snapshot.counts.get("claims", 0)
        return FIRST_SECONDS + (claims if isinstance(claims, int) else 0) / CLAIMS_PER_SECOND

    async def _work(self) -> None:
        """Make what was ordered, in the order in which it was."""
        while self._orders:
            name, order = next(iter(self._orders.items()))
            try:
                order.done.set_result(await self._made(order))
                self._state.made += 1
            except ViewPendingError as error:
                order.done.set_exception(error)
            except KnowledgeGraphError as error:
                self._state.failed += 1
                self._failed[name] = (time.monotonic() + self._limits.failed_seconds, error)
                order.done.set_exception(error)
            finally:
                del self._orders[name]

    async def _made(self, order: _Order) -> View:
        number = order.snapshot.number
        if number < self._current().number:
            raise ViewPendingError("The dataset has changed meanwhile. Ask again.", 1)
        order.began = time.monotonic()
        loop = asyncio.get_running_loop()
        limits = self._limits
        child = start_view_child(self._data.root, number, order.choice, limits.memory_bytes)
        self._child = child
        deadline = loop.call_later(limits.making_seconds, child.kill)
        try:
            answer = await loop.run_in_executor(None, _answer_of, child)
        finally:
            deadline.cancel()
            self._child = None
        if not answer:
            raise self._death(view_name(number, order.choice))
        if fields := json.loads(answer):
            raise read_error(fields)
        self._seconds = time.monotonic() - order.began
        found = self._cache.find(number, order.choice)
        if found is None:
            raise ViewPendingError("The view was removed again: the dataset has changed. Ask again.", 1)
        return found

    def _death(self, name: str) -> KnowledgeGraphError:
        """What to tell of a child that has died: the first time somebody may have ended it."""
        self._deaths[name] += 1
        if self._deaths[name] < DEATHS:
            return ViewPendingError("The making of the view was interrupted. Ask again.", 1)
        del self._deaths[name]
        return QueryFailedError("The view needs more memory or time to make than one may have.")

    def close(self) -> None:
        """End the process that makes a view."""
        if self._worker is not None:
            self._worker.cancel()
        if self._child is not None:
            self._child.kill()


def _answer_of(child: subprocess.Popen[bytes]) -> bytes:
    """What the child has written, when it has ended."""
    with child:
        assert child.stdout is not None
        return child.stdout.read()
