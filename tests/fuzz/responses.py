"""A strict reader of HTTP/1.1 responses: whatever a server may not send is an error here.

Spec: https://www.rfc-editor.org/rfc/rfc9112
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

STATUS_LINE: Final = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: [\t -~\x80-\xff]*)?")
FIELD: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~\x80-\xff]*)")
CHUNK_SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[\t -~\x80-\xff]*)?")


class MalformedResponseError(Exception):
    """The bytes are not a response."""


@dataclass(frozen=True)
class Response:
    """One final response; `is_whole` is False where the connection ended before the body did."""

    status: int
    fields: tuple[tuple[str, str], ...]
    body: bytes
    is_whole: bool

    def field(self, name: str) -> str:
        """All values of a header field, joined; empty where there is none."""
        return ", ".join(value for key, value in self.fields if key == name)


def read_responses(data: bytes, methods: Sequence[str], *, has_ended: bool) -> Iterator[Response]:
    """The final responses in what a server sent; interim ones (100) are read and left out.

    `methods`: of the requests they answer. `has_ended`: the server has closed the connection.
    Raises MalformedResponseError.
    """
    number = 0
    while data:
        method = methods[number] if number < len(methods) else "GET"
        response, data = _read_one(data, method, has_ended)
        if response is None:
            return
        if response.status >= 200:
            number += 1
            yield response


def _read_one(data: bytes, method: str, has_ended: bool) -> tuple[Response | None, bytes]:
    head, blank, rest = data.partition(b"\r\n\r\n")
    if not blank:
        if has_ended or not data.startswith(b"HTTP/1."[: len(data)]):
            raise MalformedResponseError(f"a head that does not end: {data[:60]!r}")
        return None, b""
    lines = head.split(b"\r\n")
    match = STATUS_LINE.fullmatch(lines[0])
    if not match:
        raise MalformedResponseError(f"status line {lines[0][:60]!r}")
    status, fields = int(match[1]), tuple(_field(line) for line in lines[1:])
    body, is_whole, rest = _body(rest, status, fields, method, has_ended)
    return Response(status, fields, body, is_whole), rest


def _field(line: bytes) -> tuple[str, str]:
    match = FIELD.fullmatch(line)
    if not match:
        raise MalformedResponseError(f"header line {line[:60]!r}")
    return match[1].decode().lower(), match[2].decode("latin-1").strip()


def _body(
    rest: bytes, status: int, fields: tuple[tuple[str, str], ...], method: str, has_ended: bool
) -> tuple[bytes, bool, bytes]:
    lengths = {value for name, value in fields if name == "content-length"}
    is_chunked = any(name == "transfer-encoding" for name, _ in fields)
    if len(lengths) > 1 or (lengths and is_chunked):
        raise MalformedResponseError("two lengths for one body")
    if status < 200 or status == 204:
        if lengths or is_chunked:
            raise MalformedResponseError(f"a length with status {status}")
        return b"", True, rest
    if method == "HEAD" or status == 304:
        return b"", True, rest
    if is_chunked:
        return _chunks(rest)
    if not lengths:
        return rest, has_ended, b""
    length = lengths.pop()
    if not re.fullmatch("[0-9]{1,18}", length):
        raise MalformedResponseError(f"Content-Length: {length}")
    size = int(length)
    return rest[:size], len(rest) >= size, rest[size:]


def _chunks(rest: bytes) -> tuple[bytes, bool, bytes]:
    body: list[bytes] = []
    while True:
        line, end, after = rest.partition(b"\r\n")
        if not end:
            return b"".join(body), False, b""
        match = CHUNK_SIZE.fullmatch(line)
        if not match:
            raise MalformedResponseError(f"chunk size {line[:40]!r}")
        size = int(match[1], 16)
        if not size:
            return _trailer(b"".join(body), after)
        if len(after) < size + 2:
            return b"".join([*body, after[:size]]), False, b""
        if after[size : size + 2] != b"\r\n":
            raise MalformedResponseError(f"after a chunk: {after[size : size + 2]!r}")
        body.append(after[:size])
        rest = after[size + 2 :]


def _trailer(body: bytes, rest: bytes) -> tuple[bytes, bool, bytes]:
    while True:
        line, end, rest = rest.partition(b"\r\n")
        if not end:
            return body, False, b""
        if not line:
            return body, True, rest
        _field(line)


def content_faults(response: Response) -> Iterator[str]:
    """What is wrong inside a response that is proper HTTP."""
    identity = response.field("x-request-id")
    if response.status >= 500 and not identity:
        yield f"{response.status} without X-Request-Id"
    elif response.status == 500 and identity.encode() not in response.body:
        yield "500 whose body does not mention its X-Request-Id"
    if any(name == "x-injected" for name, _ in response.fields):
        yield "a header from the request came back as one of ours"
    if b"root:x:0:" in response.body or b"Traceback (most recent" in response.body:
        yield "the body tells what it must not"
    if "json" in response.field("content-type") and response.is_whole and response.body:
        try:
            json.loads(response.body)
        except ValueError:
            yield f"JSON that is none: {response.body[:60]!r}"
