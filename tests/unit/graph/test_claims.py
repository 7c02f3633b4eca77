"""Claims: a lossless round trip to RDF, and an IRI that depends on who says what about what."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Triple

from graph.bundle import in_graph
from graph.claims import Claim, claim_triples, merge_claims, read_claims
from graph.embedded import EmbeddedStore
from graph.errors import MalformedSourceError
from graph.terms import Term, date_literal, decimal_literal
from ontology.namespaces import GRAPH, ID, OSA, RDF, UNIT, XSD

SOURCE = ID.iri("source/s1")
LINE = ID.iri("budget/osa-fy2025")
AMOUNT = Claim(
    SOURCE,
    LINE,
    OSA.Asserted,
    predicate=OSA.amount,
    value=decimal_literal(8100000000),
    qualifiers=((OSA.stage, OSA.Draft), (OSA.currency, UNIT.CCY_JPY)),
    attributed_to=(ID.ann,),
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
NODES = st.sampled_from([ID.japan, ID.palau, ID.iri("防衛省"), ID.iri("project/p"), OSA.Draft])
WORDS = TEXT.map(lambda text: Literal(text, language="en")) | TEXT.map(Literal)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**15), max_value=10**15)
DATES = st.sampled_from(["2025", "2025-02", "2025-02-28"]).map(date_literal)
COUNTS = st.integers(min_value=0, max_value=10**18)
INTEGERS = COUNTS.map(lambda number: Literal(str(number), datatype=XSD.integer))
VALUES = NODES | WORDS | DATES | INTEGERS | NUMBERS.map(decimal_literal)
MANY = st.lists(WORDS, max_size=3).map(tuple)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


QUALIFIERS = st.fixed_dictionaries(
    {},
    optional={
        OSA.fiscalYear: INTEGERS,
        OSA.asOf: DATES,
        OSA.stage: NODES,
        OSA.currency: NODES,
        OSA.countingRule: NODES,
        OSA.reportedEvent: NODES,
    },
)
COMMON: dict[str, st.SearchStrategy[Any]] = {
    "source": NODES,
    "subject": NODES,
    "modality": st.sampled_from([OSA.Asserted, OSA.Projected, OSA.Denied]),
    "qualifiers": QUALIFIERS.map(lambda found: tuple(found.items())),
    "attributed_to": st.lists(NODES, max_size=3).map(tuple),
    "stance": maybe(NODES),
    "framing_kind": maybe(NODES),
    "claimant_kind": maybe(NODES),
    "topic": maybe(WORDS),
    "quotes": MANY,
    "verbatim": MANY,
    "notes": MANY,
    "hedge": maybe(NODES),
    "significant_digits": maybe(COUNTS),
    "lower_bound": maybe(NUMBERS),
    "upper_bound": maybe(NUMBERS),
    "quote_start": maybe(COUNTS),
    "quote_end": maybe(COUNTS),
}
STRUCTURED = st.builds(
    Claim, **COMMON, predicate=NODES, value=VALUES, proposition=maybe(WORDS), framing=st.booleans()
)
WORDED = st.builds(Claim, **COMMON, proposition=WORDS, framing=st.booleans())
CLAIMS = STRUCTURED | WORDED


@given(CLAIMS)
def test_a_claim_comes_back_from_its_triples(claim: Claim) -> None:
    found = list(read_claims(claim_triples(claim)))
    assert found == [claim]
    assert found[0].iri == claim.iri


@given(st.lists(CLAIMS, max_size=4, unique_by=lambda claim: claim.iri))
@settings(max_examples=50)
def test_claims_come_back_from_a_store(claims: list[Claim]) -> None:
    store = EmbeddedStore()
    name = GRAPH.iri("source/s1")
    for claim in claims:
        store.insert(in_graph(claim_triples(claim), name))
    found = read_claims(quad.triple for quad in store.quads(graph=name))
    assert {claim.iri: claim for claim in found} == {claim.iri: claim for claim in claims}


@given(CLAIMS)
def test_a_claim_is_itself_whatever_the_order_of_its_triples(claim: Claim) -> None:
    backwards = list(claim_triples(claim))[::-1]
    assert list(read_claims(backwards)) == [claim]


@pytest.mark.parametrize(
    "other",
    [
        {"quotes": (Literal("8.1 billion yen"),)},
        {"verbatim": (Literal("8.1 billion yen"),)},
        {"notes": (Literal("remark"),)},
        {"quote_start": 10, "quote_end": 20},
        {"significant_digits": 2},
        {"hedge": OSA.About, "lower_bound": Decimal(8), "upper_bound": Decimal(9)},
        {"stance": OSA.Critical, "topic": Literal("budget"), "claimant_kind": OSA.Expert},
        {"proposition": Literal("in our words")},
        {"qualifiers": AMOUNT.qualifiers[::-1]},
        {"value": Literal("8100000000.00", datatype=XSD.decimal)},
    ],
)
def test_the_iri_stays_when_what_does_not_identify_a_claim_changes(other: dict[str, Any]) -> None:
    assert replace(AMOUNT, **other).iri == AMOUNT.iri


@pytest.mark.parametrize(
    "other",
    [
        {"source": ID.iri("source/s2")},
        {"subject": ID.iri("budget/osa-fy2026")},
        {"predicate": OSA.count},
        {"value": decimal_literal(8100000001)},
        {"value": Literal("8100000000", datatype=XSD.integer)},
        {"qualifiers": ((OSA.stage, OSA.Enacted), (OSA.currency, UNIT.CCY_JPY))},
        {"qualifiers": ((OSA.stage, OSA.Draft),)},
        {"modality": OSA.Projected},
        {"attributed_to": ()},
        {"attributed_to": (ID.ann, ID.bob)},
    ],
)
def test_the_iri_changes_with_each_part_that_identifies_a_claim(other: dict[str, Any]) -> None:
    assert replace(AMOUNT, **other).iri != AMOUNT.iri


def test_a_claim_in_words_is_identified_by_its_proposition() -> None:
    one = Claim(SOURCE, LINE, OSA.Asserted, proposition=Literal("It grows", language="en"))
    assert replace(one, proposition=Literal("It shrinks", language="en")).iri != one.iri
    assert replace(one, topic=Literal("budget")).iri == one.iri


def test_the_iri_is_the_same_on_every_machine() -> None:
    assert AMOUNT.iri == ID.iri("claim/b14d4a72933f5279c26c83a0")


def test_a_claim_needs_something_to_say() -> None:
    with pytest.raises(ValueError, match="a claim without a predicate needs a proposition"):
        Claim(SOURCE, LINE, OSA.Asserted)
    with pytest.raises(ValueError, match="both a predicate and a value, or neither"):
        Claim(SOURCE, LINE, OSA.Asserted, predicate=OSA.amount)
    with pytest.raises(ValueError, match="both a predicate and a value, or neither"):
        Claim(SOURCE, LINE, OSA.Asserted, value=LINE, proposition=Literal("x"))


@pytest.mark.parametrize(
    ("claim", "kind"),
    [
        (AMOUNT, OSA.QuantityClaim),
        (replace(AMOUNT, predicate=OSA.status, value=OSA.Signed), OSA.RelationClaim),
        (replace(AMOUNT, predicate=OSA.signedOn, value=date_literal("2025")), OSA.RelationClaim),
        (replace(AMOUNT, framing=True), OSA.FramingClaim),
        (Claim(SOURCE, LINE, OSA.Asserted, proposition=Literal("x")), OSA.StatementClaim),
        (Claim(SOURCE, LINE, OSA.Asserted, proposition=Literal("x"), framing=True), OSA.FramingClaim),
    ],
)
def test_a_claim_has_the_most_specific_class(claim: Claim, kind: NamedNode) -> None:
    assert claim.kind == kind
    types = {triple.object for triple in claim_triples(claim) if triple.predicate == RDF.type}
    assert types == {OSA.Claim, kind}


def test_a_qualifier_is_found_by_its_name() -> None:
    assert AMOUNT.qualifier(OSA.stage) == OSA.Draft
    assert AMOUNT.qualifier(OSA.asOf) is None


def test_claims_of_one_iri_become_one() -> None:
    loose = replace(
        AMOUNT,
        quotes=(Literal("b"), Literal("a")),
        significant_digits=1,
        lower_bound=Decimal(7),
        hedge=OSA.AtLeast,
    )
    tight = replace(
        AMOUNT,
        quotes=(Literal("a"),),
        verbatim=(Literal("8.1"),),
        notes=(Literal("n"),),
        significant_digits=2,
        lower_bound=Decimal(8),
        upper_bound=Decimal(9),
        hedge=OSA.AtLeast,
        proposition=Literal("p"),
        stance=OSA.Neutral,
    )
    assert merge_claims([loose, tight, loose]) == [replace(tight, quotes=(Literal("a"), Literal("b")))]


def test_merging_keeps_claims_of_other_iris_in_their_order() -> None:
    other = replace(AMOUNT, modality=OSA.Projected)
    assert merge_claims([other, AMOUNT, AMOUNT, other]) == [other, AMOUNT]


@given(st.permutations([1, 2, 3, None]))
def test_the_tightest_precision_stands_in_any_order(digits: list[int | None]) -> None:
    merged = merge_claims(replace(AMOUNT, significant_digits=each) for each in digits)
    assert [claim.significant_digits for claim in merged] == [3]


def test_an_exact_figure_is_tighter_than_a_hedged_one() -> None:
    exact = replace(AMOUNT, significant_digits=2)
    low = replace(AMOUNT, hedge=OSA.AtLeast, lower_bound=Decimal(8100000000))
    high = replace(AMOUNT, hedge=OSA.UpTo, upper_bound=Decimal(8100000000))
    for order in permutations([exact, low, high]):
        assert merge_claims(order) == [exact]


def with_one_more(predicate: NamedNode, value: Term) -> list[Triple]:
    return [*claim_triples(AMOUNT), Triple(AMOUNT.iri, predicate, value)]


@pytest.mark.parametrize(
    ("predicate", "value"),
    [
        (OSA.object, decimal_literal(9)),
        (OSA.statedIn, ID.iri("source/s2")),
        (OSA.modality, OSA.Denied),
        (OSA.stage, OSA.Request),
    ],
)
def test_a_claim_with_a_part_twice_is_refused(predicate: NamedNode, value: Term) -> None:
    with pytest.raises(MalformedSourceError) as caught:
        list(read_claims(with_one_more(predicate, value)))
    what = f"claim {AMOUNT.iri} has 2 values of {predicate.value}. Write two claims instead."
    assert str(caught.value) == what


def test_digits_and_bounds_stand_once_too() -> None:
    twice = [Triple(AMOUNT.iri, OSA.significantDigits, Literal(number)) for number in (1, 2)]
    with pytest.raises(MalformedSourceError, match=r"has 2 values of .*significantDigits"):
        list(read_claims([*claim_triples(AMOUNT), *twice]))


@pytest.mark.parametrize(
    ("missing", "part"),
    [(OSA.statedIn, "source"), (OSA.subject, "subject"), (OSA.modality, "modality")],
)
def test_a_claim_without_an_obligatory_part_is_refused(missing: NamedNode, part: str) -> None:
    triples = [triple for triple in claim_triples(AMOUNT) if triple.predicate != missing]
    with pytest.raises(MalformedSourceError, match=f"has no {part} that is an IRI"):
        list(read_claims(triples))


def test_a_claim_without_its_value_is_refused() -> None:
    triples = [triple for triple in claim_triples(AMOUNT) if triple.predicate != OSA.object]
    with pytest.raises(
        MalformedSourceError, match="is not complete: a claim has both a predicate and a value"
    ):
        list(read_claims(triples))


def test_a_bound_that_is_no_number_is_refused() -> None:
    with pytest.raises(MalformedSourceError, match="not a number"):
        list(read_claims(with_one_more(OSA.lowerBound, Literal("much"))))


def test_a_value_that_is_no_number_of_its_kind_is_refused() -> None:
    triples = [triple for triple in claim_triples(AMOUNT) if triple.predicate != OSA.object]
    triples.append(Triple(AMOUNT.iri, OSA.object, Literal("Infinity", datatype=XSD.integer)))
    with pytest.raises(MalformedSourceError, match="not a number"):
        list(read_claims(triples))


def test_nodes_that_are_no_claims_are_passed_over() -> None:
    other = Triple(ID.japan, RDF.type, OSA.State)
    assert list(read_claims([other, *claim_triples(AMOUNT)])) == [AMOUNT]


def test_a_framing_claim_is_known_by_its_class_alone() -> None:
    framing = replace(AMOUNT, framing=True)
    triples = [triple for triple in claim_triples(framing) if triple.object != OSA.Claim]
    assert list(read_claims(triples)) == [framing]


def test_a_qualifier_is_canonical_like_the_value() -> None:
    padded = replace(AMOUNT, qualifiers=((OSA.fiscalYear, Literal("02025", datatype=XSD.integer)),))
    plain = replace(AMOUNT, qualifiers=((OSA.fiscalYear, Literal("2025", datatype=XSD.integer)),))
    assert padded.iri == plain.iri


def test_claims_are_told_apart_in_a_quad_store() -> None:
    quads = set(in_graph(claim_triples(AMOUNT), GRAPH.iri("source/s1")))
    assert Quad(AMOUNT.iri, OSA.amount, decimal_literal(1), GRAPH.iri("source/s1")) not in quads
    assert {quad.subject for quad in quads} == {AMOUNT.iri}
