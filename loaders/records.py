"""Load records: one PROV activity per build, load or removal, in `graph/meta`."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Quad

from graph.projection import META
from loaders.journal import KeptFile
from ontology.namespaces import DCTERMS, ID, OSA, PROV, RDF, RDFS, XSD


def timestamp(moment: datetime.datetime) -> str:
    """A moment as ISO 8601 in UTC, to the second."""
    return moment.astimezone(datetime.UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def record_quads(
    number: int,
    what: str,
    moment: datetime.datetime,
    files: Iterable[KeptFile] = (),
    graphs: Iterable[NamedNode] = (),
    validated: bool | None = None,
) -> Iterator[Quad]:
    """The record of what led to snapshot `number`: when, from which files, into which graphs.

    `validated`: whether it was put to the shapes; None where nothing came in.
    Spec: https://www.w3.org/TR/prov-o/
    """
    activity = ID.iri(f"load/{number}")
    ended = Literal(timestamp(moment), datatype=XSD.dateTime)
    yield Quad(activity, RDF.type, PROV.Activity, META)
    yield Quad(activity, RDF.type, OSA.Load, META)
    yield Quad(activity, RDFS.label, Literal(what, language="en"), META)
    yield Quad(activity, PROV.endedAtTime, ended, META)
    if validated is not None:
        yield Quad(activity, OSA.validated, Literal(validated), META)
    for kept in files:
        entity = ID.iri(f"file/{kept.sha256}")
        yield Quad(activity, PROV.used, entity, META)
        yield Quad(entity, RDF.type, PROV.Entity, META)
        yield Quad(entity, DCTERMS.title, Literal(kept.name), META)
        yield Quad(entity, DCTERMS.identifier, Literal(f"sha256:{kept.sha256}"), META)
    for graph in graphs:
        yield Quad(graph, PROV.wasGeneratedBy, activity, META)
