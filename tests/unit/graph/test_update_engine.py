"""The scan against the engine: whatever an update changes, the scan said that it could.

Updates are put together from the grammar with odd spacing, and then damaged; some name graphs in strings,
comments and IRIs, or leave out the blanks around keywords, which the engine does not need.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from graph.errors import QuerySyntaxError
from graph.update_scan import UpdateScan, scan_update, with_dataset

BASE: Final = "http://e/"
GRAPHS: Final = [NamedNode(f"http://e/g{number}") for number in range(5)]
PROLOGUES: Final = [
    "PREFIX e:<http://e/>PREFIX graphe: <http://e/g>PREFIX : <http://e/>",
    "BASE <http://e/x/> PREFIX e: <../> PREFIX : <#> PREFIX silente: <http://e/>",
    "PREFIX e: <http://f/> # <http://e/>\nPREFIX e: <http://e/> PREFIX : <http://e/g>VERSION'1.2'",
    "PREFIX e:<http://e/>PREFIX :<http://e:>PREFIX defaulte: <http://e/>PREFIX ge:<http://e/g>",
]
# What is rarely SPARQL comes last: it is chosen less often.
GRAPH_NAMES: Final = [
    *["<http://e/g0>", "<http://e/g1>", "e:g2", "<http://e/g3>", "e:g4"] * 6,
    *["<g3>", ":g4", ":4", "<../g1>", "<http://e/new>", "e:\\~", "<http://e/a/../g1>"] * 2,
    *["graphe:0", "e:g\\u0030", "<http://e/\\u0067\\u0031>", "<//e/g2>", "silente:g1"],
]
GROUND: Final = [
    *["<http://e/s>", "e:s", "<s>", "e:\\~\\#", "<a:#'>", "<b:(>", "<http://e/'(#>", "e:SERVICE.GRAPH"] * 4,
    *[":s", "<a:\\u+061>", "e:a.b.GRAPHe:g1"],
]
LITERALS: Final = [
    *["'x'", "'x'", "1", "1.", "-.5", "true", '"x"@en', '"} GRAPH <http://e/g1> {"', "'#'", "'x'^^<d:t>"],
    *["'''a\n'b''' ", '"""a" } """', "'\\''", '"\\u0022"', "<<(e:s e:p 1)>>", "''''''"],
]
BLANK_NODES: Final = ["_:b", "[]", "(1 '{')", "[e:p '}']", '("""a" :\\~ )', "<<e:s e:p 1>>"]
VARIABLES: Final = ["?s", "?o", "$p", "?s"]
VERBS: Final = ["<http://e/p>", "e:p", "a", "<p>", "<p#>"]
BLANKS: Final = [*[" "] * 30, "\n", "\t", "", "", "#'\n", "# GRAPH <http://e/g1> { \r", " #\\u000a}\n"]
FILTERS: Final = [
    *[
        "FILTER(?o<3)",
        "FILTER(?o<3||?o>3)",
        "FILTER(?s<?o#>'\n)",
        "FILTER(1<(2)&&(3)>2)",
        "VALUES ?v {1 '}'}",
    ],
    *["BIND(<a:b>AS ?b)", "OPTIONAL{?s ?p ?o}", "FILTER NOT EXISTS{?s <p> '{'}", "{SELECT*{?s ?p ?o}}"],
    *["MINUS{?s <#> '}'}", "?s <http://e/p>|<p#>* ?o.", "FILTER(?o<<http://e/#>)", "FILTER(1<<b:#>\n2)"],
]
DAMAGE: Final = [
    *["{", "}", "GRAPH", "<", ">", "#", "'", '"', '"""', ";", " ", "\\", "\\u0067", "<http://e/g1>", "WHERE"],
    *["e:", "graph", ".", "(", ")", "[", "]", "\n", "INSERT", "DATA", "DELETE", "WITH", "USING", "DEFAULT"],
    *["e:g0", "{|", "|}", "<<", ">>", "a", "?g", "1", "|", "&&", "^", "~", "@en", "TO", "_:", ":"],
]


def _blank(choose: random.Random) -> str:
    return choose.choice(BLANKS)


def _written(choose: random.Random, *pieces: str) -> str:
    cased = [choose.choice([piece, piece, piece.lower()]) if piece.isalpha() else piece for piece in pieces]
    return "".join(piece + _blank(choose) for piece in cased)


def _triples(choose: random.Random, terms: Sequence[str]) -> str:
    text = ""
    for _ in range(choose.randrange(3)):
        subject = choose.choice([term for term in terms if term not in LITERALS])
        text += _written(choose, subject, choose.choice(VERBS), choose.choice(terms))
        text += choose.choice([".", ".", ";e:q 1.", ",2.", "~e:r{|e:q 1|}.", "~e:r .", ""])
    return text


