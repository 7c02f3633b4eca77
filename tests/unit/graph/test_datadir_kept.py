"""Which snapshots stay: the last ones, builds, pinned ones, and whatever somebody is reading file by file."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad

from graph.datadir import DataDirectory, Snapshot
from graph.embedded import EmbeddedStore
from graph.errors import SnapshotGoneError, StoreFormatError, StoreMissingError, StoreWriteError
from graph.pins import pin, unpin
from graph.reader_child import Snapshots
from graph.reader_protocol import ReadRequest
from graph.retention import KEPT_SNAPSHOTS
from graph.snapshot_status import LockState, disk_bytes, lock_state, own_bytes

ROOT = Path(__file__).parents[3]
KILLED_WHILE_FORGETTING = """
import os, shutil, sys
from pathlib import Path
from graph.datadir import DataDirectory
shutil.rmtree = lambda *_, **__: os._exit(9)
DataDirectory(Path(sys.argv[1])).forget_old()
"""


@pytest.fixture
def data(tmp_path: Path) -> DataDirectory:
    directory = DataDirectory(tmp_path / "data")
    directory.prepare()
    return directory


def publish(data: DataDirectory, operation: str = "update") -> Snapshot:
    """A snapshot of one file, published as a writer does it."""
    with data.writer():
        folder = data.stage()
        (folder / "store").mkdir()
        (folder / "store" / "file").write_text("dataset")
        snapshot = data.publish(folder, {"claims": 3}, operation)
    data.forget_old()
    return snapshot


def publish_many(data: DataDirectory, count: int = KEPT_SNAPSHOTS + 3) -> None:
    for _ in range(count):
        publish(data)


def kept(data: DataDirectory) -> list[int]:
    return [snapshot.number for snapshot in data.kept()]


def test_a_snapshot_that_a_query_reads_stays_however_many_follow(data: DataDirectory) -> None:
    with data.writer():
        stage = data.stage()
        EmbeddedStore(stage / "store").flush()
        read = data.publish(stage, {}, "update")
    readers = Snapshots()
    readers.open(ReadRequest("ASK {}", {}, store=str(read.store)))
    publish_many(data)
    assert read.number in kept(data)
    readers.rest()
    data.forget_old()
    assert read.number not in kept(data)


def test_only_the_last_snapshots_are_kept(data: DataDirectory) -> None:
    publish_many(data)
    assert kept(data) == list(range(4, KEPT_SNAPSHOTS + 4))
    assert list(data.trash.iterdir()) == []


def test_a_snapshot_that_is_gone_is_told_from_one_that_never_was(data: DataDirectory) -> None:
    publish_many(data)
    with pytest.raises(SnapshotGoneError) as gone:
        data.snapshot(3)
    assert str(gone.value) == f"Snapshot 3 is no longer kept in {data.root}."
    for number in (0, -1, KEPT_SNAPSHOTS + 4):
        with pytest.raises(StoreMissingError) as missing:
            data.snapshot(number)
        assert str(missing.value) == f"There is no snapshot {number} in {data.root}; the current one is 23."


def test_publishing_alone_removes_nothing(data: DataDirectory) -> None:
    publish_many(data)
    with data.writer():
        (folder := data.stage()).joinpath("store").mkdir()
        data.publish(folder, {}, "update")
    assert len(kept(data)) == KEPT_SNAPSHOTS + 1


def test_a_number_is_not_given_again(data: DataDirectory) -> None:
    publish_many(data)
    assert data.next_number() == KEPT_SNAPSHOTS + 4
    assert publish(data).number == KEPT_SNAPSHOTS + 4


def test_builds_are_kept(data: DataDirectory) -> None:
    publish(data)
    publish(data, "build")
    publish_many(data)
    assert kept(data) == [2, *range(6, KEPT_SNAPSHOTS + 6)]


def test_a_snapshot_that_does_not_say_what_made_it_is_no_build(data: DataDirectory) -> None:
    (publish(data, "build").folder / "snapshot.json").write_text('{"claims": 3}')
    assert data.current().operation is None
    publish_many(data)
    assert 1 not in kept(data)


def test_a_pinned_snapshot_is_kept_until_it_is_unpinned(data: DataDirectory) -> None:
    publish(data)
    publish(data)
    pin(data, 2, "cited")
    pin(data, 1)
    publish_many(data)
    assert kept(data)[:3] == [1, 2, 6]
    assert data.pins() == {1: "", 2: "cited"}
    assert (unpin(data, 2), unpin(data, 2)) == (True, False)
    data.forget_old()
    assert kept(data)[:2] == [1, 6]


def test_what_is_gone_or_never_was_cannot_be_pinned(data: DataDirectory) -> None:
    with pytest.raises(StoreMissingError):
        pin(data, 1)
    publish_many(data)
    with pytest.raises(SnapshotGoneError):
        pin(data, 1)
    with pytest.raises(StoreMissingError):
        pin(data, 99)
    assert data.pins() == {}


@pytest.mark.parametrize("text", ["{", "[1]", '{"one": ""}'])
def test_damaged_pins_are_told_and_nothing_is_removed_meanwhile(data: DataDirectory, text: str) -> None:
    publish(data)
    (data.root / "pins.json").write_text(text)
    publish_many(data)
    assert len(kept(data)) == KEPT_SNAPSHOTS + 4
    with pytest.raises(StoreFormatError, match=r"pins\.json is damaged"):
        data.pins()


def test_a_snapshot_that_is_held_stays_until_it_is_let_go(data: DataDirectory) -> None:
    publish(data)
    with data.holding() as held:
        publish_many(data)
        assert held.number == 1
        assert (held.store / "file").read_text() == "dataset"
        assert kept(data)[:2] == [1, 5]
    data.forget_old()
    assert kept(data)[0] == 5
    with pytest.raises(SnapshotGoneError), data.holding(1):
        pytest.fail("it is gone")


def test_the_current_snapshot_is_found_however_many_follow(
    data: DataDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_many(data)
    numbers = iter([1, 2])
    latest = data.current_number
    monkeypatch.setattr(data, "current_number", lambda: next(numbers, None) or latest())
    assert data.current().number == KEPT_SNAPSHOTS + 3


def test_a_lost_snapshot_and_damaged_files_are_told(data: DataDirectory) -> None:
    snapshot = publish(data)
    (snapshot.folder / "snapshot.json").write_text("{")
    with pytest.raises(StoreFormatError, match=r"snapshot\.json is damaged\. Restore a backup\."):
        data.current()
    publish_many(data)
    assert len(kept_folders(data)) == KEPT_SNAPSHOTS + 4  # nothing is removed next to damage
    shutil.rmtree(data.current().folder)
    with pytest.raises(SnapshotGoneError, match="has lost snapshot 24"):
        data.current()
    (data.root / "current").write_text("")
    with pytest.raises(StoreFormatError, match="current is damaged"):
        data.current()


def kept_folders(data: DataDirectory) -> list[str]:
    return sorted(path.name for path in data.snapshots.iterdir())


def test_a_process_killed_while_it_removes_leaves_no_half_snapshot(data: DataDirectory) -> None:
    publish_many(data, KEPT_SNAPSHOTS)
    with data.writer():
        (folder := data.stage()).joinpath("store").mkdir()
        data.publish(folder, {}, "update")
    command = [sys.executable, "-c", KILLED_WHILE_FORGETTING, str(data.root)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 9
    assert kept(data) == list(range(2, KEPT_SNAPSHOTS + 2))
    assert [path.name for path in data.trash.iterdir()] == ["000001"]
    publish(data)
    assert list(data.trash.iterdir()) == []


def test_a_writer_that_fails_gives_back_what_a_killed_one_left_in_the_trash(data: DataDirectory) -> None:
    (data.trash / "000001").mkdir(parents=True)
    with pytest.raises(StoreWriteError), data.writer():
        raise StoreWriteError("The disk is full.")
    assert list(data.trash.iterdir()) == []


def test_forgetting_never_fails(data: DataDirectory, tmp_path: Path) -> None:
    data.forget_old()
    DataDirectory(tmp_path / "none").forget_old()
    (data.root / "current").write_text("x")
    data.forget_old()


def test_the_disk_comes_back_after_many_small_changes(data: DataDirectory) -> None:
    before: Path | None = None
    for number in range(3 * KEPT_SNAPSHOTS):
        with data.writer():
            store = data.stage() / "store"
            store.mkdir()
            if before is None:
                (store / "shared").write_bytes(b"x" * 2**20)
            else:
                (store / "shared").hardlink_to(before / "shared")
            (store / "own").write_bytes(number.to_bytes(2, "big") * 2**15)
            before = data.publish(store.parent, {}, "update").store
        data.forget_old()
    # Beside these only small files: at most two blocks for each snapshot, and four for the directory.
    expected = 2**20 + KEPT_SNAPSHOTS * 2**16
    assert 0 <= disk_bytes(data.root) - expected <= (2 * KEPT_SNAPSHOTS + 4) * 4096
    assert disk_bytes(data.current().folder) > 2**20 > own_bytes(data.current().folder) >= 2**16


def test_copies_of_a_live_store_open_with_what_was_counted(data: DataDirectory) -> None:
    live = EmbeddedStore(data.root / "live")
    for number in range(KEPT_SNAPSHOTS + 5):
        live.insert([Quad(NamedNode(f"a:{number}"), NamedNode("a:p"), NamedNode("a:o"))])
        live.flush()
        with data.writer():
            folder = data.stage()
            live.backup(folder / "store")
            data.publish(folder, {"quads": number + 1}, "update")
        data.forget_old()
    live.close()
    for snapshot in data.kept():
        assert EmbeddedStore(snapshot.store, read_only=True).quad_count() == snapshot.counts["quads"]


def test_a_file_of_two_names_is_counted_once(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    (tmp_path / "one" / "file").write_bytes(b"x" * 8192)
    (tmp_path / "two" / "file").hardlink_to(tmp_path / "one" / "file")
    (tmp_path / "two" / "other").write_bytes(b"x" * 4096)
    whole = (tmp_path / "one" / "file").stat().st_blocks * 512
    assert disk_bytes(tmp_path) == whole + own_bytes(tmp_path / "two")
    assert own_bytes(tmp_path / "one") == 0


def test_a_lock_tells_who_holds_it(data: DataDirectory) -> None:
    path = data.root / "writer.lock"
    assert lock_state(path) == LockState(False)
    with data.writer():
        assert lock_state(path) == LockState(True, os.getpid(), True)
        path.write_text("4194305\n")  # beyond the largest process id of Linux
        assert lock_state(path) == LockState(True, 4194305, False)
        path.write_text("")
        assert lock_state(path) == LockState(True, None, False)
    assert lock_state(path) == LockState(False)


def test_somebody_who_only_asks_for_the_state_of_a_lock_keeps_nobody_from_taking_it(
    data: DataDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = data.root / "writer.lock"
    path.touch()
    with path.open() as asking:
        fcntl.flock(asking, fcntl.LOCK_SH)
        monkeypatch.setattr("time.sleep", lambda seconds: asking.close() if seconds else None)
        with data.writer():
            assert asking.closed
