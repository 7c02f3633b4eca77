"""The audit log: whole lines, only added to, on disk before anybody goes on."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from graph.audit import AuditLog
from graph.errors import StoreWriteError

MOMENT = datetime(2026, 11, 1, 18, 30, 5, 123456, tzinfo=timezone(timedelta(hours=9)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


def test_a_record_is_a_line_of_time_and_fields_in_their_order(path: Path) -> None:
    log = AuditLog(path, lambda: MOMENT)
    log.record(who="deploy", op="put", graph="user/x", n=7)
    log.record(op="delete", scopes=["user"])
    assert path.read_text() == (
        '{"time": "2026-11-01T09:30:05.123Z", "who": "deploy", "op": "put", "graph": "user/x", "n": 7}\n'
        '{"time": "2026-11-01T09:30:05.123Z", "op": "delete", "scopes": ["user"]}\n'
    )


def test_the_log_is_for_its_owner_alone_and_tells_the_time_in_utc(path: Path) -> None:
    before = datetime.now(UTC)
    AuditLog(path).record(op="put")
    told = datetime.fromisoformat(json.loads(path.read_text())["time"])
    assert before - timedelta(milliseconds=1) <= told <= datetime.now(UTC)
    assert path.stat().st_mode & 0o777 == 0o600


def test_nobody_forges_a_line_or_speaks_to_a_terminal(path: Path) -> None:
    hostile = 'x"}\n{"who": "admin"}\r\x1b[2J\x7f\x9b\u2028\u202e\ud800日本'
    AuditLog(path).record(who=hostile)
    data = path.read_bytes()
    assert data.count(b"\n") == 1 and data.endswith(b"\n")
    assert set(data[:-1]) <= set(range(0x20, 0x80))
    assert json.loads(data)["who"] == hostile


def test_each_record_is_one_write_and_is_synced(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    write, fsync = os.write, os.fsync

    def watched_write(descriptor: int, data: bytes) -> int:
        calls.append("write")
        return write(descriptor, data)

    def watched_fsync(descriptor: int) -> None:
        calls.append("fsync")
        fsync(descriptor)

    monkeypatch.setattr(os, "write", watched_write)
    monkeypatch.setattr(os, "fsync", watched_fsync)
    log = AuditLog(path)
    log.record(op="put")
    assert calls == ["write", "fsync", "fsync"]  # the second is for the folder, which has a new entry
    log.record(op="put", text="x" * 100_000)
    assert calls[3:] == ["write", "fsync"]


def test_records_from_many_threads_do_not_mix(path: Path) -> None:
    def work(number: int) -> None:
        log = AuditLog(path)
        for count in range(20):
            log.record(who=number, count=count, text="x" * (number * 1000))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    # An empty line would be an error here too.
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert {(line["who"], line["count"], len(line["text"])) for line in lines} == {
        (number, count, number * 1000) for number in range(8) for count in range(20)
    }
    assert len(lines) == 160
    for number in range(8):
        assert [line["count"] for line in lines if line["who"] == number] == list(range(20))


def test_half_a_line_of_a_power_cut_does_not_spoil_the_next(path: Path) -> None:
    path.write_text('{"time": "2026-11-01T09:30:05.123Z", "wh')
    AuditLog(path).record(op="put")
    first, second = path.read_text().splitlines()
    assert first == '{"time": "2026-11-01T09:30:05.123Z", "wh'
    assert json.loads(second)["op"] == "put"


def test_a_line_that_is_cut_short_is_an_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda fd, data: write(fd, data[:10]))
        with pytest.raises(StoreWriteError, match="cannot be written: the line was cut short"):
            AuditLog(path).record(op="put")
    AuditLog(path).record(op="post")
    assert json.loads(path.read_text().splitlines()[1])["op"] == "post"


def test_a_log_that_cannot_be_written_says_so_in_one_sentence(path: Path) -> None:
    path.mkdir()
    with pytest.raises(StoreWriteError) as caught:
        AuditLog(path).record(op="put")
    assert str(caught.value) == f"The audit log {path} cannot be written: Is a directory."


def test_a_log_that_was_moved_away_begins_anew(path: Path) -> None:
    log = AuditLog(path)
    log.record(op="put")
    path.rename(path.with_suffix(".old"))
    log.record(op="post")
    assert json.loads(path.read_text())["op"] == "post"


def test_what_json_cannot_hold_is_our_mistake_and_writes_nothing(path: Path) -> None:
    with pytest.raises(TypeError):
        AuditLog(path).record(op={1, 2})
    assert not path.exists()