def _quads(choose: random.Random, terms: Sequence[str]) -> str:
    names = [*GRAPH_NAMES, "?g"] if "?s" in terms else GRAPH_NAMES
    text = _triples(choose, terms)
    for _ in range(choose.randrange(3)):
        text += _written(choose, "GRAPH", choose.choice(names), "{") + _triples(choose, terms) + "}"
        text += choose.choice(["", ".", _triples(choose, terms)])
    return "{" + _blank(choose) + text + "}"


def _pattern(choose: random.Random) -> str:
    text = choose.choice(["?s?p?o.", "GRAPH?g{?s?p?o}", "?s e:p $o.", ""]) + choose.choice(["", *FILTERS])
    return "{" + _blank(choose) + text + choose.choice(["", "GRAPH ?g {?s ?p ?o}"]) + "}"


def _insert_data(choose: random.Random) -> str:
    return _written(choose, "INSERT", "DATA") + _quads(choose, [*GROUND, *LITERALS, *BLANK_NODES])


def _delete_data(choose: random.Random) -> str:
    return _written(choose, "DELETE", "DATA") + _quads(choose, [*GROUND, *LITERALS])


def _delete_where(choose: random.Random) -> str:
    plain = "{?s ?p ?o GRAPH " + choose.choice([*GRAPH_NAMES, "?g"]) + " {?s ?p ?o}}"
    quads = _quads(choose, [*VARIABLES * 2, "<http://e/s>", *LITERALS[:4]])
    return _written(choose, "DELETE", "WHERE") + choose.choice([quads, plain])


def _modify(choose: random.Random) -> str:
    text = ""
    if choose.random() < 0.4:
        text += _written(choose, "WITH", choose.choice(GRAPH_NAMES))
    terms = [*GROUND, *LITERALS, *VARIABLES * 15]
    for form in choose.choice([["DELETE"], ["INSERT"], ["DELETE", "INSERT"]]):
        text += _written(choose, form) + _quads(choose, terms) + _blank(choose)
    if choose.random() < 0.3:
        text += _written(choose, "USING", *choose.choice([[], ["NAMED"]]), choose.choice(GRAPH_NAMES))
    return text + _written(choose, "WHERE") + _pattern(choose)


def _management(choose: random.Random) -> str:
    target = choose.choice(["ALL", "NAMED", "DEFAULT", "GRAPH", "GRAPH"])
    name = [choose.choice(GRAPH_NAMES)] if target == "GRAPH" else []
    verb = choose.choice(["CLEAR", "DROP", "CREATE"])
    return _written(choose, verb, *choose.choice([["SILENT"], ["SILENT"], []]), target, *name)


def _transfer(choose: random.Random) -> str:
    def end() -> list[str]:
        return choose.choice(
            [["DEFAULT"], ["GRAPH", choose.choice(GRAPH_NAMES)], [choose.choice(GRAPH_NAMES)]]
        )

    verb = choose.choice(["ADD", "MOVE", "COPY"])
    return _written(choose, verb, *choose.choice([["SILENT"], []]), *end(), "TO", *end())


OPERATIONS: Final[list[Callable[[random.Random], str]]] = [
    *[_insert_data, _delete_data, _delete_where, _modify, _modify, _management, _transfer],
]


def make_update(choose: random.Random) -> str:
    """An update of one to three operations, damaged or whole."""
    text = choose.choice(PROLOGUES) + _blank(choose)
    text += ";".join(choose.choice(OPERATIONS)(choose) for _ in range(choose.choice([1, 1, 2, 3])))
    for _ in range(choose.choice([0, 0, 0, 1, 1, 2, 4])):
        start = choose.randrange(len(text) + 1)
        text = text[:start] + choose.choice(["", *DAMAGE]) + text[start + choose.choice([0, 0, 1, 1, 5]) :]
    return text


def full_store() -> Store:
    """Quads in five named graphs and the default graph, some of them in several."""
    store = Store()
    graphs: list[NamedNode | DefaultGraph] = [*GRAPHS, DefaultGraph()]
    for number, graph in enumerate(graphs):
        for value in (Literal("x"), Literal(number), NamedNode("http://e/s")):
            store.add(Quad(NamedNode("http://e/s"), NamedNode("http://e/p"), value, graph))
    return store


def _content(store: Store) -> dict[str, set[str]]:
    graphs: dict[str, set[str]] = {str(graph): set() for graph in store.named_graphs()}
    for quad in store:
        graphs.setdefault(str(quad.graph_name), set()).add(str(quad))
    return graphs


