"""What the governments of China and Japan hold by the shipped tables; each row was checked against them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

from graph.embedded import EmbeddedStore
from graph.named_query import read_query

QUERIES = Path(__file__).parents[2] / "queries"
EXPECTED = Path(__file__).parent / "beliefs"


class Case(NamedTuple):
    """A query with its parameters, and the file with its rows."""

    query: str
    file: str
    values: dict[str, str]


CASES = [
    Case("what-a-party-holds", "held-by-china", {"party": "id:china"}),
    Case("what-a-party-holds", "held-of-osa-by-japan", {"party": "id:japan", "subject": "id:osa"}),
    Case("what-all-hold-by-voice", "held-of-the-budget-for-2025", {"subject": "id:budget/osa-fy2025"}),
    Case("who-contradicts-a-party", "contrary-to-china", {"party": "id:china"}),
    Case("who-contradicts-a-party", "contrary-to-japan", {"party": "id:japan"}),
    Case("what-a-party-says-another-holds", "ascribed-by-china", {"party": "id:china"}),
    Case("what-a-party-says-another-holds", "ascribed-by-japan", {"party": "id:japan"}),
    Case("what-a-party-says-another-holds", "ascribed-by-asahi", {"party": "id:asahi-shimbun"}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.file)
def test_a_belief_query_gives_exactly_the_expected_rows_in_order(
    case: Case, shipped_store: EmbeddedStore
) -> None:
    results = shipped_store.query(read_query(QUERIES / f"{case.query}.rq").bind(case.values))
    expected = parse_query_results(path=str(EXPECTED / f"{case.file}.srj"), format=QueryResultsFormat.JSON)
    assert isinstance(results, QuerySolutions) and isinstance(expected, QuerySolutions)
    assert list(rows(results)) == list(rows(expected))


def test_every_file_of_rows_belongs_to_a_query() -> None:
    assert {path.stem for path in EXPECTED.glob("*.srj")} == {case.file for case in CASES}


def rows(results: QuerySolutions) -> Iterator[tuple[str, ...]]:
    for solution in results:
        yield tuple("" if term is None else str(term) for term in solution)
