"""The memory of answers: one snapshot, a limit, the least recently used forgotten first."""

from __future__ import annotations

import pytest

from web.answer_cache import (
    LARGEST_ENTRY,
    LONGEST_TEXT,
    AnswerCache,
    Cached,
    entity_tag,
    is_known,
    is_repeatable,
)


def answer(size: int = 10, tag: str = '"t"') -> Cached:
    return Cached(tag, [("content-type", "text/csv")], b"x" * size)


def test_an_answer_is_remembered_as_long_as_its_snapshot_is_current() -> None:
    cache = AnswerCache(1000)
    assert cache.get(("a",), 7) is None
    cache.put(("a",), 7, first := answer())
    assert cache.get(("a",), 7) is first
    assert cache.get(("b",), 7) is None
    assert cache.get(("a",), 8) is None
    assert cache.get(("a",), 7) is None


def test_an_answer_of_another_snapshot_than_the_last_asked_for_is_not_remembered() -> None:
    cache = AnswerCache(1000)
    cache.get(("a",), 8)
    cache.put(("a",), 7, answer())
    assert cache.get(("a",), 8) is None


def test_the_first_answer_stays() -> None:
    cache = AnswerCache(1000)
    cache.get(("a",), 1)
    cache.put(("a",), 1, first := answer(1))
    cache.put(("a",), 1, answer(2))
    assert cache.get(("a",), 1) is first


def test_the_least_recently_used_answer_is_forgotten_first() -> None:
    cache = AnswerCache(3 * 11)
    cache.get(("a",), 1)
    for name in "abc":
        cache.put((name,), 1, answer(10))
    cache.get(("a",), 1)
    cache.put(("d",), 1, answer(10))
    assert [name for name in "abcd" if cache.get((name,), 1)] == ["a", "c", "d"]


def test_what_a_snapshot_held_makes_room_for_the_next() -> None:
    cache = AnswerCache(11)
    for snapshot in (1, 2):
        cache.get(("a",), snapshot)
        cache.put(("a",), snapshot, answer(10))
        assert cache.get(("a",), snapshot) is not None


def test_a_large_answer_is_not_remembered() -> None:
    cache = AnswerCache(10 * LARGEST_ENTRY)
    cache.get(("a",), 1)
    cache.put(("a",), 1, answer(LARGEST_ENTRY))
    cache.put(("b",), 1, answer(LARGEST_ENTRY - 1))
    assert (cache.get(("a",), 1), cache.get(("b",), 1) is not None) == (None, True)


def test_a_cache_without_room_remembers_nothing() -> None:
    cache = AnswerCache(0)
    cache.get(("a",), 1)
    cache.put(("a",), 1, answer())
    assert cache.get(("a",), 1) is None


@pytest.mark.parametrize(
    ("text", "repeatable"),
    [
        ("SELECT * { ?s ?p ?o }", True),
        ("SELECT (now() AS ?x) {}", False),
        ("SELECT (RaNd() AS ?x) {}", False),
        ("SELECT (STRUUID() AS ?x) {}", False),
        ("SELECT (BNODE() AS ?x) {}", False),
        ("SELECT * { SERVICE <urn:x> {} }", False),
        ("SELECT (\\u004eOW() AS ?x) {}", False),
        ("SELECT * { [] ?p _:b }", True),
        ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", True),
        ("CONSTRUCT { [] ?p ?o } WHERE { ?s ?p ?o }", False),
        ("CONSTRUCT { _:b ?p ?o }\nWHERE { ?s ?p ?o }", False),
        ("[] CONSTRUCT WHERE { ?s ?p ?o }", True),
        ("SELECT * {}" + " " * LONGEST_TEXT, False),
        ("SELECT ?known { ?s ?p ?known }", False),
    ],
)
def test_an_answer_is_repeatable_unless_the_text_mentions_what_changes(text: str, repeatable: bool) -> None:
    assert is_repeatable(text) is repeatable


def test_a_tag_names_the_snapshot_and_all_that_the_answer_depends_on() -> None:
    keys = [("a", "b"), ("ab", ""), ("", "ab"), ("a", "b", ""), ("a", "\udcff")]
    tags = {entity_tag(key, snapshot) for key in keys for snapshot in (1, 11)}
    assert len(tags) == 10
    assert entity_tag(("a", "b"), 1) == entity_tag(("a", "b"), 1)
    assert {tag.partition("-")[0] for tag in tags} == {'"1', '"11'}


@pytest.mark.parametrize(
    ("header", "known"),
    [
        ('"1-ab"', True),
        ('W/"1-ab"', True),
        ('"x" , "1-ab"', True),
        ("*", True),
        ('"1-a"', False),
        ("1-ab", False),
        ("", False),
        (None, False),
    ],
)
def test_a_client_may_have_the_answer_already(header: str | None, known: bool) -> None:
    assert is_known('"1-ab"', header) is known