def changed_graphs(text: str) -> set[str] | None:
    """The graphs that the engine changes, the default graph as DEFAULT; None where it refuses the text."""
    store = full_store()
    before = _content(store)
    try:
        store.update(text, base_iri=BASE)
    except (SyntaxError, RuntimeError, OSError, ValueError):
        return None
    after = _content(store)
    return {graph for graph in before | after if before.get(graph) != after.get(graph)}


def unnamed_changes(text: str) -> set[str] | None:
    """The graphs that the engine changes though the scan did not name them; None where either refuses."""
    try:
        scan = scan_update(text, BASE)
    except QuerySyntaxError:
        return None
    changed = changed_graphs(text)
    return None if changed is None else {graph for graph in changed if not _is_named(graph, scan)}


def _is_named(graph: str, scan: UpdateScan) -> bool:
    if graph == str(DefaultGraph()):
        return scan.writes_default
    return scan.writes_all or scan.writes_variable_graph or graph[1:-1] in scan.graphs


@settings(max_examples=400)
@given(st.integers(min_value=0, max_value=2**32))
def test_the_engine_changes_no_graph_that_the_scan_did_not_name(seed: int) -> None:
    text = make_update(random.Random(seed))
    assert not unnamed_changes(text), text


def test_the_made_updates_are_worth_the_comparison() -> None:
    outcomes = [unnamed_changes(make_update(random.Random(seed))) for seed in range(300)]
    assert sum(outcome is not None for outcome in outcomes) > 50


@pytest.mark.parametrize(
    ("default_graphs", "named_graphs", "expected"),
    [
        (["http://e/g1"], [], {"default 1"}),
        ([], ["http://e/g1"], {"named 1"}),
        (["http://e/g1", "http://e/g2"], ["http://e/g3"], {"default 1", "default 2", "named 3"}),
        (["http://e/none"], [], set()),
    ],
)
def test_a_dataset_of_the_protocol_is_what_each_where_sees(
    default_graphs: list[str], named_graphs: list[str], expected: set[str]
) -> None:
    unnamed = "INSERT { GRAPH e:out { e:s e:default ?o } } WHERE { ?s ?p ?o FILTER(isNumeric(?o)) }"
    named = "INSERT{GRAPH e:out{e:s e:named ?o}}WHERE{GRAPH?g{?s?p?o FILTER(isNumeric(?o))}}"
    text = f"PREFIX e: <http://e/> {unnamed} ; {named}"
    store = full_store()
    store.update(with_dataset(text, scan_update(text), default_graphs, named_graphs))
    found = store.quads_for_pattern(None, None, None, NamedNode("http://e/out"))
    assert {f"{quad.predicate.value[9:]} {str(quad.object)[1]}" for quad in found} == expected


def test_delete_where_takes_a_dataset_too() -> None:
    text = "DELETE # }\nWHERE { ?s ?p ?o } # end"
    store = full_store()
    store.update(with_dataset(text, scan_update(text), ["http://e/g1"], []))
    left = {str(quad) for quad in store.quads_for_pattern(None, None, None, DefaultGraph())}
    assert left == {'<http://e/s> <http://e/p> "5"^^<http://www.w3.org/2001/XMLSchema#integer>'}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("INSERT {} WHERE { FILTER(?a<?b#>'''\n) }", "INSERT {} WHERE { FILTER(?a<?b#>'''\n) }"),
        ("INSERT DATA { <<e:s#>'''\n e:p 1>> e:q 1 }", "INSERT DATA { <<e:s#>'''\n e:p 1>> e:q 1 }"),
        ('INSERT DATA { e:s e:p ("""a" e:\\~ ) }', 'INSERT DATA { e:s e:p \'"""\' }'),
        ('INSERT DATA { e:s e:p ("""a" #\\uD800\n) }', 'INSERT DATA { e:s e:p \'"""\' }'),
        ("INSERT DATA { e:s e:p <a:'\\u+061> }", "INSERT DATA { e:s e:p '' }"),
        ("INSERT DATA { <<e:s e:p e:o#>'''\n>> e:q 1 }", "INSERT DATA { <<e:s e:p e:o#>'''\n>> e:q 1 }"),
    ],
)
def test_no_operation_hides_between_two_texts_that_look_like_one_string(before: str, after: str) -> None:
    text = f"PREFIX e: <http://e/> {before} ; CLEAR ALL ; {after}"
    assert len(changed_graphs(text) or ()) == len(GRAPHS) + 1
    try:
        assert scan_update(text, BASE).writes_all
    except QuerySyntaxError as error:
        assert "two ways" in str(error) or "comparison" in str(error)
