"""RDF in and out of the graph store: every format, RDF 1.2, several documents at once, and gzip."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import Any
from uuid import uuid4

import pytest
from pyoxigraph import BaseDirection, Literal, NamedNode, Quad, RdfFormat, Triple, parse, serialize

TURTLE = "text/turtle"
NTRIPLES = "application/n-triples"
FORMATS = (TURTLE, NTRIPLES, "application/rdf+xml", "application/ld+json")
S, P = NamedNode("http://example.org/s"), NamedNode("http://example.org/p#x")
PLAIN = (
    Triple(S, P, NamedNode("http://example.org/größe")),
    Triple(S, P, Literal('line\nbreak "quote" \\ <&> \u2028 \U0001f4dc')),
    Triple(S, P, Literal("text", language="en-gb")),
    Triple(S, P, Literal("12", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#integer"))),
    Triple(S, P, Literal("1.5", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#decimal"))),
    Triple(S, P, Literal("x", datatype=NamedNode("http://example.org/type"))),
)
TERM = Triple(S, P, Literal("inner", language="en"))
NEW = (
    Triple(S, P, TERM),
    Triple(S, P, Triple(S, P, TERM)),
    Triple(S, P, Literal("text", language="ar", direction=BaseDirection.RTL)),
)
ONE = "<http://example.org/s> <http://example.org/p> <http://example.org/one> ."
TWO = "<http://example.org/s> <http://example.org/p> <http://example.org/two> ."
BOUNDARY = "----a-boundary"


@pytest.fixture(scope="module")
def admin(raw_server: Any) -> Any:
    return raw_server.client("admin")


@pytest.fixture
def url() -> str:
    """A graph that nobody else has."""
    return f"/store?graph=http://example.org/graph/{uuid4().hex}"


def written(triples: tuple[Triple, ...], media_type: str) -> bytes:
    format = RdfFormat.from_media_type(media_type)
    assert format is not None
    return serialize(triples, format=format) or b""


def read(body: bytes, media_type: str) -> set[Triple]:
    return {quad.triple for quad in parse(input=body, format=RdfFormat.from_media_type(media_type))}


def lines(client: Any, url: str) -> list[str]:
    return sorted(client.get(url, headers={"Accept": NTRIPLES}).text.splitlines())


def send(
    client: Any, url: str, body: bytes, media_type: str = TURTLE, method: str = "PUT", **headers: str
) -> Any:
    return client.open(url, method=method, data=body, content_type=media_type, headers=headers)


@pytest.mark.parametrize("received", FORMATS)
@pytest.mark.parametrize("sent", FORMATS)
def test_a_graph_goes_in_and_out_in_every_format(admin: Any, url: str, sent: str, received: str) -> None:
    assert send(admin, url, written(PLAIN, sent), sent).status_code == 201
    reply = admin.get(url, headers={"Accept": received})
    assert reply.content_type.partition(";")[0] == received
    assert read(reply.data, received) == set(PLAIN)


@pytest.mark.parametrize("media_type", [TURTLE, NTRIPLES, "application/rdf+xml"])
def test_triple_terms_and_directions_of_text_go_in_and_out(admin: Any, url: str, media_type: str) -> None:
    assert send(admin, url, written(NEW, media_type), media_type).status_code == 201
    reply = admin.get(url, headers={"Accept": media_type})
    assert (reply.status_code, reply.is_whole) == (200, True)
    assert read(reply.data, media_type) == set(NEW)


def test_what_a_format_cannot_say_is_an_error_and_not_half_an_answer(admin: Any, url: str) -> None:
    send(admin, url, written(NEW, NTRIPLES), NTRIPLES)
    reply = admin.get(url, headers={"Accept": "application/ld+json"})
    assert reply.status_code == 422


@pytest.mark.parametrize(
    "media_type", [f"{TURTLE}; charset=utf-8", "TEXT/TURTLE", f'{TURTLE};charset="UTF-8"']
)
def test_a_media_type_may_have_parameters(admin: Any, url: str, media_type: str) -> None:
    assert send(admin, url, ONE.encode(), media_type).status_code == 201
    assert lines(admin, url) == [ONE]


@pytest.mark.parametrize("media_type", ["application/n-quads", "application/trig"])
def test_a_document_of_one_graph_may_be_in_a_format_of_several(admin: Any, url: str, media_type: str) -> None:
    assert send(admin, url, ONE.encode(), media_type).status_code == 201
    named = (
        serialize([Quad(S, P, S, NamedNode("urn:x"))], format=RdfFormat.from_media_type(media_type)) or b""
    )
    assert send(admin, url, named, media_type).status_code == 400
    assert lines(admin, url) == [ONE]


def test_text_that_is_no_utf8_is_malformed(admin: Any, url: str) -> None:
    assert send(admin, url, b'<urn:a> <urn:b> "\xff" .').status_code == 400
    assert send(admin, url, '<urn:a> <urn:b> "x" .'.encode("utf-16")).status_code == 400
    assert admin.get(url).status_code == 404


def form(*parts: tuple[str | None, str]) -> bytes:
    """A multipart/form-data body of (media type, text)."""
    body = io.BytesIO()
    for number, (media_type, text) in enumerate(parts):
        body.write(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="n{number}"; '.encode())
        body.write(f'filename="{number}"\r\n'.encode())
        if media_type is not None:
            body.write(f"Content-Type: {media_type}\r\n".encode())
        body.write(f"\r\n{text}\r\n".encode())
    body.write(f"--{BOUNDARY}--\r\n".encode())
    return body.getvalue()


MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
XML = written((Triple(S, P, Literal("xml")),), "application/rdf+xml").decode()


def test_each_part_of_a_form_is_a_document_of_its_own_format(admin: Any, url: str) -> None:
    body = form((TURTLE, ONE), ("application/rdf+xml", XML), (f"{NTRIPLES}; charset=utf-8", TWO))
    assert send(admin, url, body, MULTIPART, "POST").status_code == 201
    assert lines(admin, url) == sorted([ONE, TWO, f'{S} {P} "xml" .'])
    assert send(admin, url, form((TURTLE, "[] <urn:p> [] .")), MULTIPART, "POST").status_code == 204
    assert len(lines(admin, url)) == 4
    assert send(admin, url, form((TURTLE, ONE)), MULTIPART, "PUT").status_code == 204
    assert lines(admin, url) == [ONE]


def test_the_parts_of_a_form_do_not_share_blank_nodes(admin: Any, url: str) -> None:
    send(
        admin, url, form((TURTLE, "_:b <urn:p> 1 ."), (NTRIPLES, "_:b <urn:p> <urn:o> .")), MULTIPART, "POST"
    )
    reply = admin.get(url, headers={"Accept": NTRIPLES})
    assert len({triple.subject for triple in read(reply.data, NTRIPLES)}) == 2


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        pytest.param(form((TURTLE, ONE), (None, TWO)), MULTIPART, 415, id="a-part-without-a-type"),
        pytest.param(form((TURTLE, ONE), ("image/png", TWO)), MULTIPART, 415, id="a-part-of-no-rdf"),
        pytest.param(
            form((TURTLE, ONE), (TURTLE, "<urn:a> <urn:b> .")), MULTIPART, 400, id="a-malformed-part"
        ),
        pytest.param(form((TURTLE, ONE)), "multipart/form-data", 400, id="no-boundary"),
        pytest.param(form((TURTLE, ONE)), "multipart/form-data; boundary=other", 400, id="another-boundary"),
        pytest.param(form((TURTLE, ONE))[:-12], MULTIPART, 400, id="cut"),
        pytest.param(b"no form at all", MULTIPART, 400, id="rubbish"),
        pytest.param(b"", MULTIPART, 400, id="nothing"),
    ],
)
def test_a_form_is_taken_whole_or_not_at_all(
    admin: Any, url: str, body: bytes, content_type: str, status: int
) -> None:
    assert send(admin, url, body, content_type, "POST").status_code == status
    assert admin.get(url).status_code == 404


def test_a_document_may_come_packed(admin: Any, url: str) -> None:
    packed = gzip.compress(ONE.encode())
    assert send(admin, url, packed, **{"Content-Encoding": "gzip"}).status_code == 201
    assert send(admin, url, packed, **{"Content-Encoding": "X-GZIP"}).status_code == 204
    assert lines(admin, url) == [ONE]
    assert send(admin, url, TWO.encode(), **{"Content-Encoding": "identity"}).status_code == 204
    assert lines(admin, url) == [TWO]


def test_gzip_may_have_several_members(admin: Any, url: str) -> None:
    packed = gzip.compress(f"{ONE}\n".encode()) + gzip.compress(TWO.encode())
    assert send(admin, url, packed, **{"Content-Encoding": "gzip"}).status_code == 201
    assert lines(admin, url) == [ONE, TWO]


PACKED = gzip.compress(ONE.encode(), mtime=0)


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        pytest.param(PACKED[:-1], "gzip", 400, id="cut-in-the-trailer"),
        pytest.param(PACKED[:5], "gzip", 400, id="cut-in-the-header"),
        pytest.param(PACKED + PACKED[:12], "gzip", 400, id="cut-in-a-second-member"),
        pytest.param(PACKED + b"more", "gzip", 400, id="followed-by-rubbish"),
        pytest.param(PACKED[:-8] + bytes(8), "gzip", 400, id="with-a-wrong-checksum"),
        pytest.param(gzip.compress(b"", mtime=0) * 10_001, "gzip", 400, id="of-too-many-members"),
        pytest.param(zlib.compress(ONE.encode()), "gzip", 400, id="zlib"),
        pytest.param(ONE.encode(), "gzip", 400, id="text"),
        pytest.param(zlib.compress(ONE.encode()), "deflate", 415, id="deflate"),
        pytest.param(ONE.encode(), "br", 415, id="brotli"),
        pytest.param(gzip.compress(PACKED, mtime=0), "gzip, gzip", 415, id="packed-twice"),
    ],
)
def test_what_is_no_whole_gzip_is_refused(
    admin: Any, url: str, body: bytes, encoding: str, status: int
) -> None:
    assert send(admin, url, body, **{"Content-Encoding": encoding}).status_code == status
    assert admin.get(url).status_code == 404


def test_a_small_body_that_grows_beyond_the_limit_is_refused(admin: Any, url: str) -> None:
    packer = zlib.compressobj(9, wbits=31)
    piece = b"#" * (1 << 20)
    bomb = b"".join(packer.compress(piece) for _ in range(257)) + packer.flush()
    assert len(bomb) < 300_000
    assert send(admin, url, bomb, **{"Content-Encoding": "gzip"}).status_code == 413
    assert admin.get(url).status_code == 404


def test_a_graph_comes_packed_to_those_who_ask_for_it(admin: Any, url: str) -> None:
    send(admin, url, written(PLAIN, TURTLE))
    reply = admin.get(url, headers={"Accept-Encoding": "gzip, br", "Accept": NTRIPLES})
    assert (reply.status_code, reply.headers["content-encoding"]) == (200, "gzip")
    plain = admin.get(url, headers={"Accept": NTRIPLES})
    assert plain.headers["content-encoding"] is None
    assert gzip.decompress(reply.data) == plain.data
    assert reply.headers["etag"] != plain.headers["etag"]
    refused = admin.get(url, headers={"Accept-Encoding": "gzip;q=0"})
    assert refused.headers["content-encoding"] is None


def test_a_big_graph_goes_in_and_out_whole(admin: Any, url: str) -> None:
    made = [f'<http://example.org/{number}> <urn:p> "{"x" * 60}" .' for number in range(60_000)]
    body = "\n".join(made).encode()
    assert len(body) > 4 << 20
    assert send(admin, url, body, NTRIPLES).status_code == 201
    reply = admin.get(url, headers={"Accept": NTRIPLES})
    assert (reply.is_whole, sorted(reply.text.splitlines())) == (True, sorted(made))
    assert admin.delete(url).status_code == 204
