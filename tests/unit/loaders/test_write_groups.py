"""Groups of writes: one snapshot for all, no trace of those that fail, whatever becomes of the hand."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import NamedNode

from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from graph.errors import (
    QueryFailedError,
    QuerySyntaxError,
    QueryTimeoutError,
    StoreBusyError,
    StoreMissingError,
    StoreWriteError,
)
from graph.turn import turn
from graph.write_protocol import WriteReceipt, WriteRequest
from graph.writer_client import WriterClient
from loaders import hand as hand_module
from loaders import write_groups
from loaders.hand import HandLimits
from loaders.hand_child import Hand
from loaders.replay import Workshop
from loaders.write_groups import Job, WriteGroups
from loaders.writer import Writer, listening

FATAL = "# kills the hand"
SLOW = "# takes too long"


class FakeHand:
    """A hand in this process, which ends when it is told to."""

    workshop: Workshop
    opened = 0
    deaths_in_save = 0
    is_large = False

    def __init__(self, root: Path, limits: HandLimits) -> None:
        assert root == self.workshop.data.root
        self._hand = Hand(self.workshop)
        self.is_alive = True
        self.is_open = False
        self.asked: list[str] = []

    def ask(self, fields: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        text = fields.get("request", {}).get("text", "")
        if fields["do"] == "open" and not self.is_open:
            self.is_open = True
            type(self).opened += 1
        if fields["do"] == "save" and self.deaths_in_save:
            type(self).deaths_in_save -= 1
            self.kill()
            raise QueryFailedError("ended")
        if text in (FATAL, SLOW):
            self.kill()
            raise QueryTimeoutError("too slow") if text == SLOW else QueryFailedError("ended")
        return self._hand.answer(dict(fields))

    def settle(self) -> None:
        pass

    def kill(self) -> None:
        self.is_alive = False


@pytest.fixture
def hand(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> type[FakeHand]:
    class ThisHand(FakeHand):
        pass

    ThisHand.workshop = workshop
    monkeypatch.setattr(hand_module, "HandProcess", ThisHand)
    return ThisHand


@pytest.fixture
def groups(
    workshop: Workshop, hand: type[FakeHand], monkeypatch: pytest.MonkeyPatch
) -> Iterator[WriteGroups]:
    # On a busy machine a group would end before all have joined it.
    monkeypatch.setattr(write_groups, "GROUP_SECONDS", 60)
    made = WriteGroups(workshop.data, HandLimits(), 0)
    yield made
    made.close()


def insert(name: str) -> str:
    return f"INSERT DATA {{ <http://e.example/{name}> <http://e.example/b> 1 }}"


def job(text: str) -> Job:
    return Job(WriteRequest("update", "test", raw=True, text=text))


def carry_out(groups: WriteGroups, *jobs: Job) -> None:
    waiting = iter(jobs[1:])
    with groups.session():
        groups.carry_out(jobs[0], lambda: next(waiting, None))


def errors(*jobs: Job) -> list[str | None]:
    assert all(each.is_answered.is_set() for each in jobs)
    return [each.answer.get("error") for each in jobs]


def names(data: DataDirectory) -> set[str]:
    """The names that `insert` has written into the current snapshot."""
    store = EmbeddedStore(data.current().store, read_only=True)
    found = store.quads(None, NamedNode("http://e.example/b"))
    return {str(quad.subject).rpartition("/")[2].rstrip(">") for quad in found}


def test_a_group_is_one_snapshot(groups: WriteGroups, workshop: Workshop) -> None:
    jobs = [job(insert(name)) for name in "abc"]
    carry_out(groups, *jobs)
    assert [each.answer for each in jobs] == [{"created": False, "changed": True, "snapshot": 2}] * 3
    assert names(workshop.data) == {"a", "b", "c"}
    assert workshop.data.current().number == 2


def test_a_write_that_is_refused_does_not_disturb_the_others(
    groups: WriteGroups, hand: type[FakeHand], workshop: Workshop
) -> None:
    jobs = [job(insert("a")), job("INSERT DATA {"), job(insert("b"))]
    carry_out(groups, *jobs)
    assert errors(*jobs) == [None, "QuerySyntaxError", None]
    assert names(workshop.data) == {"a", "b"}
    assert hand.opened == 1


@pytest.mark.parametrize(("text", "error"), [(FATAL, "QueryFailedError"), (SLOW, "QueryTimeoutError")])
def test_after_a_write_that_ends_the_hand_the_others_are_carried_out_again(
    groups: WriteGroups, hand: type[FakeHand], workshop: Workshop, text: str, error: str
) -> None:
    jobs = [job(insert("a")), job(insert("b")), job(text), job(insert("c")), job(text)]
    carry_out(groups, *jobs)
    assert errors(*jobs) == [None, None, error, None, error]
    assert names(workshop.data) == {"a", "b", "c"}
    assert (workshop.data.current().number, hand.opened) == (2, 3)


def test_a_write_that_leaves_traces_is_undone(
    groups: WriteGroups, hand: type[FakeHand], workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(store: EmbeddedStore, name: NamedNode) -> None:
        store.update(insert("half"))
        raise QuerySyntaxError("no")

    monkeypatch.setattr(EmbeddedStore, "add_graph", half)
    put = Job(WriteRequest("put", "test", raw=True, graph="http://e.example/g"))
    jobs = [job(insert("a")), put, job(insert("b"))]
    carry_out(groups, *jobs)
    assert errors(*jobs) == [None, "QuerySyntaxError", None]
    assert names(workshop.data) == {"a", "b"}
    assert hand.opened == 1


def test_a_hand_that_ends_while_it_saves_is_replaced_once(
    groups: WriteGroups, hand: type[FakeHand], workshop: Workshop
) -> None:
    hand.deaths_in_save = 1
    jobs = [job(insert("a")), job(insert("b"))]
    carry_out(groups, *jobs)
    assert errors(*jobs) == [None, None]
    hand.deaths_in_save = 2
    again = job(insert("c"))
    with pytest.raises(QueryFailedError):
        carry_out(groups, again)
    assert errors(again) == ["QueryFailedError"]
    carry_out(groups, job(insert("d")))
    assert names(workshop.data) == {"a", "b", "d"}


def test_where_nothing_can_be_published_all_are_told_and_the_next_write_works(
    groups: WriteGroups, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr(workshop.data, "publish", refuse)
        jobs = [job(insert("a")), job("INSERT DATA {"), job(insert("b"))]
        with pytest.raises(OSError, match="Read-only"):
            carry_out(groups, *jobs)
    assert errors(*jobs) == ["StoreWriteError", "QuerySyntaxError", "StoreWriteError"]
    carry_out(groups, job(insert("c")))
    assert names(workshop.data) == {"c"}


def test_a_hand_that_cannot_copy_says_so(
    groups: WriteGroups, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(store: EmbeddedStore, folder: Path) -> None:
        raise StoreWriteError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(EmbeddedStore, "save", refuse)
        first = job(insert("a"))
        with pytest.raises(StoreWriteError):
            carry_out(groups, first)
    assert errors(first) == ["StoreWriteError"]
    carry_out(groups, job(insert("b")))
    assert names(workshop.data) == {"b"}


def test_what_changes_nothing_makes_no_snapshot(groups: WriteGroups, workshop: Workshop) -> None:
    refused = job("INSERT DATA {")
    carry_out(groups, refused)
    assert errors(refused) == ["QuerySyntaxError"]
    assert workshop.data.current().number == 1


def test_a_dataset_that_was_published_meanwhile_is_gone_on_from(
    groups: WriteGroups, workshop: Workshop
) -> None:
    carry_out(groups, job(insert("a")))
    data = workshop.data
    with turn(data, 0):
        stage = data.stage()
        store = EmbeddedStore(data.snapshot(1).store, read_only=True)
        store.backup(stage / "store")
        data.publish(stage, data.current().counts, "load")
    carry_out(groups, job(insert("b")))
    assert names(data) == {"b"}


def test_a_group_that_takes_long_lets_the_next_writes_wait(
    groups: WriteGroups, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_groups, "GROUP_SECONDS", 0)
    jobs = [job(insert("a")), job(insert("b"))]
    carry_out(groups, *jobs)
    assert (jobs[0].is_answered.is_set(), jobs[1].is_answered.is_set()) == (True, False)


def test_a_hand_that_has_grown_large_is_replaced(
    groups: WriteGroups, hand: type[FakeHand], workshop: Workshop
) -> None:
    hand.is_large = True
    carry_out(groups, job(insert("a")))
    hand.is_large = False
    carry_out(groups, job(insert("b")))
    assert (hand.opened, names(workshop.data)) == (2, {"a", "b"})


@pytest.fixture
def client(workshop: Workshop, hand: type[FakeHand]) -> Iterator[WriterClient]:
    """A client of a writer in this process, whose right to write may be taken for half a second."""
    writer = Writer(workshop.data, HandLimits(), lock_seconds=0.5)
    running = threading.Thread(target=writer.run)
    with listening(workshop.data.root) as listener, contextlib.closing(WriterClient(workshop.data)) as made:
        threading.Thread(target=writer.listen, args=(listener,), daemon=True).start()
        running.start()
        yield made
        writer.waiting.end()
        running.join(10)
    assert not running.is_alive()


Write = Callable[[str], WriteReceipt]


@pytest.fixture
def write(client: WriterClient) -> Write:
    return lambda text: client.write(WriteRequest("update", "test", raw=True, text=text))


def test_a_writer_answers_one_after_another(write: Write, workshop: Workshop) -> None:
    assert [write(insert(name)).snapshot for name in "ab"] == [2, 3]
    with pytest.raises(QuerySyntaxError):
        write("INSERT DATA {")
    assert names(workshop.data) == {"a", "b"}


def test_a_writer_tells_who_holds_the_right_to_write(write: Write, workshop: Workshop) -> None:
    with turn(workshop.data, 10), pytest.raises(StoreBusyError):
        write(insert("a"))
    write(insert("b"))
    assert names(workshop.data) == {"b"}


def test_a_writer_survives_what_nobody_expected(
    write: Write, workshop: Workshop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def surprise() -> None:
        raise KeyError("surprise")

    with monkeypatch.context() as patch:
        patch.setattr(workshop.data, "stage", surprise)
        with pytest.raises(QueryFailedError, match="surprise"):
            write(insert("a"))
    write(insert("b"))
    assert names(workshop.data) == {"b"}
    assert "a group of writes failed" in caplog.text


def test_without_a_dataset_nothing_is_written(
    write: Write, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    (workshop.data.root / "current").unlink()
    with pytest.raises(StoreMissingError):
        write(insert("a"))
