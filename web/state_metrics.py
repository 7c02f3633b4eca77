"""The state of a server as metrics: one family for each figure, none where the figure is not known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from graph.errors import KnowledgeGraphError
from graph.freshness import FreshnessReport, day_seconds, moment_seconds
from web.server_state import ServerState
from web.terms import short_iri

# All publishers but those with most sources.
OTHERS = "others"
Figure: TypeAlias = tuple[str, str, int | bool | None]


class StateCollector(Collector):
    """Asks once per scrape, so that the numbers belong together."""

    def __init__(self, read: Callable[[], ServerState]) -> None:
        self._read = read

    def describe(self) -> list[Metric]:
        """Nothing: to register must not ask for a state that is perhaps not there yet."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The state as metrics; none where it cannot be read, since the other numbers are wanted then too."""
        try:
            state = self._read()
        except KnowledgeGraphError:
            return
        yield from _work(state)
        for name, help, value in _figures(state):
            if value is not None:
                yield GaugeMetricFamily(name, help, value=int(value))
        yield _labelled("osagraph_dataset_items", "What the dataset holds, by kind", "kind", state.counts)
        if state.freshness is not None:
            yield from _fresh(state.freshness)


def _work(state: ServerState) -> Iterator[Metric]:
    now = {"idle": state.idle, "busy": state.busy}
    yield _labelled("osagraph_readers", "Reader processes by state", "state", now)
    yield CounterMetricFamily("osagraph_readers_killed", "Reader processes killed", value=state.killed)
    yield CounterMetricFamily("osagraph_cache_hits", "Answers taken from the cache", value=state.remembered)
    made = CounterMetricFamily("osagraph_views", "Views made, by outcome", labels=("outcome",))
    made.add_metric(("ok",), state.views.made)
    made.add_metric(("failed",), state.views.failed)
    yield made


def _figures(state: ServerState) -> Iterator[Figure]:
    data = state.data
    yield "osagraph_ready", "Whether /readyz says that queries are answered", state.is_ready
    yield "osagraph_queries_waiting", "Queries that wait for a reader", state.waiting
    yield "osagraph_views_waiting", "Views that are waited for", state.views.waiting
    yield "osagraph_children_memory_bytes", "Memory of readers and of those who make views", state.child_bytes
    yield "osagraph_snapshot_number", "The snapshot that is current", state.snapshot
    yield "osagraph_snapshot_made_timestamp_seconds", "When the current snapshot was made", state.made
    yield "osagraph_snapshots_kept", "Snapshots on the disk", data.kept
    yield "osagraph_disk_free_bytes", "Free space on the disk of the data directory", data.disk_free
    yield "osagraph_disk_size_bytes", "Size of the disk of the data directory", data.disk_size
    yield "osagraph_labels_ready", "Whether the search knows the current snapshot", data.has_labels
    yield "osagraph_writer_up", "Whether the process that writes is there; not on a replica", data.has_writer
    yield "osagraph_engine_up", "Whether the engine of a mirror answers; only on a mirror", state.has_engine
    yield "osagraph_backup_timestamp_seconds", "When `osagraph backup` was last done here", data.backed_up


def _fresh(report: FreshnessReport) -> Iterator[Metric]:
    """The publishers by name, each named once; those that nothing is known of are left out."""
    known = {short_iri(each.publisher): each for each in report.leading}
    if report.further > 0:
        known[OTHERS] = report.others
    sources = {name: each.sources for name, each in known.items()}
    yield _labelled("osagraph_sources", "Sources, by publisher", "publisher", sources)
    issued = {name: day_seconds(each.day) for name, each in known.items()}
    yield _labelled(
        "osagraph_source_latest_issued_timestamp_seconds",
        "When the latest was published",
        "publisher",
        issued,
    )
    loaded = {name: moment_seconds(each.loaded) for name, each in known.items()}
    yield _labelled(
        "osagraph_source_latest_load_timestamp_seconds", "When one was last loaded", "publisher", loaded
    )


def _labelled(name: str, help: str, label: str, values: Mapping[str, int | None]) -> Metric:
    family = GaugeMetricFamily(name, help, labels=(label,))
    for key, value in values.items():
        if value is not None:
            family.add_metric((key,), value)
    return family
