"""The policy: from what sources say about one slot to the accepted value, or to an open question."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from pyoxigraph import Literal, NamedNode

from graph.claims import Claim
from graph.resolution import Resolution, resolve
from graph.sources import Source, source_iri
from graph.terms import Term, date_literal, decimal_literal
from graph.votes import Slot, slot_of, vote_of
from ontology.namespaces import ID, OSA, UNIT, XSD
from ontology.vocabulary import Vocabulary

LINE = ID.iri("budget/osa-fy2025")
PROJECT = ID.iri("project/p")
PARTIES = {LINE.value: frozenset({ID.japan}), PROJECT.value: frozenset({ID.japan, ID.palau})}
CURRENCIES = {LINE.value: UNIT.CCY_JPY, PROJECT.value: UNIT.CCY_JPY}
BILLION = Decimal(10) ** 9


class Said(NamedTuple):
    """A claim with its source."""

    claim: Claim
    source: Source

    @property
    def iri(self) -> str:
        return self.claim.iri.value


def said(where: str, predicate: NamedNode, value: Term, *, about: NamedNode = PROJECT, **fields: Any) -> Said:
    """What a newspaper says; `kind`, `publisher`, `country`, `issued` and `creators` are its source's."""
    of_source = {name: fields.pop(name) for name in ("country", "creators") if name in fields}
    issued = fields.pop("issued", None)
    source = Source(
        source_iri(where),
        Literal(where),
        fields.pop("kind", OSA.Newspaper),
        publisher=fields.pop("publisher", ID.iri(f"publisher-{where}")),
        issued=date_literal(issued) if issued else None,
        **of_source,
    )
    fields = {"modality": OSA.Asserted, **fields}
    return Said(Claim(source.iri, about, predicate=predicate, value=value, **fields), source)


def signed(where: str, day: str, **fields: Any) -> Said:
    return said(where, OSA.signedOn, date_literal(day), **fields)


def status(where: str, value: NamedNode, **fields: Any) -> Said:
    return said(where, OSA.status, value, **fields)


def goods(where: str, **fields: Any) -> Said:
    return said(where, OSA.equipment, ID.iri("equipment/radar"), **fields)


def counted(where: str, number: int, rule: NamedNode) -> Said:
    value = Literal(str(number), datatype=XSD.integer)
    return said(where, OSA.recipientCount, value, qualifiers=((OSA.countingRule, rule),))


def amount(
    where: str,
    billions: str,
    stage: NamedNode | None = None,
    currency: NamedNode = UNIT.CCY_JPY,
    **fields: Any,
) -> Said:
    stages = ((OSA.stage, stage),) if stage is not None else ()
    fields = {"qualifiers": ((OSA.currency, currency), *stages), **fields}
    return said(where, OSA.amount, decimal_literal(Decimal(billions) * BILLION), about=LINE, **fields)


Decide = Callable[..., Resolution]


@pytest.fixture
def decide(vocabulary: Vocabulary) -> Decide:
    """The resolution of the one slot that the claims name, without a curator (test_acceptance.py)."""

    def decided(*everything: Said) -> Resolution:
        slots = {slot_of(each.claim, vocabulary) for each in everything}
        assert len(slots) == 1
        slot = slots.pop()
        assert slot is not None
        kind = vocabulary.resolution[NamedNode(slot.predicate)]
        votes = [vote_of(each.claim, each.source, vocabulary, PARTIES, CURRENCIES) for each in everything]
        resolution = resolve(slot, kind, votes)
        assert resolution == resolve(slot, kind, votes[::-1])
        return resolution

    return decided


def is_open(resolution: Resolution, *claims: Said) -> bool:
    """Whether nothing stands, and the claims stand against one another."""
    contested = tuple(sorted(each.iri for each in claims))
    return (resolution.accepted, resolution.supported_by, resolution.contested_by) == (None, (), contested)


# Step 2: a primary source on its own matter


@pytest.mark.parametrize("country", [ID.japan, ID.palau])
def test_a_party_to_an_exchange_of_notes_beats_many_voices(decide: Decide, country: NamedNode) -> None:
    primary = signed("gov", "2023-11-03", kind=OSA.Government, country=country)
    others = [signed(f"s{number}", "2023-11-04") for number in range(3)]
    resolution = decide(primary, *others)
    assert (resolution.accepted, resolution.step) == (str(primary.claim.value), OSA.PrimarySource)
    assert resolution.voices == 1
    assert resolution.contested_by == tuple(sorted(each.iri for each in others))


