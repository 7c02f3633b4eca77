"""What load generators print must be read exactly, or every ratio is wrong."""

from __future__ import annotations

import asyncio
import json
from itertools import islice
from pathlib import Path

import pytest

from tests.bench.contenders import Contender
from tests.bench.own_client import percentile, read_answer, requests
from tests.bench.traffic import Load, Turn, own_command, parse_own, parse_wrk, wrk_command

GOOD = """\
Running 1s test @ http://127.0.0.1:7992/
  1 threads and 2 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.77ms  825.88us   8.36ms   75.82%
    Req/Sec     1.07k    60.84     1.15k    70.00%
  Latency Distribution
     50%  812.00us
     75%    2.15ms
     90%    2.76ms
     99%    1.25s
  1065 requests in 1.00s, 855.06KB read
Requests/sec:   1063.00
Transfer/sec:    853.46KB
"""
TROUBLED = GOOD.replace(
    "Requests/sec:",
    "  Socket errors: connect 1, read 2, write 3, timeout 4\n  Non-2xx or 3xx responses: 213\nRequests/sec:",
)


def test_the_rate_and_the_percentiles_of_wrk_are_read_in_milliseconds() -> None:
    assert parse_wrk(GOOD) == Turn(1063.0, 0.812, 1250.0, 0)


def test_refusals_are_failures_and_no_part_of_the_rate() -> None:
    turn = parse_wrk(TROUBLED)
    assert turn.rate == pytest.approx(1063.0 * 852 / 1065)
    assert turn.errors == 213 + 1 + 2 + 3 + 4


def test_a_turn_without_an_answer_has_a_rate_of_zero() -> None:
    empty = GOOD.replace("1065 requests", "0 requests").replace("1063.00", "0.00")
    assert parse_wrk(empty).rate == 0


def test_anything_else_than_a_report_is_refused() -> None:
    with pytest.raises(ValueError, match="no report of wrk: 'unable to connect'"):
        parse_wrk("unable to connect")


def test_the_report_of_our_own_client_is_read() -> None:
    turn = Turn(12.5, 1.0, 9.0, 2)
    assert parse_own(json.dumps(turn._asdict())) == turn


def test_wrk_is_given_whole_seconds_and_one_thread(tmp_path: Path) -> None:
    paths = tmp_path / "paths.txt"
    paths.write_text("/sparql?query=a\n/sparql?query=b\n")
    cached = wrk_command("wrk", 7878, Load(paths, None, 8, 0.3))
    assert cached[1:8] == ["--latency", "-t", "1", "-c", "8", "-d", "1s"]
    assert cached[-1] == "http://127.0.0.1:7878/sparql?query=a"
    cold = wrk_command("wrk", 7878, Load(paths, 40, 1, 2.0))
    assert cold[-4:] == ["http://127.0.0.1:7878", "--", str(paths), "40"]


def test_our_own_client_is_told_to_number_only_what_must_not_be_cached(tmp_path: Path) -> None:
    assert own_command(7878, Load(tmp_path, 40, 1, 0.3))[-2:] == ["--first", "40"]
    assert "--first" not in own_command(7878, Load(tmp_path, None, 1, 0.3))


def test_numbered_requests_take_the_paths_in_turn_and_never_repeat() -> None:
    taken = list(islice(requests(["/?q=a", "/?q=b"], 7, 80, "text/csv"), 3))
    lines = [request.split(b"\r\n")[0] for request in taken]
    assert lines == [b"GET /?q=b%237 HTTP/1.1", b"GET /?q=a%238 HTTP/1.1", b"GET /?q=b%239 HTTP/1.1"]
    assert taken[0].endswith(b"\r\nHost: 127.0.0.1:80\r\nAccept: text/csv\r\n\r\n")


def test_requests_for_the_cache_are_all_the_same() -> None:
    assert len(set(islice(requests(["/?q=a"], None, 80, "*/*"), 5))) == 1


def statuses(*answers: bytes) -> list[int]:
    async def read_all() -> list[int]:
        reader = asyncio.StreamReader()
        reader.feed_data(b"".join(answers))
        reader.feed_eof()
        return [await read_answer(reader) for _ in answers]

    return asyncio.run(read_all())


def test_answers_are_read_to_their_end_however_that_is_told() -> None:
    assert statuses(
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfour",
        b"HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1;x=y\r\nd\r\n0\r\n\r\n",
        b'HTTP/1.1 304 Not Modified\r\nETag: W/"1"\r\n\r\n',
        b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
    ) == [200, 503, 304, 200]


def test_an_answer_without_a_length_is_refused() -> None:
    with pytest.raises(ValueError, match="an answer without a length"):
        statuses(b"HTTP/1.1 200 OK\r\n\r\nrest")


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_a_percentile_is_a_value_that_was_measured(share: float, expected: float) -> None:
    assert percentile(list(range(100, 0, -1)), share) == expected


def test_the_percentile_of_nothing_is_zero() -> None:
    assert percentile([], 0.99) == 0


def test_a_query_goes_to_each_server_as_one_path() -> None:
    path = Contender("ours", [], "/sparql").request_path('ASK { <urn:a#b> ?p "ö&" }\n')
    assert path == "/sparql?query=ASK%20%7B%20%3Curn%3Aa%23b%3E%20%3Fp%20%22%C3%B6%26%22%20%7D%0A"
