"""Agreement: votes that state the same value within printed precision, and how many voices they are."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from graph.precision import Interval
from graph.voices import voice_groups
from graph.votes import Vote


@dataclass(frozen=True)
class Group:
    """Votes that agree on `value` (N-Triples syntax), the most precise among them.

    `compatible` are coarse votes that agree with this value and with a rival too: they do not count.
    """

    value: str
    votes: tuple[Vote, ...]
    compatible: tuple[Vote, ...] = ()
    definition: str = ""

    @cached_property
    def voices(self) -> int:
        """The number of independent voices."""
        return voice_count(self.votes)

    @property
    def may_stand(self) -> bool:
        """Whether the group can make a fact: a blog or an aggregator alone cannot."""
        return any(not vote.weak for vote in self.votes) or self.voices > 1

    @property
    def latest(self) -> str:
        """The last publication day among the votes, or an empty string."""
        return max(vote.day for vote in self.votes)


def voice_count(votes: Iterable[Vote]) -> int:
    """How many independent voices the votes are: votes that share a publisher, an author or the person
    they quote are one voice, and so on from vote to vote."""
    return len(voice_groups(votes))


def agreeing_groups(votes: Sequence[Vote]) -> list[Group]:
    """The votes grouped by value, the most precise first within each group.

    A value joins the one group that it fits; a coarse value that fits several joins none.
    """
    groups = _Drafts()
    loose: list[tuple[Vote, list[_Draft]]] = []
    for value_votes in _by_value(votes):
        first = value_votes[0]
        fits = groups.that_fit(first)
        if not fits:
            groups.add(_Draft(first, list(value_votes)))
        elif len(fits) == 1:
            fits[0].add(value_votes)
        else:
            loose += [(vote, fits) for vote in value_votes]
    for vote, fits in loose:
        for group in fits:
            group.compatible.append(vote)
    return [group.freeze() for group in groups.listed]


def group_around(group: Group, votes: Iterable[Vote]) -> Group:
    """The group with all further votes that agree with its value."""
    draft = _Draft(group.votes[0], list(group.votes))
    known = {vote.claim for vote in group.votes}
    draft.add(vote for vote in votes if vote.claim not in known and draft.fits(vote))
    return draft.freeze()


def _by_value(votes: Sequence[Vote]) -> list[list[Vote]]:
    """Votes of one value, precision and definition together, in the order in which they may lead a group."""
    found: dict[tuple[str, Interval | None, str], list[Vote]] = {}
    for vote in votes:
        found.setdefault((vote.value, vote.interval, vote.definition), []).append(vote)
    return [found[key] for key in sorted(found, key=lambda key: _precision_order(key, found[key]))]


def _precision_order(
    key: tuple[str, Interval | None, str], votes: Sequence[Vote]
) -> tuple[bool, bool, object, int, str, str]:
    """Reliable before weak, said rule before unsaid, fine before coarse, many before few, then by text."""
    value, interval, definition = key
    width = interval.width if interval is not None else 0
    return (all(vote.weak for vote in votes), definition == "", width, -len(votes), value, definition)


class _Draft:
    """A group while it grows; its anchor is the vote that leads it."""

    def __init__(self, anchor: Vote, votes: list[Vote]) -> None:
        self.anchor = anchor
        self.votes = votes
        self.compatible: list[Vote] = []
        self.definition = anchor.definition

    def fits(self, vote: Vote) -> bool:
        same_rule = not vote.definition or not self.definition or vote.definition == self.definition
        if vote.interval is None or self.anchor.interval is None:
            return same_rule and vote.value == self.anchor.value
        return same_rule and vote.interval.overlaps(self.anchor.interval)

    def add(self, votes: Iterable[Vote]) -> None:
        self.votes.extend(votes)

    def freeze(self) -> Group:
        return Group(self.anchor.value, tuple(self.votes), tuple(self.compatible), self.definition)


class _Drafts:
    """The groups of a slot, found by value without looking at each of them.

    The anchors of one definition never overlap, or they would be one group.
    """

    def __init__(self) -> None:
        self.listed: list[_Draft] = []
        self._same: dict[str, list[_Draft]] = defaultdict(list)
        self._near: dict[str, list[_Draft]] = defaultdict(list)

    def add(self, draft: _Draft) -> None:
        self.listed.append(draft)
        self._same[draft.anchor.value].append(draft)
        if draft.anchor.interval is not None:
            insort(self._near[draft.definition], draft, key=_low)

    def that_fit(self, vote: Vote) -> list[_Draft]:
        """The groups that the vote agrees with."""
        if vote.interval is None:
            return [draft for draft in self._same[vote.value] if draft.fits(vote)]
        found = [draft for draft in self._same[vote.value] if draft.anchor.interval is None]
        for drafts in self._near.values():
            place = bisect_right(drafts, vote.interval.high, key=_low)
            while place > 0 and _high(drafts[place - 1]) >= vote.interval.low:
                place -= 1
                found.append(drafts[place])
        return [draft for draft in found if draft.fits(vote)]


def _low(draft: _Draft) -> Decimal:
    assert draft.anchor.interval is not None
    return draft.anchor.interval.low


def _high(draft: _Draft) -> Decimal:
    assert draft.anchor.interval is not None
    return draft.anchor.interval.high
