"""Implied rates: which sums belong together, and which rate is out of place."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pyoxigraph import Literal

from graph.assessment_quads import assessment_iri, assessment_quads
from graph.claims import Claim
from graph.curation import Curation
from graph.rates import ImpliedRate, Pair, assess_rates, rate_pairs
from graph.terms import decimal_literal
from ontology.namespaces import ID, OSA, UNIT
from tests.unit.graph.assessing import LINE, amount, ballots, number, said, source

MILLION = 10**6


def both(name: str, yen: int, dollars: int) -> tuple[Claim, Claim]:
    return amount(name, yen), amount(name, dollars, currency="USD")


def pairs(*claims: Claim, day: str = "2025-12-26", curation: Curation | None = None) -> list[Pair]:
    names = {claim.source.value.rpartition("/")[2] for claim in claims}
    cast = ballots(*claims, sources={name: source(name, day) for name in names})
    return rate_pairs(cast, curation or Curation())


def pair(name: str, yen: int, dollars: int) -> Pair:
    return pairs(*both(name, yen, dollars))[0]


def test_a_sum_in_two_currencies_is_a_pair() -> None:
    yen, dollars = both("a", 18_100 * MILLION, 116 * MILLION)
    (found,) = pairs(yen, dollars)
    assert found[:6] == (
        UNIT.CCY_USD.value,
        2025,
        LINE.value,
        yen.source.value,
        (yen.iri.value, dollars.iri.value),
        Decimal(18_100 * MILLION),
    )
    assert found.rate == Decimal("156.0345")


@pytest.mark.parametrize(
    "claims",
    [
        (amount("a", 8 * MILLION), amount("b", 5 * MILLION, currency="USD")),
        (amount("a", 8 * MILLION, stage="Draft"), amount("a", 5 * MILLION, currency="USD", stage="Request")),
        (amount("a", 8 * MILLION), amount("a", 9 * MILLION), amount("a", 5 * MILLION, currency="USD")),
        (amount("a", 7 * MILLION, currency="MYR"), amount("a", 5 * MILLION, currency="USD")),
        (said("a", OSA.count, number(4), ID.iri("item")), said("a", OSA.count, number(5), ID.iri("item"))),
    ],
    ids=["two sources", "two stages", "two sums in yen", "no sum in yen", "no amounts"],
)
def test_what_is_no_pair(claims: tuple[Claim, ...]) -> None:
    assert pairs(*claims) == []


def test_a_rejected_claim_makes_no_pair() -> None:
    yen, dollars = both("a", 8 * MILLION, 5 * MILLION)
    assert pairs(yen, dollars, curation=Curation(rejected=frozenset({dollars.iri.value}))) == []


def test_a_source_without_a_date_is_held_against_the_fiscal_year_of_its_sum() -> None:
    year = (OSA.fiscalYear, number(2026))
    claims = [
        said("a", OSA.amount, decimal_literal(value), LINE, qualifiers=((OSA.currency, currency), year))
        for value, currency in ((8, UNIT.CCY_JPY), (5, UNIT.CCY_USD))
    ]
    assert [found.year for found in pairs(*claims, day="")] == [2026]
    assert pairs(*both("a", 8, 5), day="") == []


def rates(*known: Pair) -> dict[str, ImpliedRate]:
    return {each.pair.source.rpartition("/")[2]: each for each in assess_rates(known)}


def usual() -> list[Pair]:
    return [pair(name, dollars * 150, dollars) for name, dollars in (("a", 100), ("b", 102), ("c", 98))]


def test_a_rate_far_from_the_median_of_the_others_is_implausible() -> None:
    found = rates(*usual(), pair("odd", 18_100 * MILLION, 147_600_000), pair("near", 160, 1))
    assert {name for name, rate in found.items() if not rate.is_plausible} == {"odd"}
    assert found["odd"].usual == Decimal("150.0000")
    assert found["odd"].reason == (
        "18,100,000,000 yen and 147,600,000 US dollars imply 122.63 yen per US dollar, "
        "where 4 other figures of 2025 imply 150.00 in the middle: probably another currency."
    )


def test_two_others_are_too_few_to_tell() -> None:
    found = rates(*usual()[:2], pair("odd", 100, 1))["odd"]
    assert (found.usual, found.is_plausible) == (None, True)
    assert "too few other figures of 2025" in found.reason


def test_a_source_is_no_measure_of_itself() -> None:
    odd = [pair("odd", 100, 1)._replace(subject=f"s{each}") for each in range(5)]
    found = assess_rates([*usual(), *odd])
    assert [rate.is_plausible for rate in found if rate.pair.source.endswith("/odd")] == [False] * 5


def test_the_order_of_the_pairs_changes_nothing() -> None:
    known = [*usual(), pair("odd", 100, 1)]
    assert assess_rates(known) == assess_rates(known[::-1])


def test_the_quads_of_a_rate() -> None:
    found = rates(*usual(), pair("odd", 100, 1))["odd"]
    quads = list(assessment_quads(found))
    assert {quad.subject for quad in quads} == {assessment_iri(found)}
    told = {
        (quad.predicate, str(quad.object).split("^")[0]) for quad in quads if quad.predicate != OSA.reason
    }
    names = {predicate for predicate, _ in told}
    assert names >= {OSA.subject, OSA.statedIn, OSA.claim, OSA.currency, OSA.calendarYear, OSA.isPlausible}
    assert {(OSA.rate, '"100"'), (OSA.usualRate, '"150"'), (OSA.isPlausible, '"false"')} <= told
    assert sum(predicate == OSA.claim for predicate, _ in told) == 2
    assert [quad.object for quad in quads if quad.predicate == OSA.reason] == [
        Literal(found.reason, language="en")
    ]
