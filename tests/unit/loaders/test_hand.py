"""The hand: what it reports, what it leaves behind, and that it can be killed."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from graph.embedded import EmbeddedStore
from graph.errors import QueryFailedError, QueryTimeoutError
from graph.write_protocol import WriteRequest, message, receive
from loaders import live_store
from loaders.hand import HandLimits, HandProcess
from loaders.hand_child import Hand, serve
from loaders.replay import Workshop

Ask = Callable[..., dict[str, Any]]
INSERT = "INSERT DATA { <http://e.example/a> <http://e.example/b> <http://e.example/c> }"


@pytest.fixture
def ask(workshop: Workshop, tmp_path: Path) -> Ask:
    """Asks a hand that has its store open."""
    hand = Hand(workshop)
    assert hand.answer({"do": "open", "number": 1, "folder": str(tmp_path / "live" / "1")}) == {}
    return lambda **fields: hand.answer(fields)


def request(text: str, raw: bool = True) -> dict[str, Any]:
    return WriteRequest("update", "test", raw=raw, text=text).fields()


def test_what_was_written_is_saved_with_its_counts(ask: Ask, workshop: Workshop, tmp_path: Path) -> None:
    assert ask(do="write", request=request(INSERT)) == {"created": False, "changed": True}
    stage = tmp_path / "stage"
    (stage / "store").mkdir(parents=True)
    report = ask(do="save", folder=str(stage), number=2)
    before = workshop.data.current().counts
    assert report["operation"] == "update"
    assert report["counts"]["quads"] == before["quads"] + 1
    assert report["counts"]["claims"] == before["claims"]
    assert EmbeddedStore(stage / "store", read_only=True).quad_count() == report["counts"]["quads"]


@pytest.mark.parametrize(
    ("fields", "error", "is_dirty"),
    [
        ({"do": "write", "request": request("INSERT DATA {")}, "QuerySyntaxError", False),
        (
            {"do": "write", "request": request("DROP GRAPH <http://e/none>")},
            "UpdateFailedError",
            False,
        ),
        ({"do": "write", "request": request(INSERT, raw=False)}, "ComputedGraphError", False),
        ({"do": "write", "request": {}}, "KeyError", True),
        ({"do": "open", "number": 7, "folder": "/nowhere"}, "StoreMissingError", True),
    ],
)
def test_an_error_says_whether_it_left_traces(
    ask: Ask, fields: dict[str, Any], error: str, is_dirty: bool
) -> None:
    answer = ask(**fields)
    assert (answer["error"], answer["is_dirty"]) == (error, is_dirty)


def test_a_write_of_several_steps_that_fails_leaves_traces(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(EmbeddedStore, "add_graph", refuse)
    answer = ask(do="write", request=WriteRequest("put", "test", True, graph="http://e.example/g").fields())
    assert (answer["error"], answer["is_dirty"]) == ("StoreWriteError", True)
    assert answer["message"].startswith("The disk that holds")


def test_without_an_open_store_nothing_is_written(workshop: Workshop) -> None:
    answer = Hand(workshop).answer({"do": "write", "request": request(INSERT)})
    assert answer["error"] == "QueryFailedError"


def test_opening_again_makes_the_store_anew(ask: Ask, tmp_path: Path, workshop: Workshop) -> None:
    ask(do="write", request=request(INSERT))
    assert ask(do="open", number=1, folder=str(tmp_path / "live" / "2")) == {}
    assert {path.name for path in (tmp_path / "live").iterdir()} == {"2", "2.scratch"}
    stage = tmp_path / "stage"
    stage.mkdir()
    ask(do="write", request=request("CREATE GRAPH <http://e.example/g>"))
    report = ask(do="save", folder=str(stage), number=2)
    assert report["counts"]["quads"] == workshop.data.current().counts["quads"]


def test_tidying_begins_a_new_log_and_keeps_what_was_written(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(do="write", request=request(INSERT))
    monkeypatch.setattr(live_store, "LOG_BYTES", 0)
    assert ask(do="tidy") == {}
    ask(do="write", request=request(INSERT.replace("/c", "/d")))
    stage = tmp_path / "stage"
    stage.mkdir()
    report = ask(do="save", folder=str(stage), number=2)
    assert EmbeddedStore(stage / "store", read_only=True).quad_count() == report["counts"]["quads"]


def test_a_dataset_too_large_to_count_has_no_count(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loaders.ledger.RECOUNTED_QUADS", 1)
    stage = tmp_path / "stage"
    stage.mkdir()
    ask(do="write", request=request(INSERT))
    ask(do="write", request=WriteRequest("post", "test", True, graph="http://e.example/g").fields())
    report = ask(do="save", folder=str(stage), number=2)
    assert "quads" not in report["counts"]
    assert report["operation"] == "writes"


def test_messages_are_answered_until_there_are_no_more(workshop: Workshop) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        thread = threading.Thread(target=serve, args=(Hand(workshop), theirs))
        thread.start()
        ours.sendall(message({"do": "write", "request": request(INSERT)}))
        assert (receive(ours) or {})["error"] == "QueryFailedError"
        ours.shutdown(socket.SHUT_RDWR)
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture
def process(workshop: Workshop) -> Iterator[HandProcess]:
    made = HandProcess(workshop.data.root, HandLimits())
    yield made
    made.kill()


def test_a_process_answers_until_it_is_killed(process: HandProcess, workshop: Workshop) -> None:
    folder = workshop.data.root / "live" / "1"
    assert process.ask({"do": "open", "number": 1, "folder": str(folder)}, 60) == {}
    assert process.is_alive
    assert not process.is_large
    process.settle()
    assert not process.is_large
    process.kill()
    assert not process.is_alive
    with pytest.raises(QueryFailedError):
        process.ask({"do": "tidy"}, 60)


def test_a_process_that_takes_too_long_is_killed(process: HandProcess) -> None:
    with pytest.raises(QueryTimeoutError, match=r"more than 0\.001 seconds"):
        process.ask({"do": "tidy"}, 0.001)
    assert not process.is_alive
