"""Assessments: each kind of contradiction and corroboration on the smallest data, and what is neither."""

from __future__ import annotations

import random
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from graph.assessment import Contradiction, assess
from graph.assessment_quads import assessment_iri, assessment_quads
from graph.claims import Claim
from graph.curation import Curation
from graph.projection import ASSESSMENTS
from graph.sources import source_iri
from graph.terms import date_literal
from graph.topics import topic_of
from ontology.namespaces import ID, OSA
from tests.unit.graph.assessing import (
    PROJECT,
    VOCABULARY,
    amount,
    assessed,
    ballots,
    claims_of,
    contradictions,
    corroborations,
    count,
    kinds,
    number,
    said,
    source,
)

BILLION = 10**9
EVENT = ID.iri("event/e")
GOODS = ID.iri("project/p/item/boat")


def boats(name: str, value: int, **fields: object) -> Claim:
    return said(name, OSA.count, number(value), GOODS, **fields)


# One value


def test_two_numbers_of_the_same_goods_clash() -> None:
    four, five = boats("a", 4), boats("b", 5)
    (found,) = contradictions(four, five)
    assert (found.kind, found.subject, found.predicate) == (OSA.ValueClash, GOODS.value, OSA.count.value)
    assert {found.a.claims, found.b.claims} == {claims_of(four), claims_of(five)}
    assert found.reason == "4 (1 voice) and 5 (1 voice) exclude each other."


def test_the_side_with_most_voices_comes_first_and_each_side_says_what_holds_without_it() -> None:
    (found,) = contradictions(boats("a", 5), boats("b", 4), boats("c", 4))
    four, five = (f'"{value}"^^<http://www.w3.org/2001/XMLSchema#integer>' for value in (4, 5))
    assert (found.a.values, found.a.voices, found.a.without) == ((four,), 2, (five,))
    assert (found.b.values, found.b.voices, found.b.without) == ((five,), 1, (four,))


def test_a_value_within_the_precision_of_another_is_corroboration_and_no_clash() -> None:
    some, exact = amount("a", 8 * BILLION, 1), amount("b", 8_100_000_000)
    assert kinds(some, exact) == []
    (found,) = corroborations(some, exact)
    assert (found.kind, found.claims) == (OSA.WithinPrecision, claims_of(some, exact))


def test_zeros_that_end_a_sum_may_be_rounded() -> None:
    assert kinds(amount("a", 8 * BILLION, 2), amount("b", 8_100_000_000, 2)) == []
    assert kinds(amount("a", 8_200_000_000, 2), amount("b", 8_100_000_000, 2)) == [OSA.ValueClash]


def test_sums_of_different_stages_are_not_compared() -> None:
    assert kinds(amount("a", 5 * BILLION, stage="Request"), amount("b", 8 * BILLION, stage="Enacted")) == []


def test_sums_of_one_stage_are() -> None:
    (found,) = contradictions(
        amount("a", 5 * BILLION, stage="Request", verbatim=(Literal("50億"),)),
        amount("b", 8 * BILLION, stage="Request", verbatim=(Literal("¥8 billion"),)),
    )
    assert found.kind == OSA.ValueClash
    assert found.reason.endswith("exclude each other: they are sums of one stage.")
    assert "50億 (request, 1 voice)" in found.reason


def test_a_sum_whose_stage_is_unsaid_agrees_if_it_fits_any_stage() -> None:
    staged = (amount("a", 5 * BILLION, stage="Request"), amount("b", 8 * BILLION, stage="Enacted"))
    assert kinds(*staged, amount("c", 5 * BILLION, stage="Reported")) == []
    (found,) = contradictions(*staged, amount("c", 9 * BILLION, stage="Reported"))
    assert found.kind == OSA.DefinitionMismatch
    assert found.a.claims == claims_of(staged[1])
    assert found.reason.endswith("need not exclude each other: the second does not say the stage.")


def test_two_sums_whose_stage_is_unsaid_may_be_of_two_stages() -> None:
    claims = (amount("a", 5 * BILLION, stage="Reported"), amount("b", 9 * BILLION, stage="Reported"))
    assert kinds(*claims) == [OSA.DefinitionMismatch]


def test_sums_that_cover_different_things_are_a_mismatch() -> None:
    wide = amount("a", 9 * BILLION, notes=(Literal("includes the coast guard"),))
    (found,) = contradictions(wide, amount("b", 5 * BILLION))
    assert found.kind == OSA.DefinitionMismatch
    assert "may not cover the same" in found.reason and "'includes the coast guard'" in found.reason


