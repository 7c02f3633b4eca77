"""Queries that would end an ordinary server, and the pool that outlives them."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Quad

from graph.blocking_readers import OwnReaders
from graph.datadir import Snapshot
from graph.embedded import EmbeddedStore
from graph.errors import (
    QueryFailedError,
    QueryTimeoutError,
    ReadersBusyError,
    StoreError,
    UnsupportedFormatError,
)
from graph.reader import start_reader
from graph.reader_protocol import ReadRequest
from graph.readers import ReaderLimits
from ontology.namespaces import ID

JSON = "application/sparql-results+json"
CROSS_JOIN = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
ENDLESS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
LIMITS = ReaderLimits(readers=1, first_byte_seconds=1.5, total_seconds=2, waiting_seconds=0.05)


def ask(text: str) -> ReadRequest:
    return ReadRequest(text, {"select": JSON, "ask": JSON})


@pytest.fixture
def pool(snapshot: Snapshot) -> Iterator[OwnReaders]:
    """One reader, so that what one query does to it shows in the next."""
    pool = OwnReaders(lambda: snapshot, LIMITS)
    yield pool
    pool.close()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("ASK " + "{" * 5000 + "}" * 5000, 400),
        ("ASK { FILTER(" + "(" * 5000 + "1" + ")" * 5000 + ") }", 400),
        ("ASK { FILTER(" + "!" * 90_000 + "true) }", 400),
        ("ASK {} #" + "x" * 100_000, 400),
        ("ASK { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", 400),
        ("LOAD <http://127.0.0.1:9/>", 400),
        (CROSS_JOIN, 504),
        ("ASK { FILTER(<http://example.org/function>(1)) }", 422),
    ],
)
def test_a_hostile_query_is_answered_and_the_next_one_too(client: Any, query: str, status: int) -> None:
    assert client.post("/sparql", data=query, content_type="application/sparql-query").status_code == status
    assert client.get("/sparql?query=ASK%20%7B%7D").json == {"head": {}, "boolean": True}


def test_a_query_that_never_ends_is_cut_and_not_ended(pool: OwnReaders) -> None:
    chunks = iter(pool.query(ask(ENDLESS)))
    assert next(chunks).startswith(b'{"head"')
    with pytest.raises(QueryTimeoutError):
        list(chunks)
    assert pool.query(ask("ASK {}")).read() == b'{"head":{},"boolean":true}'


def test_who_waits_too_long_for_receipts_is_told_what_to_do(pool: OwnReaders) -> None:
    with pytest.raises(QueryTimeoutError, match="or for the result without receipts"):
        pool.query(replace(ask(CROSS_JOIN), receipts=True))


def test_a_client_that_leaves_frees_the_reader(pool: OwnReaders) -> None:
    answer = pool.query(ask(ENDLESS))
    next(iter(answer))
    answer.close()
    answer.close()
    assert pool.query(ask("ASK {}")).read() == b'{"head":{},"boolean":true}'


def test_an_answer_that_nobody_reads_frees_the_reader_when_closed(pool: OwnReaders) -> None:
    pool.query(ask(ENDLESS)).close()
    assert pool.query(ask("ASK {}")).form == "ask"


def test_a_query_waits_only_so_long_for_a_reader(pool: OwnReaders) -> None:
    answer = pool.query(ask(ENDLESS))
    with pytest.raises(ReadersBusyError):
        pool.query(ask("ASK {}"))
    answer.close()
    pool.query(ask("ASK {}"))


def test_a_reader_that_was_killed_by_the_system_is_replaced(pool: OwnReaders) -> None:
    async def kill_one() -> None:
        reader = await start_reader(LIMITS.memory_bytes)
        os.kill(reader.process_id, signal.SIGKILL)
        reader.send(ask("ASK {}"), "")
        try:
            await reader.receive()
        finally:
            reader.kill()
            assert not reader.is_fit

    with pytest.raises(QueryFailedError):
        asyncio.run(kill_one())


def test_a_query_that_hoards_memory_dies_of_its_limit(snapshot: Snapshot) -> None:
    limits = replace(LIMITS, memory_bytes=1 << 30, first_byte_seconds=60, total_seconds=60)
    pool = OwnReaders(lambda: snapshot, limits)
    with pytest.raises(QueryFailedError, match="memory"):
        pool.query(ask(f"{ENDLESS} ORDER BY ?a ?d"))
    assert pool.query(ask("ASK {}")).form == "ask"
    pool.close()


def test_a_form_without_a_format_is_refused_and_the_reader_lives_on(pool: OwnReaders) -> None:
    with pytest.raises(UnsupportedFormatError):
        pool.query(ask("CONSTRUCT WHERE { ?s ?p ?o }"))
    with pytest.raises(UnsupportedFormatError, match="image/png is no format"):
        pool.query(ReadRequest("ASK {}", {"ask": "image/png"}))
    assert pool.query(ask("ASK {}")).form == "ask"


def test_readers_follow_the_current_snapshot(tmp_path: Path) -> None:
    snapshots = []
    for number in (1, 2):
        folder = tmp_path / str(number)
        folder.mkdir()
        store = EmbeddedStore(folder / "store")
        store.insert([Quad(ID.osa, ID.osa, ID[str(index)]) for index in range(number)])
        store.flush()
        del store
        snapshots.append(Snapshot(number, folder))
    pool = OwnReaders(lambda: snapshots[0], LIMITS)
    count = ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    first = pool.query(count)
    snapshots.reverse()
    second = pool.query(count)
    pool.close()
    assert (first.snapshot, second.snapshot) == (1, 2)
    assert [b'"value":"%d"' % answer.snapshot in answer.read() for answer in (first, second)] == [True, True]


def test_a_snapshot_that_cannot_be_opened_is_an_error_of_the_store(tmp_path: Path) -> None:
    pool = OwnReaders(lambda: Snapshot(1, tmp_path), LIMITS)
    shutil.rmtree(tmp_path)
    with pytest.raises(StoreError):
        pool.query(ask("ASK {}"))
    pool.close()
