"""Every kind of case by number: the same number and seed make the same bytes."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from random import Random
from typing import Final
from urllib.parse import quote_from_bytes

from tests.fuzz.case import Case, exchange
from tests.fuzz.framing import framing
from tests.fuzz.mutation import PIECES, mutated
from tests.fuzz.rdf_bodies import deep, document, entity_bomb, gzip_bomb
from tests.fuzz.sparql_texts import query, update

FORM: Final = b"application/x-www-form-urlencoded"
QUERY: Final = b"application/sparql-query"
UPDATE: Final = b"application/sparql-update"
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND")
PATHS: Final = (
    *(
        b"/",
        b"/sparql",
        b"/store",
        b"/healthz",
        b"/readyz",
        b"/metrics",
        b"/queries",
        b"/queries/who-says-so",
    ),
    *(
        b"/page/japan",
        b"/id/japan",
        b"/data/japan",
        b"/static/style.css",
        b"/static/../server.py",
        b"/nowhere",
    ),
    *(
        b"/static/%2e%2e/%2e%2e/etc/passwd",
        b"/%00",
        b"/%c0%ae%c0%ae/",
        b"/ontology",
        b"/union/sparql",
        b"//sparql",
    ),
)
ESCAPES: Final = (
    *(
        b"%",
        b"%G0",
        b"%2",
        b"%FF",
        b"%C3%28",
        b"%00",
        b"%0d%0aX-Injected:%201",
        b"%ED%A0%80",
        b"%u0041",
        b"+",
    ),
    *(
        b"%26",
        b"%3D",
        b"&&&&",
        b"=",
        b"query",
        b"&query=ASK%7B%7D",
        b"%25%32%35",
        b"%E2%80%AE",
        b"%F4%90%80%80",
    ),
)
ACCEPTS: Final = (
    *(
        b"*/*;q=0",
        b"text/html;q=1.0001",
        b"a/b;q=-1",
        b"*/*;q=1e9",
        b"*/*;q=NaN",
        b"*/*;q=0.0000000001",
        b"text/",
    ),
    *(
        b"/",
        b"*",
        b",,,,",
        b";;;;",
        b"text/html;q=",
        b"text/html;q=0.5;q=0.7",
        b"\xe6\x97\xa5/\xe6\x9c\xac",
        b"\xff/\xff",
    ),
    *(
        b"a/b, " * 4_000,
        b"application/sparql-results+json;" + b"a=b;" * 2_000,
        b"image/png",
        b'*/*;x="',
        b"text/*;q=1",
    ),
    *(b"application/json;q=0.1, text/csv;q=0.9", b"text/html", b"application/trig, */*;q=0.001"),
)
FIELDS: Final = (
    *(
        (b"Authorization", value)
        for value in (b"Bearer", b"Bearer ", b"Basic Og==", b"Bearer " + b"x" * 8_000)
    ),
    *(
        (b"Authorization", value)
        for value in (b"Bearer \xff", b"bearer a b", b"Negotiate =", b"Bearer osag_x")
    ),
    *(
        (b"Content-Type", value)
        for value in (b"", b"/", b"text", b"text/turtle;charset=utf-7", b"\xff", b"a/b/c")
    ),
    *(
        (b"Content-Type", value)
        for value in (b"multipart/form-data", b"multipart/form-data; boundary=x", FORM)
    ),
    *((b"X-Request-Id", value) for value in (b"a" * 5_000, b"<script>", b"\xff", b'"', b"", b"{{7*7}}")),
    *((b"If-None-Match", value) for value in (b"*", b'"', b'W/"x"', b'"x", ' * 2_000)),
    *((b"Range", value) for value in (b"bytes=0-0", b"bytes=-1", b"bytes=" + b"0-1," * 2_000, b"rows=1")),
    *((b"Content-Encoding", value) for value in (b"gzip", b"br", b"identity", b"gzip, gzip", b"x")),
    *((b"Origin", value) for value in (b"null", b"http://evil.example", b"\xff")),
    *(
        (b"Forwarded", b"for=unknown;host=evil"),
        (b"X-Forwarded-For", b"1.2.3.4, " * 900),
        (b"Cookie", b"a=b; " * 900),
    ),
    *((b"Accept-Encoding", value) for value in (b"gzip;q=0, *;q=0", b"*", b"br;q=9")),
    *(
        (b"Date", b"yesterday"),
        (b"If-Modified-Since", b"99"),
        (b"Slug", b"../../x"),
        (b"Prefer", b"return=minimal"),
    ),
)
GRAPH: Final = b"https://w3id.org/osagraph/graph/user/fuzz-%d"
Headers = tuple[tuple[bytes, bytes], ...]


class Generator:
    """Makes cases; `token` is one that may write, `listener` an address that nobody may call."""

    def __init__(self, seed: int, token: str | None, listener: str) -> None:
        self._seed = seed
        self._token = token
        self._listener = listener
        self._kinds: tuple[tuple[Callable[[Random], Case], int], ...] = (
            (self._query, 20),
            (self._damaged_query, 20),
            (self._update, 8),
            (self._damaged_update, 8),
            (self._document, 6),
            (self._damaged_document, 14),
            (self._deep_document, 1),
            (self._bomb, 2),
            (self._fields, 12),
            (self._address, 10),
            (framing, 16),
        )

    def case(self, number: int) -> Case:
        random = Random(f"{self._seed}:{number}")
        makers, weights = zip(*self._kinds, strict=True)
        make: Callable[[Random], Case] = random.choices(makers, weights)[0]
        return make(random)

    def _query(self, random: Random) -> Case:
        return self._sparql("query", query(random).encode(), random)

    def _damaged_query(self, random: Random) -> Case:
        return self._sparql("query, damaged", mutated(query(random).encode(), random), random)

    def _update(self, random: Random) -> Case:
        return self._sparql("update", update(random).encode(), random)

    def _damaged_update(self, random: Random) -> Case:
        return self._sparql("update, damaged", mutated(update(random).encode(), random), random)

    def _sparql(self, kind: str, text: bytes, random: Random) -> Case:
        """In the body, in a form, or in the address."""
        name, media = (b"update", UPDATE) if kind.startswith("update") else (b"query", QUERY)
        headers = (
            *self._authorization(random),
            (b"Accept", random.choice((b"*/*", b"text/html", *ACCEPTS[-3:]))),
        )
        form = b"%s=%s" % (name, quote_from_bytes(text).encode())
        way = random.randrange(3)
        if way == 0:
            return exchange(kind, "POST", b"/sparql", (*headers, (b"Content-Type", media)), text)
        if way == 1:
            return exchange(kind, "POST", b"/sparql", (*headers, (b"Content-Type", FORM)), form)
        return exchange(kind, random.choice(("GET", "GET", "HEAD")), b"/sparql?" + form, headers)

    def _document(self, random: Random) -> Case:
        return self._stored("document", *document(random), random)

    def _damaged_document(self, random: Random) -> Case:
        media, body = document(random)
        return self._stored("document, damaged", media, mutated(body, random), random)

    def _deep_document(self, random: Random) -> Case:
        return self._stored("document, deep", *deep(random), random)

    def _bomb(self, random: Random) -> Case:
        if random.random() < 0.6:
            return self._stored("bomb", *entity_bomb(random, self._listener), random)
        packed: tuple[tuple[bytes, bytes], ...] = (
            (b"gzip", gzip_bomb(10)),
            (b"gzip", gzip_bomb(100)),
            (b"gzip", gzip.compress(gzip_bomb(100), mtime=0)),
            (b"gzip, gzip", gzip.compress(gzip_bomb(100), mtime=0)),
            (b"gzip", gzip_bomb(10)[:5_000]),
            (b"deflate", zlib.compress(b"#" * (10 << 20), 9)),
        )
        coding, body = random.choice(packed)
        return self._stored("bomb", "text/turtle", body, random, ((b"Content-Encoding", coding),))

    def _stored(self, kind: str, media: str, body: bytes, random: Random, more: Headers = ()) -> Case:
        target = b"/store?graph=" + quote_from_bytes(GRAPH % random.randrange(20), safe="").encode()
        headers = (*self._authorization(random), (b"Content-Type", media.encode()), *more)
        return exchange(kind, random.choice(("PUT", "POST")), target, headers, body)

    def _authorization(self, random: Random) -> Headers:
        if self._token is None or random.random() < 0.1:
            return ()
        return ((b"Authorization", b"Bearer " + self._token.encode()),)

    def _fields(self, random: Random) -> Case:
        headers = [(b"Accept", random.choice(ACCEPTS))] if random.random() < 0.6 else []
        headers += [random.choice(FIELDS) for _ in range(random.randint(0, 3))]
        body = random.choice((None, None, b"ASK {}", b"\xff\xfe", b""))
        target = random.choice((*PATHS, b"/sparql?query=ASK%7B%7D", b"/sparql?query=DESCRIBE%20%3Ca:b%3E"))
        return exchange("headers", random.choice(METHODS), target, tuple(headers), body)

    def _address(self, random: Random) -> Case:
        pieces = [quote_from_bytes(random.choice(PIECES), safe="").encode(), *random.choices(ESCAPES, k=3)]
        name = random.choice(
            (b"query", b"default-graph-uri", b"graph", b"format", b"default", b"as-of", b"x")
        )
        fields = b"%s=%s" % (name, b"".join(random.sample(pieces, random.randint(1, len(pieces)))))
        fields += random.choice((b"", b"&query=ASK%7B%7D", b"&" + fields, b"&x=1" * 2_000))
        target = random.choice(PATHS) + random.choice((b"", *ESCAPES[:9])) + b"?" + fields
        return exchange(
            "address", random.choice(METHODS), target, ((b"Accept", random.choice(ACCEPTS[-3:])),)
        )
