"""The order of the test modules."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from tests.schedule import SECONDS, USUAL, WAITING, in_turns, seconds_of

TESTS = Path(__file__).parents[1]


def test_every_module_and_folder_that_is_named_is_there() -> None:
    assert [name for name in SECONDS if not (TESTS / name).is_file()] == []
    assert [name for name in WAITING | USUAL.keys() if not (TESTS / name).is_dir()] == []


def test_modules_of_both_kinds_take_turns_and_the_longest_of_each_come_first() -> None:
    named = [*SECONDS, "unit/graph/test_a.py", "protocol/test_a.py"]
    keys = in_turns(named)
    order = sorted(named, key=keys.__getitem__)
    assert sorted(named) == sorted(order)
    for is_waiting in (True, False):
        times = [seconds_of(name) for name in order if (name.partition("/")[0] in WAITING) is is_waiting]
        assert all(first >= second for first, second in pairwise(times))
    assert {name.partition("/")[0] in WAITING for name in order[:4]} == {True, False}
