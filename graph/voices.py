"""Independent voices: who speaks with whom, as the policy and the curators see it.

Claims are one voice where their sources share a publisher or an author, where both are ascribed to one
actor, where sources of one day support one value in nearly the same words, and where a curator says so. A
curator's "separate voices" overrules what sources share and how they are worded, but no "same voice".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from graph.curation import NO_CURATION, Curation
from graph.same_text import is_same_text
from graph.votes import Vote

TEXT: Final = "text "
CURATOR: Final = "curator "
# So many different wordings of one value on one day are told apart; each further one is its own.
MOST_WORDINGS: Final = 20


def counted_votes(votes: Sequence[Vote], curation: Curation = NO_CURATION) -> list[Vote]:
    """The votes that count, in their order, with the keys that make them one voice or several."""
    counted = [vote for vote in votes if vote.claim not in curation.rejected]
    keys = _text_keys(counted)
    if not (keys or curation.joined or curation.apart):
        return counted
    told = [vote._replace(voices=(*vote.voices, *keys.get(vote.claim, ()))) for vote in counted]
    return _joined(_parted(told, curation), curation)


def voice_groups(votes: Iterable[Vote]) -> list[list[Vote]]:
    """The votes by voice: those that share a key, and so on from vote to vote."""
    listed = list(votes)
    parent = list(range(len(listed)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    first: dict[str, int] = {}
    for place, vote in enumerate(listed):
        for key in vote.voices:
            parent[root(place)] = root(first.setdefault(key, place))
    groups: dict[int, list[Vote]] = defaultdict(list)
    for place, vote in enumerate(listed):
        groups[root(place)].append(vote)
    return list(groups.values())


def why_one_voice(votes: Iterable[Vote]) -> list[str]:
    """In words, why several sources among the votes count as one voice; empty where none do."""
    reasons: set[str] = set()
    for group in voice_groups(votes):
        holders: dict[str, set[str]] = defaultdict(set)
        for vote in group:
            for key in vote.voices:
                holders[key].add(vote.source)
        shared = [key for key, sources in holders.items() if len(sources) > 1]
        reasons |= {_why(key) for key in shared}
    return sorted(reasons)


def _why(key: str) -> str:
    if key.startswith(TEXT):
        return "the same words on the same day"
    if key.startswith(CURATOR):
        return "a curator's decision"
    return "a shared publisher, author or informant"


def _text_keys(votes: Iterable[Vote]) -> dict[str, tuple[str, ...]]:
    """By claim, a key for each wording that another source has too; the same for any order of the votes."""
    worded: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for vote in votes:
        if vote.day:
            for text in vote.texts:
                worded[vote.value, vote.day].append((text, vote.claim))
    keys: dict[str, tuple[str, ...]] = {}
    for (value, day), texts in worded.items():
        leaders: list[str] = []
        for text, claim in sorted(texts) if len(texts) > 1 else ():
            leader = next((known for known in leaders if is_same_text(known, text)), text)
            if leader is text and len(leaders) < MOST_WORDINGS:
                leaders.append(text)
            keys[claim] = (*keys.get(claim, ()), f"{TEXT}{value} {day} {leader}")
    return keys


def _parted(votes: list[Vote], curation: Curation) -> list[Vote]:
    """The votes, with keys of their own in place of those that a source shares with one it is apart from."""
    if not curation.apart:
        return votes
    rivals: dict[str, set[str]] = defaultdict(set)
    for pair in curation.apart:
        for source in pair:
            rivals[source] |= pair - {source}
    holders: dict[str, set[str]] = defaultdict(set)
    for vote in votes:
        for key in vote.voices if vote.source in rivals else ():
            holders[key].add(vote.source)
    return [
        vote._replace(
            voices=tuple(
                f"{key} {vote.source}" if holders[key] & rivals[vote.source] else key for key in vote.voices
            )
        )
        if vote.source in rivals
        else vote
        for vote in votes
    ]


def _joined(votes: list[Vote], curation: Curation) -> list[Vote]:
    keys: dict[str, list[str]] = defaultdict(list)
    for sources in curation.joined:
        for source in sources:
            keys[source].append(CURATOR + min(sources))
    return [
        vote._replace(voices=(*vote.voices, *keys[vote.source])) if vote.source in keys else vote
        for vote in votes
    ]
