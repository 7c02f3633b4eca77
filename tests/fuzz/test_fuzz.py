"""A short run of the fuzzer against a live server, and its own judgement tried on answers made by hand."""

from __future__ import annotations

import shutil
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from tests.fuzz.case import Case
from tests.fuzz.generated import Generator
from tests.fuzz.http_fuzz import fuzz, judge
from tests.fuzz.responses import MalformedResponseError, Response, content_faults, read_responses
from tests.fuzz.sparql_texts import query, update
from tests.hostile.client import Listener
from tests.hostile.server_process import ServerProcess, admin_token

SEED = 20261101
COUNT = 300
FLAGS = ("--deadline=1", "--total=2")


@pytest.fixture(scope="module")
def data(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(built, tmp_path_factory.mktemp("fuzz") / "data")


@pytest.fixture(scope="module")
def token(data: Path) -> str | None:
    return admin_token(data, (sys.executable, "-m", "server"))


@pytest.fixture(scope="module")
def live_server(data: Path) -> Iterator[ServerProcess]:
    server = ServerProcess(data, FLAGS)
    yield server
    server.stop()


def test_generated_requests_find_no_fault(live_server: ServerProcess, token: str | None) -> None:
    with closing(Listener()) as listener:
        generator = Generator(SEED, token, listener.url)
        tally = fuzz(
            live_server.port,
            generator,
            range(COUNT),
            Namespace(time_limit=60, total=10, write_limit=60, connections=4),
        )
        assert (tally.faults, tally.counts.total(), listener.calls) == ([], COUNT, 0)
    assert live_server.is_running


def test_the_same_number_makes_the_same_bytes() -> None:
    first, second = (Generator(SEED, "token", "http://127.0.0.1:9/") for _ in range(2))
    assert [first.case(number) for number in range(200)] == [second.case(number) for number in range(200)]
    assert query(Random(1)) == query(Random(1)) and update(Random(1)) != update(Random(2))


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("data", "methods", "found"),
    [
        (OK + b"Content-Length: 2\r\n\r\n{}", ["GET"], [(200, b"{}", True)]),
        (OK + b"Content-Length: 3\r\n\r\n{}", ["GET"], [(200, b"{}", False)]),
        (OK + b"Content-Length: 2\r\n\r\n", ["HEAD"], [(200, b"", True)]),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", ["GET"], [(200, b"{}", True)]),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", ["GET"], [(200, b"{}", False)]),
        (OK + b"\r\nto the end", ["GET"], [(200, b"to the end", True)]),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n", ["PUT"], [(204, b"", True)]),
        (b"HTTP/1.1 304 \r\nContent-Length: 9\r\n\r\n" * 2, ["GET"] * 2, [(304, b"", True)] * 2),
        (b"", ["GET"], []),
    ],
)
def test_responses_are_read(data: bytes, methods: list[str], found: list[tuple[int, bytes, bool]]) -> None:
    responses = read_responses(data, methods, has_ended=True)
    assert [(response.status, response.body, response.is_whole) for response in responses] == found


@pytest.mark.parametrize(
    "data",
    [
        b"<html>",
        b"HTTP/1.1 200",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/2 200 OK\r\n\r\n",
        OK + b"No colon\r\n\r\n",
        OK + b"A: 1\r\n folded\r\n\r\n",
        OK + b"Bad name: 1\r\n\r\n",
        OK + b"A: 1\nB: 2\r\n\r\n",
        OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        OK + b"Content-Length: +2\r\n\r\n{}",
        OK + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n",
        b"HTTP/1.1 204 No\r\nContent-Length: 0\r\n\r\n",
        OK + b"Content-Length: 2\r\n\r\n{}left over",
    ],
)
def test_what_is_no_response_is_found(data: bytes) -> None:
    with pytest.raises(MalformedResponseError):
        list(read_responses(data, ["GET"], has_ended=True))


@pytest.mark.parametrize(
    ("status", "fields", "body", "faults"),
    [
        (200, {"content-type": "application/json"}, b"{}", 0),
        (200, {"content-type": "application/json"}, b"{", 1),
        (503, {}, b"", 1),
        (503, {"x-request-id": "abc"}, b"", 0),
        (500, {"x-request-id": "abc"}, b"see abc", 0),
        (500, {"x-request-id": "abc"}, b"see", 1),
        (200, {"x-injected": "1"}, b"", 1),
        (400, {}, b"Traceback (most recent call last)", 1),
    ],
)
def test_what_a_response_must_not_say_is_found(
    status: int, fields: dict[str, str], body: bytes, faults: int
) -> None:
    assert len(list(content_faults(Response(status, tuple(fields.items()), body, True)))) == faults


@pytest.mark.parametrize(
    ("data", "ending", "is_framed", "outcome", "faults"),
    [
        (OK + b"Content-Length: 0\r\n\r\n", "closed", True, "200", 0),
        ((OK + b"Content-Length: 0\r\n\r\n") * 2, "closed", True, "200", 1),
        (b"HTTP/1.1 400 No\r\nContent-Length: 5\r\n\r\n", "closed", True, "400", 1),
        (b"", "closed", False, "none", 0),
        (b"", "closed", True, "none", 1),
        (b"", "hang", False, "hang", 1),
        (b"no HTTP", "closed", False, "broken", 1),
    ],
)
def test_the_end_of_an_exchange_is_judged(
    data: bytes, ending: str, is_framed: bool, outcome: str, faults: int
) -> None:
    found, wrong = judge(Case("kind", (b"",), ("GET",), is_framed=is_framed), data, ending)
    assert (found, len(wrong)) == (outcome, faults)
