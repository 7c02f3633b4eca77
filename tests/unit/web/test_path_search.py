"""The shortest paths between two things: all of them, no detours, and a word on what was not looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise, permutations
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.path_search import Around, Found, Limits, Link, find_paths

PATIENT: Final = Limits(wanted=10_000, paths=10_000, tries=10**6, seconds=1e9)


def links(text: str) -> list[Link]:
    """Links written as "a>b c>b"."""
    return [Link(pair[0], "p", pair[2]) for pair in text.split()]


def around(known: Sequence[Link]) -> Callable[[Sequence[str], int], Mapping[str, Around]]:
    def expand(things: Sequence[str], fan: int) -> dict[str, Around]:
        of = {thing: [link for link in known if thing in (link.subject, link.object)] for thing in things}
        return {thing: Around(found[:fan], len(found) >= fan) for thing, found in of.items()}

    return expand


def search(text: str, ends: str = "az", hops: int = 6, closed: str = "", limits: Limits = PATIENT) -> Found:
    return find_paths(ends[0], ends[1], hops, around(links(text)), lambda thing: thing not in closed, limits)


def told(found: Found) -> list[str]:
    return sorted("".join(path) for path in found.paths)


def test_a_statement_leads_in_both_directions() -> None:
    assert told(search("a>b z>b")) == ["abz"]
    assert search("a>b z>b").links["z", "b"] == [Link("z", "p", "b")]


def test_longer_paths_come_after_all_of_one_length() -> None:
    found = search("a>b b>z a>c c>z a>d d>e e>z", limits=Limits(wanted=1))
    assert (told(found), found.hops) == (["abz", "acz"], 2)


def test_a_way_round_things_that_are_linked_anyway_is_no_path() -> None:
    assert told(search("a>b b>z a>c c>b")) == ["abz"]


def test_things_that_are_linked_themselves_have_other_connections_too() -> None:
    assert told(search("a>z a>b b>z")) == ["abz", "az"]


def test_what_may_not_be_passed_may_be_an_end() -> None:
    assert told(search("a>b b>z", closed="b")) == []
    assert told(search("a>b b>z", ends="ab", closed="b")) == ["ab"]


def test_when_all_that_can_be_reached_was_looked_at_it_says_so() -> None:
    found = search("a>b b>c z>y")
    assert (found.paths, found.is_exhausted, found.is_complete) == ([], True, True)


def test_nothing_farther_than_asked_is_looked_at() -> None:
    found = search("a>b b>c c>d d>z", hops=3)
    assert (found.paths, found.hops, found.is_exhausted) == ([], 3, False)


def test_what_has_more_links_than_are_followed_is_named() -> None:
    found = search("a>b a>c a>d a>z", limits=Limits(fan_of_ends=3))
    assert list(found.crowded) == ["a"]
    assert told(found) == ["az"]


def test_things_beyond_the_frontier_are_counted() -> None:
    spokes = " ".join(f"a>{name} {name}>{name.upper()}" for name in "bcdefg")
    ends = " ".join(f"z>{name} {name}>{name.upper()}" for name in "hijklm")
    found = search(f"{spokes} {ends}", limits=Limits(frontier=2), hops=4)
    assert (found.paths, found.left_out, found.is_complete) == ([], 4, False)


def test_a_search_that_takes_too_long_stops_where_it_is() -> None:
    hours = iter([0.0, 0.0, 3600.0])
    found = find_paths(
        "a", "z", 6, around(links("a>b b>c c>z")), lambda thing: True, clock=lambda: next(hours)
    )
    assert (found.hops, found.is_late, found.paths) == (1, True, [])


def test_more_paths_than_can_be_put_together_are_not_all_told() -> None:
    many = " ".join(f"a>{name} {name}>z" for name in "bcdefghij")
    found = search(many, limits=Limits(paths=4))
    assert (len(found.paths), found.is_crossed) == (4, True)


@given(
    st.sets(st.tuples(st.sampled_from("abcdez"), st.sampled_from("abcdez")), max_size=14), st.integers(1, 5)
)
def test_every_path_without_detours_is_found(pairs: set[tuple[str, str]], hops: int) -> None:
    known = {(one, other) for one, other in pairs if one != other}
    near = known | {(other, one) for one, other in known}
    expected = []
    for length in range(1, hops + 1):
        for inner in permutations("bcde", length - 1):
            path = ("a", *inner, "z")
            steps = set(pairwise(path))
            others = {
                (path[i], path[j])
                for i in range(len(path))
                for j in range(i + 2, len(path))
                if j - i < len(path) - 1
            }
            if steps <= near and not others & near:
                expected.append("".join(path))
    text = " ".join(f"{one}>{other}" for one, other in sorted(known))
    assert told(search(text, hops=hops)) == sorted(expected)


@pytest.mark.parametrize("ends", ["az", "za"])
def test_the_same_paths_are_found_from_either_end(ends: str) -> None:
    found = search("a>b b>c z>c a>d d>e e>z", ends=ends)
    assert [len(path) for path in found.paths] == [4, 4]