@pytest.mark.parametrize(
    "other",
    [
        {"kind": OSA.Government, "country": ID.china},
        {"kind": OSA.Government},
        {"kind": OSA.StateMedia, "country": ID.japan},
        {"kind": OSA.Newspaper, "country": ID.japan},
    ],
)
def test_nobody_else_is_primary(decide: Decide, other: dict[str, Any]) -> None:
    outvoted = signed("other", "2023-11-03", **other)
    resolution = decide(outvoted, *(signed(f"s{number}", "2023-11-04") for number in range(2)))
    assert resolution.step == OSA.MostVoices
    assert resolution.contested_by == (outvoted.iri,)


def test_a_government_that_reports_what_another_says_is_not_primary(decide: Decide) -> None:
    hearsay = signed("mofa", "2023-11-03", kind=OSA.Government, country=ID.japan, attributed_to=(ID.kyodo,))
    resolution = decide(hearsay, *(signed(f"s{number}", "2023-11-04") for number in range(2)))
    assert resolution.step == OSA.MostVoices


def test_of_two_parties_that_disagree_the_one_with_more_voices_stands(decide: Decide) -> None:
    japan = signed("mofa", "2023-11-03", kind=OSA.Government, country=ID.japan)
    palau = signed("gov-pw", "2023-11-04", kind=OSA.Government, country=ID.palau)
    others = [signed(f"s{number}", "2023-11-05") for number in range(3)]
    resolution = decide(japan, palau, *others, signed("paper", "2023-11-04"))
    assert (resolution.accepted, resolution.voices) == (str(palau.claim.value), 2)
    assert resolution.step == OSA.MostVoices


# Step 3: the value that most independent voices state


def test_most_independent_voices_win(decide: Decide) -> None:
    one, two = signed("a", "2023-11-03"), (signed("b", "2023-11-04"), signed("c", "2023-11-04"))
    resolution = decide(one, *two)
    assert (resolution.accepted, resolution.voices) == (str(two[0].claim.value), 2)
    assert resolution.step == OSA.MostVoices
    assert resolution.supported_by == tuple(sorted(each.iri for each in two))
    assert resolution.contested_by == (one.iri,)


@pytest.mark.parametrize(
    "shared",
    [
        {"publisher": ID.kyodo},
        {"creators": (ID.ann,)},
        {"attributed_to": (ID.minister,)},
    ],
)
def test_reprints_and_quotes_of_one_person_are_one_voice(decide: Decide, shared: dict[str, Any]) -> None:
    copies = [signed(f"copy{number}", "2023-11-04", **shared) for number in range(4)]
    others = [signed(f"s{number}", "2023-11-03") for number in range(2)]
    resolution = decide(*copies, *others)
    assert (resolution.accepted, resolution.voices) == (str(others[0].claim.value), 2)


def test_a_chain_of_shared_persons_is_one_voice(decide: Decide) -> None:
    chain = (
        signed("a", "2023-11-04", creators=(ID.ann,)),
        signed("b", "2023-11-04", creators=(ID.ann, ID.bob)),
        signed("c", "2023-11-04", attributed_to=(ID.bob,)),
    )
    assert decide(*chain).voices == 1


def test_an_author_who_is_quoted_elsewhere_is_one_voice(decide: Decide) -> None:
    own = signed("a", "2023-11-04", creators=(ID.ann,))
    quoted = signed("b", "2023-11-04", attributed_to=(ID.ann,))
    assert decide(own, quoted).voices == 1


def test_one_voice_suffices_and_the_resolution_says_so(decide: Decide) -> None:
    only = signed("a", "2023-11-03")
    resolution = decide(only)
    assert (resolution.accepted, resolution.step) == (str(only.claim.value), OSA.SingleVoice)
    assert (resolution.voices, resolution.supported_by) == (1, (only.iri,))


def test_one_publisher_twice_is_a_single_voice_still(decide: Decide) -> None:
    twice = [signed(where, "2023-11-03", publisher=ID.kyodo) for where in ("a", "b")]
    assert decide(*twice).step == OSA.SingleVoice


def test_some_8_billion_and_8_1_billion_vote_together_and_the_finer_stands(decide: Decide) -> None:
    some = amount("a", "8", significant_digits=1, hedge=OSA.About)
    fine = amount("b", "8.1", significant_digits=2)
    rival = amount("c", "8.3", significant_digits=2)
    resolution = decide(some, fine)
    assert (resolution.accepted, resolution.voices) == (str(fine.claim.value), 2)
    contested = decide(some, fine, rival, amount("d", "8.3", significant_digits=2))
    assert contested.accepted == str(rival.claim.value)
    assert contested.voices == 2


