"""Topics: what is assessed together, and what of it has no slot.

The slots of one (subject, predicate, period) are one topic: all members of a set, all stages and currencies
of an amount. Values that the ontology compares across subjects (`osa:comparedBy`) are one topic for all
subjects of one matter: all counts of recipients of one programme.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Triple

from graph.claims import Claim
from graph.votes import Slot, Vote, slot_of
from ontology.namespaces import OSA
from ontology.vocabulary import Vocabulary


class Topic(NamedTuple):
    """What is assessed together.

    `predicate` is empty for stances, whose `period` is then the free keyword that they are about.
    """

    subject: str
    predicate: str
    period: str = ""


def topic_of(slot: Slot, vote: Vote) -> Topic:
    """The topic that a vote on a slot belongs to."""
    predicate = vote.told_with or slot.predicate
    if vote.matter:
        return Topic(vote.matter, predicate)
    return Topic(slot.subject, predicate, slot.period)


def topic_predicates(topic: Topic, vocabulary: Vocabulary) -> frozenset[NamedNode]:
    """The predicates of the claims of a topic; none for stances, whose claims have no predicate."""
    if not topic.predicate:
        return frozenset()
    main = NamedNode(topic.predicate)
    return frozenset({main, *(other for other, with_ in vocabulary.together.items() if with_ == main)})


def assessed_slot(claim: Claim, vocabulary: Vocabulary) -> Slot | None:
    """The slot of a claim or, for framing, what stands in its place: `is_framing` tells them apart.

    None for what cannot be compared.
    """
    slot = slot_of(claim, vocabulary)
    if slot is not None:
        return slot
    if claim.predicate is not None:
        if claim.predicate not in vocabulary.framing:
            return None
        year = claim.qualifier(OSA.fiscalYear)
        period = year.value if isinstance(year, Literal) else ""
        return Slot(claim.subject.value, claim.predicate.value, period, str(claim.value))
    if claim.framing and claim.topic is not None and claim.stance in vocabulary.opposites:
        return Slot(claim.subject.value, "", claim.topic.value, str(claim.stance))
    return None


def is_framing(slot: Slot, vocabulary: Vocabulary) -> bool:
    """Whether the slot is assessed and never resolved."""
    return not slot.predicate or NamedNode(slot.predicate) in vocabulary.framing


def matters_of(triples: Iterable[Triple], vocabulary: Vocabulary) -> Mapping[str, str]:
    """By subject the matter under which its values are compared, as far as the triples tell."""
    properties = frozenset(vocabulary.compared.values())
    found: dict[str, str] = {}
    for subject, predicate, value in triples:
        if predicate in properties and isinstance(subject, NamedNode) and isinstance(value, NamedNode):
            # One of several, whatever the order in which they come.
            found[subject.value] = min(found.get(subject.value, value.value), value.value)
    return found
