"""A dataset as TriX, an XML document: of the formats that are read as a stream, the one with an end.

Apache Jena takes a body that breaks off for one that ends (seen with Fuseki 5.6.0, whatever the framing), and
N-Quads that break off behind a line are N-Quads. An XML document that breaks off is none anywhere.
Spec: https://www.hpl.hp.com/techreports/2004/HPL-2004-56.pdf
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Final
from xml.sax.saxutils import escape, quoteattr

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from graph.remote_numbers import foreign_lines
from graph.store import GraphName
from ontology.namespaces import XSD

TRIX: Final = "application/trix+xml"
START: Final = b'<TriX xmlns="http://www.w3.org/2004/03/trix/trix-1/">\n'
END: Final = b"</TriX>\n"
# Control characters, plain or escaped, are no XML; triple terms and texts with a direction are no TriX.
_ODD: Final = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]|\\[bfuU]|<<\(|\"@[A-Za-z0-9-]+--", re.DOTALL
)
_RETURN: Final = {"\r": "&#13;"}


def has_odd(lines: bytes) -> bool:
    """Whether whole lines of N-Quads may have something in them that TriX has no way for."""
    return _ODD.search(lines) is not None


def trix(parts: Iterator[bytes]) -> Iterator[bytes]:
    """The document, from parts of N-Quads that end with a line."""
    yield START
    graph: GraphName | None = None
    for part in parts:
        pieces = []
        for quad in parse(foreign_lines(part), format=RdfFormat.N_QUADS, lenient=True):
            if quad.graph_name != graph:
                pieces.append(_begin(quad.graph_name, is_first=graph is None))
                graph = quad.graph_name
            pieces.append(_triple(quad))
        yield "".join(pieces).encode()
    yield (b"</graph>" if graph is not None else b"") + END


def parts_of(file: IO[bytes], size: int) -> Iterator[bytes]:
    """A file from its beginning, in parts of about that size that end with a line."""
    file.seek(0)
    while part := file.read(size):
        yield part + file.readline()


def _begin(graph: GraphName, *, is_first: bool) -> str:
    name = _term(graph) if isinstance(graph, NamedNode | BlankNode) else ""
    return f"{'' if is_first else '</graph>'}<graph>{name}\n"


def _triple(quad: Quad) -> str:
    return f"<triple>{_term(quad.subject)}{_term(quad.predicate)}{_term(quad.object)}</triple>\n"


def _term(term: object) -> str:
    if isinstance(term, NamedNode):
        return f"<uri>{escape(term.value)}</uri>"
    if isinstance(term, BlankNode):
        return f"<id>{term.value}</id>"
    assert isinstance(term, Literal)
    text = escape(term.value, _RETURN)
    if term.language:
        return f"<plainLiteral xml:lang={quoteattr(term.language)}>{text}</plainLiteral>"
    if term.datatype == XSD.string:
        return f"<plainLiteral>{text}</plainLiteral>"
    return f"<typedLiteral datatype={quoteattr(term.datatype.value)}>{text}</typedLiteral>"
