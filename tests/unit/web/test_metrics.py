"""The numbers for Prometheus: named as agreed, and with labels from closed sets only."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from graph.errors import StoreMissingError
from web.metrics import METHODS, ROUTES, Metrics
from web.server_state import ServerState


def samples(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    text = metrics.render()[0].decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return samples(metrics).get((name, tuple(sorted(labels.items()))))


def test_the_numbers_come_as_text_of_prometheus() -> None:
    body, media_type = Metrics().render()
    assert media_type == "text/plain; version=0.0.4; charset=utf-8"
    assert body.endswith(b"\n")
    names = {family.name for family in text_string_to_metric_families(body.decode())}
    assert {"process_resident_memory_bytes", "python_info"} <= names


def test_every_outcome_is_there_from_the_start_at_zero() -> None:
    found = {key: number for key, number in samples(Metrics()).items() if key[0].startswith("osagraph_")}
    assert set(found.values()) == {0.0}
    assert {dict(labels)["outcome"] for name, labels in found if name == "osagraph_queries_total"} == {
        "ok", "syntax", "timeout", "failed", "busy", "cut", "cached", "client_left",
    }  # fmt: skip
    assert {dict(labels)["op"] for name, labels in found if name == "osagraph_writes_total"} == {
        "update", "put", "post", "delete",
    }  # fmt: skip


def test_requests_are_counted_by_route_method_and_status() -> None:
    metrics = Metrics()
    for _ in range(3):
        metrics.count_request("sparql", "GET", 200)
    metrics.count_request("sparql", "POST", 503)
    name = "osagraph_http_requests_total"
    assert value(metrics, name, route="sparql", method="GET", status="200") == 3
    assert value(metrics, name, route="sparql", method="POST", status="503") == 1
    assert sum(key[0] == name for key in samples(metrics)) == 2


def test_strangers_make_no_series() -> None:
    metrics = Metrics()
    for number in range(500):
        metrics.count_request(f"/page/{number}", f'BREW{number}"\n', 1000 + number)
        metrics.count_request(f"x{number}", "GET", 299)
    found = {key: count for key, count in samples(metrics).items() if key[0].startswith("osagraph_http")}
    name = "osagraph_http_requests_total"
    assert found == {
        (name, (("method", "other"), ("route", "other"), ("status", "other"))): 500,
        (name, (("method", "GET"), ("route", "other"), ("status", "other"))): 500,
    }


def test_the_closed_sets_hold_their_own_other() -> None:
    assert "other" in ROUTES and "other" in METHODS


def test_queries_are_counted_by_outcome_and_timed_where_a_reader_worked() -> None:
    metrics = Metrics()
    metrics.count_query("ok", 0.004)
    metrics.count_query("timeout", 10.0)
    metrics.count_query("cached")
    metrics.count_query("client_left", 100)
    assert value(metrics, "osagraph_queries_total", outcome="ok") == 1
    assert value(metrics, "osagraph_queries_total", outcome="cached") == 1
    assert value(metrics, "osagraph_query_seconds_count") == 3
    assert value(metrics, "osagraph_query_seconds_sum") == pytest.approx(110.004)
    assert value(metrics, "osagraph_query_seconds_bucket", le="0.005") == 1
    assert value(metrics, "osagraph_query_seconds_bucket", le="10.0") == 2
    assert value(metrics, "osagraph_query_seconds_bucket", le="60.0") == 2


def test_writes_are_counted_by_operation_and_outcome_and_timed() -> None:
    metrics = Metrics()
    metrics.count_write("put", "ok", 0.015)
    metrics.count_write("update", "refused", 0.001)
    assert value(metrics, "osagraph_writes_total", op="put", outcome="ok") == 1
    assert value(metrics, "osagraph_writes_total", op="update", outcome="refused") == 1
    assert value(metrics, "osagraph_write_seconds_count") == 2
    assert value(metrics, "osagraph_write_seconds_bucket", le="0.02") == 2
    assert value(metrics, "osagraph_write_seconds_bucket", le="0.01") == 1


def test_the_cache_counts_hits_and_misses() -> None:
    metrics = Metrics()
    metrics.watch(lambda: ServerState(0, 0, 0, remembered=2))
    metrics.count_miss()
    assert value(metrics, "osagraph_cache_hits_total") == 2
    assert value(metrics, "osagraph_cache_misses_total") == 1


def test_an_outcome_that_is_none_is_our_mistake() -> None:
    metrics: Any = Metrics()
    before = samples(metrics).keys()
    with pytest.raises(KeyError):
        metrics.count_query("fine")
    with pytest.raises(KeyError):
        metrics.count_write("patch", "ok", 1)
    assert samples(metrics).keys() == before


def test_the_state_is_asked_for_once_at_each_scrape() -> None:
    states = iter([ServerState(1, 2, 4, 5), ServerState(2, 1, 6)])
    metrics = Metrics()
    metrics.watch(lambda: next(states))
    found = samples(metrics)
    assert {key: number for key, number in found.items() if "readers" in key[0] or "snapshot" in key[0]} == {
        ("osagraph_readers", (("state", "idle"),)): 1,
        ("osagraph_readers", (("state", "busy"),)): 2,
        ("osagraph_readers_killed_total", ()): 4,
        ("osagraph_snapshot_number", ()): 5,
    }
    found = samples(metrics)
    assert found["osagraph_readers_killed_total", ()] == 6
    assert ("osagraph_snapshot_number", ()) not in found


def test_a_state_that_cannot_be_read_leaves_the_other_numbers() -> None:
    def missing() -> ServerState:
        raise StoreMissingError("Nothing here.")

    metrics = Metrics()
    metrics.watch(missing)
    found = samples(metrics)
    assert ("osagraph_readers_killed_total", ()) not in found
    assert found["osagraph_cache_misses_total", ()] == 0


def test_two_servers_in_one_process_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.count_miss()
    assert value(one, "osagraph_cache_misses_total") == 1
    assert value(other, "osagraph_cache_misses_total") == 0


def test_an_empty_registry_may_be_handed_in() -> None:
    registry = CollectorRegistry()
    Metrics(registry).count_miss()
    assert registry.get_sample_value("osagraph_cache_misses_total") == 1


def test_many_threads_lose_no_count() -> None:
    metrics = Metrics()

    def work(_: int) -> None:
        for _ in range(500):
            metrics.count_request("sparql", "GET", 200)
            metrics.count_query("ok", 0.001)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert value(metrics, "osagraph_queries_total", outcome="ok") == 4000
    labels = {"route": "sparql", "method": "GET", "status": "200"}
    assert value(metrics, "osagraph_http_requests_total", **labels) == 4000
