"""The right to write goes to those who asked first, and a command waits for a server's writer alone."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from graph import turn as module
from graph.datadir import DataDirectory
from graph.errors import StoreBusyError
from graph.turn import for_a_command, is_awaited, turn


@pytest.fixture
def data(tmp_path: Path) -> DataDirectory:
    made = DataDirectory(tmp_path / "data")
    made.prepare()
    return made


def test_whoever_waits_long_enough_is_told_who_writes(data: DataDirectory) -> None:
    with turn(data, 0), pytest.raises(StoreBusyError) as caught, turn(data, 0.05):
        raise AssertionError("two have the right to write")
    assert caught.value.holder == os.getpid()


def test_a_command_does_not_wait_for_another(data: DataDirectory) -> None:
    with turn(data, 0), pytest.raises(StoreBusyError), for_a_command(data):
        raise AssertionError("two have the right to write")


def test_a_command_waits_for_the_writer_of_a_server(data: DataDirectory) -> None:
    (data.root / module.WRITER_PROCESS).write_text(f"{os.getpid()}\n")
    entered = threading.Event()

    def command() -> None:
        with for_a_command(data):
            entered.set()

    thread = threading.Thread(target=command)
    with turn(data, 0):
        thread.start()
        while not is_awaited(data):
            pass
        assert not entered.is_set()
        # Whoever comes later does not overtake it.
        with pytest.raises(StoreBusyError, match="wait to write"), turn(data, 0):
            raise AssertionError("overtaken")
    thread.join(10)
    assert entered.is_set() and not is_awaited(data)
