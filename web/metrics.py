"""What Prometheus may ask of the server: counts, durations and the state of the readers.

Every label has a closed set of values: never a URL, a name or a text from outside, which could make series
without end. The one exception is bounded: the publishers with most sources, and all others as one.
Spec: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from http import HTTPStatus
from typing import Final, Literal, TypeAlias, get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from web.server_state import ServerState
from web.state_metrics import StateCollector

QueryOutcome: TypeAlias = Literal["ok", "syntax", "timeout", "failed", "busy", "cut", "cached", "client_left"]
WriteOp: TypeAlias = Literal["update", "put", "post", "delete"]
WriteOutcome: TypeAlias = Literal["ok", "refused", "malformed", "timeout", "failed", "busy"]

OTHER: Final = "other"
ROUTES: Final = frozenset(
    {
        "home",
        "sparql",
        "store",
        "explain",
        "query",
        "queries",
        "static",
        "healthz",
        "readyz",
        "metrics",
        OTHER,
    }
)
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", OTHER})
_STATUSES: Final = {int(status): str(int(status)) for status in HTTPStatus}
_QUERY_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_WRITE_SECONDS: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 150, 600)


class Metrics:
    """The numbers of one server, in a registry of their own; safe to use from many threads."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self._registry = registry = registry or CollectorRegistry()
        self._requests = Counter(
            "osagraph_http_requests",
            "HTTP requests answered",
            ("route", "method", "status"),
            registry=registry,
        )
        self._series: dict[tuple[str, str, str], Counter] = {}
        queries = Counter("osagraph_queries", "SPARQL queries by outcome", ("outcome",), registry=registry)
        # Each series is made now: it starts at 0, and an outcome that is none is a KeyError.
        self._queries = {outcome: queries.labels(outcome) for outcome in get_args(QueryOutcome)}
        self._query_seconds = Histogram(
            "osagraph_query_seconds", "Seconds that a query took", buckets=_QUERY_SECONDS, registry=registry
        )
        writes = Counter("osagraph_writes", "Writes by outcome", ("op", "outcome"), registry=registry)
        pairs = itertools.product(get_args(WriteOp), get_args(WriteOutcome))
        self._writes = {pair: writes.labels(*pair) for pair in pairs}
        self._write_seconds = Histogram(
            "osagraph_write_seconds", "Seconds that a write took", buckets=_WRITE_SECONDS, registry=registry
        )
        self._misses = Counter("osagraph_cache_misses", "Answers not in the cache", registry=registry)
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)

    def watch(self, read: Callable[[], ServerState]) -> None:
        """Report the state that `read` gives, anew at each scrape; to be called once."""
        self._registry.register(StateCollector(read))

    def count_request(self, route: str, method: str, status: int) -> None:
        """One request was answered; what is in no closed set counts as "other"."""
        known_route = route if route in ROUTES else OTHER
        known_method = method if method in METHODS else OTHER
        key = (known_route, known_method, _STATUSES.get(status, OTHER))
        # Kept here because `labels` costs more than all the rest, and each request comes this way.
        if (series := self._series.get(key)) is None:
            series = self._series[key] = self._requests.labels(*key)
        series.inc()

    def count_query(self, outcome: QueryOutcome, seconds: float | None = None) -> None:
        """One query ended; `seconds` are left out where no reader worked on it."""
        self._queries[outcome].inc()
        if seconds is not None:
            self._query_seconds.observe(seconds)

    def count_write(self, op: WriteOp, outcome: WriteOutcome, seconds: float) -> None:
        """One write was answered."""
        self._writes[op, outcome].inc()
        self._write_seconds.observe(seconds)

    def count_miss(self) -> None:
        """One answer was not in the cache; those that are, the server counts itself (`ServerState`)."""
        self._misses.inc()

    def render(self) -> tuple[bytes, str]:
        """All numbers in Prometheus' text format, and its media type."""
        return generate_latest(self._registry), CONTENT_TYPE_PLAIN_0_0_4
