"""What is remembered of earlier answers, and what is forgotten."""

from __future__ import annotations

from pyoxigraph import Literal

from web.row_memory import LONGEST, RowMemory

ROW = {"x": Literal(1)}


def test_an_answer_is_remembered_for_its_snapshot_alone() -> None:
    memory = RowMemory()
    memory.put(("1", "ASK {}"), [ROW])
    assert memory.get(("1", "ASK {}")) == [ROW]
    assert memory.get(("2", "ASK {}")) is None


def test_the_least_recently_used_is_forgotten_first() -> None:
    memory = RowMemory(most_rows=5)
    for name in ("a", "b"):
        memory.put((name, ""), [ROW])
    memory.get(("a", ""))
    memory.put(("c", ""), [ROW])
    assert [memory.get((name, "")) is not None for name in ("a", "b", "c")] == [True, False, True]


def test_a_long_answer_is_not_kept_and_an_empty_one_is() -> None:
    memory = RowMemory()
    memory.put(("long", ""), [ROW] * (LONGEST + 1))
    memory.put(("empty", ""), [])
    assert memory.get(("long", "")) is None
    assert memory.get(("empty", "")) == []
