"""What waits between a reader and a slow client: in order, within a budget, and given back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable

import pytest

from graph.errors import QueryTimeoutError
from web.answer_spool import MEMORY_BYTES, Spool, SpoolBudget

PIECE = 1 << 16


async def source(chunks: Iterable[bytes], fault: Exception | None = None) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
    if fault is not None:
        raise fault


async def drained(spool: Spool) -> bytes:
    return b"".join([chunk async for chunk in spool.drain()])


def numbered(count: int) -> list[bytes]:
    return [number.to_bytes(4, "big") * (PIECE // 4) for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, MEMORY_BYTES // PIECE, MEMORY_BYTES // PIECE + 1, 100])
def test_all_comes_out_in_order_and_the_room_is_given_back(count: int) -> None:
    chunks, budget = numbered(count), SpoolBudget(100 * PIECE)

    async def go() -> bytes:
        spool = Spool(budget)
        await spool.fill(source(chunks))
        taken = await drained(spool)
        spool.close()
        return taken

    assert asyncio.run(go()) == b"".join(chunks)
    assert budget.take(100 * PIECE)


def test_an_empty_piece_is_not_the_end() -> None:
    async def go() -> bytes:
        spool = Spool(SpoolBudget(PIECE))
        await spool.fill(source([b"a", b"", b"b", b""]))
        return await drained(spool)

    assert asyncio.run(go()) == b"ab"


def test_a_reader_has_finished_before_its_client_begins() -> None:
    budget = SpoolBudget(100 * PIECE)

    async def go() -> None:
        spool = Spool(budget)
        await asyncio.wait_for(spool.fill(source(numbered(50))), 10)
        assert not budget.take(100 * PIECE)
        spool.close()

    asyncio.run(go())
    assert budget.take(100 * PIECE)


@pytest.mark.parametrize("room", [0, PIECE, 3 * PIECE, 10 * PIECE])
def test_a_reader_waits_for_its_client_where_there_is_no_more_room(room: int) -> None:
    chunks, budget = numbered(100), SpoolBudget(room)

    async def go() -> bytes:
        spool = Spool(budget)
        filling = asyncio.create_task(spool.fill(source(chunks)))
        await asyncio.sleep(0)
        assert not filling.done()
        taken = await asyncio.wait_for(drained(spool), 10)
        await filling
        spool.close()
        return taken

    assert asyncio.run(go()) == b"".join(chunks)
    assert budget.take(room)


def test_a_chunk_that_is_larger_than_all_room_goes_through() -> None:
    chunks = [b"a" * (2 * MEMORY_BYTES), b"b", b"c" * (2 * MEMORY_BYTES)]

    async def go() -> bytes:
        spool = Spool(SpoolBudget(PIECE))
        filling = asyncio.create_task(spool.fill(source(chunks)))
        taken = await asyncio.wait_for(drained(spool), 10)
        await filling
        return taken

    assert asyncio.run(go()) == b"".join(chunks)


def test_two_answers_share_one_budget() -> None:
    chunks, budget = numbered(60), SpoolBudget(50 * PIECE)

    async def go() -> list[bytes]:
        spools = [Spool(budget), Spool(budget)]
        filling = [asyncio.create_task(spool.fill(source(chunks))) for spool in spools]
        taken = await asyncio.wait_for(asyncio.gather(*map(drained, spools)), 10)
        await asyncio.gather(*filling)
        for spool in spools:
            spool.close()
        return taken

    assert asyncio.run(go()) == [b"".join(chunks)] * 2
    assert budget.take(50 * PIECE)


def test_what_comes_before_a_fault_comes_out_and_the_fault_is_kept() -> None:
    fault = QueryTimeoutError("too long")

    async def go() -> tuple[bytes, Exception | None]:
        spool = Spool(SpoolBudget(0))
        await spool.fill(source([b"a", b"b"], fault))
        return await drained(spool), spool.fault

    assert asyncio.run(go()) == (b"ab", fault)


def test_what_nobody_takes_is_given_back() -> None:
    budget = SpoolBudget(50 * PIECE)

    async def go() -> None:
        spool = Spool(budget)
        await spool.fill(source(numbered(40)))
        assert [chunk async for chunk in _first(spool, 20)]
        spool.close()
        spool.close()

    asyncio.run(go())
    assert budget.take(50 * PIECE)


async def _first(spool: Spool, count: int) -> AsyncIterator[bytes]:
    async for chunk in spool.drain():
        yield chunk
        count -= 1
        if not count:
            return
