"""Bytes that are not quite HTTP: wrong lengths, broken chunks, floods, two requests that look like one."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

from tests.fuzz.case import Case, Manner
from tests.fuzz.mutation import mutated

ASK: Final = b"ASK {}"
HIDDEN: Final = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
TYPE: Final = b"Content-Type: application/sparql-query\r\n"
LENGTHS: Final = (
    *(b"-1", b"+6", b"6, 6", b"6, 7", b"0x6", b"6 6", b"", b"abc", b"6.0", b"1e1", b"0", b"5", b"7", b"006"),
    *(
        b"99999999999999999999999",
        b"18446744073709551616",
        b"9223372036854775807",
        b"\xd9\xa6",
        b"6\t",
        b"1000000",
    ),
)
CHUNKED: Final = (
    b"6\r\nASK {}\r\n0\r\n\r\n",
    b'6;a=b;c="d"\r\nASK {}\r\n0\r\nX-Trailer: 1\r\n\r\n',
    b"0006\r\nASK {}\r\n000\r\n\r\n",
    b"6\nASK {}\n0\n\n",
    b"5\r\nASK {}\r\n0\r\n\r\n",
    b"7\r\nASK {}\r\n0\r\n\r\n",
    b"-6\r\nASK {}\r\n0\r\n\r\n",
    b"0x6\r\nASK {}\r\n0\r\n\r\n",
    b"6 \r\nASK {}\r\n0\r\n\r\n",
    b"G\r\nASK {}\r\n0\r\n\r\n",
    b"FFFFFFFFFFFFFFFFFF\r\nASK {}",
    b"FFFFFFFFFFFFFFF\r\nASK {}",
    b"\r\nASK {}\r\n0\r\n\r\n",
    b"6\r\nASK {}\r\n",
    b"6;" + b"x" * 70_000 + b"\r\nASK {}\r\n0\r\n\r\n",
    b"6\r\nASK {}\r\n0\r\n" + b"X-T: 1\r\n" * 5_000 + b"\r\n",
    b"1\r\nA\r\n" * 2_000 + b"0\r\n\r\n",
)
CODINGS: Final = (
    *(b"chunked", b"Chunked", b"chunked, chunked", b"gzip, chunked", b"identity", b"chunked, identity"),
    *(b"xchunked", b" chunked", b"\x0bchunked", b"chunked\t", b"'chunked'", b"", b"chunk\xe9d"),
)
REQUEST_LINES: Final = (
    *(
        b"GET /",
        b"GET  / HTTP/1.1",
        b"GET / HTTP/1.1 ",
        b" GET / HTTP/1.1",
        b"GET\t/\tHTTP/1.1",
        b"get / HTTP/1.1",
    ),
    *(
        b"GET / HTTP/9.9",
        b"GET / HTTP/2.0",
        b"GET / HTTP/0.9",
        b"GET / HTTPS/1.1",
        b"GET / HTTP/1.10",
        b"GET / http/1.1",
    ),
    *(b"GET http://example.org/ HTTP/1.1", b"GET * HTTP/1.1", b"OPTIONS * HTTP/1.1", b"GET /\0 HTTP/1.1"),
    *(
        b"CONNECT example.org:443 HTTP/1.1",
        b"TRACE / HTTP/1.1",
        b"PRI * HTTP/2.0",
        b"M\xc3\x89THODE / HTTP/1.1",
    ),
    *(b"A" * 70_000 + b" / HTTP/1.1", b"GET /" + b"a" * 300_000 + b" HTTP/1.1", b"GET /\xff\xfe HTTP/1.1"),
    *(
        b"GET /#fragment HTTP/1.1",
        b"GET //evil/..%2f HTTP/1.1",
        b"\r\n\r\n\r\nGET / HTTP/1.1",
        b"\x16\x03\x01\x02\x00\x01",
    ),
)
FIELD_LINES: Final = (
    *(
        b"No-Colon",
        b": no-name",
        b"Bad Name: 1",
        b"X-Space : 1",
        b"X: 1\r\n folded: 2",
        b"X: \0",
        b"X: a\rb: c",
    ),
    *(b"Host: other", b"Host:", b"X\xe9: 1", b"X: \xff\xfe", b"X: " + b"a" * 300_000, b"Expect: 200-ok"),
    *(
        b"Expect: 100-continue",
        b"Upgrade: h2c\r\nConnection: Upgrade",
        b"Upgrade: websocket\r\nConnection: Upgrade",
    ),
    *(
        b"Connection: " + b"close, " * 5_000,
        b"\x7f: 1",
        b"X: 1\nY: 2",
        b"Content-Length: 0\r\nContent-Length: 0",
    ),
)


def framing(random: Random) -> Case:
    """Any of the shapes below."""
    return random.choice(SHAPES)(random)


def _case(kind: str, data: bytes, random: Random, answers: int = 1, manner: Manner | None = None) -> Case:
    """Sent in one piece or several; our side closes later, if the server seems to await more."""
    cuts = sorted(random.randint(0, len(data)) for _ in range(random.choice((0, 0, 1, 3))))
    parts = tuple(data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True))
    return Case(f"framing: {kind}", parts, ("POST",) * answers, manner or "half", is_framed=False)


def _length(random: Random) -> Case:
    fields = b"".join(
        b"Content-Length: %s\r\n" % random.choice(LENGTHS) for _ in range(random.choice((1, 1, 2)))
    )
    # Where the length is less than the body, the rest is another request, and a wrong one.
    return _case("length", _head(fields) + ASK, random, answers=2)


def _chunks(random: Random) -> Case:
    data = random.choice(CHUNKED)
    if random.random() < 0.5:
        data = mutated(data[:2_000], random)
    return _case("chunks", _head(b"Transfer-Encoding: %s\r\n" % random.choice(CODINGS[:2])) + data, random, 2)


def _smuggling(random: Random) -> Case:
    """Two lengths. Whoever answers must close then, so that what is hidden behind is never a request."""
    lengths = [b"Transfer-Encoding: %s\r\n" % random.choice(CODINGS)]
    lengths.append(b"Content-Length: %d\r\n" % random.choice((0, 4, 6, 11)))
    if random.random() < 0.3:
        lengths.insert(0, b"Transfer-Encoding: identity\r\n")
    # An empty coding is none, so that the length alone counts and what is hidden is a request indeed.
    is_plain = lengths[-1].startswith(b"C") and lengths[0] == b"Transfer-Encoding: \r\n"
    random.shuffle(lengths)
    body = random.choice((b"0\r\n\r\n", b"6\r\nASK {}\r\n0\r\n\r\n", ASK))
    return _case("smuggling", _head(b"".join(lengths)) + body + HIDDEN, random, answers=3 if is_plain else 1)


def _head(fields: bytes) -> bytes:
    return b"POST /sparql HTTP/1.1\r\nHost: 127.0.0.1\r\n" + TYPE + fields + b"\r\n"


def _request_line(random: Random) -> Case:
    return _case("request line", random.choice(REQUEST_LINES) + b"\r\nHost: 127.0.0.1\r\n\r\n", random, 2)


def _field_line(random: Random) -> Case:
    lines = random.choice(FIELD_LINES)
    return _case("header line", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + lines + b"\r\n\r\n", random)


def _flood(random: Random) -> Case:
    count = random.choice((90, 110, 1_000, 20_000))
    fields = b"".join(b"X-%d: %d\r\n" % (number, number) for number in range(count))
    return _case("flood", b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n" + fields + b"\r\n", random)


def _pipeline(random: Random) -> Case:
    count = random.choice((2, 5, 40))
    return _case("pipeline", HIDDEN * count, random, answers=count)


def _old_protocol(random: Random) -> Case:
    lines = (
        b"GET /\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET /sparql?query=ASK%7B%7D\n\n",
        b"GET / HTTP/1.1\r\r",
        b"\r\r\r\r",
    )
    return _case("old protocol", random.choice(lines), random)


def _lone_ends(random: Random) -> Case:
    end = random.choice((b"\n", b"\r", b"\n\r", b"\r\r\n"))
    return _case("line ends", HIDDEN.replace(b"\r\n", end), random, answers=2)


def _damaged(random: Random) -> Case:
    return _case("damaged", mutated(_head(b"Content-Length: 6\r\n") + ASK, random, most=6), random, answers=3)


def _early_leave(random: Random) -> Case:
    data = _head(b"Content-Length: 6\r\n") + ASK
    return _case("early close", data[: random.randint(1, len(data))], random, manner="leave")


def _leave_at_work(random: Random) -> Case:
    """Gone while the server evaluates or streams."""
    text = random.choice(
        (b"SELECT * { ?a ?b ?c . ?d ?e ?f }", b"ASK { ?a ?b ?c . ?d ?e ?f . FILTER(?a = 1) }")
    )
    return _case("leave at work", _head(b"Content-Length: %d\r\n" % len(text)) + text, random, manner="leave")


SHAPES: Final[tuple[Callable[[Random], Case], ...]] = (
    *(_length, _chunks, _smuggling, _request_line, _field_line, _flood, _pipeline),
    *(_old_protocol, _lone_ends, _damaged, _early_leave, _leave_at_work),
)
