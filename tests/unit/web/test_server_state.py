"""The state of a server as metrics: what is not known is left out, and publishers are bounded in number."""

from __future__ import annotations

from pathlib import Path

from graph.blocking_readers import QueryReaders
from graph.datadir import DataDirectory, Snapshot
from graph.embedded import EmbeddedStore
from graph.errors import ReadersBusyError
from graph.freshness import Freshness, FreshnessReport
from tests.unit.web.test_entity_pages import StoreReaders
from web.freshness import FreshnessWatch
from web.metrics import Metrics
from web.server_state import (
    LOOK_SECONDS,
    DataState,
    Machine,
    ServerState,
    child_bytes,
    counted,
    data_state,
    made_at,
)

# What no IRI may hold stands in the text format all the same, should a name ever hold it.
HOSTILE = 'https://example.org/a"b\\c\nd'


def lines(state: ServerState) -> list[str]:
    metrics = Metrics()
    metrics.watch(lambda: state)
    return metrics.render()[0].decode().splitlines()


def test_what_is_not_known_is_left_out() -> None:
    found = lines(ServerState(0, 0, 0))
    assert "osagraph_ready 1.0" in found
    unknown = ("snapshot", "disk", "writer_up", "engine", "labels", "backup", "children", "source")
    assert not [line for line in found if line.startswith(tuple(f"osagraph_{name}" for name in unknown))]


def test_what_is_known_has_one_line() -> None:
    data = DataState(5, 10, 3, False, True, 86_400)
    found = lines(
        ServerState(0, 0, 0, 7, made=60, counts={"claims": 4}, is_ready=False, has_engine=False, data=data)
    )
    assert {
        "osagraph_ready 0.0",
        "osagraph_snapshot_number 7.0",
        "osagraph_snapshot_made_timestamp_seconds 60.0",
        "osagraph_snapshots_kept 3.0",
        "osagraph_disk_free_bytes 5.0",
        "osagraph_disk_size_bytes 10.0",
        "osagraph_writer_up 0.0",
        "osagraph_labels_ready 1.0",
        "osagraph_engine_up 0.0",
        "osagraph_backup_timestamp_seconds 86400.0",
        'osagraph_dataset_items{kind="claims"} 4.0',
    } <= set(found)


def test_a_hostile_publisher_is_one_escaped_label() -> None:
    report = FreshnessReport(
        [Freshness(HOSTILE, 2, "1970-01-02", "1970-01-02", "1970-01-03T00:00:00Z")],
        4,
        Freshness("", 9, "soon", "soon"),
    )
    found = [line for line in lines(ServerState(0, 0, 0, freshness=report)) if "publisher=" in line]
    label = r'{publisher="https://example.org/a\"b\\c\nd"}'
    assert found == [
        f"osagraph_sources{label} 2.0",
        'osagraph_sources{publisher="others"} 9.0',
        f"osagraph_source_latest_issued_timestamp_seconds{label} 86400.0",
        f"osagraph_source_latest_load_timestamp_seconds{label} 172800.0",
    ]


def test_the_state_of_a_data_directory_is_read_from_its_files(tmp_path: Path) -> None:
    data = DataDirectory(tmp_path)
    data.prepare()
    (data.snapshots / "000003").mkdir()
    found = data_state(data, 3)
    assert found.disk_size and found.disk_free is not None and found.disk_free <= found.disk_size
    assert (found.kept, found.has_writer, found.has_labels, found.backed_up) == (1, False, False, None)
    assert data_state(DataDirectory(tmp_path / "gone"), 3).disk_free is None


def test_a_replica_has_no_writer(tmp_path: Path) -> None:
    data = DataDirectory(tmp_path)
    data.become_replica()
    assert data_state(data, 1).has_writer is None


def test_only_numbers_that_are_watched_are_told_of_a_snapshot() -> None:
    snapshot = Snapshot(1, Path(), {"claims": 3, "quads": True, "other": 4, "made": "1970-01-02T00:00:00Z"})
    assert counted(snapshot) == {"claims": 3}
    assert made_at(snapshot) == 86_400
    assert made_at(Snapshot(1, Path())) is None


def test_the_memory_of_children_is_counted() -> None:
    assert (child_bytes() or 0) >= 0


def test_the_machine_is_looked_at_once_in_a_second_and_for_each_snapshot(tmp_path: Path) -> None:
    data = DataDirectory(tmp_path)
    data.prepare()
    now = [0.0]
    machine = Machine(data, lambda: now[0])
    assert machine.look(1)[0].kept == 0
    (data.snapshots / "000001").mkdir()
    assert machine.look(1)[0].kept == 0
    assert machine.look(2)[0].kept == 1
    (data.snapshots / "000002").mkdir()
    now[0] = LOOK_SECONDS
    assert machine.look(2)[0].kept == 2


class Watched:
    """A watch whose work is done when it is told to be."""

    def __init__(self, readers: QueryReaders) -> None:
        self.orders: list[object] = []
        self.watch = FreshnessWatch(readers, self.orders.append)

    def work(self) -> None:
        order = self.orders.pop()
        assert callable(order)
        order()


def test_freshness_is_read_once_for_a_snapshot_and_nobody_waits(shipped_store: EmbeddedStore) -> None:
    watched = Watched(StoreReaders(shipped_store))  # type: ignore[arg-type]
    one, two = Snapshot(1, Path("1")), Snapshot(2, Path("2"))
    assert watched.watch.look(one) is None
    assert watched.watch.look(one) is None
    assert len(watched.orders) == 1
    watched.work()
    known = watched.watch.look(one)
    assert known is not None and known.leading[0].sources == 28
    assert watched.orders == []
    assert watched.watch.look(two) is known
    watched.work()
    assert watched.watch.look(two) == known
    assert watched.orders == []


def test_freshness_that_cannot_be_read_is_asked_for_again() -> None:
    class Busy:
        def query(self, *_: object) -> None:
            raise ReadersBusyError("All are at work.")

    watched = Watched(Busy())  # type: ignore[arg-type]
    for _ in range(2):
        assert watched.watch.look(Snapshot(1, Path())) is None
        watched.work()