def test_sums_in_two_currencies_never_contradict_each_other() -> None:
    assert kinds(amount("a", 8 * BILLION), amount("b", 51_000_000, currency="USD")) == []


def test_sums_in_one_foreign_currency_do_unless_they_stand_beside_the_own() -> None:
    ringgit = (
        amount("a", 12_360_000, 4, currency="MYR"),
        amount("b", 12_630_000, 4, currency="MYR"),
    )
    assert kinds(*ringgit) == [OSA.ValueClash]
    assert kinds(*ringgit, amount("b", 400_000_000)) == []


def test_a_side_that_is_not_asserted_is_said_to_be_so() -> None:
    (found,) = contradictions(amount("a", 16 * 10**8), amount("b", 9 * 10**8, modality=OSA.Projected))
    assert found.kind == OSA.ValueClash
    assert "only projected" in found.reason and found.reason.endswith("though the second is not asserted.")


def test_a_possibility_is_no_rival_of_an_assertion() -> None:
    assert kinds(boats("a", 4), boats("b", 5, modality=OSA.Possible)) == []
    assert kinds(boats("a", 4, modality=OSA.Projected), boats("b", 5, modality=OSA.Possible)) == [
        OSA.ValueClash
    ]


def test_a_source_that_leaves_two_values_open_contradicts_neither() -> None:
    assert kinds(boats("a", 8), boats("b", 8), boats("b", 9)) == []


def test_a_projection_is_overtaken_by_a_later_assertion() -> None:
    told = {"a": source("a", "2023-08-28"), "b": source("b", "2025-06-27")}
    claims = (boats("a", 6, modality=OSA.Projected), boats("b", 4))
    (found,) = contradictions(*claims, sources=told)
    assert found.kind == OSA.Update
    assert found.reason == "4 (1 voice) is a later report than 6 (only projected, 1 voice)."
    assert kinds(*claims, sources={"a": told["b"], "b": told["a"]}) == [OSA.ValueClash]


def test_a_denied_value_clashes_with_an_asserted_one() -> None:
    (found,) = contradictions(boats("a", 4), boats("b", 4, modality=OSA.Denied))
    assert (found.kind, found.a.values) == (OSA.ValueClash, found.b.values)
    assert found.reason == "some assert 4, others deny it."


def test_dates_clash_unless_the_thing_may_recur() -> None:
    def day(name: str, text: str, predicate: NamedNode) -> Claim:
        return said(name, predicate, date_literal(text))

    assert kinds(day("a", "2025-09-22", OSA.signedOn), day("b", "2025-10-01", OSA.signedOn)) == [
        OSA.ValueClash
    ]
    assert kinds(day("a", "2025-09", OSA.signedOn), day("b", "2025-09-22", OSA.signedOn)) == []
    assert kinds(day("a", "2025-09-22", OSA.deliveredOn), day("b", "2025-10-01", OSA.deliveredOn)) == []


def test_progress_has_no_rivals_and_may_be_corroborated() -> None:
    signed = [said(name, OSA.status, OSA.Signed) for name in "ab"]
    found = assessed(*signed, said("c", OSA.status, OSA.Delivered))
    assert [(each.kind, each.value) for each in found if not isinstance(each, Contradiction)] == [
        (OSA.SameValue, str(OSA.Signed))
    ]
    assert len(found) == 1


# Counts


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (count("a", 12, "CumulativeSelected"), count("b", 8, "TargetedInFiscalYear"), OSA.DefinitionMismatch),
        (count("a", 12, "CumulativeSelected"), count("b", 11), OSA.DefinitionMismatch),
        (count("a", 12), count("b", 11), OSA.DefinitionMismatch),
        (count("a", 12, "CumulativeSelected"), count("b", 10, "CumulativeSelected"), OSA.ValueClash),
        (count("a", 12, "CumulativeSelected"), count("b", 10, year=None), OSA.DefinitionMismatch),
        (count("a", 12, "CumulativeSelected", 2025), count("b", 8, "CumulativeSelected", 2024), None),
        (count("a", 12, "CumulativeSelected"), count("b", 12), None),
        (count("a", 7, year=None, as_of="2025-06-27"), count("b", 4, year=None, as_of="2025-12-24"), None),
        (count("a", 7, year=None, as_of="2025-03-31"), count("b", 9, year=2025), None),  # fiscal year 2024
        (count("a", 7, year=None, as_of="2025-04-01"), count("b", 9, year=2025), OSA.DefinitionMismatch),
    ],
)
def test_counts_of_one_programme(one: Claim, other: Claim, expected: NamedNode | None) -> None:
    assert kinds(one, other) == ([expected] if expected else [])


