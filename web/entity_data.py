"""What the graph holds about one thing as a file, in the formats of RDF and as CSV."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    serialize,
)

from graph.datadir import Snapshot
from graph.errors import UnknownResourceError
from graph.projection import ASSESSMENTS
from ontology.namespaces import PREFIXES
from web.negotiation import FORMATS, choose
from web.site import Row, Site

# The first is what a program gets that does not mind.
DATA_FORMATS: Final[Mapping[str, str]] = MappingProxyType(
    {name: FORMATS[name] for name in ("ttl", "nt", "rdf", "jsonld", "trig", "csv")}
)
COLUMNS: Final = ("property", "value", "kind", "language", "datatype")


def format_for(accept: str | None) -> str | None:
    """The name of the format that an Accept header likes best; None where nothing fits.

    >>> format_for("application/ld+json"), format_for(None), format_for("image/png")
    ('jsonld', 'ttl', None)
    """
    chosen = choose(accept, list(DATA_FORMATS.values()))
    return next((name for name, media_type in DATA_FORMATS.items() if media_type == chosen), None)


def entity_data(site: Site, iri: str, format: str, at: Snapshot) -> bytes:
    """What is held about a thing; TriG has the decisions and the claims about it, too.

    Raises UnknownResourceError where there is nothing, and what `Site.rows` raises.
    """
    thing = {"subject": NamedNode(iri)}
    rows = site.rows("entity-statements", thing, at)
    quads = _quads(iri, rows, None) or _quads(iri, site.rows("entity-elsewhere", thing, at), None)
    if not quads:
        raise UnknownResourceError(f"Nothing is known here of {iri}.")
    if format == "csv":
        return _csv(quads)
    if format == "nt":
        return "".join(f"{line}\n" for line in lines_of(quads)).encode()
    if format == "trig":
        quads += _described(site.rows("entity-assessments", thing, at), ASSESSMENTS)
        quads += _described(site.rows("entity-claims", thing, at), None)
    return _written(quads, format)


def lines_of(quads: Sequence[Quad]) -> list[str]:
    """The triples as lines of N-Triples, in order, each once; those with blank nodes have no lasting name."""
    return sorted({f"{quad.triple} ." for quad in quads if not isinstance(quad.object, BlankNode)})


def digest(lines: Sequence[str]) -> str:
    """The SHA-256 of such lines, as `sha256sum` gives it for the file.

    >>> digest([])[:8]
    'e3b0c442'
    """
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def _quads(iri: str, rows: Sequence[Row], graph: NamedNode | None) -> list[Quad]:
    subject = NamedNode(iri)
    found = [
        Quad(subject, row["predicate"], row["value"], graph or DefaultGraph())  # type: ignore[arg-type]
        for row in rows
    ]
    return sorted(set(found), key=str)


def _described(rows: Sequence[Row], graph: NamedNode | None) -> Iterator[Quad]:
    """The statements about other things; without `graph`, each row names its own."""
    for row in rows:
        name = graph or row["graph"]
        yield Quad(row["thing"], row["predicate"], row["value"], name)  # type: ignore[arg-type]


def _written(quads: Sequence[Quad], format: str) -> bytes:
    rdf = RdfFormat.from_media_type(DATA_FORMATS[format])
    assert rdf is not None
    given = quads if rdf.supports_datasets else [quad.triple for quad in quads]
    prefixes = PREFIXES if format != "rdf" else {}
    written = serialize(given, format=rdf, prefixes=dict(prefixes))
    assert written is not None
    return written


def _csv(quads: Sequence[Quad]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for quad in quads:
        term = quad.object
        if isinstance(term, Literal):
            datatype = "" if term.language else term.datatype.value
            writer.writerow([quad.predicate.value, term.value, "literal", term.language or "", datatype])
        elif isinstance(term, NamedNode):
            writer.writerow([quad.predicate.value, term.value, "uri", "", ""])
    return text.getvalue().encode()
