"""Resolution: from the votes on one slot to the accepted value, or to an open question.

A pure function of votes and curation. The default policy, in order: a curator's acceptance; a primary
source on its own matter; the value that most independent voices state, where values that agree within
printed precision vote together; the later publication. Otherwise the slot stays open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pyoxigraph import NamedNode

from graph.agreement import Group, agreeing_groups, group_around, voice_count
from graph.curation import NO_CURATION, Curation
from graph.voices import counted_votes
from graph.votes import Slot, Vote
from ontology.namespaces import OSA


class Resolution(NamedTuple):
    """What became of a slot; `accepted` is a term in N-Triples syntax, or None while the slot is open.

    `voices` counts the independent voices behind the accepted value, `step` names the step of the policy
    that decided.
    """

    slot: Slot
    accepted: str | None
    supported_by: tuple[str, ...]
    contested_by: tuple[str, ...]
    voices: int
    step: NamedNode
    definition: str = ""


def resolve(slot: Slot, kind: str, votes: Sequence[Vote], curation: Curation = NO_CURATION) -> Resolution:
    """The resolution of one slot whose property is `single`, `set` or `progress`."""
    votes = counted_votes(votes, curation)
    competing = [vote for vote in votes if vote.asserted and vote.competes]
    denials = [vote for vote in votes if vote.denied]
    by_curator = _by_curator(slot, kind, competing, denials, curation)
    if by_curator is not None:
        return by_curator
    if kind == "progress":
        return _furthest(slot, competing, denials)
    if kind == "set":
        groups = [Group(slot.member, tuple(competing))] if competing else []
        groups += [Group("", tuple(denials))] if denials else []
        return _decide(slot, groups, ())
    return _decide(slot, agreeing_groups(_current(competing)), denials)


def _by_curator(
    slot: Slot,
    kind: str,
    competing: Sequence[Vote],
    denials: Sequence[Vote],
    curation: Curation,
) -> Resolution | None:
    """The value that a curator accepted, whatever its stage or precision; None where there is none, or where
    the accepted claims disagree."""
    accepted = [vote for vote in competing if vote.claim in curation.accepted]
    groups = agreeing_groups(accepted)
    if len(groups) != 1:
        return None
    chosen = group_around(groups[0], competing)
    rank = chosen.votes[0].rank  # states before the accepted one are history, those beyond it are not
    current = [v for v in competing if v.rank > rank] if kind == "progress" else _current(competing)
    against = [vote for vote in denials if vote.value == chosen.value]
    resolution = _accepted(slot, chosen, [Group("", tuple(current))], against, OSA.CuratorAcceptance)
    supported = set(resolution.supported_by)
    return resolution._replace(contested_by=_sorted(c for c in resolution.contested_by if c not in supported))


def _current(votes: Sequence[Vote]) -> list[Vote]:
    """The amounts of the furthest budget stage and those whose stage is unsaid; earlier ones are history.

    A stage counts as reached when its amounts may stand: a blog alone makes no history of the others.
    """
    reached = [
        stage
        for stage in {vote.stage for vote in votes}
        if stage >= 0 and Group("", tuple(vote for vote in votes if vote.stage == stage)).may_stand
    ]
    furthest = max(reached, default=max((vote.stage for vote in votes), default=-1))
    return [vote for vote in votes if vote.stage in (-1, furthest)]


def _furthest(slot: Slot, votes: Sequence[Vote], denials: Sequence[Vote]) -> Resolution:
    """The furthest state that may stand; those before it are history, never rivals."""
    groups = [Group(v, tuple(w for w in votes if w.value == v)) for v in sorted({v.value for v in votes})]
    standing = [group for group in groups if group.may_stand]
    if not standing:
        return _open(slot, groups, denials)
    furthest = max(standing, key=lambda group: (group.votes[0].rank, group.value))
    against = [vote for vote in denials if vote.value == furthest.value]
    return _accepted(slot, furthest, [furthest], against, OSA.FurthestState)


def _decide(slot: Slot, groups: list[Group], denials: Sequence[Vote]) -> Resolution:
    chosen, step = _winner(groups)
    if chosen is None:
        return _open(slot, groups, denials, step)
    if chosen.value == "":  # the winning group denies the member of a set
        return _open(slot, groups, (), OSA.MostlyDenied)
    against = [vote for vote in denials if vote.value == chosen.value]
    return _accepted(slot, chosen, groups, against, step)


def _winner(groups: list[Group]) -> tuple[Group | None, NamedNode]:
    standing = [group for group in groups if group.may_stand]
    if not standing:
        return None, OSA.OnlyWeakSources if groups else OSA.NothingAsserted
    primary = [group for group in standing if any(vote.primary for vote in group.votes)]
    if len(primary) == 1:
        return primary[0], OSA.PrimarySource
    contenders = primary or standing
    most = max(group.voices for group in contenders)
    loudest = [group for group in contenders if group.voices == most]
    if len(loudest) == 1:
        return loudest[0], OSA.SingleVoice if most == 1 and len(standing) == 1 else OSA.MostVoices
    latest = max(group.latest for group in loudest)
    newest = [group for group in loudest if group.latest == latest]
    return (newest[0], OSA.LaterPublication) if len(newest) == 1 else (None, OSA.Tie)


def _accepted(
    slot: Slot, group: Group, groups: Iterable[Group], denials: Iterable[Vote], step: NamedNode
) -> Resolution:
    rivals = [vote.claim for other in groups if other is not group for vote in other.votes]
    return Resolution(
        slot=slot,
        accepted=group.value,
        supported_by=_sorted(vote.claim for vote in (*group.votes, *group.compatible)),
        contested_by=_sorted([*rivals, *(vote.claim for vote in denials)]),
        voices=group.voices,
        step=step,
        definition=group.definition,
    )


def _open(
    slot: Slot, groups: Iterable[Group], denials: Iterable[Vote], step: NamedNode | None = None
) -> Resolution:
    """An open slot; its claims support no value, and all stand against one another."""
    votes = [vote for group in groups for vote in group.votes]
    why = step or (OSA.OnlyWeakSources if votes else OSA.NothingAsserted)
    claims = _sorted(vote.claim for vote in (*votes, *denials))
    return Resolution(slot, None, (), claims, voice_count(votes), why)


def _sorted(claims: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(claims)))