def test_a_later_count_by_one_rule_is_an_update() -> None:
    early = count("a", 10, "CumulativeSelected", as_of="2025-06-01")
    late = count("b", 12, "CumulativeSelected", as_of="2025-12-01")
    assert kinds(early, late) == [OSA.Update]


def test_a_planned_number_is_overtaken_by_the_number_targeted() -> None:
    told = {"a": source("a", "2023-08-28"), "b": source("b", "2025-06-27")}
    plan = count("a", 6, "PlannedForNextYear", 2024, modality=OSA.Projected)
    (found,) = contradictions(plan, count("b", 4, "TargetedInFiscalYear", 2024), sources=told)
    assert found.kind == OSA.Update
    assert "6 (planned for a later year" in found.reason  # as the source says, not as it is compared


def test_an_unsaid_year_is_compared_with_the_last_asserted_one_only() -> None:
    claims = (
        count("a", 4, "TargetedInFiscalYear", 2023),
        count("b", 8, "TargetedInFiscalYear", 2025),
        count("c", 20, "PlannedForNextYear", 2026, modality=OSA.Projected),
        count("d", 10, year=None),
    )
    (found,) = contradictions(*claims)
    assert (found.a.claims, found.b.claims) == (claims_of(claims[1]), claims_of(claims[3]))
    assert "the second does not say the fiscal year nor what it counts" in found.reason


def test_a_source_that_states_both_shows_that_they_go_together() -> None:
    assert kinds(count("a", 12, "CumulativeSelected"), count("a", 8, "TargetedInFiscalYear")) == []


# Lists


def category(name: str, value: str) -> Claim:
    return said(name, OSA.limitsExportsTo, ID.iri(value), ID.rules)


def test_closed_lists_that_differ_contradict_each_other() -> None:
    mine = [category("a", value) for value in ("rescue", "transport")]
    theirs = [category("b", value) for value in ("rescue", "aid")]
    (found,) = contradictions(*mine, *theirs)
    assert found.kind == OSA.EnumerationDifference
    assert {found.a.claims, found.b.claims} == {claims_of(*mine), claims_of(*theirs)}
    assert {found.a.values, found.b.values} == {
        (str(ID.iri("rescue")), str(ID.iri("transport"))),
        (str(ID.iri("aid")), str(ID.iri("rescue"))),
    }


def test_equal_closed_lists_and_open_lists_do_not() -> None:
    assert kinds(*(category(name, value) for name in "ab" for value in ("rescue", "transport"))) == []
    assert kinds(said("a", OSA.equipment, ID.radar), said("b", OSA.equipment, ID.boat)) == []


def body(name: str, value: str) -> Claim:
    return said(name, OSA.beneficiary, ID.iri(value))


def parts(known: str) -> tuple[str, ...]:
    return (ID.iri("forces").value,) if known == ID.iri("navy").value else ()


def test_single_bodies_are_rivals_unless_one_is_part_of_the_other() -> None:
    assert kinds(body("a", "navy"), body("b", "coastguard")) == [OSA.EnumerationDifference]
    assert kinds(body("a", "navy"), body("b", "forces")) == [OSA.EnumerationDifference]
    assert kinds(body("a", "navy"), body("b", "forces"), wholes=parts) == []


def test_bodies_that_a_source_names_together_are_no_rivals() -> None:
    both = (body("c", "navy"), body("c", "coastguard"))
    assert kinds(body("a", "navy"), body("b", "coastguard"), *both) == []
    assert kinds(body("a", "navy"), *both) == []


def test_a_member_that_one_asserts_and_another_denies() -> None:
    (found,) = contradictions(
        said("a", OSA.equipment, ID.drone), said("b", OSA.equipment, ID.drone, modality=OSA.Denied)
    )
    assert (found.kind, found.b.without) == (OSA.EnumerationDifference, (str(ID.drone),))


def acting(name: str, who: str, what: NamedNode = OSA.Adoption) -> tuple[Claim, Claim]:
    return said(name, OSA.actor, ID.iri(who), EVENT), said(name, OSA.eventType, what, EVENT)


