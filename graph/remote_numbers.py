"""Decimals between us and other engines: `12` here is `12.0` there.

Our engine writes a whole xsd:decimal as `12`, as XSD 1.1 does; Apache Jena as `12.0`, as XSD 1.0 did. Jena's
TDB2 takes `12`, gives `12.0` back, and does not find the one by the other: joins miss rows, and DELETE leaves
quads behind (seen with Jena 5.6.0). So all that is sent has a point, which every engine keeps or brings into
our form, and all that comes back is brought into our form.
Spec: https://www.w3.org/TR/xmlschema11-2/#decimal
"""

from __future__ import annotations

import re
from typing import IO, Final

from pyoxigraph import Literal, Triple

from graph.sparql_tokens import tokens
from graph.store import AnyTerm
from ontology.namespaces import XSD

PIECE_BYTES: Final = 1 << 20
DECIMAL: Final = "http://www.w3.org/2001/XMLSchema#decimal"
_TYPE: Final = rb'"datatype"\s*:\s*"http:\\?/\\?/www\.w3\.org\\?/2001\\?/XMLSchema#decimal"'
_VALUE: Final = rb'"value"\s*:\s*"'
# In results in JSON, whose strings have no bare quotes in them. The two stand side by side, in either order.
_IN_JSON: Final = re.compile(
    rb"(" + _TYPE + rb"\s*,\s*" + _VALUE + rb")([-+0-9.]+)(?=\")"
    rb"|(" + _VALUE + rb")([-+0-9.]+)(?=\"\s*,\s*" + _TYPE + rb")"
)
_IN_LINES: Final = re.compile(rb'"([+-]?[0-9]+)"(?=\^\^<http://www\.w3\.org/2001/XMLSchema#decimal>)')
# Something like it; tokens tell whether it is inside of a string.
_IN_TEXT: Final = re.compile(r"""[0-9]["']\^\^""")
_WHOLE: Final = re.compile(r"""(?P<quote>["'])[+-]?[0-9]+(?P=quote)""")
_NAMES: Final = frozenset({f"<{DECIMAL}>", "xsd:decimal"})


def own_term(term: AnyTerm) -> AnyTerm:
    """What an engine gave, as our engine writes it.

    >>> own_term(Literal("12.50", datatype=XSD.decimal)).value
    '12.5'
    """
    if isinstance(term, Literal) and term.datatype == XSD.decimal:
        return Literal(_own(term.value), datatype=XSD.decimal)
    if isinstance(term, Triple):
        return Triple(term.subject, term.predicate, own_term(term.object))
    return term


def own_results(file: IO[bytes]) -> None:
    """Bring the decimals of results in JSON into our form, in the file, which is left at its beginning."""
    written, rest = 0, b""
    while piece := file.read(PIECE_BYTES):
        # What is looked for has no brace in it, so nothing is cut in two.
        whole, brace, rest = (rest + piece).rpartition(b"}")
        written = _write_at(file, written, _IN_JSON.sub(_replaced, whole + brace))
    written = _write_at(file, written, rest)
    file.truncate(written)
    file.seek(0)


def _write_at(file: IO[bytes], place: int, data: bytes) -> int:
    """Write where there was at least as much before, and go on reading where one was; the place behind it."""
    reading = file.tell()
    file.seek(place)
    file.write(data)
    file.seek(reading)
    return place + len(data)


def _replaced(match: re.Match[bytes]) -> bytes:
    before, value = (match[1], match[2]) if match[1] else (match[3], match[4])
    return before + _own(value.decode()).encode()


def _own(number: str) -> str:
    """Never longer than it was."""
    if "." not in number:
        return number
    short = number.rstrip("0").rstrip(".")
    return "0" if short in ("", "-", "+", "-0", "+0") else short


def foreign_lines(lines: bytes) -> bytes:
    """N-Quads, N-Triples or data of an update, as our engine writes them, as they are sent to another.

    >>> foreign_lines(b'<a:s> <a:p> "12"^^<http://www.w3.org/2001/XMLSchema#decimal> .')
    b'<a:s> <a:p> "12.0"^^<http://www.w3.org/2001/XMLSchema#decimal> .'
    """
    return _IN_LINES.sub(rb'"\1.0"', lines)


def foreign_text(text: str) -> str:
    """A query, with the whole decimals that are written out in it as they are sent to an engine.

    >>> foreign_text('ASK { ?s ?p "12"^^xsd:decimal, 12, "12" }')
    'ASK { ?s ?p "12.0"^^xsd:decimal, 12, "12" }'
    """
    if not _IN_TEXT.search(text):
        return text
    cut = [token.text for token in tokens(text)]
    for place, piece in enumerate(cut[:-3]):
        if _WHOLE.fullmatch(piece) and cut[place + 1 : place + 3] == ["^", "^"] and cut[place + 3] in _NAMES:
            cut[place] = f"{piece[:-1]}.0{piece[-1]}"
    return "".join(cut)
