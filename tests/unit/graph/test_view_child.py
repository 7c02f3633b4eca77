"""What the process that makes a view answers, asked in this process."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from graph.errors import QueryFailedError, SnapshotGoneError, StoreMissingError
from graph.view_cache import ViewCache, choice_fields, choice_of
from graph.view_child import make
from graph.views import ViewChoice
from graph.write_protocol import read_error

CHINA = ViewChoice(None, "china-state")


@pytest.fixture
def data(tmp_path: Path) -> DataDirectory:
    """A plain dataset with nothing in it."""
    data = DataDirectory(tmp_path / "data")
    with data.writer():
        stage = data.stage()
        EmbeddedStore(stage / "store").close()
        data.publish(stage, {}, "build")
    return data


def order(data: DataDirectory, number: int = 1) -> dict[str, Any]:
    return {"root": str(data.root), "number": number, **choice_fields(CHINA)}


def test_a_view_that_was_made_needs_no_words(data: DataDirectory) -> None:
    assert make(order(data)) == {}
    found = ViewCache(data).find(1, CHINA)
    assert found is not None and found.counts["sources"] == 0


def test_errors_arrive_as_what_they_are(data: DataDirectory) -> None:
    assert isinstance(read_error(make(order(data, 2))), StoreMissingError)
    (data.snapshot(1).folder / "snapshot.json").unlink()
    assert isinstance(read_error(make(order(data))), SnapshotGoneError)


def test_what_the_engine_raises_is_reported_too(data: DataDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object) -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr("graph.view_cache.build_view", break_down)
    error = read_error(make(order(data)))
    assert isinstance(error, QueryFailedError)
    assert str(error) == "The view could not be made: out of order"


@pytest.mark.parametrize("choice", [CHINA, ViewChoice(datetime.date(2024, 12, 31)), ViewChoice()])
def test_a_choice_survives_the_command_line(choice: ViewChoice) -> None:
    assert choice_of(choice_fields(choice)) == choice
