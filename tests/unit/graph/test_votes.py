"""Votes and slots: what competes with what, and what the policy is told of a claim."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode

from graph.claims import Claim
from graph.sources import Source, source_iri
from graph.terms import Term, date_literal, decimal_literal
from graph.votes import Slot, Vote, slot_of, vote_of
from ontology.namespaces import ID, OSA, UNIT, XSD
from ontology.vocabulary import Vocabulary

LINE, PROJECT = ID.iri("budget/osa-fy2025"), ID.iri("project/p")
RADAR = ID.iri("equipment/radar")
SOURCE = Source(source_iri("a"), Literal("A"), OSA.Blog, issued=date_literal("2025-12"))


def said(predicate: NamedNode, value: Term, about: NamedNode = PROJECT, **fields: Any) -> Claim:
    return Claim(SOURCE.iri, about, OSA.Asserted, predicate=predicate, value=value, **fields)


@pytest.mark.parametrize(
    "framing",
    [
        said(OSA.hasPurpose, ID.containment),
        said(OSA.equipment, RADAR, framing=True),
        said(OSA.lethality, OSA.Lethal),
        Claim(SOURCE.iri, LINE, OSA.Asserted, proposition=Literal("It provokes"), framing=True),
        Claim(SOURCE.iri, LINE, OSA.Asserted, proposition=Literal("It grows")),
    ],
)
def test_framing_and_claims_in_words_never_have_a_slot(framing: Claim, vocabulary: Vocabulary) -> None:
    assert slot_of(framing, vocabulary) is None


def test_a_property_that_the_ontology_does_not_resolve_has_no_slot(vocabulary: Vocabulary) -> None:
    assert slot_of(said(OSA.nothingOfTheKind, ID.japan), vocabulary) is None


def test_the_period_of_a_slot_is_its_fiscal_year(vocabulary: Vocabulary) -> None:
    year = ((OSA.fiscalYear, Literal("2025", datatype=XSD.integer)),)
    slot = slot_of(said(OSA.signedOn, date_literal("2025"), qualifiers=year), vocabulary)
    assert slot == Slot(PROJECT.value, OSA.signedOn.value, "2025", "")


def test_only_the_slot_of_a_set_names_its_member(vocabulary: Vocabulary) -> None:
    assert slot_of(said(OSA.equipment, RADAR), vocabulary) == Slot(
        PROJECT.value, OSA.equipment.value, "", str(RADAR)
    )
    assert slot_of(said(OSA.status, OSA.Signed), vocabulary) == Slot(PROJECT.value, OSA.status.value)


def test_a_vote_says_what_the_policy_needs(vocabulary: Vocabulary) -> None:
    qualifiers = ((OSA.currency, UNIT.CCY_JPY), (OSA.stage, OSA.Draft), (OSA.countingRule, OSA.SomeRule))
    claim = said(
        OSA.amount,
        decimal_literal(8_100_000_000),
        LINE,
        qualifiers=qualifiers,
        significant_digits=2,
        attributed_to=(ID.ann,),
    )
    vote = vote_of(claim, SOURCE, vocabulary, {}, {LINE.value: UNIT.CCY_JPY})
    assert vote == Vote(
        claim=claim.iri.value,
        value='"8100000000"^^<http://www.w3.org/2001/XMLSchema#decimal>',
        asserted=True,
        denied=False,
        competes=True,
        interval=vote.interval,
        rank=0,
        stage=2,
        definition=str(OSA.SomeRule),
        voices=(ID.ann.value, SOURCE.iri.value),
        weak=True,
        primary=False,
        day="2025-12-31",
        source=SOURCE.iri.value,
        modality=OSA.Asserted.value,
        stage_said=OSA.Draft.value,
        currency=UNIT.CCY_JPY.value,
    )
    assert vote.interval == (Decimal(8_050_000_000), Decimal(8_150_000_000))


def test_only_what_a_party_says_in_its_own_voice_is_primary(vocabulary: Vocabulary) -> None:
    party = replace(SOURCE, kind=OSA.Government, country=ID.japan)
    own = said(OSA.equipment, RADAR)
    hearsay = replace(own, attributed_to=(ID.palau,))
    parties = {PROJECT.value: frozenset({ID.japan, ID.palau})}
    assert vote_of(own, party, vocabulary, parties, {}).primary
    assert not vote_of(hearsay, party, vocabulary, parties, {}).primary
    assert not vote_of(own, party, vocabulary, {}, {}).primary
    assert not vote_of(own, replace(party, country=None), vocabulary, parties, {}).primary
    assert not vote_of(own, replace(party, kind=OSA.StateMedia), vocabulary, parties, {}).primary


def test_a_vote_says_what_assessments_need_besides(vocabulary: Vocabulary) -> None:
    claim = said(
        OSA.recipientCount,
        Literal("12", datatype=XSD.integer),
        ID.count,
        qualifiers=((OSA.asOf, date_literal("2025-12")),),
        verbatim=(Literal("a dozen"),),
        quotes=(Literal("A dozen states receive the new aid"), Literal("a dozen")),
    )
    vote = vote_of(claim, SOURCE, vocabulary, {}, {}, {ID.count.value: ID.osa.value})
    assert (vote.as_of, vote.printed, vote.matter) == ("2025-12-31", "a dozen", ID.osa.value)
    assert vote.texts == ("a dozen states receive the new aid",)  # two words prove nothing
    assert vote_of(claim, SOURCE, vocabulary, {}, {}).matter == ID.count.value


def test_a_note_on_what_a_sum_covers_is_kept_and_others_are_not(vocabulary: Vocabulary) -> None:
    notes = (Literal("record"), Literal("includes the coast guard"))
    claim = said(
        OSA.amount, decimal_literal(9), LINE, qualifiers=((OSA.currency, UNIT.CCY_JPY),), notes=notes
    )
    assert vote_of(claim, SOURCE, vocabulary, {}, {}).scope == "includes the coast guard"


def test_an_event_is_told_with_who_acted(vocabulary: Vocabulary) -> None:
    what, who = said(OSA.eventType, OSA.Meeting), said(OSA.actor, ID.japan)
    assert vote_of(what, SOURCE, vocabulary, {}, {}).told_with == OSA.actor.value
    assert vote_of(who, SOURCE, vocabulary, {}, {}).told_with == ""
