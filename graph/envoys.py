"""Queries that ask other servers: envoys ask them, and readers without a network answer the rest.

No process that evaluates a query has a network, and no process with a network evaluates a query. An envoy is
started for each inquiry, gets the address of one service of the list, and is killed at the deadline.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from graph.envoy_child import inquiry_frame, read_block
from graph.errors import (
    ClientBusyError,
    NoReceiptsError,
    QueryFailedError,
    QuerySyntaxError,
    QueryTimeoutError,
    ReadersBusyError,
    ServiceFailedError,
)
from graph.federation import Federation
from graph.inquiry import Inquiry
from graph.query_guard import require_harmless, require_short
from graph.query_limits import require_moderate
from graph.reader import Reader, start_reader
from graph.reader_protocol import FAULT, ReadRequest, fault
from graph.service_clauses import Clause
from graph.service_values import Block, Row

PROGRAM: Final = "graph.envoy_child"
# An envoy keeps its own deadline; one that does not is killed so much later.
GRACE_SECONDS: Final = 2.0
# The share of a query's time that is left for its evaluation when all services have answered.
SHARE_OF_EVALUATION: Final = 0.25

# A process that carries out orders; and our own solutions of a query.
Starting = Callable[[int, str], Awaitable[Reader]]
Looking = Callable[[ReadRequest], Awaitable[Sequence[Row]]]


@dataclass(frozen=True)
class Services:
    """Which services queries may ask, by IRI with the address of each; and how many envoys are out at a time.

    `agent` is what we call ourselves. Wikidata lets five requests run for one address of ours.
    """

    addresses: Mapping[str, str] = field(default_factory=dict)
    agent: str = ""
    envoys: int = 5
    for_one_client: int = 2
    waiting_seconds: float = 5
    memory_bytes: int = 1 << 30


class Envoys:
    """The envoys of one server; belongs to one event loop."""

    def __init__(self, services: Services, start: Starting = start_reader) -> None:
        self.services = services
        self._start = start
        self._out: Counter[str] = Counter()
        self._change = asyncio.Condition()

    async def replaced(
        self, request: ReadRequest, client: str, look: Looking, total_seconds: float
    ) -> ReadRequest:
        """The request with solutions in the place of its SERVICE clauses, and the time that is left for it.

        Raises QuerySyntaxError for a service that is not on the list, NoReceiptsError, ServiceFailedError,
        ReadersBusyError, ClientBusyError, and what `look` raises.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + total_seconds
        federation = await loop.run_in_executor(None, self._read, request)
        if request.check:
            return replace(request, text=federation.skeleton, is_checked=True)
        for clause in federation.clauses:
            left = end - loop.time() - total_seconds * SHARE_OF_EVALUATION
            own = await self._own(request, federation, clause, look, left)
            inquiry = federation.inquiry(clause, own)
            left = end - loop.time() - total_seconds * SHARE_OF_EVALUATION
            try:
                federation.put(clause, await self.ask(inquiry, client, left) if inquiry else None)
            except ServiceFailedError as error:
                federation.fail(clause, error)
        return replace(request, text=federation.text, is_checked=True, seconds=end - loop.time())

    def _read(self, request: ReadRequest) -> Federation:
        require_short(request.text)
        federation = Federation(request.text, self.services.addresses)
        require_harmless(federation.skeleton)
        if federation.clauses and request.receipts:
            raise NoReceiptsError("Receipts are not given for a query that asks other servers.")
        return federation

    async def _own(
        self, request: ReadRequest, federation: Federation, clause: Clause, look: Looking, seconds: float
    ) -> Sequence[Row] | None:
        question = federation.own_question(clause)
        if question is None:
            return None
        try:
            require_moderate(question)
            return await look(replace(request, text=question, is_checked=True, seconds=seconds))
        except QuerySyntaxError:
            # The patterns mean something only where they stand; then the clause is sent as it is.
            return None

    async def ask(self, inquiry: Inquiry, client: str, seconds: float) -> Block:
        """The solutions that an envoy brings from a service within so many seconds.

        Raises ServiceFailedError, QueryFailedError where there are too many solutions, ReadersBusyError and
        ClientBusyError.
        """
        if seconds <= 0:
            raise ServiceFailedError(f"No time is left to ask {inquiry.service}.")
        await self._admit(client)
        try:
            return await self._sent(inquiry, seconds)
        finally:
            self._out[client] -= 1
            if not self._out[client]:
                del self._out[client]
            async with self._change:
                self._change.notify_all()

    async def _sent(self, inquiry: Inquiry, seconds: float) -> Block:
        envoy = await self._start(self.services.memory_bytes, PROGRAM)
        try:
            envoy.allow(seconds + GRACE_SECONDS)
            envoy.post(inquiry_frame(inquiry, self.services.agent, seconds))
            kind, payload = await envoy.receive()
        except QueryTimeoutError as error:
            raise ServiceFailedError(f"{inquiry.service} did not answer in time.") from error
        except QueryFailedError as error:
            raise ServiceFailedError(f"What {inquiry.service} answered could not be read.") from error
        finally:
            envoy.kill()
        if kind == FAULT:
            raise fault(payload)
        return read_block(payload)

    async def _admit(self, client: str) -> None:
        """Wait for one's turn."""
        try:
            async with asyncio.timeout(self.services.waiting_seconds), self._change:
                await self._change.wait_for(lambda: self._has_place(client))
                self._out[client] += 1
        except TimeoutError as error:
            if client and self._out[client] >= self.services.for_one_client:
                raise ClientBusyError(
                    "Your other queries are asking other servers. Try again then."
                ) from error
            raise ReadersBusyError("Too many queries are asking other servers. Try again shortly.") from error

    def _has_place(self, client: str) -> bool:
        if self._out.total() >= self.services.envoys:
            return False
        return not client or self._out[client] < self.services.for_one_client
