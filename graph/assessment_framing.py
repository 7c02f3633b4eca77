"""Assessing framing: opposite stances on one matter, aims that one asserts and another denies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from pyoxigraph import NamedNode

from graph.assessment_sets import denied_members
from graph.assessment_words import value_words
from graph.contradiction import Contradiction
from graph.opposed import opposed
from graph.options import Option
from graph.topic_votes import TopicVotes
from graph.votes import Vote
from ontology.namespaces import OSA


def framing_conflicts(about: TopicVotes) -> Iterator[Contradiction]:
    """The conflicts between framings of one subject, none of which is ever a fact."""
    if about.topic.predicate:
        yield from denied_members(about, OSA.FramingConflict)
    yield from _opposites(about)


def _opposites(about: TopicVotes) -> Iterator[Contradiction]:
    by_value = _stated(about)
    for value, votes in sorted(by_value.items()):
        other = about.vocabulary.opposites.get(NamedNode(value[1:-1])) if value.startswith("<") else None
        against = by_value.get(str(other), [])
        if not against or str(other) > value:  # each pair once
            continue
        a, b = (_option(about, each) for each in _by_number(votes, against))
        if {vote.voices for vote in votes} == {vote.voices for vote in against}:
            continue
        yield opposed(about, OSA.FramingConflict, a, b, _reason(about, a, b), True)


def _stated(about: TopicVotes) -> Mapping[str, list[Vote]]:
    """What is put as the claimant's own view: on stances also what is asked for or expected."""
    by_value: dict[str, list[Vote]] = defaultdict(list)
    for vote in about.votes:
        if vote.asserted or (not about.topic.predicate and not vote.denied):
            by_value[vote.value].append(vote)
    return by_value


def _by_number(one: list[Vote], other: list[Vote]) -> list[list[Vote]]:
    return sorted((one, other), key=lambda votes: (-len(votes), votes[0].value))


def _option(about: TopicVotes, votes: list[Vote]) -> Option:
    return Option((votes[0].value,), tuple(votes), about.slot_of[votes[0].claim])


def _reason(about: TopicVotes, a: Option, b: Option) -> str:
    sides = [value_words(option.values[0], None, about.vocabulary) for option in (a, b)]
    voices = [f"{option.voices} {'voice' if option.voices == 1 else 'voices'}" for option in (a, b)]
    if about.topic.predicate:
        return f"called {sides[0]} by {voices[0]} and {sides[1]} by {voices[1]}"
    return f"on {about.topic.period}, the framing is {sides[0]} by {voices[0]} and {sides[1]} by {voices[1]}"
