"""Every error of ours has its status."""

from __future__ import annotations

from graph.errors import KnowledgeGraphError
from web.errors import STATUS


def tree(error: type[KnowledgeGraphError]) -> set[type[KnowledgeGraphError]]:
    return {error}.union(*(tree(child) for child in error.__subclasses__()))


def test_every_class_of_error_has_a_status_of_its_own() -> None:
    missing = {error.__name__ for error in tree(KnowledgeGraphError) if error.__module__ == "graph.errors"}
    assert missing - {error.__name__ for error in STATUS} == set()


def test_a_status_says_that_something_went_wrong() -> None:
    assert {status for status in STATUS.values() if not 400 <= status <= 599} == set()
