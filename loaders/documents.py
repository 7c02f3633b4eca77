"""RDF documents that come over HTTP: parsed here and now, in a process that they may kill.

A document is parsed from its first byte to its last before anything of it is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, parse

from graph.embedded import EmbeddedStore
from graph.errors import UnsupportedMediaTypeError
from graph.write_protocol import Document
from loaders.rdf_child import (
    FREE_OUTPUT_BYTES,
    Job,
    RefusedError,
    Survey,
    check_triple_terms,
    examine,
    malformed,
    open_expanded,
)
from loaders.rdf_parse import FORMATS, ParseLimits, refusal

# A larger document is not kept in memory but read twice.
KEPT_BYTES: Final = 4 << 20


@dataclass(frozen=True)
class CheckedDocument:
    """A document that is known to be well-formed; `quads` are its triples where it is small."""

    job: Job
    survey: Survey
    quads: Sequence[Quad] | None

    def insert_into(self, store: EmbeddedStore, graph: NamedNode | DefaultGraph) -> None:
        """Add its triples to a graph; its blank nodes become new ones."""
        if self.quads is not None:
            store.insert(Quad(quad.subject, quad.predicate, quad.object, graph) for quad in self.quads)
            return
        with open_expanded(self.job, self.survey.gzipped) as stream:
            store.load(stream, self.job.format, self.job.base_iri or None, graph)


def check_document(document: Document, limits: ParseLimits | None = None) -> CheckedDocument:
    """The document, known to be well-formed and within the limits.

    Raises UnsupportedMediaTypeError, MalformedSourceError with line and column, LimitExceededError, or
    SourceUnavailableError.
    """
    job = Job(
        source=document.path,
        target="",
        media_type=format_of(document.media_type).media_type,
        gzipped=False,
        base_iri=document.base_iri or "",
        genid="",
        keep_graphs=False,
        **asdict(limits or ParseLimits()),
    )
    try:
        survey = examine(job)
        quads = _checked(job, survey)
        if survey.size <= KEPT_BYTES:
            return CheckedDocument(job, survey, list(quads))
        for _ in quads:
            pass
        return CheckedDocument(job, survey, None)
    except RefusedError as error:
        raise refusal(error.report, None) from error


def format_of(media_type: str) -> RdfFormat:
    """The RDF format of a media type, whatever its parameters.

    Raises UnsupportedMediaTypeError.
    """
    format = RdfFormat.from_media_type(media_type)
    if format is None or format not in FORMATS.values():
        raise UnsupportedMediaTypeError(
            "no RDF format of this media type is known",
            value=media_type,
            remedy="Send text/turtle, application/n-triples, application/rdf+xml or application/ld+json.",
        )
    return format


def _checked(job: Job, survey: Survey) -> Iterator[Quad]:
    """The quads of a document while they stay within its limits; all are in the default graph."""
    room = min(job.output_bytes, job.ratio * survey.size + FREE_OUTPUT_BYTES)
    try:
        with open_expanded(job, survey.gzipped) as stream:
            base = job.base_iri or None
            for quad in parse(stream, job.format, base_iri=base, rename_blank_nodes=True):
                text = str(quad)
                room -= len(text)
                if room < 0:
                    raise RefusedError("limit", f"The document grows to more than {job.ratio} times its size")
                if quad.graph_name != DefaultGraph():
                    raise _named_graph(quad)
                check_triple_terms(job, text)
                yield quad
    except SyntaxError as error:
        raise malformed(job, survey, error) from error


def _named_graph(quad: Quad) -> RefusedError:
    remedy = "Send the triples of one graph, without its name."
    return RefusedError(
        "malformed", "The document contains named graphs", value=str(quad.graph_name)[:1000], remedy=remedy
    )
