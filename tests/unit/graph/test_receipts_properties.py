"""Receipts against an oracle: for random small queries every row has just the triples that it rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, NamedNode, Quad, QuerySolutions

from graph.embedded import EmbeddedStore
from graph.receipts_finder import Dataset, Row, Traced
from graph.receipts_select import read_select
from graph.receipts_tracing import trace
from graph.store import GraphName
from tests.unit.graph.receipts_oracle import (
    Filter,
    Group,
    InGraph,
    Inner,
    Minus,
    Optional,
    Oracle,
    Part,
    Solution,
    Triples,
    Union,
    Values,
)
from tests.unit.graph.receipts_oracle import Quad as NamedQuad

NAMES = ("?x", "?y", "?z")
NODES = ("<x:a>", "<x:b>", "<x:c>")
PREDICATES = ("<x:p>", "<x:q>")
GRAPHS = ("<x:g>", "<x:h>")
Draw = TypeVar("Draw")
# A row: its cells, and the quads behind it.
Expected = tuple[tuple[str, ...], frozenset[NamedQuad]]

names = st.sampled_from(NAMES)
nodes = st.sampled_from(NODES)
terms = st.one_of(names, names, nodes)
choices = st.sampled_from([*PREDICATES, "^<x:p>"])
steps = st.one_of(
    choices.map(lambda choice: (choice,)),
    st.lists(choices, min_size=2, max_size=2, unique=True).map(tuple),
)
paths = st.one_of(
    st.one_of(st.sampled_from(PREDICATES), names).map(lambda term: ((term,),)),
    st.lists(steps, min_size=1, max_size=2).map(tuple),
)
triples = st.builds(Triples, terms, paths, terms)
filters = st.one_of(
    st.builds(Filter, st.sampled_from(["=", "!="]), names, terms),
    st.builds(Filter, st.sampled_from(["bound", "unbound"]), names),
)
values = st.builds(Values, names, st.lists(nodes, min_size=1, max_size=2, unique=True).map(tuple))


def in_graph(name: str, first: Triples, rest: Group) -> InGraph:
    """A GRAPH that begins with a triple pattern.

    In one without, and in a MINUS inside of GRAPH, the engine (oxigraph 0.5.13) and the recommendation part.
    """
    return InGraph(name, Group((first, *rest.parts)))


def sub_queries(group: st.SearchStrategy[Group]) -> st.SearchStrategy[Inner]:
    """Sub-queries that select variables which their first pattern binds.

    A variable that a sub-query leaves unbound is another one's to bind, and then its rows cannot be told
    apart any more.
    """

    def inner(first: Triples, rest: Group, distinct: str) -> Inner:
        columns = tuple(dict.fromkeys(term for term in (first.subject, first.value) if term in NAMES))
        return Inner(columns or ("?x",), Group((first, *rest.parts)), distinct)

    return st.builds(inner, triples.filter(_has_name), group, st.sampled_from(["", "DISTINCT"]))


def _has_name(pattern: Triples) -> bool:
    return pattern.subject in NAMES or pattern.value in NAMES


def groups(depth: int, is_outside: bool = True) -> st.SearchStrategy[Group]:
    """Groups with others inside them down to some depth."""
    parts: list[st.SearchStrategy[Part]] = [triples, triples, filters, values]
    if depth:
        inner, named = groups(depth - 1, is_outside), groups(depth - 1, is_outside=False)
        parts += [
            inner.map(Optional),
            st.lists(inner, min_size=1, max_size=2).map(lambda branches: Union(tuple(branches))),
            st.builds(in_graph, st.sampled_from(["?g", *GRAPHS]), triples, named),
        ]
        parts += [inner.map(Minus), sub_queries(inner)] if is_outside else []
    return st.lists(st.one_of(parts), min_size=1, max_size=3).map(lambda found: Group(tuple(found)))


quads = st.lists(
    st.tuples(nodes, st.sampled_from(PREDICATES), nodes, st.sampled_from(["", "", *GRAPHS])),
    min_size=1,
    max_size=8,
    unique=True,
)


def store_of(found: Iterable[NamedQuad]) -> EmbeddedStore:
    store = EmbeddedStore()
    for subject, predicate, value, graph in found:
        name = named(graph) if graph else DefaultGraph()
        store.insert([Quad(named(subject), named(predicate), named(value), name)])
    return store


def named(term: str) -> NamedNode:
    return NamedNode(term[1:-1])


def traced(store: EmbeddedStore, text: str) -> Traced:
    """The answer with what is behind it; its rows are the query's own, each as often."""
    plain = store.query(text)
    assert isinstance(plain, QuerySolutions)
    columns = [variable.value for variable in plain.variables]
    answer = trace(store, store.query, read_select(text), columns, Dataset())
    if "LIMIT" not in text:
        assert Counter(row.terms for row in answer.rows) == Counter(tuple(row) for row in plain)
    return answer