def test_sources_may_agree_on_the_act_and_differ_on_the_actor() -> None:
    assert kinds(*acting("a", "cabinet"), *acting("b", "council")) == [OSA.AttributionDifference]
    assert kinds(*acting("a", "cabinet"), *acting("b", "council", OSA.Protest)) == []
    assert kinds(*acting("a", "navy"), *acting("b", "forces"), wholes=parts) == []


# Framing


def stance(name: str, value: NamedNode) -> Claim:
    return Claim(
        source_iri(name),
        ID.osa,
        OSA.Asserted,
        framing=True,
        proposition=Literal(f"{name} says"),
        attributed_to=(ID.iri(name),),
        stance=value,
        topic=Literal("regional order", language="en"),
    )


def test_opposite_stances_on_one_topic_are_a_conflict_of_framings() -> None:
    (found,) = contradictions(
        stance("a", OSA.Supportive), stance("b", OSA.Critical), stance("c", OSA.Critical)
    )
    assert (found.kind, found.predicate, found.topic.period) == (OSA.FramingConflict, "", "regional order")
    assert found.a.values == (str(OSA.Critical),)
    assert found.reason == (
        "on regional order, the framing is critical by 2 voices and supportive by 1 voice."
    )


def test_neutral_reports_are_no_side() -> None:
    cast = ballots(stance("a", OSA.Supportive), stance("b", OSA.Critical))
    assert [slot.member for slot, _ in cast] == [str(OSA.Supportive), str(OSA.Critical)]
    with pytest.raises(AssertionError):
        ballots(stance("c", OSA.Neutral))


def test_lethal_and_non_lethal_exclude_each_other_and_a_mere_possibility_does_not() -> None:
    one = said("a", OSA.lethality, OSA.Lethal, ID.radar)
    other = said("b", OSA.lethality, OSA.NonLethal, ID.radar)
    assert kinds(one, other) == [OSA.FramingConflict]
    assert kinds(said("a", OSA.lethality, OSA.Lethal, ID.radar, modality=OSA.Possible), other) == []


def test_an_aim_that_one_asserts_and_another_denies() -> None:
    aim = said("a", OSA.hasPurpose, ID.deterrence, ID.osa)
    assert kinds(aim, said("b", OSA.hasPurpose, ID.deterrence, ID.osa, modality=OSA.Denied)) == [
        OSA.FramingConflict
    ]
    assert kinds(aim, said("b", OSA.hasPurpose, ID.containment, ID.osa)) == []


# Corroboration


def test_one_value_of_two_voices_is_corroborated_and_of_one_voice_is_not() -> None:
    one, other = boats("a", 4), boats("b", 4)
    (found,) = corroborations(one, other)
    assert (found.kind, found.voices, found.claims) == (OSA.SameValue, 2, claims_of(one, other))
    assert found.reason == "2 independent voices in 2 sources give count: 4."
    shared = {name: source(name, publisher=ID.agency) for name in "ab"}
    assert corroborations(one, other, sources=shared) == []


def test_a_projection_that_agrees_adds_nothing() -> None:
    assert assessed(boats("a", 4), boats("b", 4, modality=OSA.Projected)) == []


def test_a_mere_limit_confirms_no_figure() -> None:
    more = amount("a", 9 * BILLION, 1, lower_bound=9 * BILLION, hedge=OSA.MoreThan)
    assert corroborations(more, amount("b", 9_040_000_000, 3)) == []


def test_sums_of_different_stages_do_not_corroborate_each_other() -> None:
    assert (
        corroborations(amount("a", 5 * BILLION, stage="Request"), amount("b", 5 * BILLION, stage="Draft"))
        == []
    )


# Curation


def test_a_rejected_claim_is_in_no_assessment() -> None:
    four, five = boats("a", 4), boats("b", 5)
    assert assessed(four, five, curation=Curation(rejected=frozenset({five.iri.value}))) == []


def test_a_curator_joins_and_parts_voices() -> None:
    claims = (boats("a", 4), boats("b", 4))
    sources = frozenset(claim.source.value for claim in claims)
    assert corroborations(*claims, curation=Curation(joined=(sources,))) == []
    shared = {name: source(name, publisher=ID.agency) for name in "ab"}
    apart = Curation(apart=frozenset({sources}))
    assert [each.voices for each in corroborations(*claims, sources=shared, curation=apart)] == [2]


