"""The log of requests and of slow queries: whole lines of JSON, whatever strangers send."""

from __future__ import annotations

import errno
import io
import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from web.request_log import RequestLine, RequestLog, SlowQueryLog, new_request_id, query_hash, request_id

MOMENT = datetime(2026, 11, 1, 9, 30, 5, 123456, tzinfo=UTC)
HOSTILE = 'x"}\n{"status": 200}\r\x00\x1b[2J\x7f\x9b\u2028\u202e\ud800日本'


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[SlowQueryLog]:
    log = SlowQueryLog(tmp_path, 1.5, lambda: MOMENT)
    yield log
    log.close()


def plain(data: bytes) -> bool:
    """Whether each line ends and holds printable ASCII only."""
    return data.endswith(b"\n") and set(data) - {0x0A} <= set(range(0x20, 0x7F)) | {0x7F}


def test_a_request_is_one_line_with_all_that_is_known() -> None:
    stream = io.StringIO()
    line = RequestLine("r-1", "GET", "sparql", 200, 12.34567, 512, "127.0.0.1", "0123456789abcdef", "ok", 7)
    RequestLog(stream, lambda: MOMENT).write(line)
    assert stream.getvalue() == (
        '{"time": "2026-11-01T09:30:05.123Z", "request_id": "r-1", "method": "GET", "route": "sparql", '
        '"status": 200, "duration_ms": 12.346, "bytes": 512, "client": "127.0.0.1", '
        '"query": "0123456789abcdef", "outcome": "ok", "snapshot": 7}\n'
    )


def test_what_is_not_known_is_left_out() -> None:
    stream = io.StringIO()
    RequestLog(stream, lambda: MOMENT).write(RequestLine("r-1", "GET", "home", 404, 1.0, 0, "::1"))
    assert list(json.loads(stream.getvalue())) == [
        "time", "request_id", "method", "route", "status", "duration_ms", "bytes", "client",
    ]  # fmt: skip


def test_a_method_from_outside_is_cut_and_forges_no_line() -> None:
    stream = io.StringIO()
    method = HOSTILE + "x" * 10_000
    RequestLog(stream).write(RequestLine("r-1", method, "other", 405, 1.0, 0, HOSTILE))
    text = stream.getvalue()
    assert text.count("\n") == 1 and plain(text.encode())
    assert json.loads(text)["method"] == method[:32]
    assert json.loads(text)["client"] == HOSTILE


def test_lines_from_many_threads_do_not_mix() -> None:
    stream = io.StringIO()
    log = RequestLog(stream)

    def work(number: int) -> None:
        for count in range(50):
            log.write(RequestLine(f"{number}-{count}", "GET", "home", 200, 1.0, 0, "x" * 200))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    ids = [json.loads(line)["request_id"] for line in stream.getvalue().splitlines()]
    assert sorted(ids) == sorted(f"{number}-{count}" for number in range(8) for count in range(50))


class Full(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_stream_that_cannot_be_written_stops_nobody() -> None:
    closed = io.StringIO()
    closed.close()
    for stream in (Full(), closed):
        RequestLog(stream).write(RequestLine("r-1", "GET", "home", 200, 1.0, 0, "::1"))


@pytest.mark.parametrize("header", ["a", "A-Z.09_x", "x" * 64])
def test_a_harmless_request_id_is_kept(header: str) -> None:
    assert request_id(header) == header


@pytest.mark.parametrize("header", [None, "", "x" * 65, "a b", "a\n", "a\r\nX: y", "日本", "<b>", "a/b"])
def test_any_other_request_id_is_replaced(header: str | None) -> None:
    made = request_id(header)
    assert made != header
    assert len(made) == 16 and set(made) <= set("0123456789abcdef")


def test_no_two_request_ids_are_alike() -> None:
    assert len({new_request_id() for _ in range(1000)}) == 1000


def test_a_query_is_named_by_the_beginning_of_its_sha_256() -> None:
    assert query_hash("ASK {}") == "819ea91ed5f12b38"
    assert len(query_hash("\ud800")) == 16


def test_only_queries_slower_than_the_limit_are_written_down(slow: SlowQueryLog, tmp_path: Path) -> None:
    slow.offer("r-1", "ASK {}", 1.5, "ok")
    assert list(tmp_path.iterdir()) == []
    slow.offer("r-2", "ASK {}", 1.50049, "timeout")
    (line,) = (tmp_path / "slow-queries.log").read_text().splitlines()
    assert json.loads(line) == {
        "time": "2026-11-01T09:30:05.123Z",
        "request_id": "r-2",
        "seconds": 1.5,
        "outcome": "timeout",
        "query": "819ea91ed5f12b38",
        "characters": 6,
        "text": "ASK {}",
    }


def test_slow_queries_are_for_the_owner_alone(slow: SlowQueryLog, tmp_path: Path) -> None:
    slow.offer("r-1", "ASK {}", 2, "ok")
    assert (tmp_path / "slow-queries.log").stat().st_mode & 0o777 == 0o600


def test_of_a_long_query_the_beginning_is_kept(slow: SlowQueryLog, tmp_path: Path) -> None:
    text = "日" * 2000 + "x" * 98_000
    slow.offer("r-1", text, 2, "ok")
    written = json.loads((tmp_path / "slow-queries.log").read_text())
    assert (written["text"], written["characters"]) == ("日" * 2000, 100_000)
    assert written["query"] == query_hash(text)


def test_a_query_forges_no_line_and_formats_nothing(slow: SlowQueryLog, tmp_path: Path) -> None:
    text = HOSTILE + "%s %(name)s {0}"
    slow.offer("r-1", text, 2, "ok")
    data = (tmp_path / "slow-queries.log").read_bytes()
    assert data.count(b"\n") == 1 and plain(data)
    assert json.loads(data)["text"] == text


def test_the_slow_queries_take_five_files_of_a_mebibyte(slow: SlowQueryLog, tmp_path: Path) -> None:
    for number in range(600):
        slow.offer(f"r-{number}", "日" * 2000, 2, "ok")
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["slow-queries.log", *(f"slow-queries.log.{number}" for number in range(1, 5))]
    assert all(path.stat().st_size <= 1 << 20 for path in tmp_path.iterdir())
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in tmp_path.iterdir())
    last = (tmp_path / "slow-queries.log").read_text().splitlines()[-1]
    assert json.loads(last)["request_id"] == "r-599"


def test_threads_lose_no_slow_query(slow: SlowQueryLog, tmp_path: Path) -> None:
    def work(number: int) -> None:
        for count in range(25):
            slow.offer(f"{number}-{count}", "ASK {}", 2, "ok")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    lines = (tmp_path / "slow-queries.log").read_text().splitlines()
    assert len({json.loads(line)["request_id"] for line in lines}) == len(lines) == 200


def test_a_file_that_cannot_be_written_is_told_in_a_line_and_stops_nobody(
    slow: SlowQueryLog, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "slow-queries.log").mkdir()
    with caplog.at_level(logging.ERROR):
        slow.offer("r-1", "ASK {}", 2, "ok")
    assert caplog.messages == [f"{tmp_path / 'slow-queries.log'} cannot be written"]
    assert caplog.records[0].exc_info is None
