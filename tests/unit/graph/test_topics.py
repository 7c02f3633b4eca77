"""Topics: which slots are looked at together, also where claims have no slot."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from graph.claims import Claim
from graph.sources import source_iri
from graph.topics import Topic, assessed_slot, is_framing, matters_of, topic_of, topic_predicates
from graph.votes import Slot
from ontology.namespaces import ID, OSA
from tests.unit.graph.assessing import LINE, PROJECT, VOCABULARY, amount, ballots, count, number, said


def topics(*claims: Claim) -> set[Topic]:
    return {topic_of(*each) for each in ballots(*claims)}


def test_all_stages_and_currencies_of_a_sum_are_one_topic() -> None:
    claims = (amount("a", 5, stage="Request"), amount("b", 8), amount("c", 9, currency="USD"))
    assert topics(*claims) == {Topic(LINE.value, OSA.amount.value)}


def test_all_members_of_a_set_are_one_topic_and_other_years_another() -> None:
    claims = (said("a", OSA.equipment, ID.radar), said("b", OSA.equipment, ID.boat))
    assert topics(*claims) == {Topic(PROJECT.value, OSA.equipment.value)}
    later = said("a", OSA.equipment, ID.radar, qualifiers=((OSA.fiscalYear, number(2026)),))
    assert len(topics(*claims, later)) == 2


def test_all_counts_of_one_programme_are_one_topic() -> None:
    claims = (count("a", 12), count("b", 8, year=2024), count("c", 10, year=None))
    assert topics(*claims) == {Topic(ID.osa.value, OSA.recipientCount.value)}


def test_what_was_done_is_told_with_who_did_it() -> None:
    event = ID.iri("event/e")
    claims = (said("a", OSA.actor, ID.japan, event), said("a", OSA.eventType, OSA.Meeting, event))
    (topic,) = topics(*claims)
    assert topic == Topic(event.value, OSA.actor.value)
    assert topic_predicates(topic, VOCABULARY) == {OSA.actor, OSA.eventType}


@pytest.mark.parametrize(
    ("stance", "framing", "slot"),
    [
        (OSA.Critical, True, Slot(ID.osa.value, "", "budget", str(OSA.Critical))),
        (OSA.Neutral, True, None),
        (OSA.Critical, False, None),
        (None, True, None),
    ],
)
def test_only_a_framing_that_takes_a_side_is_assessed(
    stance: NamedNode | None, framing: bool, slot: Slot | None
) -> None:
    claim = Claim(
        source_iri("a"),
        ID.osa,
        OSA.Asserted,
        proposition=Literal("It grows"),
        framing=framing,
        stance=stance,
        topic=Literal("budget", language="en"),
    )
    assert assessed_slot(claim, VOCABULARY) == slot
    assert slot is None or is_framing(slot, VOCABULARY)


def test_framing_predicates_are_assessed_and_not_resolved() -> None:
    slot = assessed_slot(said("a", OSA.hasPurpose, ID.deterrence, ID.osa), VOCABULARY)
    assert slot == Slot(ID.osa.value, OSA.hasPurpose.value, "", str(ID.deterrence))
    assert is_framing(slot, VOCABULARY)
    assert not is_framing(Slot(LINE.value, OSA.amount.value), VOCABULARY)


def test_a_property_that_the_ontology_does_not_know_is_not_assessed() -> None:
    assert assessed_slot(said("a", OSA.nothingOfTheKind, ID.japan), VOCABULARY) is None


def test_the_matter_of_a_subject_does_not_depend_on_the_order_of_its_triples() -> None:
    triples = [
        Triple(ID.count, OSA.programme, ID.osa),
        Triple(ID.count, OSA.programme, ID.oda),
        Triple(ID.count, OSA.role, OSA.Recipient),
        Triple(ID.old, OSA.comparedAs, ID.new),
    ]
    expected = {ID.count.value: ID.oda.value, ID.old.value: ID.new.value}
    assert matters_of(triples, VOCABULARY) == matters_of(triples[::-1], VOCABULARY) == expected
