"""Options: the values of a topic that are held against each other, and in which order."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, TypeVar

from graph.agreement import voice_count
from graph.voices import why_one_voice
from graph.votes import Slot, Vote
from ontology.namespaces import OSA

# Each value is compared with the leading one, and all pairs of the first so many.
ALL_PAIRS: Final = 6
ASSERTED: Final = 3
_FORCE: Final = {OSA.Asserted.value: ASSERTED, OSA.Projected.value: 2, OSA.Possible.value: 1}
_T = TypeVar("_T")


@dataclass(frozen=True)
class Option:
    """A value (or a list of values) and the votes for it, the leading vote first.

    `period` is the fiscal year that it is compared for, `stage` the rank of its budget stage or -1.
    """

    values: tuple[str, ...]
    votes: tuple[Vote, ...]
    slot: Slot
    accepted: bool = False
    definition: str = ""
    stage: int = -1
    period: str = ""

    @cached_property
    def voices(self) -> int:
        """The number of independent voices."""
        return voice_count(self.votes)

    @cached_property
    def force(self) -> int:
        """How firmly the value is put: 3 asserted, 2 projected, 1 possible, 0 none of these."""
        return max((_FORCE.get(vote.modality, 0) for vote in self.votes), default=0)

    @cached_property
    def sources(self) -> frozenset[str]:
        """The sources that state it."""
        return frozenset(vote.source for vote in self.votes)

    @cached_property
    def latest(self) -> str:
        """The last publication day among the votes, or an empty string."""
        return max((vote.day for vote in self.votes), default="")

    @property
    def key(self) -> str:
        """What tells it apart from another option of the same values."""
        lead = self.votes[0]
        return "|".join((lead.stage_said, lead.currency, self.definition, self.period))

    @cached_property
    def claims(self) -> tuple[str, ...]:
        """The claims, sorted."""
        return tuple(sorted(vote.claim for vote in self.votes))

    @cached_property
    def claim_set(self) -> frozenset[str]:
        """The claims."""
        return frozenset(self.claims)

    @cached_property
    def leads(self) -> Mapping[str, Vote]:
        """For each value a vote that states it, one that prints a figure where there is any."""
        found: dict[str, Vote] = {}
        for vote in self.votes:
            if vote.value not in found or (vote.printed and not found[vote.value].printed):
                found[vote.value] = vote
        return found

    @cached_property
    def days(self) -> tuple[str, ...]:
        """The days that the value holds for, as far as the claims say so."""
        return tuple(sorted({vote.as_of for vote in self.votes} - {""}))

    @cached_property
    def scopes(self) -> frozenset[str]:
        """What notes say that a sum covers."""
        return frozenset(vote.scope for vote in self.votes) - {""}

    @cached_property
    def shared(self) -> list[str]:
        """Why its sources are fewer voices than sources, in words."""
        return why_one_voice(self.votes)

    def leaving_out(self, sources: frozenset[str]) -> Option:
        """The option without the votes of some sources."""
        if self.sources.isdisjoint(sources):
            return self
        return replace(self, votes=tuple(vote for vote in self.votes if vote.source not in sources))


def ranked(options: Iterable[Option]) -> list[Option]:
    """The options in order: accepted, by voices, by force, the latest first, then by value."""
    by_value = sorted(options, key=lambda each: (each.values, each.key))
    by_day = sorted(by_value, key=lambda each: each.latest, reverse=True)
    return sorted(by_day, key=lambda each: (not each.accepted, -each.voices, -each.force))


def pairs(items: Sequence[_T]) -> Iterator[tuple[_T, _T, bool]]:
    """The pairs that are compared, and whether both are among the first."""
    for one, other in itertools.combinations(items[:ALL_PAIRS], 2):
        yield one, other, True
    for other in items[ALL_PAIRS:]:
        yield items[0], other, False
