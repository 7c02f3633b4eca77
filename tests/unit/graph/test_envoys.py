"""Queries that ask other servers, before any reader sees them; the envoys here are not processes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, cast

import pytest
from pyoxigraph import NamedNode

from graph.envoys import PROGRAM, Envoys, Services
from graph.errors import (
    ClientBusyError,
    NoReceiptsError,
    QueryFailedError,
    QuerySyntaxError,
    QueryTimeoutError,
    ReadersBusyError,
    ServiceFailedError,
)
from graph.inquiry import Inquiry
from graph.reader import Reader
from graph.reader_protocol import WHOLE, Frame, ReadRequest, fault_frame

A = "http://a.example/sparql"
ADDRESS = "http://127.0.0.1:1/sparql"
CLAUSE = f"SERVICE <{A}> {{ ?w <e:p> ?n }}"
FOUND = Frame(WHOLE, json.dumps(["{ VALUES (?w) { (<e:1>) } }", ["w"]]).encode())
ASKED = Inquiry(A, ADDRESS, ("ASK {}",), "0-")

Answering = Callable[[], Coroutine[Any, Any, Frame]]


class Envoy:
    """In the place of a process: answers as a function says, and keeps what happened to it."""

    def __init__(self, answer: Answering) -> None:
        self.answer = answer
        self.orders: list[dict[str, Any]] = []
        self.seconds = 0.0
        self.is_killed = False

    def allow(self, seconds: float) -> None:
        self.seconds = seconds

    def post(self, frame: Frame) -> None:
        self.orders.append(json.loads(frame.payload))

    async def receive(self) -> Frame:
        return await self.answer()

    def kill(self) -> None:
        self.is_killed = True


class World:
    """Envoys that all answer alike, and our own data."""

    def __init__(self, answer: Answering, rows: Sequence[Mapping[str, object]] = (), **limits: Any) -> None:
        self.sent: list[Envoy] = []
        self.programs: list[str] = []
        self.looked: list[ReadRequest] = []
        self.rows = rows
        self.answer = answer
        self.envoys = Envoys(Services({A: ADDRESS}, "agent", **limits), self.start)

    async def start(self, memory_bytes: int, program: str) -> Reader:
        self.programs.append(program)
        self.sent.append(Envoy(self.answer))
        return cast(Reader, self.sent[-1])

    async def look(self, request: ReadRequest) -> Sequence[Mapping[str, object]]:
        self.looked.append(request)
        return self.rows

    async def replaced(self, text: str, **fields: Any) -> ReadRequest:
        return await self.envoys.replaced(ReadRequest(text, **fields), "client", self.look, 60)


async def found() -> Frame:
    return FOUND


def failing(error: Exception) -> Answering:
    async def answer() -> Frame:
        raise error

    return answer


def replaced(text: str, answer: Answering = found, **fields: Any) -> tuple[ReadRequest, World]:
    world = World(answer, [{"w": NamedNode("e:1")}])

    async def run() -> ReadRequest:
        return await world.replaced(text, **fields)

    return asyncio.run(run()), world


def test_an_envoy_is_sent_with_our_values_and_the_reader_gets_solutions() -> None:
    request, world = replaced(f"SELECT * {{ ?x <e:q> ?w {CLAUSE} }}", default_graphs=("e:g",))
    assert request.text == "SELECT * { ?x <e:q> ?w { VALUES (?w) { (<e:1>) } } }"
    assert (request.is_checked, request.default_graphs, (request.seconds or 99) <= 60) == (
        True,
        ("e:g",),
        True,
    )
    assert world.looked[0].text.startswith("\nSELECT DISTINCT ?w")
    assert (world.looked[0].is_checked, world.looked[0].default_graphs) == (True, ("e:g",))
    envoy = world.sent[0]
    assert world.programs == [PROGRAM]
    assert (envoy.orders[0]["address"], envoy.orders[0]["agent"], envoy.is_killed) == (ADDRESS, "agent", True)
    assert envoy.orders[0]["queries"][0].endswith("VALUES (?w) {\n(<e:1>)\n}")
    assert envoy.orders[0]["seconds"] <= 45 < 47 >= envoy.seconds


def test_an_answer_is_no_query_and_what_is_no_service_is_nobodys_business() -> None:
    request, world = replaced("SELECT * { ?service ?p 'SERVICE' }")
    assert (request.text, world.sent) == ("SELECT * { ?service ?p 'SERVICE' }", [])


def test_a_check_of_the_syntax_asks_nobody_and_keeps_all_places() -> None:
    text = f"SELECT * {{\n  {CLAUSE} }}"
    request, world = replaced(text, check=True)
    assert (len(request.text), "SERVICE" in request.text, world.sent) == (len(text), False, [])
    assert request.text.index("?w <e:p>") == text.index("?w <e:p>")


@pytest.mark.parametrize(
    ("text", "fields", "error"),
    [
        ("ASK { SERVICE <http://other.example/> {} }", {}, QuerySyntaxError),
        (f"ASK {{ {CLAUSE} }}" + " " * 100_000, {}, QuerySyntaxError),
        ("ASK {" * 300 + CLAUSE + "}" * 300, {}, QuerySyntaxError),
        (f"ASK {{ {CLAUSE} }}", {"receipts": True}, NoReceiptsError),
    ],
)
def test_what_cannot_be_asked_sends_nobody(text: str, fields: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        replaced(text, failing(AssertionError("nobody may be sent")), **fields)


@pytest.mark.parametrize(
    ("answer", "error", "is_silenced"),
    [
        (failing(QueryTimeoutError("killed")), ServiceFailedError, True),
        (failing(QueryFailedError("died")), ServiceFailedError, True),
        (lambda: faulty("service"), ServiceFailedError, True),
        (lambda: faulty("failed"), QueryFailedError, False),
    ],
)
def test_an_envoy_that_fails_ends_the_query_unless_the_clause_is_silent(
    answer: Answering, error: type[Exception], is_silenced: bool
) -> None:
    with pytest.raises(error) as caught:
        replaced(f"SELECT * {{ {CLAUSE} }}", answer)
    assert type(caught.value) is error
    silent = CLAUSE.replace("SERVICE", "SERVICE SILENT")
    if is_silenced:
        assert replaced(f"SELECT * {{ {silent} }}", answer)[0].text == "SELECT * { {} }"
    else:
        with pytest.raises(error):
            replaced(f"SELECT * {{ {silent} }}", answer)


async def faulty(kind: str) -> Frame:
    return fault_frame(kind, "told")


def test_so_many_envoys_are_out_at_a_time_for_one_client_and_for_all() -> None:
    async def run() -> None:
        gate = asyncio.Event()

        async def wait() -> Frame:
            await gate.wait()
            return FOUND

        world = World(wait, envoys=3, for_one_client=2, waiting_seconds=0)
        ask = world.envoys.ask
        out = [asyncio.create_task(ask(ASKED, client, 9)) for client in ("one", "one", "two")]
        while len(world.sent) < 3:
            await asyncio.sleep(0)
        with pytest.raises(ClientBusyError):
            await ask(ASKED, "one", 9)
        with pytest.raises(ReadersBusyError):
            await ask(ASKED, "three", 9)
        gate.set()
        await asyncio.gather(*out)
        assert (await ask(ASKED, "one", 9)).certain == {"w"}
        assert all(envoy.is_killed for envoy in world.sent)

    asyncio.run(run())


def test_a_client_who_leaves_takes_the_envoy_along_and_no_time_left_sends_none() -> None:
    async def run() -> None:
        world = World(asyncio.Event().wait)  # type: ignore[arg-type]
        task = asyncio.create_task(world.envoys.ask(ASKED, "one", 9))
        while not world.sent:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert world.sent[0].is_killed
        with pytest.raises(ServiceFailedError, match="No time is left"):
            await world.envoys.ask(ASKED, "one", 0)

    asyncio.run(run())
