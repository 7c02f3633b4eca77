"""Sources: a lossless round trip to RDF, and whose voice a document is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from graph.errors import MalformedSourceError
from graph.sources import Source, read_source, source_id, source_iri, source_triples
from graph.terms import date_literal
from ontology.namespaces import DCTERMS, ID, OSA, XSD

PLAIN = Source(source_iri("kyodo-1"), Literal("Title", language="en"), OSA.NewsAgency)
FULL = replace(
    PLAIN,
    publisher=ID.kyodo,
    distributor=ID.japan_times,
    country=ID.japan,
    url=Literal("https://example.org/1", datatype=XSD.anyURI),
    issued=date_literal("2025-12"),
    language=Literal("en"),
    creators=(ID.ann, ID.bob),
)


@pytest.mark.parametrize("source", [PLAIN, FULL])
def test_a_source_comes_back_from_its_triples(source: Source) -> None:
    other = Triple(ID.japan, DCTERMS.title, Literal("Japan"))
    assert read_source(source.iri, [other, *source_triples(source)]) == source


def test_the_order_of_authors_does_not_matter() -> None:
    backwards = list(source_triples(FULL))[::-1]
    assert read_source(FULL.iri, backwards) == FULL


def test_the_id_of_a_source_is_the_last_part_of_its_iri() -> None:
    assert source_iri("kyodo-1") == ID.iri("source/kyodo-1")
    assert source_id(PLAIN.iri) == "kyodo-1"


@pytest.mark.parametrize("missing", [DCTERMS.title, OSA.publisherKind])
def test_a_source_needs_a_title_and_a_kind_of_publisher(missing: NamedNode) -> None:
    triples = [triple for triple in source_triples(FULL) if triple.predicate != missing]
    with pytest.raises(MalformedSourceError) as caught:
        read_source(FULL.iri, triples)
    assert str(caught.value) == (
        "source kyodo-1 has no dcterms:title or no osa:publisherKind. Describe the source in the same file."
    )


def test_a_source_with_two_publishers_is_refused() -> None:
    triples = [*source_triples(FULL), Triple(FULL.iri, DCTERMS.publisher, ID.reuters)]
    with pytest.raises(MalformedSourceError) as caught:
        read_source(FULL.iri, triples)
    assert str(caught.value) == f"source kyodo-1 has 2 values of {DCTERMS.publisher.value}."


@pytest.mark.parametrize(
    ("issued", "complaint"),
    [
        (Literal("2025-02-30", datatype=XSD.date), "not a date in the calendar"),
        (Literal("2025", datatype=XSD.date), "not a date of this precision"),
        (Literal("2025-12-05T00:00:00Z", datatype=XSD.dateTime), "claims have no values of this datatype"),
        (Literal("yesterday"), "source kyodo-1 has a dcterms:issued that is no date"),
        (Literal("2025", datatype=XSD.integer), "source kyodo-1 has a dcterms:issued that is no date"),
        (ID.fy2025, "source kyodo-1 has a dcterms:issued that is no date"),
    ],
)
def test_a_source_issued_on_no_date_is_refused(issued: Literal | NamedNode, complaint: str) -> None:
    triples = [*source_triples(PLAIN), Triple(PLAIN.iri, DCTERMS.issued, issued)]
    with pytest.raises(MalformedSourceError) as caught:
        read_source(PLAIN.iri, triples)
    assert caught.value.what == complaint


@pytest.mark.parametrize(
    ("kind", "is_weak"),
    [
        (OSA.Blog, True),
        (OSA.Aggregator, True),
        (OSA.Newspaper, False),
        (OSA.Government, False),
        (OSA.StateMedia, False),
        (OSA.ThinkTank, False),
    ],
)
def test_only_blogs_and_aggregators_are_weak(kind: NamedNode, is_weak: bool) -> None:
    assert replace(PLAIN, kind=kind).is_weak is is_weak


def test_a_copy_speaks_with_the_voice_of_whose_text_it_is() -> None:
    assert FULL.voices == (ID.kyodo.value, ID.ann.value, ID.bob.value)


def test_a_source_without_a_publisher_is_a_voice_of_its_own() -> None:
    assert PLAIN.voices == (PLAIN.iri.value,)
