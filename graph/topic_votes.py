"""The votes of one topic, ready to be assessed, and what their slots would accept without some of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property

from pyoxigraph import NamedNode

from graph.curation import Curation
from graph.resolution import Resolution, resolve
from graph.topics import Topic, is_framing
from graph.voices import counted_votes
from graph.votes import Slot, Vote
from graph.wholes import Wholes
from ontology.vocabulary import Vocabulary


class TopicVotes:
    """The votes that count, by slot; `wholes` tells finer names of a body from rivals."""

    def __init__(
        self,
        topic: Topic,
        ballots: Sequence[tuple[Slot, Vote]],
        vocabulary: Vocabulary,
        curation: Curation,
        wholes: Wholes,
    ) -> None:
        self.topic = topic
        self.vocabulary = vocabulary
        self.wholes = wholes
        self._curation = curation
        slots = {vote.claim: slot for slot, vote in ballots}
        ordered = sorted((vote for _, vote in ballots), key=lambda vote: vote.claim)
        self.slot_of: Mapping[str, Slot] = slots
        self.votes = counted_votes(ordered, curation)
        self.vote_of: Mapping[str, Vote] = {vote.claim: vote for vote in self.votes}
        self._known: dict[tuple[Slot, frozenset[str]], Resolution] = {}

    @cached_property
    def by_slot(self) -> Mapping[Slot, list[Vote]]:
        """The votes of each slot."""
        found: dict[Slot, list[Vote]] = defaultdict(list)
        for vote in self.votes:
            found[self.slot_of[vote.claim]].append(vote)
        return found

    @cached_property
    def accepted_claims(self) -> frozenset[str]:
        """The claims that support an accepted value."""
        return frozenset(
            claim for slot in self.by_slot for claim in self._resolution(slot, frozenset()).supported_by
        )

    def without(self, slot: Slot, claims: frozenset[str]) -> str | None:
        """What a slot would accept without some claims; always None for framing."""
        if is_framing(slot, self.vocabulary):
            return None
        return self._resolution(slot, claims).accepted

    def _resolution(self, slot: Slot, without: frozenset[str]) -> Resolution:
        key = (slot, without)
        if key not in self._known:
            kind = self.vocabulary.resolution[NamedNode(slot.predicate)]
            votes = [vote for vote in self.by_slot[slot] if vote.claim not in without]
            self._known[key] = resolve(slot, kind, votes, self._curation)
        return self._known[key]