def test_an_accepted_value_leads_whatever_its_voices() -> None:
    claims = (boats("a", 4), boats("b", 5), boats("c", 5))
    (found,) = contradictions(*claims, curation=Curation(accepted=frozenset({claims[0].iri.value})))
    assert found.a.claims == claims_of(claims[0])


def test_a_reason_tells_of_sources_that_are_one_voice() -> None:
    shared = {name: source(name, publisher=ID.agency) for name in "ab"}
    (found,) = contradictions(boats("a", 4), boats("b", 4), boats("c", 5), sources=shared)
    first = "first" if found.a.values[0].startswith('"4"') else "second"
    assert (
        f"; the 2 sources of the {first} are 1 voice by a shared publisher, author or informant."
        in found.reason
    )


# Order, names, cost


def test_the_order_of_the_claims_changes_nothing() -> None:
    claims = (boats("a", 4), boats("b", 5), boats("c", 5), boats("d", 6, modality=OSA.Projected))
    assert len({str(assessed(*each)) for each in permutations(claims)}) == 1


@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(1, 4)), min_size=1, max_size=8), st.randoms()
)
def test_no_claim_is_on_both_sides(told: list[tuple[str, int]], chance: random.Random) -> None:
    claims = list({boats(name, value) for name, value in told})
    found = assessed(*claims)
    chance.shuffle(claims)
    assert assessed(*claims) == found
    for each in found:
        if isinstance(each, Contradiction):
            assert not set(each.a.claims) & set(each.b.claims)
            assert each.a.voices > 0 < each.b.voices


def test_the_name_follows_from_values_and_not_from_claims_or_order() -> None:
    (one,) = contradictions(boats("a", 4), boats("b", 5))
    (other,) = contradictions(boats("c", 4), boats("d", 5), boats("e", 5))
    (third,) = contradictions(boats("a", 4), boats("b", 6))
    assert assessment_iri(one) == assessment_iri(other) != assessment_iri(third)


def test_the_quads_of_a_contradiction() -> None:
    (found,) = contradictions(boats("a", 5), boats("b", 4), boats("c", 4))
    quads = list(assessment_quads(found))
    assert {quad.graph_name for quad in quads} == {ASSESSMENTS}
    assert {(quad.predicate.value.rpartition("#")[2], str(quad.object).split("^")[0]) for quad in quads} == {
        ("type", str(OSA.Contradiction)),
        ("kind", str(OSA.ValueClash)),
        ("subject", str(GOODS)),
        ("predicate", str(OSA.count)),
        ("valueA", '"4"'),
        ("valueB", '"5"'),
        *(("sideA", f"<{claim}>") for claim in found.a.claims),
        *(("sideB", f"<{claim}>") for claim in found.b.claims),
        ("voicesA", '"2"'),
        ("voicesB", '"1"'),
        ("withoutA", '"5"'),
        ("withoutB", '"4"'),
        ("reason", '"4 (2 voices) and 5 (1 voice) exclude each other."@en'),
    }


@pytest.mark.parametrize("values", [100, 2_000])
def test_many_values_of_one_slot_make_few_assessments(values: int) -> None:
    claims = [boats(f"s{value}", value) for value in range(values)]
    cast = ballots(*claims, boats("more", 0))
    found = assess(topic_of(*cast[0]), cast, VOCABULARY)
    # Each value against the leading one, all pairs of the first six, and one corroboration.
    assert len(found) == (values - 1) + 10 + 1
    assert sum(len(list(assessment_quads(each))) for each in found) < 16 * values


def test_a_loud_value_is_not_listed_in_full_against_each_other_one() -> None:
    loud = [boats(f"loud{each}", 0) for each in range(200)]
    claims = [*loud, *(boats(f"s{value}", value) for value in range(1, 200))]
    cast = ballots(*claims)
    found = assess(topic_of(*cast[0]), cast, VOCABULARY)
    listed = sorted(len(each.a.claims) for each in found if isinstance(each, Contradiction))
    assert listed[-5:] == [200] * 5 and set(listed[:-5]) == {1, 50}
    assert {each.a.voices for each in found if isinstance(each, Contradiction)} == {1, 200}


def test_nothing_is_assessed_of_one_claim() -> None:
    assert assessed(boats("a", 4)) == []


def test_an_item_of_a_project_is_a_topic_of_its_own() -> None:
    (slot, vote), (other, second) = ballots(boats("a", 4), said("a", OSA.status, OSA.Signed, PROJECT))
    assert topic_of(slot, vote) != topic_of(other, second)
