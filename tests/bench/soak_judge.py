"""The judgement of each answer of a soak: its status, its form, and what it must be the same as."""

from __future__ import annotations

import csv
import difflib
import io
import json
import queue
import threading
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tests.bench.soak_referee import Referee, fingerprint, hash_lines
from tests.bench.soak_requests import CSV, ENDED, REFUSALS, RESULTS, TRIPLES, Request


class Done(NamedTuple):
    """One answer."""

    kind: str
    type: str
    status: int
    seconds: float


class Answer(NamedTuple):
    """What came: headers by their small names, and the body unpacked."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float


@dataclass
class Tally:
    """What all clients saw; appended to by many threads."""

    done: list[Done] = field(default_factory=list)
    mischief: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


@dataclass
class Judge:
    """Knows what each answer must be: the same for the same ETag, and the engine's own for queries."""

    data: Path
    tally: Tally
    seen: dict[tuple[int, str], str] = field(default_factory=dict)
    tags: dict[tuple[str, ...], bytes] = field(default_factory=dict)
    waiting: queue.Queue[tuple[int, str, str] | None] = field(default_factory=queue.Queue)
    compared: int = 0
    repeated: int = 0
    gone: int = 0
    same_tag: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def hear(self, request: Request, answer: Answer) -> None:
        """Judge one answer."""
        if wrong := self._form(request, answer):
            self.tally.wrong.append(f"{request.method} {request.path[:300]}: {wrong}")

    def _form(self, request: Request, answer: Answer) -> str:
        if answer.status in REFUSALS:
            return "" if "retry-after" in answer.headers else f"{answer.status} without Retry-After"
        if answer.status == 304:
            return "" if "If-None-Match" in request.headers else "304 to one who has nothing"
        if answer.status == ENDED:
            return ""
        if answer.status not in request.expected:
            return f"status {answer.status}: {answer.body[:200]!r}"
        try:
            print_ = _well_formed(request, answer)
        except (ValueError, KeyError, csv.Error) as error:
            return f"not well-formed: {error!r}, {answer.body[-100:]!r}"
        return self._same(request, answer) or self._rows(request, answer, print_)

    def _same(self, request: Request, answer: Answer) -> str:
        """One tag, one body: of pages too, whose tags are weak only in how they are packed."""
        tag = answer.headers.get("etag", "")
        if not tag or answer.status != 200 or request.method != "GET":
            return ""
        wanted = ("Accept", "Accept-Language")
        key = (request.path, tag, *(request.headers.get(name, "") for name in wanted))
        with self.lock:
            former = self.tags.setdefault(key, zlib.compress(answer.body, 1))
            self.same_tag += 1
        before = zlib.decompress(former)
        return (
            ""
            if before == answer.body
            else f"two bodies for the tag {tag}: {_difference(before, answer.body)}"
        )

    def _rows(self, request: Request, answer: Answer, print_: str) -> str:
        if request.reference is None or not print_:
            return ""
        snapshot = int(answer.headers.get("x-osagraph-snapshot", 0))
        key = (snapshot, request.reference)
        with self.lock:
            former = self.seen.get(key)
            if former is None:
                self.seen[key] = print_
                self.waiting.put((snapshot, request.reference, print_))
                return ""
            self.repeated += 1
        return "" if former == print_ else f"two answers by snapshot {snapshot}"

    def compare(self) -> None:
        """Ask the referee until told that nothing more comes."""
        referee = Referee(self.data)
        while (waiting := self.waiting.get()) is not None:
            snapshot, text, print_ = waiting
            right = referee.fingerprint(snapshot, text)
            self.compared += bool(right)
            self.gone += not right
            if right and right != print_:
                self.tally.wrong.append(f"not what the engine finds in snapshot {snapshot}: {text}")
        referee.close()


def _difference(before: bytes, after: bytes) -> str:
    lines = difflib.unified_diff(before.decode().splitlines(), after.decode().splitlines(), n=0, lineterm="")
    return " / ".join(line.strip()[:200] for line in lines)[:1500]


def _well_formed(request: Request, answer: Answer) -> str:
    """The fingerprint of an answer that is a query's result; empty for others.

    Raises ValueError, KeyError and csv.Error where it is not what its media type says.
    """
    media_type = answer.headers.get("content-type", "").partition(";")[0]
    if answer.status == 303:
        return ""
    if media_type == "text/html" and not answer.body.rstrip().endswith(b"</html>"):
        raise ValueError("HTML without an end")
    if media_type == CSV:
        rows = list(csv.reader(io.StringIO(answer.body.decode()), strict=True))
        if len({len(row) for row in rows}) > 1:
            raise ValueError("rows of different lengths")
    if "json" in media_type:
        # FollowTheMoney's is a document a line.
        texts = answer.body.splitlines() if media_type.endswith("+ftm") else [answer.body]
        documents = [json.loads(text) for text in texts]
        return fingerprint(documents[0]) if media_type == RESULTS else ""
    if media_type == TRIPLES and request.reference:
        return hash_lines(answer.body.decode().splitlines())
    return ""