def test_7_94_and_7_95_are_rivals(decide: Decide) -> None:
    rivals = [amount(where, where, significant_digits=3) for where in ("7.94", "7.95")]
    assert is_open(decide(*rivals), *rivals)


def test_a_coarse_figure_that_fits_two_does_not_vote(decide: Decide) -> None:
    fine = [amount(where, where, significant_digits=2) for where in ("7.9", "8.1")]
    coarse = amount("coarse", "8", significant_digits=1)
    resolution = decide(*fine, coarse)
    assert (resolution.accepted, resolution.step) == (None, OSA.Tie)
    assert resolution.voices == 2


def test_a_coarse_figure_supports_whichever_value_stands_without_a_voice(decide: Decide) -> None:
    fine = [amount(where, where[:3], significant_digits=2) for where in ("7.9", "8.1", "8.1b")]
    coarse = amount("coarse", "8", significant_digits=1)
    resolution = decide(*fine, coarse)
    assert (resolution.accepted, resolution.voices) == (str(fine[1].claim.value), 2)
    assert coarse.iri in resolution.supported_by and coarse.iri not in resolution.contested_by


def test_the_defence_budget_of_2026_is_9_04_trillion(decide: Decide) -> None:
    coarse = [amount(f"s{number}", "9000", significant_digits=2) for number in range(5)]
    assert decide(*coarse, amount("a", "9040", significant_digits=3)).accepted == str(
        decimal_literal(9040 * BILLION)
    )


def test_a_month_contains_the_days_in_it(decide: Decide) -> None:
    month, day = signed("a", "2023-11"), signed("b", "2023-11-03")
    resolution = decide(month, day)
    assert (resolution.accepted, resolution.voices) == (str(day.claim.value), 2)


def test_counts_by_the_same_rule_clash_and_by_an_unsaid_rule_agree(decide: Decide) -> None:
    chosen, unsaid = OSA.CumulativeSelected, OSA.CountingUnspecified
    resolution = decide(counted("a", 12, chosen), counted("b", 12, unsaid), counted("c", 10, chosen))
    assert (resolution.voices, resolution.definition) == (2, str(chosen))
    assert resolution.accepted == str(Literal("12", datatype=XSD.integer))


# Step 4: the later publication, else open


def test_of_equally_many_voices_the_later_publication_stands(decide: Decide) -> None:
    early = signed("a", "2023-11-03", issued="2023-11-05")
    late = signed("b", "2023-11-04", issued="2023-12-01")
    resolution = decide(early, late)
    assert (resolution.accepted, resolution.step) == (str(late.claim.value), OSA.LaterPublication)
    assert (resolution.voices, resolution.contested_by) == (1, (early.iri,))


def test_a_partial_date_of_publication_counts_from_its_last_day(decide: Decide) -> None:
    day, month = signed("a", "2023-11-03", issued="2023-11-29"), signed("b", "2023-11-04", issued="2023-11")
    assert decide(day, month).accepted == str(month.claim.value)


@pytest.mark.parametrize("issued", [None, "2023-11-05"])
def test_a_tie_to_the_end_leaves_the_slot_open(decide: Decide, issued: str | None) -> None:
    rivals = (signed("a", "2023-11-03", issued=issued), signed("b", "2023-11-04", issued=issued))
    resolution = decide(*rivals)
    assert is_open(resolution, *rivals)
    assert (resolution.step, resolution.voices) == (OSA.Tie, 2)


# Who may speak


@pytest.mark.parametrize("kind", [OSA.Blog, OSA.Aggregator])
def test_a_blog_or_an_aggregator_alone_makes_no_fact(decide: Decide, kind: NamedNode) -> None:
    alone = signed("a", "2023-11-03", kind=kind)
    resolution = decide(alone)
    assert is_open(resolution, alone)
    assert (resolution.step, resolution.voices) == (OSA.OnlyWeakSources, 1)


def test_two_independent_blogs_make_a_fact(decide: Decide) -> None:
    blogs = [signed(where, "2023-11-03", kind=OSA.Blog) for where in ("a", "b")]
    assert decide(*blogs).accepted == str(blogs[0].claim.value)


def test_two_copies_of_one_blog_make_none(decide: Decide) -> None:
    copies = [signed(where, "2023-11-03", kind=OSA.Blog, publisher=ID.blogger) for where in ("a", "b")]
    assert decide(*copies).step == OSA.OnlyWeakSources