def behind(row: Row) -> frozenset[NamedQuad]:
    """The quads that a row's receipts name."""
    return frozenset(
        (str(triple.subject), str(triple.predicate), str(triple.object), _name(graph))
        for triple, graph in row.triples
    )


def _name(graph: GraphName) -> str:
    return "" if graph == DefaultGraph() else str(graph)


def cells(row: Row) -> tuple[str, ...]:
    return tuple("" if term is None else str(term) for term in row.terms)


def cells_of(solution: Solution, columns: Iterable[str]) -> tuple[str, ...]:
    return tuple(solution.bound.get(name, "") for name in columns)


def united(solutions: Iterable[Solution], key: Callable[[Solution], tuple[str, ...]]) -> set[Expected]:
    """One row for each key, with the quads of all its solutions."""
    found: dict[tuple[str, ...], set[NamedQuad]] = {}
    for each in solutions:
        found.setdefault(key(each), set()).update(each.behind)
    return {(row, frozenset(quads)) for row, quads in found.items()}


@given(quads, groups(2), st.lists(names, min_size=1, unique=True))
@settings(max_examples=100)
def test_each_row_has_the_triples_of_its_own_solution(
    found: list[NamedQuad], group: Group, columns: list[str]
) -> None:
    answer = traced(store_of(found), f"SELECT {' '.join(columns)} WHERE {group.text()}")
    expected = {(cells_of(each, columns), each.behind) for each in Oracle(found).solutions(group)}
    assert {(cells(row), behind(row)) for row in answer.rows} == expected


@given(quads, groups(2), st.lists(names, min_size=1, unique=True))
@settings(max_examples=100)
def test_a_distinct_row_has_the_triples_of_all_its_solutions(
    found: list[NamedQuad], group: Group, columns: list[str]
) -> None:
    answer = traced(store_of(found), f"SELECT DISTINCT {' '.join(columns)} WHERE {group.text()}")
    expected = united(Oracle(found).solutions(group), lambda each: cells_of(each, columns))
    assert {(cells(row), behind(row)) for row in answer.rows} == expected
    assert len(answer.rows) == len(expected)
    assert not any(row.is_lost for row in answer.rows)


@given(quads, groups(2), st.lists(names, min_size=1, unique=True), st.integers(0, 3))
@settings(max_examples=100)
def test_a_group_has_the_triples_of_all_its_solutions(
    found: list[NamedQuad], group: Group, keys: list[str], shown: int
) -> None:
    """Keys that are not selected take part all the same."""
    selected = " ".join(keys[:shown])
    text = f"SELECT {selected} (COUNT(*) AS ?n) WHERE {group.text()} GROUP BY {' '.join(keys)}"
    answer = traced(store_of(found), text)
    solutions = Oracle(found).solutions(group)
    expected = united(solutions, lambda each: cells_of(each, keys))
    rows = [(row[: len(keys[:shown])], quads) for row, quads in expected]
    assert Counter((cells(row)[:-1], behind(row)) for row in answer.rows) == Counter(rows)


@given(quads, groups(1), st.integers(1, 3), st.integers(0, 2))
@settings(max_examples=100)
def test_order_and_limit_choose_among_the_rows(
    found: list[NamedQuad], group: Group, limit: int, offset: int
) -> None:
    where = f"WHERE {group.text()}"
    answer = traced(store_of(found), f"SELECT ?x ?y {where} ORDER BY ?x LIMIT {limit} OFFSET {offset}")
    every = Counter(
        (cells(row), behind(row)) for row in traced(store_of(found), f"SELECT ?x ?y {where}").rows
    )
    chosen = Counter((cells(row), behind(row)) for row in answer.rows)
    assert chosen <= every
    assert chosen.total() == max(0, min(limit, every.total() - offset))
