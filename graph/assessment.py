"""Assessments of values: what of one topic contradicts, and what is corroborated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pyoxigraph import NamedNode

from graph.assessment_framing import framing_conflicts
from graph.assessment_sets import set_contradictions
from graph.assessment_values import value_contradictions
from graph.contradiction import Assessment, Contradiction, Corroboration, Side
from graph.corroborations import corroborations
from graph.curation import NO_CURATION, Curation
from graph.topic_votes import TopicVotes
from graph.topics import Topic
from graph.votes import Slot, Vote
from graph.wholes import Wholes, no_wholes
from ontology.vocabulary import Vocabulary

__all__ = ["Assessment", "Contradiction", "Corroboration", "Side", "assess"]


def assess(
    topic: Topic,
    ballots: Sequence[tuple[Slot, Vote]],
    vocabulary: Vocabulary,
    curation: Curation = NO_CURATION,
    wholes: Wholes = no_wholes,
) -> list[Assessment]:
    """The contradictions and corroborations of one topic, the same for any order of the ballots."""
    if len(ballots) < 2:
        return []
    about = TopicVotes(topic, ballots, vocabulary, curation, wholes)
    return list(_assessed(about)) if len(about.votes) > 1 else []


def _assessed(about: TopicVotes) -> Iterator[Assessment]:
    predicate = about.topic.predicate
    if not predicate or NamedNode(predicate) in about.vocabulary.framing:
        yield from framing_conflicts(about)
        return
    kind = about.vocabulary.resolution.get(NamedNode(predicate))
    if kind == "single":
        yield from value_contradictions(about)
    elif kind == "set":
        yield from set_contradictions(about)
    # Progress is history: an earlier state is no rival of a later one.
    yield from corroborations(about)
