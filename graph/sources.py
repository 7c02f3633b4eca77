"""Sources: what is known of a document, and whose voice it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from graph.errors import MalformedSourceError
from graph.terms import Term, canonical, is_date
from ontology.namespaces import DCTERMS, ID, OSA, RDF, RDFS, SCHEMA

WEAK_KINDS = frozenset({OSA.Blog, OSA.Aggregator})

_ONE = (
    ("title", DCTERMS.title),
    ("publisher", DCTERMS.publisher),
    ("distributor", OSA.distributor),
    ("kind", OSA.publisherKind),
    ("country", OSA.publisherCountry),
    ("url", SCHEMA.url),
    ("issued", DCTERMS.issued),
    ("language", DCTERMS.language),
    ("license", DCTERMS.license),
)


@dataclass(frozen=True, slots=True)
class Source:
    """One published page or document.

    `publisher` is whose text it is; `distributor` is where a copy was found ("A via B" is A's text).
    `issued` is a date that may be cut to month or year; `language` an ISO 639 code; `license` the IRI of one.
    """

    iri: NamedNode
    title: Literal
    kind: NamedNode
    publisher: NamedNode | None = None
    distributor: NamedNode | None = None
    country: NamedNode | None = None
    url: Literal | None = None
    issued: Literal | None = None
    language: Literal | None = None
    license: NamedNode | None = None
    creators: tuple[NamedNode, ...] = ()

    @property
    def is_weak(self) -> bool:
        """Whether the source, alone, is too weak to make a fact: a blog or an aggregator."""
        return self.kind in WEAK_KINDS

    @property
    def voices(self) -> tuple[str, ...]:
        """The keys that make two sources one voice when they share any: publisher, authors."""
        known = [self.publisher or self.iri, *self.creators]
        return tuple(node.value for node in known)


def source_iri(source_id: str) -> NamedNode:
    """The IRI of the source with this id."""
    return ID.iri(f"source/{source_id}")


def source_id(iri: NamedNode) -> str:
    """The id of a source: the last part of its IRI."""
    return iri.value.rsplit("/", 1)[-1]


def source_triples(source: Source) -> Iterator[Triple]:
    """The triples that describe a source; `read_source` gives it back."""
    yield Triple(source.iri, RDF.type, OSA.Source)
    yield Triple(source.iri, RDFS.label, source.title)
    for name, predicate in _ONE:
        if (value := getattr(source, name)) is not None:
            yield Triple(source.iri, predicate, value)
    for creator in source.creators:
        yield Triple(source.iri, DCTERMS.creator, creator)


def read_source(iri: NamedNode, triples: Iterable[Triple]) -> Source:
    """The source that the triples describe.

    Raises MalformedSourceError where title or publisher kind are missing, a part is doubled, or the date
    is no date.
    """
    properties: dict[NamedNode, list[Term]] = {}
    for triple in triples:
        if triple.subject == iri:
            properties.setdefault(triple.predicate, []).append(triple.object)  # type: ignore[arg-type]
    creators = tuple(sorted(properties.get(DCTERMS.creator, []), key=str))
    fields = {name: _only(iri, predicate, properties) for name, predicate in _ONE}
    if fields["title"] is None or fields["kind"] is None:
        raise MalformedSourceError(
            f"source {source_id(iri)} has no dcterms:title or no osa:publisherKind",
            remedy="Describe the source in the same file.",
        )
    if fields["issued"] is not None and not is_date(canonical(fields["issued"])):
        raise MalformedSourceError(
            f"source {source_id(iri)} has a dcterms:issued that is no date",
            value=str(fields["issued"]),
            remedy="Use xsd:date, xsd:gYearMonth or xsd:gYear.",
        )
    return Source(iri=iri, creators=creators, **fields)  # type: ignore[arg-type]


def _only(iri: NamedNode, predicate: NamedNode, properties: Mapping[NamedNode, list[Term]]) -> Term | None:
    values = properties.get(predicate, [])
    if len(values) > 1:
        raise MalformedSourceError(f"source {source_id(iri)} has {len(values)} values of {predicate.value}")
    return values[0] if values else None
