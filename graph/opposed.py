"""Making contradictions: two sides, their voices, and what would hold without either."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pyoxigraph import NamedNode

from graph.assessment_words import voices_note
from graph.contradiction import Contradiction, Side
from graph.options import Option
from graph.topic_votes import TopicVotes

# Of the leading value, so many claims are listed against each value beyond the first few.
LISTED: Final = 50


def opposed(
    about: TopicVotes, kind: NamedNode, a: Option, b: Option, reason: str, among_first: bool
) -> Contradiction:
    """The contradiction of two options, `reason` being its sentence without the stop.

    What would hold without side B is worked out anew for options `among_first` only: a value beyond them is
    outnumbered, so that nothing rests on it.
    """
    slot = a.slot
    accepted = about.without(slot, frozenset())
    without_b = about.without(slot, b.claim_set) if among_first else accepted
    sides = (
        Side(
            a.values,
            a.claims if among_first else a.claims[:LISTED],
            a.voices,
            _some(about.without(slot, a.claim_set)),
            a.key,
        ),
        Side(b.values, b.claims, b.voices, _some(without_b), b.key),
    )
    return _made(about, kind, a, sides, reason + voices_note(a, "first") + voices_note(b, "second"))


def opposed_lists(about: TopicVotes, kind: NamedNode, a: Option, b: Option, reason: str) -> Contradiction:
    """The contradiction of two lists: without one of them, what is accepted of the other holds."""
    held = about.accepted_claims

    def holding(option: Option) -> tuple[str, ...]:
        return tuple(sorted({vote.value for vote in option.votes if vote.claim in held}))

    sides = (
        Side(a.values, a.claims, a.voices, holding(b), a.key),
        Side(b.values, b.claims, b.voices, holding(a), b.key),
    )
    return _made(about, kind, a, sides, reason + voices_note(a, "first") + voices_note(b, "second"))


def _made(about: TopicVotes, kind: NamedNode, a: Option, sides: Sequence[Side], reason: str) -> Contradiction:
    period = a.period or a.slot.period if about.topic.predicate else ""
    said = (a.slot.subject, a.slot.predicate, period)
    return Contradiction(about.topic, kind, *said, sides[0], sides[1], f"{reason}.")


def _some(value: str | None) -> tuple[str, ...]:
    return (value,) if value is not None else ()
