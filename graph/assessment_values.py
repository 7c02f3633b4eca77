"""Assessing a property of one value: amounts, counts, dates.

Values are held against each other within one currency, for one year, at one stage of a budget and under one
counting rule. Where rule, stage or year differ or are unsaid, they need not exclude each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from pyoxigraph import NamedNode

from graph.agreement import Group, agreeing_groups
from graph.assessment_words import side_words, value_words
from graph.contradiction import Contradiction
from graph.opposed import opposed
from graph.options import ALL_PAIRS, ASSERTED, Option, pairs, ranked
from graph.precision import Interval, last_place
from graph.projection import read_term
from graph.terms import decimal_value
from graph.topic_votes import TopicVotes
from graph.votes import Vote
from ontology.namespaces import OSA

_STATED: Final = frozenset({OSA.Asserted.value, OSA.Projected.value, OSA.Possible.value})
_NEW_YEAR: Final = 4  # fiscal years start in April


def value_contradictions(about: TopicVotes) -> Iterator[Contradiction]:
    """The contradictions of a topic whose property has one value."""
    yield from _denials(about)
    predicate = NamedNode(about.topic.predicate)
    if predicate in about.vocabulary.marks[OSA.mayRecur]:
        return
    by_currency: dict[str, list[Vote]] = defaultdict(list)
    own = {vote.source for vote in about.votes if vote.currency and vote.competes}
    for vote in about.votes:
        # Beside a sum in the budget's own currency, one in another is that day's conversion.
        if vote.modality in _STATED and (vote.competes or vote.source not in own):
            by_currency[vote.currency].append(vote)
    for _, votes in sorted(by_currency.items()):
        yield from _within_currency(about, votes)


def fiscal_year(about: TopicVotes, vote: Vote) -> str:
    """The fiscal year that a vote is about: as said, else that of the day that it holds for; or empty."""
    period = about.slot_of[vote.claim].period
    if period or not vote.as_of:
        return period
    day = date.fromisoformat(vote.as_of)
    return str(day.year if day.month >= _NEW_YEAR else day.year - 1)


def options_of(about: TopicVotes, votes: Sequence[Vote], period: str = "") -> list[Option]:
    """The values of votes that are comparable but for their counting rules, in order."""
    made = [
        _option(about, group, period) for group in agreeing_groups([_as_planned(about, v) for v in votes])
    ]
    return ranked(made)


def _option(about: TopicVotes, group: Group, period: str) -> Option:
    lead = group.votes[0]
    votes = tuple(about.vote_of[vote.claim] for vote in group.votes)
    accepted = not about.accepted_claims.isdisjoint(vote.claim for vote in group.votes)
    return Option(
        (group.value,), votes, about.slot_of[lead.claim], accepted, group.definition, lead.stage, period
    )


def _as_planned(about: TopicVotes, vote: Vote) -> Vote:
    """A planned number stands for what its year will be counted by."""
    if vote.asserted or not vote.definition:
        return vote
    rule = about.vocabulary.plans.get(NamedNode(vote.definition[1:-1]))
    return vote._replace(definition=str(rule)) if rule is not None else vote


def _within_currency(about: TopicVotes, votes: Sequence[Vote]) -> Iterator[Contradiction]:
    by_period: dict[str, list[Vote]] = defaultdict(list)
    for vote in votes:
        by_period[fiscal_year(about, vote) if vote.matter else ""].append(vote)
    undated = by_period.pop("", [])
    if not by_period:
        yield from _within_period(about, undated, "")
        return
    for period, said in sorted(by_period.items()):
        yield from _within_period(about, said, period)
    asserted = [period for period, said in by_period.items() if any(vote.asserted for vote in said)]
    latest = max(asserted or by_period)
    yield from _unsaid(
        about, options_of(about, undated), options_of(about, by_period[latest], latest), "fiscal year"
    )


def _within_period(about: TopicVotes, votes: Sequence[Vote], period: str) -> Iterator[Contradiction]:
    staged: dict[int, list[Vote]] = defaultdict(list)
    for vote in votes:
        staged[vote.stage].append(vote)
    unsaid = staged.pop(-1, [])
    said = {stage: options_of(about, staged[stage], period) for stage in sorted(staged)}
    for options in said.values():
        yield from _among(about, options)
    left = options_of(about, unsaid, period)
    if not said:
        yield from _among(about, left)
        return
    everywhere = [option for options in said.values() for option in options]
    furthest = max(said, key=lambda stage: (any(option.force == ASSERTED for option in said[stage]), stage))
    strangers = [option for option in left if not any(_fits(option, other) for other in everywhere)]
    yield from _unsaid(about, strangers, said[furthest], "stage", anywhere=False)


def _unsaid(
    about: TopicVotes, options: Sequence[Option], others: Sequence[Option], what: str, anywhere: bool = True
) -> Iterator[Contradiction]:
    """Options whose year or stage is unsaid against those that say it; one that fits any is no stranger."""
    near = others[:ALL_PAIRS] if anywhere else others[:1]
    for option in options:
        if anywhere and any(_fits(option, other) for other in others):
            continue
        for other in near:
            if _comparable(option, other) and not option.sources & other.sources:
                words = f"{side_words(other, about.vocabulary)} and {side_words(option, about.vocabulary)}"
                reason = f"{words} need not exclude each other: the second does not say the {what}"
                yield opposed(
                    about, OSA.DefinitionMismatch, other, option, reason + _also_unsaid(option, other), True
                )


def _also_unsaid(option: Option, other: Option) -> str:
    return " nor what it counts" if other.definition and not option.definition else ""


def _fits(one: Option, other: Option) -> bool:
    if one.definition and other.definition and one.definition != other.definition:
        return False
    mine, theirs = one.votes[0].interval, other.votes[0].interval
    if mine is None or theirs is None:
        return one.values == other.values
    return mine.overlaps(theirs)


def _comparable(one: Option, other: Option) -> bool:
    """A mere possibility is no rival of what is asserted."""
    return one.force > 0 and other.force > 0 and abs(one.force - other.force) <= 1


def _among(about: TopicVotes, options: Sequence[Option]) -> Iterator[Contradiction]:
    # Numbers that are compared across subjects are counted by some rule, said or not.
    ruled = any(vote.definition or vote.matter for vote in about.votes)
    staged = any(vote.stage_said for vote in about.votes)
    for a, b, among_first in pairs(options):
        if _comparable(a, b):
            vague = _vagueness(a, b, ruled, staged)
            found = _mismatch(about, a, b, vague, among_first) if vague else _clash(about, a, b, among_first)
            if found is not None:
                yield found


def _vagueness(a: Option, b: Option, ruled: bool, staged: bool) -> str:
    """In what the two values are not surely comparable, as the end of a sentence; or nothing."""
    if ruled and a.definition != b.definition and a.definition and b.definition:
        return "are counted by different rules, so they need not exclude each other"
    if ruled and not (a.definition and b.definition):
        which = "neither says" if a.definition == b.definition else "the second does not say"
        which = "the first does not say" if b.definition and not a.definition else which
        return f"need not exclude each other: {which} what it counts"
    if (covers := _coverage(a, b)) is not None:
        return f"may not cover the same: {covers}"
    if staged and a.stage == b.stage == -1:
        return "need not exclude each other: neither says at which stage of the budget"
    return ""


def _coverage(a: Option, b: Option) -> str | None:
    """What notes say that one sum covers and not the other."""
    if a.scopes == b.scopes:
        return None
    named = (("first", a.scopes), ("second", b.scopes))
    said = [f"the {name} is noted as '{min(notes)}'" for name, notes in named if notes]
    return " and ".join(said)


def _mismatch(about: TopicVotes, a: Option, b: Option, vague: str, among_first: bool) -> Contradiction | None:
    # Who states both shows that they go together; and what neither defines may have changed from day to day.
    if a.sources & b.sources or _of_other_days(a, b):
        return None
    words = f"{side_words(a, about.vocabulary)} and {side_words(b, about.vocabulary)} {vague}"
    return opposed(about, OSA.DefinitionMismatch, a, b, words, among_first)


def _clash(about: TopicVotes, a: Option, b: Option, among_first: bool) -> Contradiction | None:
    both = a.sources & b.sources
    a, b = a.leaving_out(both), b.leaving_out(both)
    if not a.votes or not b.votes:
        return None
    if _roundly_agree(a, b):
        return None
    one, other = side_words(a, about.vocabulary), side_words(b, about.vocabulary)
    if (older := _overtaken(a, b)) is not None:
        newer, old = (one, other) if older is b else (other, one)
        return opposed(about, OSA.Update, a, b, f"{newer} is a later report than {old}", among_first)
    return opposed(
        about, OSA.ValueClash, a, b, f"{one} and {other} exclude each other{_why(a, b)}", among_first
    )


def _of_other_days(a: Option, b: Option) -> bool:
    if a.definition or b.definition or not a.days or not b.days:
        return False
    return set(a.days).isdisjoint(b.days)


def _roundly_agree(a: Option, b: Option) -> bool:
    """Whether two sums agree if zeros that end a whole figure are no digits: 80億円 and 8.1 billion yen."""
    one, other = _rounded(a), _rounded(b)
    return one is not None and other is not None and one.overlaps(other)


def _rounded(option: Option) -> Interval | None:
    lead = option.votes[0]
    if not lead.currency or lead.interval is None:
        return None
    if "." in lead.printed:
        return lead.interval
    number = decimal_value(read_term(lead.value))
    coarse = last_place(number, len(number.as_tuple().digits), approximate=True) / 2
    return Interval(min(lead.interval.low, number - coarse), max(lead.interval.high, number + coarse))


def _why(a: Option, b: Option) -> str:
    weaker = [name for name, option in (("first", a), ("second", b)) if option.force < ASSERTED]
    stage = a.votes[0].stage_said
    same = ": they are sums of one stage" if stage and stage == b.votes[0].stage_said else ""
    same = ": they are counted by one rule" if a.definition and a.definition == b.definition else same
    if len(weaker) == 2:
        return f"{same}, though neither is asserted"
    return f"{same}, though the {weaker[0]} is not asserted" if weaker else same


def _overtaken(a: Option, b: Option) -> Option | None:
    """The option that a later one overtook: a projection by what was asserted, a count by a later one."""
    for older, newer in ((a, b), (b, a)):
        if older.force < ASSERTED == newer.force and older.latest and older.latest < newer.latest:
            return older
        counted = older.definition and older.force == newer.force == ASSERTED
        if counted and older.days and newer.days and older.days[-1] < newer.days[0]:
            return older
    return None


def _denials(about: TopicVotes) -> Iterator[Contradiction]:
    by_value: dict[str, list[Vote]] = defaultdict(list)
    for vote in about.votes:
        by_value[vote.value].append(vote)
    for value, votes in sorted(by_value.items()):
        denied = [vote for vote in votes if vote.denied]
        asserted = [vote for vote in votes if vote.asserted]
        if denied and asserted:
            slot = about.slot_of[asserted[0].claim]
            a, b = (
                Option((value,), tuple(asserted), slot),
                Option((value,), tuple(denied), slot, period="denied"),
            )
            shown = value_words(value, asserted[0], about.vocabulary)
            yield opposed(about, OSA.ValueClash, a, b, f"some assert {shown}, others deny it", True)
