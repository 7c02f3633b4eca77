"""Small damage to bytes: what a broken client, a bad copy or somebody with patience would send."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

# Pieces that parsers trip over.
PIECES: Final = (
    *(b"{", b"}", b"(", b")", b"[", b"]", b"<", b">", b'"', b"'", b'"""', b"\\", b"\\u", b"\\uD800"),
    *(b"\\U0010FFFF", b"\0", b"\r", b"\n", b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"),
    *(b"\xef\xbb\xbf", b"%", b"%%", b"#", b"@", b"^^", b"_:", b"<<(", b")>>", b"{|", b"|}", b"<!--", b"]]>"),
    *(b"99999999999999999999", b"-1", b"1e999", b"NaN", b"\xe2\x80\xae", b"a" * 300, b";" * 50, b"{" * 50),
)


def mutated(data: bytes, random: Random, most: int = 4) -> bytes:
    """The bytes after one to `most` random changes."""
    for _ in range(random.randint(1, most)):
        data = random.choice(CHANGES)(data, random)
    return data


def _flip(data: bytes, random: Random) -> bytes:
    if not data:
        return data
    at = random.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]


def _drop(data: bytes, random: Random) -> bytes:
    start, end = _span(data, random)
    return data[:start] + data[end:]


def _double(data: bytes, random: Random) -> bytes:
    start, end = _span(data, random)
    return data[:end] + data[start:end] * random.choice((1, 2, 50)) + data[end:]


def _insert(data: bytes, random: Random) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + random.choice(PIECES) + data[at:]


def _truncate(data: bytes, random: Random) -> bytes:
    return data[: random.randint(0, len(data))]


def _swap(data: bytes, random: Random) -> bytes:
    start, end = _span(data, random)
    return data[:start] + data[end : 2 * end - start] + data[start:end] + data[2 * end - start :]


def _span(data: bytes, random: Random) -> tuple[int, int]:
    start = random.randint(0, len(data))
    return start, min(len(data), start + random.choice((1, 2, 5, 20)))


CHANGES: Final[tuple[Callable[[bytes, Random], bytes], ...]] = (
    _flip,
    _drop,
    _double,
    _insert,
    _truncate,
    _swap,
)
