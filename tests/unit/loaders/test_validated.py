"""A load, a build or a write that breaks a shape is rejected whole, and says which row did it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import Literal, Quad

from graph.embedded import EmbeddedStore
from graph.errors import ShapeViolationError
from graph.projection import META
from graph.validation_check import OwnChecker
from graph.write_protocol import Document, WriteRequest
from loaders.desk import Desk
from loaders.operations import LoadOptions, build, load_files
from loaders.replay import Workshop
from ontology.namespaces import GRAPH, ID, OSA, XSD

QuadsOf = Callable[[Workshop], set[Quad]]
S9 = f"{GRAPH}source/s9"
PREFIXES = """@prefix osa: <https://w3id.org/osagraph/ontology#> .
@prefix id: <https://w3id.org/osagraph/id/> .
@prefix source: <https://w3id.org/osagraph/id/source/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
source:s9 a osa:Source ; dcterms:title "Nine"@en ; osa:publisherKind osa:NewsAgency .
"""
CLAIM = """[] a osa:QuantityClaim ; osa:statedIn source:s9 ; osa:subject id:line ; osa:predicate osa:amount ;
    osa:object 5.0 ; osa:modality osa:Asserted{} .
"""
WITHOUT_CURRENCY = PREFIXES + CLAIM.format("")
YEN = "osa:currency <http://qudt.org/vocab/unit/CCY_JPY>"
LINE = f"id:line a osa:BudgetLine ; <http://www.w3.org/2000/01/rdf-schema#label> 'Line'@en ; {YEN} .\n"
WITH_CURRENCY = PREFIXES + LINE + CLAIM.format(f" ; {YEN}")
RECIPIENTS = (
    "country,role,fiscal_year,ordinal,as_of_date,source_id,quote,modality,attributed_to,hedge\n"
    "Fiji,recipient,2025,1,,s1,,asserted,,\nTonga,recipient,2025,0,,s2,,asserted,,\n"
)


@pytest.fixture
def strict(workshop: Workshop) -> Workshop:
    """The dataset of two sources, validated from now on."""
    checker = OwnChecker()
    return replace(workshop, checkers=lambda _most: contextlib.nullcontext(checker))


def is_validated(workshop: Workshop) -> Literal | None:
    current = workshop.data.current()
    store = EmbeddedStore(current.store, read_only=True)
    found = store.quads(ID.iri(f"load/{current.number}"), OSA.validated, None, META)
    value = next((quad.object for quad in found), None)
    assert value is None or isinstance(value, Literal)
    return value


def test_a_build_that_conforms_is_validated_and_says_so(strict: Workshop) -> None:
    report = build(strict, lambda _done, _total: None)
    assert report.validation["triples"] > 0
    assert is_validated(strict) == Literal(True)


def test_a_build_that_is_trusted_says_so(workshop: Workshop) -> None:
    assert build(workshop, lambda _done, _total: None).validation == {}
    assert is_validated(workshop) == Literal(False)


def test_a_build_names_the_row_that_breaks_a_shape(
    strict: Workshop, tmp_path: Path, quads_of: QuadsOf
) -> None:
    tables = tmp_path / "tables"
    tables.mkdir()
    (tables / "sources.csv").write_text((strict.tables / "sources.csv").read_text())
    (tables / "recipients.csv").write_text(RECIPIENTS)
    before = quads_of(strict)
    with pytest.raises(ShapeViolationError) as caught:
        build(strict, lambda _done, _total: None, tables=tables)
    (violation,) = caught.value.violations
    assert (violation.shape, violation.path, violation.value) == (
        "ParticipationShape",
        "osa:ordinal",
        f'"0"^^{XSD.integer}',
    )
    assert (violation.file, violation.line) == ("recipients.csv", 3)
    assert quads_of(strict) == before


@pytest.fixture
def bad_file(tmp_path: Path) -> Path:
    path = tmp_path / "nine.ttl"
    path.write_text(WITHOUT_CURRENCY)
    return path


def test_a_load_names_the_file_that_breaks_a_shape(
    strict: Workshop, bad_file: Path, quads_of: QuadsOf
) -> None:
    before, number = quads_of(strict), strict.data.current().number
    with pytest.raises(ShapeViolationError, match=r"needs a currency") as caught:
        load_files(strict, [bad_file], LoadOptions())
    assert {(each.shape, each.file) for each in caught.value.violations} >= {("AmountClaimShape", "nine.ttl")}
    assert (quads_of(strict), strict.data.current().number) == (before, number)


def test_a_dry_run_tells_what_would_be_rejected(strict: Workshop, bad_file: Path) -> None:
    with pytest.raises(ShapeViolationError):
        load_files(strict, [bad_file], LoadOptions(dry_run=True))


def test_a_load_that_is_trusted_goes_through_and_says_so(workshop: Workshop, bad_file: Path) -> None:
    load_files(workshop, [bad_file], LoadOptions())
    assert is_validated(workshop) == Literal(False)


def test_a_load_that_conforms_goes_through_and_says_so(strict: Workshop, tmp_path: Path) -> None:
    path = tmp_path / "nine.ttl"
    path.write_text(WITH_CURRENCY)
    assert load_files(strict, [path], LoadOptions()).validation["triples"] > 0
    assert is_validated(strict) == Literal(True)


def test_classes_that_come_to_be_broader_than_each_other_are_refused(
    strict: Workshop, tmp_path: Path, quads_of: QuadsOf
) -> None:
    said = PREFIXES + "".join(
        f"id:{one} a osa:EquipmentClass ; <http://www.w3.org/2000/01/rdf-schema#label> '{one}'@en .\n"
        "[] a osa:RelationClaim ; osa:statedIn source:s9 ; osa:modality osa:Asserted ; osa:subject id:"
        f"{one} ; osa:predicate <http://www.w3.org/2004/02/skos/core#broader> ; osa:object id:{other} .\n"
        for one, other in (("boats", "ships"), ("ships", "boats"))
    )
    path = tmp_path / "nine.ttl"
    path.write_text(said)
    before = quads_of(strict)
    with pytest.raises(ShapeViolationError, match="Nothing is broader than itself") as caught:
        load_files(strict, [path], LoadOptions())
    found = [(each.shape, each.focus, each.file) for each in caught.value.violations]
    assert ("BroaderCycle", f"{ID}boats", "nine.ttl") in found
    assert quads_of(strict) == before


def test_a_fact_that_follows_is_validated_too(strict: Workshop, tmp_path: Path, quads_of: QuadsOf) -> None:
    # That a recipient is an instrument shows only where the claim has become a fact.
    said = PREFIXES + (
        "id:p a osa:AssistanceProject ; <http://www.w3.org/2000/01/rdf-schema#label> 'P'@en .\n"
        "[] a osa:RelationClaim ; osa:statedIn source:s9 ; osa:subject id:p ; osa:predicate osa:item ;\n"
        "   osa:object id:b ; osa:modality osa:Asserted .\n"
        "id:b a osa:BudgetLine ; <http://www.w3.org/2000/01/rdf-schema#label> 'B'@en .\n"
    )
    path = tmp_path / "nine.ttl"
    path.write_text(said)
    before = quads_of(strict)
    with pytest.raises(ShapeViolationError) as caught:
        load_files(strict, [path], LoadOptions())
    assert {(each.shape, each.focus) for each in caught.value.violations} == {("ItemValueShape", f"{ID}p")}
    assert quads_of(strict) == before


def test_a_write_over_http_is_validated(strict: Workshop, tmp_path: Path, quads_of: QuadsOf) -> None:
    desk = Desk(strict, strict.data.current(), tmp_path / "live" / "1")
    path = tmp_path / "document"
    path.write_text(WITHOUT_CURRENCY)
    document = Document(str(path), "text/turtle", S9)
    request = WriteRequest("put", "test", raw=False, graph=S9, documents=(document,), may_describe=True)
    touched: list[None] = []
    with pytest.raises(ShapeViolationError) as caught:
        desk.write(request, lambda: touched.append(None))
    desk.close()
    assert "AmountClaimShape" in {each.shape for each in caught.value.violations}
    # The store was not changed yet: the writer need not make it anew.
    assert touched == []