def test_a_blog_s_contradiction_contests_a_newspaper_s_fact(decide: Decide) -> None:
    paper, blog = signed("a", "2023-11-03"), signed("b", "2023-11-04", kind=OSA.Blog, issued="2026")
    resolution = decide(paper, blog)
    assert (resolution.accepted, resolution.step) == (str(paper.claim.value), OSA.SingleVoice)
    assert resolution.contested_by == (blog.iri,)


@pytest.mark.parametrize("modality", [OSA.Projected, OSA.Possible, OSA.AttributedIntent])
def test_only_asserted_claims_compete(decide: Decide, modality: NamedNode) -> None:
    others = [signed(f"s{number}", "2023-11-04", modality=modality) for number in range(3)]
    asserted = signed("a", "2023-11-03")
    assert decide(asserted, *others).accepted == str(asserted.claim.value)
    assert is_open(decide(*others))
    assert decide(*others).step == OSA.NothingAsserted


def test_a_denial_contests_only_the_value_that_it_denies(decide: Decide) -> None:
    asserted = signed("a", "2023-11-03")
    denial = signed("b", "2023-11-03", modality=OSA.Denied)
    other = signed("c", "2023-11-04", modality=OSA.Denied)
    assert decide(asserted, denial, other).contested_by == (denial.iri,)
    assert is_open(decide(denial), denial)


# Amounts: stages and currencies


def test_amounts_of_earlier_stages_are_history(decide: Decide) -> None:
    requests = [amount(f"s{number}", "9.1", OSA.Request) for number in range(3)]
    enacted = amount("a", "8.1", OSA.Enacted)
    resolution = decide(*requests, enacted)
    assert (resolution.accepted, resolution.contested_by) == (str(enacted.claim.value), ())


@pytest.mark.parametrize("unsaid", [None, OSA.Reported])
def test_an_amount_of_an_unsaid_stage_competes_with_the_furthest(
    decide: Decide, unsaid: NamedNode | None
) -> None:
    said_stage = amount("a", "8.1", OSA.Draft)
    reported = [amount(f"s{number}", "9.1", unsaid) for number in range(2)]
    resolution = decide(said_stage, *reported, amount("old", "7", OSA.Request))
    assert resolution.accepted == str(reported[0].claim.value)
    assert resolution.contested_by == (said_stage.iri,)


def test_the_stages_of_a_budget_are_in_order(decide: Decide) -> None:
    stages = (OSA.Request, OSA.Draft, OSA.CabinetApproved, OSA.Enacted)
    amounts = [amount(f"s{place}", str(place + 1), stage) for place, stage in enumerate(stages)]
    for count in range(1, len(amounts) + 1):
        assert decide(*amounts[:count]).accepted == str(amounts[count - 1].claim.value)


def test_a_blog_alone_does_not_make_other_amounts_history(decide: Decide) -> None:
    drafts = [amount(where, "8.1", OSA.Draft) for where in ("a", "b")]
    blog = amount("c", "9.1", OSA.Enacted, kind=OSA.Blog)
    resolution = decide(*drafts, blog)
    assert (resolution.accepted, resolution.voices) == (str(drafts[0].claim.value), 2)
    assert resolution.contested_by == ()
    paper = amount("d", "9.1", OSA.Enacted)
    assert decide(*drafts, blog, paper).supported_by == tuple(sorted((blog.iri, paper.iri)))


def test_two_independent_blogs_make_earlier_amounts_history(decide: Decide) -> None:
    draft = amount("a", "8.1", OSA.Draft)
    blogs = [amount(where, "9.1", OSA.Enacted, kind=OSA.Blog) for where in ("b", "c")]
    copies = [amount(w, "9.1", OSA.Enacted, kind=OSA.Blog, publisher=ID.blogger) for w in ("d", "e")]
    assert decide(draft, *blogs).accepted == str(blogs[0].claim.value)
    assert decide(draft, *copies).accepted == str(draft.claim.value)


def test_where_only_blogs_say_a_stage_the_furthest_of_them_is_open(decide: Decide) -> None:
    draft = amount("a", "8.1", OSA.Draft, kind=OSA.Blog)
    enacted = amount("b", "9.1", OSA.Enacted, kind=OSA.Blog)
    resolution = decide(draft, enacted)
    assert is_open(resolution, enacted)
    assert resolution.step == OSA.OnlyWeakSources


def test_a_blog_s_amount_of_a_stage_contests_one_of_an_unsaid_stage(decide: Decide) -> None:
    unsaid, blog = amount("a", "8.1"), amount("b", "9.1", OSA.Enacted, kind=OSA.Blog)
    resolution = decide(unsaid, blog)
    assert (resolution.accepted, resolution.contested_by) == (str(unsaid.claim.value), (blog.iri,))


