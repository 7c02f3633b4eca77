"""The home page shows the first of each answer; where a query of its own has that, it says the same."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions

from graph.embedded import EmbeddedStore
from graph.named_query import Catalogue
from web.pages import EXAMPLE_ROWS, EXAMPLES

QUERIES = Path(__file__).parents[3] / "queries"
PAGES = Catalogue.read(QUERIES / "pages")
QUESTIONS = Catalogue.read(QUERIES, QUERIES / "competency")
SHORTENED = [name for name in EXAMPLES if f"first-{name}" in PAGES]


def rows(store: EmbeddedStore, text: str, variables: list[str]) -> list[list[str]]:
    """One more of the first rows than a page shows, by the columns of the question."""
    solutions = store.query(text)
    assert isinstance(solutions, QuerySolutions)
    return [[str(row[name]) for name in variables] for row in islice(solutions, EXAMPLE_ROWS + 1)]


def test_some_questions_have_a_query_for_the_first_of_their_answer() -> None:
    assert SHORTENED
    assert {query.name for query in PAGES if query.name.startswith("first-")} == {
        f"first-{name}" for name in SHORTENED
    }


@pytest.mark.parametrize("name", SHORTENED)
def test_it_gives_the_first_rows_of_the_whole_answer_and_tells_whether_there_are_more(
    name: str, shipped_store: EmbeddedStore
) -> None:
    whole = shipped_store.query(QUESTIONS[name].bind({}))
    assert isinstance(whole, QuerySolutions)
    variables = [variable.value for variable in whole.variables]
    first = shipped_store.query(PAGES[f"first-{name}"].bind({}))
    assert isinstance(first, QuerySolutions)
    assert [variable.value for variable in first.variables] == variables
    asked = (QUESTIONS[name].bind({}), PAGES[f"first-{name}"].bind({}))
    expected, found = (rows(shipped_store, text, variables) for text in asked)
    assert found == expected
    assert len(found) == EXAMPLE_ROWS + 1
