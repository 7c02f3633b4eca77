"""The desk of views: one is made at a time, by a child, and nobody waits long or orders many.

A test that wants a view to take its time holds the lock of whoever makes views.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from graph.datadir import DataDirectory, Snapshot
from graph.embedded import EmbeddedStore
from graph.errors import ClientBusyError, QueryFailedError, StoreFormatError, ViewPendingError
from graph.reader_protocol import ReadRequest
from graph.readers import ReaderPool
from graph.view_desk import ViewDesk, ViewLimits
from graph.views import ViewChoice, perspectives
from loaders.build import BuildPlan, build_store

SOURCES = (
    "source_id,title,publisher,publisher_country,publisher_kind,url,published_on,language,author\n"
    "s1,One,Kyodo,Japan,news_agency,,2024-05-01,en,\ns2,Two,Xinhua,China,state_media,,2025-05-01,en,\n"
)
NAMES = [query.name for query in perspectives()]
CHOICES = [ViewChoice(day, name) for day in (None, date(2024, 5, 1)) for name in NAMES]
QUICK = ViewLimits(waiting_seconds=0.05)
PATIENT = ViewLimits(waiting_seconds=60)


class Answered:
    """The days of publication, as a reader gives them."""

    async def chunks(self) -> AsyncIterator[bytes]:
        cells = [{"issued": {"type": "literal", "value": day}} for day in ("2024-05-01", "2025-05-01")]
        yield json.dumps({"head": {"vars": ["issued"]}, "results": {"bindings": cells}}).encode()

    def close(self) -> None:
        pass


class Days:
    """Stands for the readers, of whom only that is asked."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    async def query(
        self, request: ReadRequest, client: str = "", snapshot: Snapshot | None = None
    ) -> Answered:
        assert snapshot is not None and client == ""
        self.asked.append(snapshot.number)
        await asyncio.sleep(0)
        return Answered()


@pytest.fixture
def data(tmp_path: Path) -> DataDirectory:
    """A dataset of two sources."""
    data, tables = DataDirectory(tmp_path / "data"), tmp_path / "tables"
    tables.mkdir()
    (tables / "sources.csv").write_text(SOURCES)
    publish(data, tables)
    return data


def publish(data: DataDirectory, tables: Path) -> None:
    with data.writer():
        stage = data.stage()
        store = EmbeddedStore(stage / "store")
        build_store(BuildPlan(tables), store, stage.with_name("scratch"), lambda _done, _total: None)
        store.close()
        data.publish(stage, {"claims": 0}, "build")


@contextlib.contextmanager
def nothing_is_made(data: DataDirectory) -> Iterator[None]:
    """Whoever wants to make a view has to wait."""
    folder = data.root / "views"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def with_desk(
    data: DataDirectory, work: Callable[[ViewDesk], Coroutine[Any, Any, None]], limits: ViewLimits
) -> Days:
    """Run something with a desk; returns who was asked for days."""
    days = Days()

    async def run() -> None:
        desk = ViewDesk(
            data, data.current, cast(ReaderPool, days), limits, lambda: datetime(2026, 11, 22, tzinfo=UTC)
        )
        try:
            await work(desk)
        finally:
            desk.close()

    asyncio.run(run())
    return days


def children() -> set[int]:
    """The processes of ours that make views."""
    found = set()
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            parent = (line.parent / "stat").read_text().rsplit(")", 1)[1].split()[1]
            if int(parent) == os.getpid() and b"graph.view_child" in line.read_bytes():
                found.add(int(line.parent.name))
    return found


def test_a_view_is_made_by_a_child_and_found_from_then_on(data: DataDirectory) -> None:
    async def work(desk: ViewDesk) -> None:
        made = await desk.open(ViewChoice(date(2025, 3, 1)))
        assert (made.choice, made.counts["sources"]) == (ViewChoice(date(2024, 5, 1)), 1)
        assert await desk.open(ViewChoice(date(2024, 6, 1))) == made
        assert (desk.state.made, desk.state.failed, desk.state.waiting) == (1, 0, 0)

    assert with_desk(data, work, PATIENT).asked == [1]


def test_many_who_ask_at_once_take_one_reader_to_look_for_the_days(data: DataDirectory) -> None:
    async def work(desk: ViewDesk) -> None:
        with nothing_is_made(data):
            asked = [
                desk.open(ViewChoice(date(2024, month, 1)), f"192.0.2.{month}") for month in range(6, 12)
            ]
            told = await asyncio.gather(*asked, return_exceptions=True)
        assert {type(each) for each in told} == {ViewPendingError}

    assert with_desk(data, work, QUICK).asked == [1]


