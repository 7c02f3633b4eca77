"""Answers in views: `queries/competency/views/{view}/{query}.srj` is what a query answers in that view.

What the documents of each date demand, checked by hand against the tables: four recipients in 2023, Djibouti
besides in 2024, ten at the end of 2025; the request for 2024 became 5.0 billion yen, that for 2025 8.1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

from graph.datadir import DataDirectory, Snapshot
from graph.embedded import EmbeddedStore
from graph.named_query import Catalogue
from graph.view_cache import ViewCache
from graph.views import ViewChoice, read_choice
from loaders.operations import COUNTED
from ontology.namespaces import ID, OSA

QUERIES = Path(__file__).parents[2] / "queries"
VIEWS = QUERIES / "competency" / "views"
ANSWERS = sorted(VIEWS.glob("*/*.srj"))
DAYS = ("2023-12-31", "2024-12-31", "2025-12-31")
DISPUTES = "SELECT ?kind ?about { GRAPH ?g { ?c a osa:Contradiction ; osa:kind ?kind ; osa:subject ?about } }"
USES = "osa:supportedBy|osa:contestedBy|osa:claim|osa:sideA|osa:sideB"
CLAIMS_IN_USE = f"SELECT DISTINCT ?claim {{ GRAPH graph:assessments {{ ?node {USES} ?claim }} }}"
CLAIMS_THERE = "SELECT DISTINCT ?claim { GRAPH ?source { ?claim a osa:Claim } }"
# By the day at whose end each was known first.
NEW_DISPUTES = {
    "2023-12-31": {("ValueClash", "event/ev-2023-12-22-patriot")},
    "2024-12-31": {
        ("ValueClash", "event/ev-2024-12-mongolia-transfer"),
        ("DefinitionMismatch", "recipient-count/osa-2024-12-20"),
    },
    "2025-12-31": {
        ("ValueClash", "budget/osa-fy2025"),
        ("ValueClash", "project/osa-fy2023-bangladesh/item/patrol-boat"),
        ("ValueClash", "project/osa-fy2023-malaysia"),
        ("DefinitionMismatch", "recipient-count/osa-fy2025"),
    },
}

Row = tuple[str, ...]
Open = Callable[[ViewChoice], EmbeddedStore]


class Build(NamedTuple):
    """The finished build of the shipped tables, as the fixture of the folder above makes it."""

    folder: Path


@pytest.fixture(scope="module")
def snapshot(shipped_build: Build, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The shipped dataset, published."""
    data = DataDirectory(tmp_path_factory.mktemp("viewed") / "data")
    with data.writer():
        stage = data.stage()
        EmbeddedStore(shipped_build.folder, read_only=True).backup(stage / "store")
        return data.publish(stage, dict.fromkeys(COUNTED, 0), "build")


@pytest.fixture(scope="module")
def opened(snapshot: Snapshot) -> Open:
    """Opens views of it."""
    cache = ViewCache(DataDirectory(snapshot.folder.parents[1]))

    def open_view(choice: ViewChoice) -> EmbeddedStore:
        view = cache.make(snapshot.number, cache.rounded(snapshot, choice))
        return EmbeddedStore(view.snapshot.store, read_only=True)

    return open_view


def rows(results: object) -> Counter[Row]:
    assert isinstance(results, QuerySolutions)
    names = [variable.value for variable in results.variables]
    return Counter(tuple(f"{name} {row[name]}" for name in names if row[name]) for row in results)


def choice_of_folder(name: str) -> ViewChoice:
    return read_choice(name.removeprefix("as-of-"), None)


@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_query_has_exactly_the_expected_answer_in_a_view(path: Path, opened: Open) -> None:
    query = Catalogue.read(QUERIES, QUERIES / "competency")[path.stem]
    found = rows(opened(choice_of_folder(path.parent.name)).query(query.bind({})))
    assert found == rows(parse_query_results(path=str(path), format=QueryResultsFormat.JSON))


def test_every_question_about_a_date_is_answered_for_three_of_them() -> None:
    names = {path.stem for path in ANSWERS}
    assert "cq-57-list-recipient-numbers-at-a-date" in names
    assert {(path.parent.name, path.stem) for path in ANSWERS} == {
        (f"as-of-{day}", name) for day in DAYS for name in names
    }


def test_what_is_in_dispute_follows_what_was_published(opened: Open) -> None:
    held = {day: disputes(opened(read_choice(day, None))) for day in DAYS}
    for number, day in enumerate(DAYS):
        assert NEW_DISPUTES[day] <= held[day]
        for earlier in DAYS[:number]:
            assert NEW_DISPUTES[earlier] <= held[day]
            assert not NEW_DISPUTES[day] & held[earlier]


def disputes(store: EmbeddedStore) -> set[tuple[str, str]]:
    """The kinds of the contradictions, and what they are about."""
    results = store.query(DISPUTES)
    assert isinstance(results, QuerySolutions)
    rows = ((row["kind"], row["about"]) for row in results)
    return {(kind.value.removeprefix(str(OSA)), about.value.removeprefix(str(ID))) for kind, about in rows}


@pytest.mark.parametrize("day", DAYS)
def test_no_claim_in_a_view_is_of_a_source_that_is_not(day: str, opened: Open) -> None:
    store = opened(read_choice(day, None))
    used = rows(store.query(CLAIMS_IN_USE)).keys()
    assert used and used <= rows(store.query(CLAIMS_THERE)).keys()