def test_an_amount_in_another_currency_never_competes(decide: Decide) -> None:
    dollars = [amount(f"s{number}", "0.05", currency=UNIT.CCY_USD) for number in range(3)]
    yen = amount("a", "8.1")
    resolution = decide(yen, *dollars)
    assert (resolution.accepted, resolution.contested_by) == (str(yen.claim.value), ())
    assert decide(*dollars).step == OSA.NothingAsserted


# Progress


def test_the_furthest_asserted_state_stands_and_earlier_ones_are_no_rivals(decide: Decide) -> None:
    early = [status(f"s{number}", OSA.Signed) for number in range(3)]
    far = status("a", OSA.Delivered)
    resolution = decide(status("plan", OSA.Planned), *early, far)
    assert (resolution.accepted, resolution.step) == (str(OSA.Delivered), OSA.FurthestState)
    assert (resolution.supported_by, resolution.contested_by, resolution.voices) == ((far.iri,), (), 1)


def test_the_states_of_a_project_are_in_order(decide: Decide) -> None:
    states = (OSA.Selected, OSA.Planned, OSA.Signed, OSA.Delivered, OSA.Completed)
    everything = [status(f"s{place}", state) for place, state in enumerate(states)]
    for count in range(1, len(states) + 1):
        assert decide(*everything[:count]).accepted == str(states[count - 1])


def test_a_projected_delivery_is_not_yet_a_state(decide: Decide) -> None:
    resolution = decide(status("a", OSA.Signed), status("b", OSA.Delivered, modality=OSA.Projected))
    assert resolution.accepted == str(OSA.Signed)


def test_a_blog_alone_does_not_move_a_state(decide: Decide) -> None:
    blog = status("b", OSA.Delivered, kind=OSA.Blog)
    assert decide(status("a", OSA.Signed), blog).accepted == str(OSA.Signed)
    assert decide(blog).step == OSA.OnlyWeakSources
    assert is_open(decide(blog), blog)


def test_a_denied_state_is_contested(decide: Decide) -> None:
    denial = status("b", OSA.Delivered, modality=OSA.Denied)
    earlier = status("c", OSA.Signed, modality=OSA.Denied)
    resolution = decide(status("a", OSA.Delivered), denial, earlier)
    assert (resolution.accepted, resolution.contested_by) == (str(OSA.Delivered), (denial.iri,))
    assert decide(denial).step == OSA.NothingAsserted


# Sets


def test_each_member_of_a_set_stands_alone(decide: Decide, vocabulary: Vocabulary) -> None:
    radar, boat = goods("a"), said("b", OSA.equipment, ID.iri("equipment/boat"))
    slots = {slot_of(each.claim, vocabulary) for each in (radar, boat)}
    assert {slot.member for slot in slots if slot} == {str(radar.claim.value), str(boat.claim.value)}
    assert decide(radar).accepted == str(radar.claim.value)


def test_a_member_that_more_voices_deny_than_assert_is_open(decide: Decide) -> None:
    everything = (goods("a"), *(goods(f"no{number}", modality=OSA.Denied) for number in range(2)))
    resolution = decide(*everything)
    assert is_open(resolution, *everything)
    assert resolution.step == OSA.MostlyDenied


def test_a_member_that_one_voice_denies_is_contested(decide: Decide) -> None:
    denial = goods("no", modality=OSA.Denied)
    resolution = decide(goods("a"), goods("b"), denial)
    assert (resolution.voices, resolution.contested_by) == (2, (denial.iri,))
    assert resolution.step == OSA.MostVoices


def test_a_member_denied_as_often_as_asserted_is_tied(decide: Decide) -> None:
    assert decide(goods("a"), goods("no", modality=OSA.Denied)).step == OSA.Tie


def test_a_member_that_is_only_denied_or_projected_is_no_fact(decide: Decide) -> None:
    denial = goods("no", modality=OSA.Denied)
    assert (decide(denial).accepted, decide(denial).step) == (None, OSA.MostlyDenied)
    assert decide(goods("a", modality=OSA.Projected)).step == OSA.NothingAsserted


def test_the_denial_of_a_party_beats_many_voices(decide: Decide) -> None:
    denial = goods("gov", modality=OSA.Denied, kind=OSA.Government, country=ID.palau)
    assert decide(denial, goods("a"), goods("b")).step == OSA.MostlyDenied


def test_a_slot_without_votes_is_open() -> None:
    resolution = resolve(Slot("s", "p"), "single", [])
    assert (resolution.accepted, resolution.voices, resolution.step) == (None, 0, OSA.NothingAsserted)
