"""The data directory: snapshots appear and become current at once, and one process writes."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from graph import datadir
from graph.datadir import DataDirectory, Snapshot, locked
from graph.disk import write_atomically, write_error
from graph.errors import StoreBusyError, StoreFormatError, StoreMissingError, StoreWriteError
from graph.formats import TEXT

ROOT = Path(__file__).parents[3]
HOLDER = """
import sys
from pathlib import Path
from graph.datadir import DataDirectory
with DataDirectory(Path(sys.argv[1])).writer():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def data(tmp_path: Path) -> DataDirectory:
    directory = DataDirectory(tmp_path / "data")
    directory.prepare()
    return directory


def publish(data: DataDirectory, text: str = "dataset") -> Snapshot:
    with data.writer():
        folder = data.stage()
        (folder / "store").mkdir()
        (folder / "store" / "file").write_text(text)
        return data.publish(folder, {"claims": 3}, "load")


@contextmanager
def another_writer(data: DataDirectory) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock until it is told to end."""
    command = [sys.executable, "-c", HOLDER, str(data.root)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_preparing_twice_changes_nothing(data: DataDirectory) -> None:
    data.prepare()
    assert sorted(path.name for path in data.root.iterdir()) == ["format", "snapshots", "sources"]
    assert (data.root / "format").read_text() == TEXT


def test_nothing_is_current_before_the_first_build(data: DataDirectory) -> None:
    with pytest.raises(StoreMissingError) as caught:
        data.current()
    root = data.root
    assert str(caught.value) == (
        f"There is no dataset in {root}. Make one with: osagraph build --data {root}"
    )


def test_a_published_snapshot_is_current_and_readable(data: DataDirectory) -> None:
    made = publish(data)
    assert data.current() == made == data.snapshot(1)
    assert (made.number, made.folder) == (1, data.snapshots / "000001")
    assert made.counts == {"claims": 3, "operation": "load"}
    assert (made.operation, made.made) == ("load", None)
    assert (made.store / "file").read_text() == "dataset"


def test_each_snapshot_has_the_next_number(data: DataDirectory) -> None:
    assert [publish(data).number for _ in range(3)] == [1, 2, 3]
    assert data.current().number == 3
    assert (data.snapshot(1).store / "file").read_text() == "dataset"


def test_staging_starts_empty(data: DataDirectory) -> None:
    (data.stage() / "left").write_text("over")
    with data.writer():
        assert list(data.stage().iterdir()) == []


@pytest.mark.parametrize("step", ["write_atomically", "sync_file", "sync_folder"])
def test_the_old_snapshot_stays_current_where_the_disk_refuses_a_new_one(
    data: DataDirectory, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    first = publish(data)

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(datadir, step, refuse)
    with pytest.raises(StoreWriteError) as caught:
        publish(data)
    full = f"The disk that holds {data.root} is full. Free some space; nothing was changed."
    assert str(caught.value) == full
    monkeypatch.undo()
    assert data.current() == first
    assert publish(data).number in (2, 3)


def test_one_process_writes_at_a_time_and_the_other_is_told_its_number(data: DataDirectory) -> None:
    with another_writer(data) as process:
        with pytest.raises(StoreBusyError) as caught, data.writer():
            pytest.fail("two writers")
        assert caught.value.holder == process.pid
        assert str(caught.value) == (
            f"The dataset in {data.root} is being written by process {process.pid}. "
            "Wait for it, or end that process."
        )


def test_a_killed_writer_leaves_the_lock_free(data: DataDirectory) -> None:
    with another_writer(data) as process:
        process.kill()
        process.wait()
        with data.writer():
            assert (data.root / "writer.lock").read_text() == f"{os.getpid()}\n"


def test_a_lock_whose_holder_is_not_yet_written_is_still_a_lock(tmp_path: Path) -> None:
    with locked(tmp_path / "lock", "It is in use"):
        (tmp_path / "lock").write_text("")
        with pytest.raises(StoreBusyError) as caught, locked(tmp_path / "lock", "It is in use"):
            pytest.fail("two holders")
    assert (str(caught.value), caught.value.holder) == (
        "It is in use. Wait for it, or end that process.",
        None,
    )


def test_what_a_crash_left_behind_is_cleared(data: DataDirectory) -> None:
    (data.stage() / "half").write_text("done")
    with data.writer():
        assert not data.staging.exists()
        data.stage()
    assert not data.staging.exists()


def test_a_snapshot_that_never_became_current_is_cleared(data: DataDirectory) -> None:
    publish(data, "first")
    (data.snapshots / "000002").mkdir()  # killed between the two renames
    (data.snapshots / "notes").mkdir()
    (data.snapshots / "000002" / "snapshot.json").write_text("{}")
    (data.snapshots / "000002" / "store").mkdir()
    with pytest.raises(StoreMissingError) as caught:
        data.snapshot(2)
    assert str(caught.value) == f"There is no snapshot 2 in {data.root}; the current one is 1."
    # Before a power failure somebody may have seen the number 2, so it is not given again.
    assert publish(data, "second").number == 3
    assert data.current().number == 3
    assert [snapshot.number for snapshot in data.kept()] == [1, 3]
    assert list((data.snapshots / "000002").iterdir()) == []


def test_a_failed_write_leaves_no_staging(data: DataDirectory) -> None:
    with pytest.raises(ZeroDivisionError), data.writer():
        data.stage()
        raise ZeroDivisionError
    assert not data.staging.exists()


@pytest.mark.parametrize("name", ["prepare", "current"])
def test_a_later_format_is_refused(data: DataDirectory, name: str) -> None:
    (data.root / "format").write_text("9\n")
    with pytest.raises(StoreFormatError) as caught:
        getattr(data, name)()
    assert str(caught.value) == (
        f"{data.root} has format 9, this osagraph reads formats up to 2. Use a later osagraph, "
        "or restore a backup made before that into another directory."
    )


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    directory = DataDirectory(tmp_path / "data")
    with pytest.raises(StoreWriteError) as caught:
        directory.prepare()
    assert str(caught.value) == (
        f"{directory.root} cannot be written: File exists. Check its permissions; nothing was changed."
    )
    with pytest.raises(StoreMissingError):
        directory.current()


def test_a_folder_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreWriteError, match="cannot be written: Not a directory"):
        DataDirectory(tmp_path / "file" / "data").prepare()


@pytest.mark.parametrize(
    "error", [OSError(errno.EDQUOT, "quota"), OSError("IO error: No space left on device")]
)
def test_a_full_disk_is_called_full(error: OSError) -> None:
    assert str(write_error(Path("data"), error)).startswith("The disk that holds data is full.")


def test_a_refusal_without_a_reason_is_told_as_it_is() -> None:
    assert str(write_error(Path("data"), OSError("odd"))) == (
        "data cannot be written: odd. Check its permissions; nothing was changed."
    )


def test_a_small_file_is_replaced_whole(tmp_path: Path) -> None:
    for text in ("1\n", "2\n"):
        write_atomically(tmp_path / "current", text)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("current", "2\n")]
