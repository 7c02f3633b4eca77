"""Assessing a property of several values: denied members, closed lists, single bodies, and who did it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from pyoxigraph import NamedNode

from graph.assessment_words import side_words, value_words
from graph.contradiction import Contradiction
from graph.opposed import opposed, opposed_lists
from graph.options import Option, pairs, ranked
from graph.topic_votes import TopicVotes
from graph.votes import Vote
from graph.wholes import is_within
from ontology.namespaces import OSA

_Lists = Mapping[frozenset[str], list[Vote]]


def set_contradictions(about: TopicVotes) -> Iterator[Contradiction]:
    """The contradictions of a topic whose property has several values."""
    yield from denied_members(about, OSA.EnumerationDifference)
    predicate, marks = NamedNode(about.topic.predicate), about.vocabulary.marks
    if predicate in marks[OSA.isClosedList]:
        yield from _closed_lists(about)
    if predicate in marks[OSA.isUsuallyOne]:
        yield from _single_bodies(about)
    if predicate in marks[OSA.isAttribution]:
        yield from _other_actors(about)


def denied_members(about: TopicVotes, kind: NamedNode) -> Iterator[Contradiction]:
    """Members that some sources assert and others deny."""
    for slot, votes in sorted(about.by_slot.items()):
        asserted = tuple(vote for vote in votes if vote.asserted)
        denied = tuple(vote for vote in votes if vote.denied)
        if asserted and denied:
            a = Option((slot.member,), asserted, slot)
            b = Option((slot.member,), denied, slot, period="denied")
            shown = value_words(slot.member, asserted[0], about.vocabulary)
            yield opposed(about, kind, a, b, f"some assert {shown}, others deny it", True)


def _lists(about: TopicVotes, votes: Iterable[Vote]) -> _Lists:
    """The votes by the list that their source gives for their subject."""
    by_source: dict[tuple[str, str], list[Vote]] = defaultdict(list)
    for vote in votes:
        by_source[about.slot_of[vote.claim].subject, vote.source].append(vote)
    lists: dict[frozenset[str], list[Vote]] = defaultdict(list)
    for told in by_source.values():
        lists[frozenset(vote.value for vote in told)] += told
    return lists


def _firm(about: TopicVotes) -> list[Vote]:
    firm = {OSA.Asserted.value, OSA.Projected.value}
    main = about.topic.predicate
    return [v for v in about.votes if v.modality in firm and about.slot_of[v.claim].predicate == main]


def _options(about: TopicVotes, lists: _Lists) -> list[Option]:
    held = about.accepted_claims
    made = []
    for values, votes in lists.items():
        ordered = sorted(votes, key=lambda vote: (not vote.asserted, vote.value, vote.claim))
        accepted = any(vote.claim in held for vote in votes)
        slot = about.slot_of[ordered[0].claim]
        made.append(Option(tuple(sorted(values)), tuple(ordered), slot, accepted))
    return ranked(made)


def _differing(
    about: TopicVotes,
    options: Sequence[Option],
    kind: NamedNode,
    clash: Callable[[Option, Option], bool],
    because: str,
) -> Iterator[Contradiction]:
    for a, b, _ in pairs(options):
        if clash(a, b) and not a.sources & b.sources:
            words = f"{side_words(a, about.vocabulary)} and {side_words(b, about.vocabulary)}"
            yield opposed_lists(about, kind, a, b, f"{words} differ: {because}{_other_subjects(a, b, about)}")


def _other_subjects(a: Option, b: Option, about: TopicVotes) -> str:
    if a.slot.subject == b.slot.subject:
        return ""
    names = [value_words(f"<{option.slot.subject}>", None, about.vocabulary) for option in (a, b)]
    return f"; the first is said of {names[0]}, the second of {names[1]}, which review takes for one matter"


def _closed_lists(about: TopicVotes) -> Iterator[Contradiction]:
    because = "each list says to what alone the rule confines"
    options = _options(about, _lists(about, _firm(about)))
    yield from _differing(about, options, OSA.EnumerationDifference, lambda a, b: True, because)


def _single_bodies(about: TopicVotes) -> Iterator[Contradiction]:
    lists = _lists(about, _firm(about))
    single = {values: votes for values, votes in lists.items() if len(values) == 1}
    together = [values for values in lists if len(values) > 1]

    def clash(a: Option, b: Option) -> bool:
        both = {*a.values, *b.values}
        return not _one_in_the_other(about, a, b) and not any(both <= values for values in together)

    because = "each source names one body only, and neither is part of the other"
    yield from _differing(about, _options(about, single), OSA.EnumerationDifference, clash, because)


def _other_actors(about: TopicVotes) -> Iterator[Contradiction]:
    acts = _acts(about)

    def clash(a: Option, b: Option) -> bool:
        if _one_in_the_other(about, a, b):
            return False
        mine, theirs = _acts_of(a, acts), _acts_of(b, acts)
        return not mine or not theirs or bool(mine & theirs)

    because = "the sources agree on what was done and not on who did it"
    options = _options(about, _lists(about, _firm(about)))
    yield from _differing(about, options, OSA.AttributionDifference, clash, because)


def _acts(about: TopicVotes) -> Mapping[str, set[str]]:
    """By source, what it says was done, as far as that is assessed with who did it."""
    acts: dict[str, set[str]] = defaultdict(set)
    for vote in about.votes:
        if about.slot_of[vote.claim].predicate != about.topic.predicate:
            acts[vote.source].add(vote.value)
    return acts


def _acts_of(option: Option, acts: Mapping[str, set[str]]) -> set[str]:
    return {act for source in option.sources for act in acts.get(source, ())}


def _one_in_the_other(about: TopicVotes, a: Option, b: Option) -> bool:
    """Whether any body of one list is, or is part of, one of the other, or the other way round."""
    bodies = [[value[1:-1] for value in option.values] for option in (a, b)]
    return any(
        is_within(one, other, about.wholes) or is_within(other, one, about.wholes)
        for one in bodies[0]
        for other in bodies[1]
    )
