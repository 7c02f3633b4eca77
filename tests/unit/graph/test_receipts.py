"""Which parts of a query are followed to their triples, which are listed, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from graph.embedded import EmbeddedStore
from graph.errors import NoReceiptsError, QuerySyntaxError
from graph.receipts import results_with_receipts
from graph.receipts_cursor import TWOFOLD, UNKNOWN
from graph.receipts_finder import MOST_OF_ROW, Dataset
from graph.receipts_pattern import ANY_LENGTH, SUBQUERY, TAKEN_AWAY, TESTED
from graph.receipts_select import CHANGING, HIDDEN, NESTED
from graph.receipts_text import LOST, fact_sentence, shown_rows, table_rows, untraced_sentences
from graph.receipts_tracing import MOST_ROWS

ELSEWHERE = NamedNode("x:graph")
TRIPLES = [
    ("a", "p", "b"),
    ("b", "p", "c"),
    ("a", "q", "c"),
    ("c", "q", "a"),
]


@pytest.fixture(scope="module")
def store() -> EmbeddedStore:
    """Four triples in the default graph, one in another, and a number."""
    made = EmbeddedStore()
    for subject, predicate, value in TRIPLES:
        terms = (NamedNode(f"x:{term}") for term in (subject, predicate, value))
        made.insert([Quad(next(terms), next(terms), next(terms), DefaultGraph())])
    made.insert([Quad(NamedNode("x:a"), NamedNode("x:r"), NamedNode("x:c"), ELSEWHERE)])
    made.insert([Quad(NamedNode("x:a"), NamedNode("x:n"), Literal(12), DefaultGraph())])
    return made


def ask(store: EmbeddedStore, text: str, dataset: Dataset | None = None) -> dict[str, Any]:
    prefixed = f"PREFIX : <x:> {text}"
    receipts: dict[str, Any] = results_with_receipts(store, store.query, prefixed, dataset or Dataset())[
        "receipts"
    ]
    return receipts


def facts(receipts: dict[str, Any], row: int = 0) -> list[str]:
    """The triples behind a row, in a few letters."""
    found = [receipts["facts"][number] for number in receipts["rows"][row]["facts"]]
    parts = ("subject", "predicate", "object")
    return [" ".join(fact[part]["value"].removeprefix("x:") for part in parts) for fact in found]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("?x :p :b . ?x :q ?y", ["a p b", "a q c"]),
        ("?x :p :b ; :q ?y , :c .", ["a p b", "a q c"]),
        ("?x :p [ :p ?y ]", ["a p b", "b p c"]),
        ("?x :p _:n . _:n :p ?y", ["a p b", "b p c"]),
        ("[] :p/:p ?y", ["a p b", "b p c"]),
        ("?y ^:q :a", ["a q c"]),
        (":b (:p|:q)/:q ?y", ["b p c", "c q a"]),
        ("?x :n 12 .", ["a n 12"]),
        ('?x :n "12"^^<http://www.w3.org/2001/XMLSchema#integer>', ["a n 12"]),
        ("?x :p :b OPTIONAL { ?x :q ?y } OPTIONAL { ?y :n ?n }", ["a p b", "a q c"]),
        ("{ ?x :n ?n } UNION { ?x :none ?n }", ["a n 12"]),
        ("GRAPH ?g { ?x :r ?y } ?y :q ?x", ["a r c", "c q a"]),
        ("{ SELECT ?x (COUNT(?y) AS ?n) { ?x :p ?y } GROUP BY ?x } ?x :n ?m", ["a p b", "a n 12"]),
        ("VALUES ?x { :a } BIND(:b AS ?y) FILTER(?x != ?y)", []),
        ("?x $p ?y FILTER($p = :n)", ["a n 12"]),
    ],
)
def test_a_row_rests_on_the_triples_that_its_patterns_matched(
    store: EmbeddedStore, where: str, expected: list[str]
) -> None:
    receipts = ask(store, f"SELECT * WHERE {{ {where} }}")
    assert (receipts["covered"], len(receipts["rows"])) == (True, 1)
    assert facts(receipts) == expected


@pytest.mark.parametrize(
    ("where", "shown", "because"),
    [
        ("?x :p+ ?y", "?x :p+ ?y", ANY_LENGTH),
        (":a :q/:q* ?y", "[] :q* ?y", ANY_LENGTH),
        ("?x !:p ?y", "?x !:p ?y", ANY_LENGTH),
        ("?x :n ?n FILTER EXISTS { ?x :p ?y }", "EXISTS { ?x :p ?y }", TESTED),
        ("?x :n ?n FILTER NOT EXISTS { ?x :none ?y }", "NOT EXISTS { ?x :none ?y }", TESTED),
        ("?x :n ?n MINUS { ?x :none ?y }", "MINUS { ?x :none ?y }", TAKEN_AWAY),
        ("?x :n ?n { SELECT * { ?x :p ?y } }", "{ SELECT * { ?x :p ?y } }", SUBQUERY),
    ],
)
def test_what_is_not_followed_is_listed_with_each_row_that_it_had_a_part_in(
    store: EmbeddedStore, where: str, shown: str, because: str
) -> None:
    receipts = ask(store, f"SELECT ?x ?y WHERE {{ {where} }}")
    [untraced] = [each for each in receipts["patterns"] if not each["traced"]]
    assert (untraced["pattern"], untraced["because"]) == (shown, because)
    number = receipts["patterns"].index(untraced)
    assert all(row["untraced"] == [number] for row in receipts["rows"])
    assert not receipts["covered"]
    assert untraced_sentences(receipts) == [f"{shown}: {because}."]


def test_an_untraced_pattern_is_no_matter_for_a_row_of_another_branch(store: EmbeddedStore) -> None:
    receipts = ask(store, "SELECT ?x { { ?x :n ?n } UNION { :b :p* ?x } } ORDER BY DESC(?n)")
    assert [row["untraced"] for row in receipts["rows"]] == [[], [1], [1]]
    assert facts(receipts) == ["a n 12"]


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("SELECT (RAND() AS ?x) { }", CHANGING),
        ("SELECT DISTINCT (COUNT(*) AS ?n) { ?x ?p ?y } GROUP BY ?x", HIDDEN),
        ("SELECT (COUNT(*) AS ?n) { ?x :p ?y } HAVING(EXISTS { ?a :p ?b })", NESTED),
        ("SELECT * { ?x :p ?y FILTER(?x <?y&&(?y)>?x) }", TWOFOLD),
        ("SELECT * { << ?x :p ?y >> :q ?z }", UNKNOWN),
    ],
)
def test_a_query_that_is_not_followed_at_all_says_so_and_has_its_rows(
    store: EmbeddedStore, text: str, because: str
) -> None:
    receipts = ask(store, text)
    assert receipts["because"] == because
    assert (receipts["covered"], receipts["facts"]) == (False, [])
    assert untraced_sentences(receipts) == [f"This query cannot be traced: {receipts['because']}."]


def test_the_dataset_of_a_query_or_of_its_request_is_the_one_that_is_traced(store: EmbeddedStore) -> None:
    named = ask(store, "SELECT * FROM <x:graph> { ?x ?p ?y }")
    assert [(fact["graph"], fact["kind"]) for fact in named["facts"]] == [("x:graph", "elsewhere")]

    def of_union(text: str) -> Any:
        return store._store.query(text, use_default_graph_as_union=True)

    text = "SELECT * { <x:a> <x:r> ?y }"
    document = results_with_receipts(store, of_union, text, Dataset(is_union=True, is_chosen=True))
    assert [fact["graph"] for fact in document["receipts"]["facts"]] == ["x:graph"]


def test_a_group_without_solutions_rests_on_nothing(store: EmbeddedStore) -> None:
    receipts = ask(store, "SELECT (COUNT(*) AS ?n) { ?x :none ?y }")
    assert receipts["rows"] == [{"facts": [], "more": 0, "untraced": [], "notes": []}]
    assert list(table_rows(receipts)) == [["1", "nothing of the graph", "", "", ""]]


def test_more_rows_than_are_traced_are_refused_and_never_cut(store: EmbeddedStore) -> None:
    numbers = " ".join(map(str, range(MOST_ROWS + 1)))
    text = f"SELECT ?x {{ VALUES ?x {{ {numbers} }} }}"
    with pytest.raises(NoReceiptsError, match="at most 1,000 rows"):
        ask(store, text)
    assert len(ask(store, f"{text} LIMIT {MOST_ROWS}")["rows"]) == MOST_ROWS


def test_a_row_that_rests_on_very_much_tells_how_much_more() -> None:
    made = EmbeddedStore()
    made.insert(
        Quad(NamedNode(f"x:{n}"), NamedNode("x:p"), NamedNode("x:o"), DefaultGraph())
        for n in range(MOST_OF_ROW + 5)
    )
    receipts = ask(made, "SELECT (COUNT(*) AS ?n) { ?x :p ?y }")
    [row] = receipts["rows"]
    assert (len(row["facts"]), row["more"]) == (MOST_OF_ROW, 5)
    [shown] = shown_rows(receipts)
    assert shown.notes == ["and 5 more"]


@pytest.mark.parametrize("text", ["ASK {}", "CONSTRUCT WHERE { ?s ?p ?o }", "DESCRIBE <x:a>"])
def test_other_forms_of_query_have_no_receipts(store: EmbeddedStore, text: str) -> None:
    with pytest.raises(NoReceiptsError, match="for SELECT queries"):
        ask(store, text)


def test_a_malformed_query_is_the_engines_to_refuse(store: EmbeddedStore) -> None:
    with pytest.raises(QuerySyntaxError):
        ask(store, "SELECT * { ?x :p }")


def test_a_fact_is_told_once_and_pointed_at_afterwards(store: EmbeddedStore) -> None:
    receipts = ask(store, "SELECT ?y { :a :n ?n . ?x :q ?y } ORDER BY ?y")
    first, second = shown_rows(receipts)
    assert [fact.told_in for fact in first.facts] == [None, None]
    assert [fact.told_in for fact in second.facts] == [1, None]
    lines = list(table_rows(receipts))
    assert [line[:3] for line in lines if line[2].startswith("as in")] == [
        ["2", '<x:a> <x:n> "12"^^xsd:integer', "as in row 1"]
    ]


def test_what_nothing_in_the_dataset_explains_is_said_to_be_so(store: EmbeddedStore) -> None:
    [fact] = ask(store, "SELECT * { ?x :n ?n }")["facts"]
    assert fact["kind"] == "given"
    assert fact_sentence(fact) == "Stands in the graph as it is: nothing in the dataset says why."


def test_a_row_that_was_not_found_again_says_so() -> None:
    receipts = {"rows": [{"facts": [], "more": 0, "untraced": [], "lost": True}], "patterns": [], "facts": []}
    assert shown_rows({**receipts, "sources": {}, "claims": {}})[0].notes == [LOST]
