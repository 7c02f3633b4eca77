"""Values here beside those of Wikidata: equal in the space of values, different, only here, only there."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode

from graph.claims import WIKIBASE
from graph.comparison import (
    Alignment,
    Compared,
    Fact,
    Statement,
    Verdict,
    compare,
    counted,
    is_equal,
    mark_of,
    read_alignment,
)
from ontology.namespaces import ID, OSA, RDFS, SCHEMA, WD, WDT, XSD
from ontology.vocabulary import Vocabulary

ALIGNMENT = Alignment(
    {WDT.P297: (OSA.iso3166Alpha2,), WDT.P361: (OSA.partOf,), WDT.P585: (OSA.asOf, OSA.date)},
    frozenset({OSA.iso3166Alpha2, OSA.date}),
)
ITEMS = {ID.japan.value: frozenset({WD.Q17.value})}
PREFERRED, NORMAL, DEPRECATED = WIKIBASE.PreferredRank, WIKIBASE.NormalRank, WIKIBASE.DeprecatedRank


def en(text: str) -> Literal:
    return Literal(text, language="en")


def number(text: str) -> Literal:
    return Literal(text, datatype=XSD.decimal)


def year(text: str) -> Literal:
    return Literal(text, datatype=XSD.gYear)


def day(text: str) -> Literal:
    return Literal(text, datatype=XSD.date)


def said(predicate: NamedNode, value: Any, rank: NamedNode | None = NORMAL, **parts: Any) -> Statement:
    return Statement(f"claim of {predicate.value} {value} {rank}", predicate, value, rank, **parts)


def lines(facts: list[Fact], statements: list[Statement]) -> list[Compared]:
    return compare(facts, statements, ALIGNMENT, ITEMS)


@pytest.mark.parametrize(
    ("here", "there", "parts", "expected"),
    [
        (ID.japan, ID.japan, {}, True),
        (ID.japan, WD.Q17, {}, True),
        (ID.japan, WD.Q148, {}, False),
        (ID.japan, en("Japan"), {}, False),
        (year("2013"), day("2013-12-17"), {}, True),
        (day("2013-12-17"), year("2013"), {}, True),
        (year("2014"), day("2013-12-17"), {}, False),
        (number("12"), Literal("12", datatype=XSD.integer), {}, True),
        (number("12"), number("12.5"), {"lower": Decimal(12), "upper": Decimal(13)}, True),
        (number("11"), number("12.5"), {"lower": Decimal(12), "upper": Decimal(13)}, False),
        (number("12"), number("12"), {"unit": WD.Q4917}, False),
        (en("Japan"), en("Japan"), {}, True),
        (en("Japan"), en(" Japan "), {}, True),
        (en("caf\u00e9"), en("cafe\u0301"), {}, True),
        (en("Japan"), en("japan"), {}, False),
        (en("Japan"), Literal("Japan", language="ja"), {}, False),
        (en("Japan"), Literal("Japan", language="en-gb"), {}, True),
        (en("Japan"), Literal("Japan"), {}, False),
        (Literal("JP"), Literal("JP"), {}, True),
        (Literal("2013"), year("2013"), {}, True),
    ],
)
def test_equality_is_that_of_the_values(here: Any, there: Any, parts: dict[str, Any], expected: bool) -> None:
    assert is_equal(here, said(WDT.P1, there, **parts), ITEMS) is expected


def test_one_value_excludes_another_where_a_thing_has_one() -> None:
    (line,) = lines([Fact(OSA.iso3166Alpha2, Literal("JP"))], [said(WDT.P297, Literal("JA"))])
    assert (line.verdict, line.predicate, line.property) == (
        Verdict.DIFFERENT,
        OSA.iso3166Alpha2,
        WDT.P297,
    )


def test_values_of_a_set_are_no_rivals() -> None:
    found = lines([Fact(OSA.partOf, ID.asean, 2)], [said(OSA.partOf, ID.nato), said(WDT.P361, WD.Q5)])
    assert [line.verdict for line in found] == [Verdict.ONLY_HERE, Verdict.ONLY_THERE, Verdict.ONLY_THERE]
    assert {line.property for line in found} == {WDT.P361}


def test_a_statement_is_compared_under_its_own_property_and_under_ours_alike() -> None:
    found = lines([Fact(OSA.partOf, ID.japan)], [said(WDT.P361, WD.Q17, PREFERRED)])
    assert [(line.verdict, line.note) for line in found] == [(Verdict.EQUAL, "")]


def test_labels_are_compared_language_by_language() -> None:
    facts = [Fact(RDFS.label, en("Japan")), Fact(RDFS.label, Literal("日本", language="ja"))]
    names = [said(RDFS.label, Literal("日本国", language="ja"), None), said(RDFS.label, en("Japan"), None)]
    found = lines(facts, names)
    assert [(line.verdict, line.statement.value.value) for line in found if line.statement] == [  # type: ignore[union-attr]
        (Verdict.DIFFERENT, "日本国"),
        (Verdict.EQUAL, "Japan"),
    ]
    assert {line.note for line in found} == {""}


def test_a_deprecated_or_outranked_statement_is_no_rival_and_says_so() -> None:
    statements = [
        said(OSA.date, year("2012"), PREFERRED),
        said(WDT.P585, year("2011"), NORMAL),
        said(OSA.date, year("2010"), DEPRECATED, is_denied=True),
    ]
    found = lines([Fact(OSA.date, year("2013"), 1)], statements)
    assert [(line.verdict, line.note, line.is_best) for line in found] == [
        (Verdict.DIFFERENT, "", True),
        (Verdict.ONLY_THERE, "Wikidata prefers another value", False),
        (Verdict.ONLY_THERE, "Wikidata has deprecated this", False),
    ]


def test_what_is_equal_to_an_outranked_statement_is_equal_and_says_so() -> None:
    statements = [said(WDT.P585, year("2013")), said(OSA.date, year("2014"), PREFERRED)]
    found = lines([Fact(OSA.date, year("2013"))], statements)
    assert [(line.verdict, line.note) for line in found] == [
        (Verdict.EQUAL, "Wikidata prefers another value"),
        (Verdict.ONLY_THERE, ""),
    ]


def test_a_property_that_is_not_aligned_says_so() -> None:
    found = lines([Fact(OSA.receives, ID.osa)], [said(WDT.P36, WD.Q1490)])
    assert [(line.verdict, line.note) for line in found] == [
        (Verdict.ONLY_HERE, "no property of Wikidata is aligned with this one"),
        (Verdict.ONLY_THERE, ""),
    ]


def test_numbers_in_a_unit_are_not_compared_and_say_so() -> None:
    alignment = Alignment({WDT.P2130: (OSA.amount,)}, frozenset({OSA.amount}))
    statement = said(WDT.P2130, number("5"), unit=WD.Q4917)
    (line,) = compare([Fact(OSA.amount, number("5"))], [statement], alignment, {})
    assert (line.verdict, line.note) == (Verdict.DIFFERENT, "in another unit, so not compared")


def test_a_property_with_several_of_ours_is_that_which_the_thing_has() -> None:
    (line,) = lines([Fact(OSA.date, year("2013"))], [said(WDT.P585, year("2013"))])
    assert (line.verdict, line.predicate) == (Verdict.EQUAL, OSA.date)
    (line,) = lines([], [said(WDT.P585, year("2013"))])
    assert (line.verdict, line.predicate, line.property) == (Verdict.ONLY_THERE, None, WDT.P585)


def test_verdicts_are_counted_even_where_there_are_none() -> None:
    assert counted(lines([], [said(SCHEMA.description, en("x"), None)])) == {
        Verdict.DIFFERENT: 0,
        Verdict.EQUAL: 0,
        Verdict.ONLY_HERE: 0,
        Verdict.ONLY_THERE: 1,
    }


def test_the_alignment_is_that_of_the_ontology(vocabulary: Vocabulary) -> None:
    alignment = read_alignment(vocabulary)
    assert alignment.ours[WDT.P297] == (OSA.iso3166Alpha2,)
    assert alignment.theirs(OSA.partOf) == (WDT.P361,)
    assert OSA.iso3166Alpha2 in alignment.single
    assert OSA.partOf not in alignment.single


@pytest.mark.parametrize(
    ("term", "words"),
    [
        (NamedNode("http://www.wikidata.org/.well-known/genid/0"), "unknown value"),
        (NamedNode("http://www.wikidata.org/prop/novalue/P40"), "no value"),
        (WD.Q1, ""),
        (en("x"), ""),
    ],
)
def test_what_stands_for_no_value_is_told_in_words(term: Any, words: str) -> None:
    assert mark_of(term) == words
