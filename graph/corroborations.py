"""Corroborations: values that two or more independent voices assert."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pyoxigraph import NamedNode

from graph.agreement import agreeing_groups, voice_count
from graph.assessment_values import fiscal_year
from graph.assessment_words import is_open, value_words
from graph.contradiction import Corroboration
from graph.options import Option
from graph.topic_votes import TopicVotes
from graph.votes import Vote
from ontology.namespaces import OSA


def corroborations(about: TopicVotes) -> Iterator[Corroboration]:
    """What several voices assert: the same values, and values that agree within their printed precision."""
    for period, votes in _comparable(about):
        for group in agreeing_groups(votes):
            by_value: dict[tuple[str, bool], list[Vote]] = defaultdict(list)
            for vote in group.votes:
                by_value[vote.value, is_open(vote)].append(vote)
            for (value, _), same in sorted(by_value.items()):
                yield from _made(about, OSA.SameValue, value, same, period)
            # "More than 9 trillion" agrees with too much to confirm anything.
            bounded = [vote for vote in group.votes if not is_open(vote)]
            if len({vote.value for vote in bounded}) > 1:
                yield from _made(about, OSA.WithinPrecision, bounded[0].value, bounded, period)


def _comparable(about: TopicVotes) -> Iterator[tuple[str, Sequence[Vote]]]:
    """The asserted votes that speak of one thing: one predicate, year and currency, at one stage of a budget.

    Sums whose stage is unsaid go with those of the furthest stage.
    """
    parts: dict[tuple[str, str, str, str], dict[int, list[Vote]]] = defaultdict(lambda: defaultdict(list))
    for vote in about.votes:
        if vote.asserted:
            period = fiscal_year(about, vote) if vote.matter else about.slot_of[vote.claim].period
            slot = about.slot_of[vote.claim]
            parts[slot.subject, slot.predicate, period, vote.currency][vote.stage].append(vote)
    for (_, _, period, _), staged in sorted(parts.items()):
        furthest = max(staged)
        for stage in sorted(staged.keys() - {-1, furthest}):
            yield period, staged[stage]
        yield period, staged[furthest] if furthest == -1 else [*staged[furthest], *staged.get(-1, ())]


def _made(
    about: TopicVotes, kind: NamedNode, value: str, votes: Sequence[Vote], period: str
) -> Iterator[Corroboration]:
    voices = voice_count(votes)
    if voices < 2:
        return
    lead = min(
        (vote for vote in votes if vote.value == value), key=lambda vote: (not vote.printed, vote.claim)
    )
    slot = about.slot_of[lead.claim]
    option = Option((value,), tuple(votes), slot, definition=lead.definition, period=period)
    shown = value_words(value, lead, about.vocabulary)
    sources = len(option.sources)
    name = about.vocabulary.labels.get(NamedNode(slot.predicate), slot.predicate)
    how = f"give {name}:" if kind == OSA.SameValue else f"give {name} within printed precision:"
    yield Corroboration(
        about.topic,
        kind,
        slot.subject,
        slot.predicate,
        period,
        value,
        option.claims,
        voices,
        f"{voices} independent voices in {sources} sources {how} {shown}.",
        f"{option.key}|open" if is_open(lead) else option.key,
    )
