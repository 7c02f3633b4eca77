"""RDF documents in every syntax: right ones to be damaged, and bombs and deep ones made to hurt."""

from __future__ import annotations

import json
import zlib
from functools import lru_cache
from random import Random
from typing import Final

TURTLE: Final = "text/turtle"
XML: Final = "application/rdf+xml"
JSON_LD: Final = "application/ld+json"
TERMS: Final = (
    "<http://example.org/o>",
    '"x"',
    '"日本"@ja',
    "1",
    "_:b",
    "true",
    '"1"^^<http://example.org/t>',
)
RDF_NS: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DEPTHS: Final = (100, 2_000, 20_000, 200_000)


def document(random: Random) -> tuple[str, bytes]:
    """A media type and a small document that is right in it."""
    return random.choice((_turtle, _trig, _n_triples, _n_quads, _xml, _json_ld))(random)


def _turtle(random: Random) -> tuple[str, bytes]:
    return TURTLE, ("@prefix a: <http://example.org/> .\n" + _statements(random, "a:s a:p")).encode()


def _trig(random: Random) -> tuple[str, bytes]:
    inner = _statements(random, "a:s a:p")
    return "application/trig", f"PREFIX a: <http://example.org/>\na:g {{ {inner} }}\n{inner}".encode()


def _statements(random: Random, start: str) -> str:
    extras = (
        "a:s a:p [ a:q (1 2 3) ] .",
        "<< a:s a:p a:o >> a:q 1 .",
        "a:s a:p a:o {| a:q 1 |} .",
        '""" """ .',
    )
    lines = [f"{start} {random.choice(TERMS)} ." for _ in range(random.randint(1, 5))]
    return "\n".join([*lines, random.choice(extras)])


def _n_triples(random: Random) -> tuple[str, bytes]:
    return "application/n-triples", "".join(f"{line} .\n" for line in _lines(random)).encode()


def _n_quads(random: Random) -> tuple[str, bytes]:
    graph = random.choice(("<http://example.org/g>", "_:g", ""))
    return "application/n-quads", "".join(f"{line} {graph} .\n" for line in _lines(random)).encode()


def _lines(random: Random) -> list[str]:
    objects = ("<http://example.org/o>", '"x\\n"', '"\\u65E5"@ja', "_:b", '"1"^^<http://example.org/t>')
    return [f"<http://example.org/s{n}> <http://example.org/p> {random.choice(objects)}" for n in range(5)]


def _xml(random: Random) -> tuple[str, bytes]:
    attribute = random.choice(
        ('rdf:parseType="Literal"', 'xml:lang="ja"', 'rdf:resource="x"', 'rdf:nodeID="b"')
    )
    head = f'<?xml version="1.0"?><rdf:RDF xmlns:rdf="{RDF_NS}" xmlns:a="http://example.org/">'
    body = f'<rdf:Description rdf:about="http://example.org/s"><a:p {attribute}/></rdf:Description>'
    return XML, f"{head}{body * random.randint(1, 3)}</rdf:RDF>".encode()


def _json_ld(random: Random) -> tuple[str, bytes]:
    node: dict[str, object] = {
        "@id": "http://example.org/s",
        "http://example.org/p": random.choice((1, "x", None)),
    }
    keys = ("@list", "@set", "@graph", "@reverse", "@type", "@context", "@nest", "@included", "@direction")
    node[random.choice(keys)] = random.choice(([], {}, [1, {}], "x", None, {"@id": "_:b"}))
    return JSON_LD, json.dumps([node] if random.random() < 0.5 else node, ensure_ascii=False).encode()


def deep(random: Random) -> tuple[str, bytes]:
    """A document of one thing in another, in another..."""
    depth = random.choice(DEPTHS)
    p = "<http://example.org/p>"
    element = "<a:d><a:p>"
    forms = (
        (TURTLE, f"<a:s> {p} {'(' * depth}{')' * depth} ."),
        (TURTLE, f"<a:s> {p} {f'[ {p} ' * depth}1{']' * depth} ."),
        (TURTLE, f"<a:s> {p} {f'<<( <a:s> {p} ' * depth}1{')>>' * depth} ."),
        ("application/n-triples", f"<a:s> {p} {f'<<( <a:s> {p} ' * depth}<a:o>{' )>>' * depth} ."),
        ("application/trig", "{ " * depth),
        (JSON_LD, "[" * depth + "]" * depth),
        (JSON_LD, '{"http://example.org/p":' * depth + "1" + "}" * depth),
        (JSON_LD, '{"@context":' * depth + "{}" + "}" * depth),
        (
            XML,
            f'<rdf:RDF xmlns:rdf="{RDF_NS}" xmlns:a="a:">{element * depth}{"</a:p></a:d>" * depth}</rdf:RDF>',
        ),
    )
    media, text = random.choice(forms)
    return media, text.encode()


def entity_bomb(random: Random, listener: str) -> tuple[str, bytes]:
    """RDF/XML whose entities grow, or name files and addresses, or JSON-LD whose context does."""
    grown = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    declarations = (
        f'<!ENTITY e0 "boom">{grown}',
        '<!ENTITY e9 SYSTEM "file:///etc/passwd">',
        f'<!ENTITY e9 SYSTEM "{listener}">',
        f'<!ENTITY % e SYSTEM "{listener}"> %e; <!ENTITY e9 "">',
        f'<!ENTITY e9 "{"x" * 100_000}">',
    )
    if random.random() < 0.3:
        context = random.choice((listener, "file:///etc/passwd", [listener], {"@import": listener}))
        return JSON_LD, json.dumps({"@context": context, "a": 1}).encode()
    used = "&e9;" * random.choice((1, 1000))
    head = f"<?xml version='1.0'?><!DOCTYPE r [{random.choice(declarations)}]><rdf:RDF xmlns:rdf='{RDF_NS}'"
    body = f"<rdf:Description rdf:about='a:s'><a:p>{used}</a:p></rdf:Description>"
    return XML, f"{head} xmlns:a='http://example.org/'>{body}</rdf:RDF>".encode()


@lru_cache(maxsize=4)
def gzip_bomb(mebibytes: int, filling: bytes = b" ") -> bytes:
    """A gzip file of a thousandth of what it becomes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(filling * (1 << 20)) for _ in range(mebibytes)) + packer.flush()
