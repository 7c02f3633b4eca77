"""One generated exchange: the bytes to send, and what may be expected of the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

HOST: Final = b"127.0.0.1"
# read: until the server is done. half: close our side when nothing comes. leave: go away without waiting.
Manner = Literal["read", "half", "leave"]


@dataclass(frozen=True)
class Case:
    """`parts` are sent one after another on one connection.

    `methods`: of the requests in it, as far as they are requests; also how many answers there may be.
    `is_framed`: it is proper HTTP, so that some answer must come.
    """

    kind: str
    parts: tuple[bytes, ...]
    methods: tuple[str, ...]
    manner: Manner = "read"
    is_framed: bool = True


def request(
    method: str, target: bytes, headers: tuple[tuple[bytes, bytes], ...] = (), body: bytes | None = None
) -> bytes:
    """A request as it stands on the wire, asking the server to close the connection after it."""
    lines = [b"%s %s HTTP/1.1" % (method.encode(), target), b"Host: " + HOST, b"Connection: close"]
    lines += [b"%s: %s" % header for header in headers]
    if body is not None:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join([*lines, b"", body or b""])


def exchange(
    kind: str,
    method: str,
    target: bytes,
    headers: tuple[tuple[bytes, bytes], ...] = (),
    body: bytes | None = None,
) -> Case:
    """A case of one proper request."""
    return Case(kind, (request(method, target, headers, body),), (method,))
