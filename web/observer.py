"""What the person on duty sees: metrics, the log of requests, the log of slow queries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from web.exchange import Exchange, Reply
from web.metrics import Metrics, QueryOutcome
from web.request_log import RequestLine, RequestLog, SlowQueryLog, query_hash
from web.server_state import ServerState
from web.views import is_sparql

OUTCOMES: Final[dict[str, QueryOutcome]] = {
    "ok": "ok",
    "cut": "cut",
    "cached": "cached",
    "client_left": "client_left",
    "QuerySyntaxError": "syntax",
    "QueryTimeoutError": "timeout",
    "QueryFailedError": "failed",
    "ReadersBusyError": "busy",
    "ClientBusyError": "busy",
}


class Observer:
    """Told of every request; answers from the cache are counted and not written down one by one."""

    def __init__(self, metrics: Metrics, log: RequestLog | None, slow: SlowQueryLog) -> None:
        self._metrics = metrics
        self._log = log
        self._slow = slow
        self._remembered = 0

    def watch(self, state: Callable[[], ServerState]) -> None:
        """Report this state from now on, with the answers from the cache counted here."""
        self._metrics.watch(lambda: replace(state(), remembered=self._remembered))

    def remembered(self) -> None:
        """An answer was given from the cache."""
        # An answer from the cache takes a few microseconds, and a counter of the library one of them.
        self._remembered += 1

    def answered(self, exchange: Exchange, reply: Reply, sent: int, seconds: float) -> None:
        """A request was answered."""
        route = route_of(exchange.path)
        self._metrics.count_request(route, exchange.method, reply.status)
        if route == "sparql" and reply.outcome in OUTCOMES:
            self._metrics.count_query(OUTCOMES[reply.outcome], seconds)
            if reply.outcome == "ok":
                self._metrics.count_miss()
        self._write(exchange, reply, sent, seconds, route)
        if reply.query:
            self._slow.offer(exchange.request_id, reply.query, seconds, reply.outcome)

    def left(self, exchange: Exchange, seconds: float) -> None:
        """The client left before its answer began."""
        self.answered(exchange, Reply(499, [], outcome="client_left"), 0, seconds)

    def _write(self, exchange: Exchange, reply: Reply, sent: int, seconds: float, route: str) -> None:
        if self._log is not None:
            self._log.write(
                RequestLine(
                    exchange.request_id,
                    exchange.method,
                    route,
                    reply.status,
                    seconds * 1000,
                    sent,
                    exchange.client,
                    query_hash(reply.query) if reply.query else None,
                    reply.outcome or None,
                    reply.snapshot,
                )
            )

    def render(self) -> tuple[bytes, str]:
        """The metrics, and their media type."""
        return self._metrics.render()

    def close(self) -> None:
        """Close the logs."""
        self._slow.close()


def route_of(path: str) -> str:
    """The name of the route that a path belongs to.

    >>> route_of("/queries/budget-by-year")
    'queries'
    """
    if path == "/":
        return "home"
    if is_sparql(path):
        return "sparql"
    return path.split("/", 2)[1]
