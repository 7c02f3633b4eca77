"""Beliefs, report cards and contradictions in a small world, asked of our engine and of rdflib."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions, RdfFormat, parse
from rdflib import Dataset
from rdflib.query import ResultRow

from graph.embedded import EmbeddedStore
from graph.named_query import read_query

QUERIES = Path(__file__).parents[2] / "queries"
WORLD = Path(__file__).parent / "beliefs" / "world.trig"
BASES = ("https://w3id.org/osagraph/id/", "https://w3id.org/osagraph/ontology#")
# Each query with parameters, and what it must answer in this world.
CASES: list[tuple[str, dict[str, str], list[str]]] = [
    (
        "what-a-party-holds",
        {"party": "id:japan"},
        [
            "attributed minister budget-1 amount 2025 9 _ Projected _ 2025-01-11 source/m1 claim/m2",
            "attributed ministry osa _ _ _ It_helps. Asserted Supportive 2025-01-10 source/tax claim/t2",
            "stated ministry budget-1 amount 2025 8.1 _ Asserted _ 2025-01-10 source/tax claim/t1",
        ],
    ),
    (
        "what-a-party-holds",
        {"party": "id:minister", "subject": "id:budget-1"},
        ["attributed minister budget-1 amount 2025 9 _ Projected _ 2025-01-11 source/m1 claim/m2"],
    ),
    ("what-a-party-holds", {"party": "id:japan", "subject": "id:evening"}, []),
    (
        "what-all-hold-by-voice",
        {"subject": "id:budget-1"},
        [
            "budget-1 amount 2025 8.1 _ Asserted 2 exactly 2 2",
            "budget-1 amount 2025 5 _ Asserted 1 at_most 1 1",
            "budget-1 amount 2025 9 _ Projected 1 at_most 1 1",
        ],
    ),
    (
        "who-contradicts-a-party",
        {"party": "id:japan"},
        [
            "FramingConflict osa _ _ It_helps. It_wants_power. morning 2025-01-11 source/m1 claim/m3"
            " One_supports_what_the_other_criticises. contradiction/2",
            "ValueClash budget-1 amount 2025 8.1 5 evening 2025-02 source/e1 claim/e1"
            " Two_sums_of_one_budget. contradiction/1",
        ],
    ),
    (
        "what-a-party-says-another-holds",
        {"party": "id:japan"},
        ["attributed lobby osa _ _ _ It_is_opposed. Asserted source/tax claim/t3"],
    ),
    (
        "what-a-party-says-another-holds",
        {"party": "id:lobby"},
        ["ascribed ministry osa _ _ _ It_wants_power. AttributedIntent source/m1 claim/m3"],
    ),
    ("held-of-osa", {}, ["budget 2025 8.1", "motive_ascribed _ It_wants_power.", "purpose _ It_helps."]),
    (
        "report-cards-by-source",
        {},
        [
            "source/e1 3 0 1 1 0 1 0 0.333 0.333 0 0 0 0 1 2025-02",
            "source/m1 3 1 2 0 0 1 0.333 0.667 0.333 0 0 1 0 0 2025-01-11",
            "source/tax 3 1 2 0 0 1 0.333 0.667 0.333 1 1 1 0 0 2025-01-10",
            "source/l1 1 0 0 1 0 0 0 0 0 0 0 0 0 0 _",
        ],
    ),
    (
        "report-cards-by-publisher",
        {"publisherKind": "osa:Newspaper"},
        [
            "evening 1 3 0 1 1 0 1 0 0.333 0.333 0 0 0 0 1 2025-02 2025-02",
            "morning 1 3 1 2 0 0 1 0.333 0.667 0.333 0 0 1 0 0 2025-01-11 2025-01-11",
        ],
    ),
    (
        "report-card-of-a-source",
        {"source": "id:source/tax"},
        [
            "claims 3 1 _",
            "corroborated 1 0.333 _",
            "contradicted 2 0.667 _",
            "unclear 0 0 _",
            "overtaken 0 0 _",
            "alone 1 0.333 _",
            "first 1 _ _",
            "supportive 1 _ _",
            "critical 1 _ _",
            "mixed 0 _ _",
            "neutral 0 _ _",
            "published _ _ 2025-01-10",
            "newest_of_all_sources _ _ 2025-01-11",
        ],
    ),
    (
        "contradictions",
        {},
        [
            "ValueClash budget-1 amount 2025 2 1 Two_sums_of_one_budget. contradiction/1",
            "FramingConflict osa _ _ 1 1 One_supports_what_the_other_criticises. contradiction/2",
            "DefinitionMismatch osa recipientCount _ 1 1 Nobody_says_how_they_count. contradiction/3",
        ],
    ),
    (
        "contradictions",
        {"kind": "osa:ValueClash", "subject": "id:osa", "predicate": "osa:amount", "year": "2025"},
        ["ValueClash budget-1 amount 2025 2 1 Two_sums_of_one_budget. contradiction/1"],
    ),
    ("contradictions-of-sources", {"source": "id:source/l1"}, ["contradiction/3 B source/l1"]),
    ("contradictions-of-sources", {"publisher": "osa:Ngo"}, ["contradiction/3 B source/l1"]),
    (
        "contradictions-of-sources",
        {"publisher": "id:morning"},
        ["contradiction/1 A source/m1", "contradiction/2 B source/m1"],
    ),
    ("contradictions", {"year": "2024"}, []),
    (
        "sides-of-a-contradiction",
        {"contradiction": "id:contradiction/1"},
        [
            "contradiction/1 A 8.1 _ _ Asserted 81 ministry 2025-01-10 source/tax claim/t1 5",
            "contradiction/1 A 8.1 _ _ Asserted _ morning 2025-01-11 source/m1 claim/m1 5",
            "contradiction/1 B 5 _ _ Asserted _ evening 2025-02 source/e1 claim/e1 8.1",
        ],
    ),
    (
        "corroborations",
        {},
        ["budget-1 amount 2025 8.1 2 2 SameValue Both_print_8.1. corroboration-1"],
    ),
    (
        "implausible-rates",
        {},
        [
            "source/e1 budget-1 http://qudt.org/vocab/unit/CCY_USD 2025 122.6 150.1"
            " Probably_another_currency. rate-1"
        ],
    ),
    ("implausible-rates", {"plausible": "true"}, []),
]


@pytest.fixture(scope="module")
def store() -> EmbeddedStore:
    store = EmbeddedStore()
    store.insert(parse(path=str(WORLD), format=RdfFormat.TRIG))
    return store


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    dataset = Dataset()
    dataset.parse(data=WORLD.read_text(encoding="utf-8"), format="trig")
    return dataset


@pytest.mark.parametrize(("name", "values", "expected"), CASES, ids=lambda value: str(value)[:40])
def test_the_answer_is_as_expected_and_in_order(
    name: str, values: dict[str, str], expected: list[str], store: EmbeddedStore
) -> None:
    results = store.query(read_query(QUERIES / f"{name}.rq").bind(values))
    assert isinstance(results, QuerySolutions)
    assert [row([getattr(term, "value", None) for term in solution]) for solution in results] == expected


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of rdflib by rdflib
@pytest.mark.parametrize(("name", "values", "expected"), CASES, ids=lambda value: str(value)[:40])
def test_another_engine_gives_the_same_rows(
    name: str, values: dict[str, str], expected: list[str], dataset: Dataset
) -> None:
    results = dataset.query(read_query(QUERIES / f"{name}.rq").bind(values))
    found = [
        row([None if term is None else str(term) for term in solution])
        for solution in results
        if isinstance(solution, ResultRow)
    ]
    assert Counter(found) == Counter(expected)


def row(texts: list[str | None]) -> str:
    """A row as a line: IRIs without their beginnings, numbers in one way, gaps as underscores."""
    return " ".join(map(_cell, texts))


def _cell(text: str | None) -> str:
    if text is None or text == "":
        return "_"
    for base in BASES:
        text = text.removeprefix(base)
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text.replace(" ", "_")
    return f"{number.normalize():f}" if number else "0"