def test_who_asks_for_a_view_that_takes_its_time_is_told_when_to_come_back(data: DataDirectory) -> None:
    async def work(desk: ViewDesk) -> None:
        with nothing_is_made(data):
            for _ in range(2):
                with pytest.raises(ViewPendingError, match="perspective=china-state is being made") as caught:
                    await desk.open(ViewChoice(None, "china-state"), "stranger")
                assert caught.value.retry_seconds >= 1
                assert desk.state.waiting == 1

    with_desk(data, work, QUICK)


def test_a_client_waits_for_two_views_at_most_and_all_together_for_eight(data: DataDirectory) -> None:
    async def outcome(desk: ViewDesk, choice: ViewChoice, client: str) -> str:
        try:
            await desk.open(choice, client)
        except (ViewPendingError, ClientBusyError) as error:
            return str(error)
        return "made"

    async def work(desk: ViewDesk) -> None:
        with nothing_is_made(data):
            mine = [await outcome(desk, choice, "1.1.1.1") for choice in CHOICES[:3]]
            assert ["is being made" in said for said in mine] == [True, True, False]
            assert mine[2] == "You wait for 2 views already. Ask again when they are made."
            others = [
                await outcome(desk, choice, f"2.2.2.{number}") for number, choice in enumerate(CHOICES[2:])
            ]
            assert ["is being made" in said for said in others] == [True] * 6 + [False] * 2
            assert others[-1] == "8 views are waited for already. Ask again later."
            assert desk.state.waiting == 8
            assert len(children()) == 1

    with_desk(data, work, QUICK)


def test_all_that_was_ordered_is_made_in_the_end(data: DataDirectory) -> None:
    async def work(desk: ViewDesk) -> None:
        views = await asyncio.gather(*(desk.open(choice, choice.key) for choice in CHOICES[:4]))
        assert [view.choice for view in views] == CHOICES[:4]
        assert desk.state.made == 4

    with_desk(data, work, PATIENT)


def test_a_child_that_is_killed_costs_one_try(data: DataDirectory) -> None:
    async def work(desk: ViewDesk) -> None:
        choice = ViewChoice(None, "china-state")
        with nothing_is_made(data):
            waiting = asyncio.ensure_future(desk.open(choice))
            while not children():
                await asyncio.sleep(0)
            for child in children():
                os.kill(child, 9)
            with pytest.raises(ViewPendingError, match="was interrupted"):
                await waiting
        assert (await desk.open(choice)).counts["sources"] == 1

    with_desk(data, work, PATIENT)


def test_a_view_that_needs_too_much_is_not_tried_again_and_again(data: DataDirectory) -> None:
    async def work(desk: ViewDesk) -> None:
        choice = ViewChoice(None, "china-state")
        with pytest.raises(ViewPendingError, match="interrupted"):
            await desk.open(choice)
        for _ in range(2):
            with pytest.raises(QueryFailedError, match="more memory or time"):
                await desk.open(choice)
        assert (desk.state.made, desk.state.failed) == (0, 1)

    with_desk(data, work, ViewLimits(waiting_seconds=60, making_seconds=0))


def test_what_is_wrong_with_the_dataset_is_told_as_it_is(data: DataDirectory) -> None:
    (data.current().folder / "curation.jsonl").write_text("{")

    async def work(desk: ViewDesk) -> None:
        with pytest.raises(StoreFormatError, match="line 1: the line has no end"):
            await desk.open(ViewChoice(None, "china-state"))

    with_desk(data, work, PATIENT)


def test_a_view_of_a_dataset_that_has_changed_meanwhile_is_not_made(
    data: DataDirectory, tmp_path: Path
) -> None:
    async def work(desk: ViewDesk) -> None:
        with nothing_is_made(data):
            orders = [asyncio.ensure_future(desk.open(choice)) for choice in CHOICES[:2]]
            while not children():
                await asyncio.sleep(0)
            publish(data, tmp_path / "tables")
        # The first one was begun before; it is made, and perhaps gone again.
        await asyncio.wait(orders)
        if orders[0].exception():
            assert isinstance(orders[0].exception(), ViewPendingError)
        with pytest.raises(ViewPendingError, match="has changed meanwhile"):
            await orders[1]
        assert (await desk.open(CHOICES[1])).number == 2

    with_desk(data, work, PATIENT)


def test_a_desk_that_closes_ends_its_child(data: DataDirectory) -> None:
    async def work(desk: ViewDesk) -> None:
        with pytest.raises(ViewPendingError):
            await desk.open(ViewChoice(None, "china-state"))
        assert len(children()) == 1

    with nothing_is_made(data):
        with_desk(data, work, QUICK)
        assert children() == set()
