"""What a relation points at follows from its predicate: a source after `author_of`, else a name."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode

from graph.bundle import Node
from graph.claims import Claim
from graph.errors import MalformedSourceError
from graph.sources import Source, source_iri
from loaders.cells import CellReader
from loaders.mappings import TABLES
from loaders.names import Names
from loaders.rows import Row, RowMapper
from ontology.namespaces import ID, OSA, UNIT
from ontology.vocabulary import Vocabulary

SOURCE = Source(source_iri("s1"), Literal("Title"), OSA.Newspaper)


@pytest.fixture
def mapper(vocabulary: Vocabulary) -> RowMapper:
    names = Names({"Ann Lee": ID.ann_lee, "OSA": ID.osa, "kyodo-1": ID.iri("named-kyodo-1")}, {})
    return RowMapper(TABLES, CellReader(names, vocabulary))


def relation(subject: str, predicate: str, thing: str) -> Row:
    fields = {"subject": subject, "predicate": predicate, "object": thing, "source_id": "s1"}
    return Row("relations", "relations.csv", 7, {**fields, "modality": "asserted"})


def mapped(mapper: RowMapper, row: Row) -> tuple[list[NamedNode], Claim]:
    """The new individuals of a row, and its claim."""
    *nodes, claim = mapper.map_row(row, SOURCE)
    assert isinstance(claim, Claim)
    return [node.iri for node in nodes if isinstance(node, Node)], claim


@pytest.mark.parametrize("name", ["kyodo-1", "plain"])
def test_an_author_s_work_is_a_source(mapper: RowMapper, name: str) -> None:
    nodes, claim = mapped(mapper, relation("Ann Lee", "author_of", name))
    assert (claim.subject, claim.predicate, claim.value) == (ID.ann_lee, OSA.authorOf, source_iri(name))
    assert nodes == []


def test_any_other_relation_points_at_what_has_the_name(mapper: RowMapper) -> None:
    nodes, claim = mapped(mapper, relation("OSA", "part_of", "kyodo-1"))
    assert (claim.subject, claim.predicate, claim.value) == (ID.osa, OSA.partOf, ID.iri("named-kyodo-1"))
    assert nodes == []


def test_an_unknown_name_with_a_hyphen_is_a_concept_of_its_own(mapper: RowMapper) -> None:
    nodes, claim = mapped(mapper, relation("New Aid", "part_of", "dual-use"))
    assert (claim.subject, claim.value) == (ID.iri("new-aid"), ID.iri("dual-use"))
    assert nodes == [ID.iri("new-aid"), ID.iri("dual-use")]


def test_a_work_that_is_no_identifier_is_refused_with_its_place(mapper: RowMapper) -> None:
    with pytest.raises(MalformedSourceError) as caught:
        list(mapper.map_row(relation("Ann Lee", "author_of", "two words"), SOURCE))
    assert str(caught.value) == (
        "relations.csv, line 7, column object: not an identifier (value: 'two words'). "
        "Use letters, digits, hyphens, points and underscores."
    )


def test_a_relation_to_nothing_is_refused_with_its_place(mapper: RowMapper) -> None:
    with pytest.raises(MalformedSourceError) as caught:
        list(mapper.map_row(relation("Ann Lee", "author_of", " "), SOURCE))
    assert str(caught.value) == (
        "relations.csv, line 7, column object: this column may not be empty (value: ''). Fill it in."
    )


def budget(quote: str, **fields: str) -> Row:
    row = {"budget_line": "osa", "fiscal_year": "2026", "amount": "18100000000", "currency": "JPY"}
    row |= {"stage": "draft", "source_id": "s1", "modality": "asserted", "quote": quote, **fields}
    return Row("budgets", "budgets.csv", 7, row)


def sums(mapper: RowMapper, row: Row) -> list[tuple[str, str, NamedNode | None]]:
    """The sums in other currencies than yen: value, printed figure, hedge."""
    claims = [each for each in mapper.map_row(row, SOURCE) if isinstance(each, Claim)]
    return [
        (each.value.value, each.verbatim[0].value, each.hedge)
        for each in claims
        if each.value is not None and each.qualifier(OSA.currency) == UNIT.CCY_USD
    ]


@pytest.mark.parametrize(
    ("quote", "hedge", "expected"),
    [
        ("18.1 billion yen ($116 million)", "", ("116000000", "$116 million", None)),
        ("18.1 billion yen (approx. $147.6M)", "", None),  # the scale is not one that is read
        ("9 trillion yen (about $58 billion)", "", ("58000000000", "$58 billion", OSA.About)),
        ("9 trillion yen ($85.9 billion)", "more_than", ("85900000000", "$85.9 billion", OSA.MoreThan)),
        ("18.1 billion yen", "", None),
    ],
)
def test_a_sum_beside_yen_in_a_quote_is_a_claim_of_its_own(
    mapper: RowMapper, quote: str, hedge: str, expected: tuple[str, str, NamedNode | None] | None
) -> None:
    assert sums(mapper, budget(quote, hedge=hedge)) == ([expected] if expected else [])


def test_the_quote_of_a_sum_in_dollars_gives_no_second_one(mapper: RowMapper) -> None:
    row = budget("$116 million", currency="USD", amount="116000000", printed_figure="$116 million")
    assert sums(mapper, row) == [("116000000", "$116 million", None)]
