"""Answers of several views side by side: each row once, in an order that keeps that of each answer."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, parse_query_results

from graph.embedded import EmbeddedStore
from graph.errors import UnsupportedFormatError
from graph.side_by_side import SideBySide, side_by_side


def rows(*values: str | None) -> QuerySolutions:
    """The answer to a SELECT of one variable."""
    cells = [{"x": {"type": "literal", "value": value}} if value is not None else {} for value in values]
    results = parse_query_results(
        json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": cells}}), QueryResultsFormat.JSON
    )
    assert isinstance(results, QuerySolutions)
    return results


def merged(compared: SideBySide) -> list[str]:
    """The rows with the marks of each view before them."""
    _, lines = compared.table()
    return ["".join(mark or "-" for mark in line[:-1]) + line[-1] for line in lines]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (["a", "b"], ["a", "b"], ["✓✓a", "✓✓b"]),
        (["a", "c"], ["b"], ["✓-a", "-✓b", "✓-c"]),
        (["c", "b", "a"], ["c", "a", "0"], ["✓✓c", "✓-b", "✓✓a", "-✓0"]),
        (["x", "a"], ["y", "a", "z"], ["✓-x", "-✓y", "✓✓a", "-✓z"]),
        (["9", "100"], ["20"], ["✓-9", "-✓20", "✓-100"]),
        (["a", "b"], ["b", "a"], ["✓✓a", "✓✓b"]),
        ([], ["a", "a"], ["-✓a"]),
        ([None, "a"], ["a"], ["✓-", "✓✓a"]),
        ([], [], []),
    ],
)
def test_rows_come_once_with_a_mark_for_each_view_that_has_them(
    one: list[str | None], other: list[str | None], expected: list[str]
) -> None:
    assert merged(side_by_side([("one", rows(*one)), ("other", rows(*other))])) == expected


VALUES = st.lists(st.sampled_from("abcdef"), unique=True).map(sorted)


@given(VALUES, VALUES, VALUES)
def test_ordered_answers_stay_ordered_and_nothing_is_lost(
    one: list[str], other: list[str], third: list[str]
) -> None:
    answers = [("1", rows(*one)), ("2", rows(*other)), ("3", rows(*third))]
    compared = side_by_side(answers)
    found = [json.loads(row[0])["value"] for row in compared.rows]
    assert found == sorted({*one, *other, *third})
    for place, answer in enumerate((one, other, third)):
        assert [
            value for value, row in zip(found, compared.rows, strict=True) if compared.marks(row)[place]
        ] == answer


def test_the_heads_name_the_views_and_then_the_variables() -> None:
    store = EmbeddedStore()
    compared = side_by_side(
        [(name, store.query("SELECT * { VALUES (?a ?b) { (id:osa 18100000000.0) } }")) for name in "xy"]
    )
    assert compared.table() == (["x", "y", "?a", "?b"], [["✓", "✓", "id:osa", "18100000000"]])


def test_json_is_that_of_sparql_with_the_views_and_who_has_which_row() -> None:
    document = side_by_side([("one", rows("a", None)), ("other", rows("a"))]).document()
    assert document == {
        "head": {"vars": ["x"]},
        "views": ["one", "other"],
        "results": {"bindings": [{"x": {"type": "literal", "value": "a"}}, {}]},
        "held_in": [[True, True], [True, False]],
    }
    assert isinstance(parse_query_results(json.dumps(document), QueryResultsFormat.JSON), QuerySolutions)


def test_the_answers_to_an_ask_stand_side_by_side() -> None:
    store = EmbeddedStore()
    truth, untruth = store.query("ASK {}"), store.query("ASK { ?s ?p ?o }")
    assert isinstance(truth, QueryBoolean)
    assert merged(side_by_side([("one", truth), ("other", untruth)])) == ["-✓false", "✓-true"]


def test_graphs_do_not_stand_side_by_side() -> None:
    graph = EmbeddedStore().query("CONSTRUCT WHERE { ?s ?p ?o }")
    with pytest.raises(UnsupportedFormatError, match="Ask a SELECT or an ASK"):
        side_by_side([("one", graph), ("other", graph)])
