"""Agreement: which votes state one value, and how many independent voices they are."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.agreement import Group, agreeing_groups, group_around, voice_count
from graph.precision import Interval
from graph.votes import Vote

VOICES = st.lists(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=3), max_size=8)


def vote(claim: str, value: str = "1", voices: str = "", **other: Any) -> Vote:
    fields: dict[str, Any] = {
        "asserted": True,
        "denied": False,
        "competes": True,
        "interval": None,
        "rank": 0,
        "stage": -1,
        "definition": "",
        "voices": tuple(voices) or (claim,),
        "weak": False,
        "primary": False,
        "day": "",
    }
    return Vote(claim=claim, value=value, **{**fields, **other})


def figure(claim: str, low: str, high: str, **other: Any) -> Vote:
    middle = (Decimal(low) + Decimal(high)) / 2
    return vote(claim, str(middle.normalize()), interval=Interval(Decimal(low), Decimal(high)), **other)


def grouped(*votes: Vote) -> dict[str, set[str]]:
    return {group.value: {vote.claim for vote in group.votes} for group in agreeing_groups(votes)}


@pytest.mark.parametrize(
    ("voices", "count"),
    [
        ([], 0),
        (["a"], 1),
        (["a", "a"], 1),
        (["a", "b"], 2),
        (["ax", "bx"], 1),
        (["ax", "xy", "yb"], 1),
        (["ax", "by", "xy"], 1),
        (["ax", "by", "c"], 3),
        (["ab", "cd", "bc", "e"], 2),
    ],
)
def test_votes_that_share_a_publisher_author_or_person_are_one_voice(voices: list[str], count: int) -> None:
    assert voice_count(vote(str(number), voices=keys) for number, keys in enumerate(voices)) == count


def connected_parts(voices: list[list[str]]) -> int:
    """The same number, found by walking."""
    left, count = [set(keys) for keys in voices], 0
    while left:
        reached = left.pop()
        while near := [keys for keys in left if keys & reached]:
            for keys in near:
                reached |= keys
                left.remove(keys)
        count += 1
    return count


@given(VOICES)
def test_voices_are_counted_as_connected_parts(voices: list[list[str]]) -> None:
    votes = [vote(str(number), voices="".join(keys)) for number, keys in enumerate(voices)]
    assert voice_count(votes) == voice_count(reversed(votes)) == connected_parts(voices)


def test_equal_values_are_one_group() -> None:
    assert grouped(vote("a", "x"), vote("b", "y"), vote("c", "x")) == {"x": {"a", "c"}, "y": {"b"}}


def test_the_most_precise_of_agreeing_values_stands() -> None:
    coarse, fine = figure("coarse", "7.5", "8.5"), figure("fine", "8.05", "8.15")
    assert grouped(coarse, fine) == {fine.value: {"coarse", "fine"}}


def test_a_coarse_value_that_fits_two_groups_does_not_vote() -> None:
    votes = [figure("a", "7.85", "7.95"), figure("b", "8.05", "8.15"), figure("coarse", "7.5", "8.5")]
    groups = agreeing_groups(votes)
    assert [{vote.claim for vote in group.votes} for group in groups] == [{"a"}, {"b"}]
    assert [[vote.claim for vote in group.compatible] for group in groups] == [["coarse"], ["coarse"]]
    assert [group.voices for group in groups] == [1, 1]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_order_of_votes_does_not_matter(order: tuple[int, ...]) -> None:
    votes = [
        figure("a", "7.85", "7.95"),
        figure("b", "8.05", "8.15"),
        figure("coarse", "7.5", "8.5"),
        figure("blog", "8.06", "8.08", weak=True),
    ]
    assert grouped(*(votes[place] for place in order)) == {"7.9": {"a"}, "8.1": {"b", "blog"}}


def test_a_blog_s_finer_figure_does_not_stand_for_a_newspaper_s() -> None:
    newspaper, blog = figure("newspaper", "7.5", "8.5"), figure("blog", "8.05", "8.15", weak=True)
    assert grouped(newspaper, blog) == {"8": {"newspaper", "blog"}}


def test_counts_by_different_rules_are_different_values() -> None:
    votes = [vote("a", "10", definition="signed"), vote("b", "10", definition="chosen")]
    assert [group.definition for group in agreeing_groups(votes)] == ["chosen", "signed"]


def test_a_count_by_an_unsaid_rule_joins_the_one_that_says_it() -> None:
    (group,) = agreeing_groups([vote("a", "10"), vote("b", "10", definition="signed")])
    assert (group.definition, group.voices) == ("signed", 2)


def test_a_count_by_an_unsaid_rule_that_fits_two_rules_does_not_vote() -> None:
    votes = [vote("a", "10", definition="signed"), vote("b", "10", definition="chosen"), vote("c", "10")]
    assert [group.voices for group in agreeing_groups(votes)] == [1, 1]


def test_among_equally_precise_values_the_one_of_more_votes_leads() -> None:
    votes = [figure("a", "1", "3"), figure("b", "2", "4"), figure("c", "2", "4")]
    assert grouped(*votes) == {"3": {"a", "b", "c"}}


@pytest.mark.parametrize(
    ("votes", "may_stand"),
    [
        ([vote("paper")], True),
        ([vote("blog", weak=True)], False),
        ([vote("blog", weak=True), vote("other", weak=True)], True),
        ([vote("blog", voices="ax", weak=True), vote("copy", voices="bx", weak=True)], False),
        ([vote("blog", weak=True), vote("paper")], True),
    ],
)
def test_a_weak_source_needs_a_second_independent_voice(votes: list[Vote], may_stand: bool) -> None:
    assert Group("1", tuple(votes)).may_stand is may_stand


def test_the_latest_day_is_that_of_the_last_publication() -> None:
    votes = (vote("a", day="2025-01-31"), vote("b"), vote("c", day="2025-02-01"))
    assert Group("1", votes).latest == "2025-02-01"
    assert Group("1", (vote("a"),)).latest == ""


def test_all_votes_that_agree_with_a_group_gather_around_it() -> None:
    coarse, fine, finer = figure("c", "7.5", "8.5"), figure("f", "7.85", "7.95"), figure("g", "8.05", "8.15")
    rival, blog = figure("r", "8.95", "9.05"), figure("b", "8.05", "8.15", weak=True)
    group = group_around(Group(coarse.value, (coarse,)), [rival, fine, coarse, finer, blog])
    assert group == Group("8", (coarse, fine, finer, blog))
    assert group_around(Group(fine.value, (fine,)), [finer, coarse, rival]) == Group("7.9", (fine, coarse))


def test_no_vote_gathers_twice() -> None:
    group = Group("1", (vote("a"), vote("b")))
    assert group_around(group, [vote("b"), vote("c"), vote("a")]).votes == (*group.votes, vote("c"))
    assert group_around(group, []) == group


def test_only_votes_by_the_same_or_an_unsaid_rule_gather_around_a_group() -> None:
    signed, chosen, unsaid = vote("s", definition="signed"), vote("c", definition="chosen"), vote("u")
    group = group_around(Group("1", (signed,), definition="signed"), [chosen, unsaid])
    assert group == Group("1", (signed, unsaid), definition="signed")
