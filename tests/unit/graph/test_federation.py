"""SERVICE clauses and what takes their place; the services here are functions."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import QueryResultsFormat, QuerySolutions, Store, parse_query_results

from graph import service_values
from graph.errors import QueryFailedError, QuerySyntaxError, ServiceFailedError
from graph.federation import federated
from graph.query_guard import require_no_federation
from tests.hostile.federation import SERVICES

A, B = "http://a.example/sparql", "http://b.example/sparql"
ALLOWED = {A: "http://127.0.0.1:1/a", B: "http://127.0.0.1:1/b"}


@pytest.fixture(scope="module", autouse=True)
def tidied() -> Iterator[None]:
    """Drops what errors hold on to, in this thread: solutions of the engine belong to it."""
    yield
    gc.collect()


class Service:
    """Answers everything with the same bindings, and keeps what it was asked."""

    def __init__(self, variables: list[str], *bindings: dict[str, Any]) -> None:
        self.asked: list[tuple[str, str]] = []
        head = ", ".join(f'"{variable}"' for variable in variables)
        rows = ", ".join(str(binding).replace("'", '"') for binding in bindings)
        self.text = f'{{"head": {{"vars": [{head}]}}, "results": {{"bindings": [{rows}]}}}}'

    def __call__(self, address: str, query: str) -> QuerySolutions:
        self.asked.append((address, query))
        results = parse_query_results(self.text.encode(), format=QueryResultsFormat.JSON)
        assert isinstance(results, QuerySolutions)
        return results


def iri(value: str) -> dict[str, str]:
    return {"type": "uri", "value": value}


def literal(value: str) -> dict[str, str]:
    return {"type": "literal", "value": value}


def rows(text: str) -> list[tuple[str, ...]]:
    """The solutions of a query on an empty store, sorted."""
    results = Store().query(text)
    assert isinstance(results, QuerySolutions)
    return sorted(tuple("" if term is None else str(term) for term in row) for row in results)


def silence(address: str, query: str) -> QuerySolutions:
    raise ServiceFailedError(f"{address} did not answer")


def never(address: str, query: str) -> QuerySolutions:
    raise AssertionError("nobody may be asked")


def test_the_solutions_of_a_service_take_the_place_of_its_clause() -> None:
    service = Service(["x", "y"], {"x": iri("e:1"), "y": literal("one")}, {"x": iri("e:2")})
    text = federated(
        f"SELECT ?x ?y {{ VALUES ?x {{ <e:1> <e:2> <e:3> }} SERVICE <{A}> {{ ?x <e:p> ?y }} }}",
        ALLOWED,
        service,
    )
    assert "SERVICE" not in text
    assert rows(text) == [("<e:1>", '"one"'), ("<e:2>", "")]
    assert [address for address, _ in service.asked] == [ALLOWED[A]]


def test_equal_solutions_stay_as_many_as_they_are() -> None:
    service = Service(["x"], {"x": iri("e:1")}, {"x": iri("e:1")})
    assert len(rows(federated(f"SELECT * {{ SERVICE <{A}> {{ ?x ?p ?y }} }}", ALLOWED, service))) == 2


def test_no_solution_joins_with_nothing() -> None:
    assert rows(federated(f"SELECT ?x {{ SERVICE <{A}> {{ ?x ?p ?y }} }}", ALLOWED, Service(["x"]))) == []


def test_a_clause_without_variables_is_a_condition() -> None:
    text = f"SELECT ?y {{ BIND(1 AS ?y) SERVICE <{A}> {{ <e:s> <e:p> <e:o> }} }}"
    assert len(rows(federated(text, ALLOWED, Service([], {})))) == 1
    assert rows(federated(text, ALLOWED, Service([]))) == []


def test_each_clause_goes_to_its_own_service() -> None:
    service = Service(["x"], {"x": iri("e:1")})
    text = f"SELECT ?x {{ {{ SERVICE <{A}> {{ ?x <e:a> 1 }} }} UNION {{ SERVICE <{B}> {{ ?x <e:b> 2 }} }} }}"
    assert rows(federated(text, ALLOWED, service)) == [("<e:1>",), ("<e:1>",)]
    assert service.asked == [
        (ALLOWED[A], "\nSELECT * WHERE { ?x <e:a> 1 }"),
        (ALLOWED[B], "\nSELECT * WHERE { ?x <e:b> 2 }"),
    ]


def test_a_service_is_told_the_prefixes_that_it_needs() -> None:
    service = Service(["x"])
    prologue = "#+ summary: a header\nPREFIX e: <http://e.example/> # the reader's own\n"
    text = f"{prologue}SELECT ?x {{ ?x a osa:Source . SERVICE <{A}> {{ ?x e:p wd:Q17 }} }}"
    federated(text, ALLOWED, service)
    query = service.asked[0][1]
    assert query.startswith("PREFIX wd: <http://www.wikidata.org/entity/>\nPREFIX e: <http://e.example/>")
    assert "osa" not in query and "header" not in query and "reader" not in query
    Store().query(query)


def test_a_prefix_of_the_query_goes_before_ours() -> None:
    service = Service(["x"])
    federated(f"PREFIX wd: <e:> SELECT ?x {{ SERVICE <{A}> {{ ?x a wd:Q17 }} }}", ALLOWED, service)
    store = Store()
    store.update("INSERT DATA { <e:s> a <e:Q17> }")
    results = store.query(service.asked[0][1])
    assert isinstance(results, QuerySolutions)
    assert [str(row["x"]) for row in results] == ["<e:s>"]


@pytest.mark.parametrize(
    "clause",
    [
        "SERVICE <{0}> {{ ?x ?p ?y }}",
        "service<{0}>{{?x ?p ?y}}",
        "SERVICE SILENT <{0}> {{ ?x ?p ?y }}",
        "OPTIONAL {{ SERVICE # here\n <{0}> {{ ?x ?p '}}' # }}\n }} }}",
        "SERVICE <{0}> {{ SELECT ?x {{ ?x ?p [ ?q ( 1 2 ) ] FILTER(?x IN (<e:1>)) }} }}",
        "SERVICE <{0}> {{ ?x ?p ?y SERVICE <http://b.example/sparql> {{ ?y ?q ?z }} }}",
        "SERVICE <{0}> {{ ?x ?p ?y SERVICE wikibase:label {{ bd:serviceParam wikibase:language 'en' }} }}",
        "FILTER EXISTS {{ SERVICE <{0}> {{ ?x ?p ?y }} }} BIND(<e:1> AS ?x)",
    ],
)
def test_every_way_to_write_a_clause_is_known(clause: str) -> None:
    service = Service(["x"], {"x": iri("e:1")})
    text = federated(f"SELECT ?x {{ {clause.format(A)} }}", ALLOWED, service)
    assert rows(text) == [("<e:1>",)]
    assert len(service.asked) == 1


def test_a_query_without_a_service_stays_as_it_is() -> None:
    for text in ("SELECT ?s { ?s ?p ?o }", "ASK { ?service ?p 'SERVICE <http://a.example/> {' }", "no query"):
        assert federated(text, {}, never) == text


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * {{ SERVICE ?where {{ ?x ?p ?y }} }}",
        "SELECT * {{ BIND(<{0}> AS ?w) SERVICE ?w {{ ?x ?p ?y }} }}",
        "PREFIX a: <http://a.example/> SELECT * {{ SERVICE a:sparql {{ ?x ?p ?y }} }}",
        "SELECT * {{ SERVICE <{0}> {{ ?x ?p ?y",
        "SELECT * {{ SERVICE <{0}>",
        "SELECT * {{ SERVICE",
        "SELECT * {{ SERVICE SILENT",
        "SELECT * {{ SERVICESILENT<{0}>{{}} }}",
        "PREFIX : <{0}> SELECT * {{ ?s ?p trueSERVICE:x{{}} }}",
        "SELECT * {{ SERVICE <{0}> {{ ?x ?p ?y }} FILTER(1<2#>\n) }}",
        "SELECT * {{ SERVICE <{0}x> {{ ?x ?p ?y }} }}",
        "SELECT * {{ SERVICE <{0}> {{ }} SERVICE <http://c.example/> {{ ?x ?p ?y }} }}",
        "SELECT * {{ SERVICE <{0}> {{ ?x ?p ?y SERVICE <http://c.example/> {{ ?y ?q ?z }} }} }}",
        "SELECT * {{ SERVICE <{0}> {{ ?x ?p ?y SERVICE ?y {{ ?y ?q ?z }} }} }}",
        "SELECT * {{ SERVICE <{0}> {{ ?x ?p ?y SERVICE SILENT c:c {{ ?y ?q ?z }} }} }}",
        "PREFIX wikibase: <http://c.example/> SELECT * {{ SERVICE <{0}> {{ SERVICE wikibase:label {{}} }} }}",
        "SELECT * {{ SERVICE <{0}> {{ ?s ?p trueSERVICE:x{{}} }} }}",
        "SELECT * {{ SERVICE wikibase:label {{ bd:serviceParam wikibase:language 'en' }} }}",
        "SELECT * {{ " + "SERVICE <{0}> {{ }} " * 11 + "}}",
    ],
)
def test_what_is_not_allowed_or_not_clear_asks_nobody(text: str) -> None:
    with pytest.raises(QuerySyntaxError):
        federated(text.format(A), ALLOWED, never)


def test_a_service_that_is_not_allowed_is_named_with_its_place_and_the_remedy() -> None:
    with pytest.raises(QuerySyntaxError, match=r"--service http://c\.example/") as caught:
        federated("ASK {\n  SERVICE <http://c.example/> {} }", ALLOWED, never)
    assert (caught.value.line, caught.value.column) == (2, 3)


def test_a_service_that_does_not_answer_ends_the_query_unless_it_is_silent() -> None:
    with pytest.raises(QueryFailedError, match="did not answer"):
        federated(f"SELECT * {{ SERVICE <{A}> {{ ?x ?p ?y }} }}", ALLOWED, silence)
    text = federated(f"SELECT ?x {{ SERVICE SILENT <{A}> {{ ?x ?p ?y }} }}", ALLOWED, silence)
    assert rows(text) == [("",)]


def test_an_answer_cannot_add_to_the_query() -> None:
    evil = literal("} SERVICE <http://c.example/> { ?a ?b ?c }")
    text = federated(f"SELECT ?x {{ SERVICE <{A}> {{ ?x ?p ?y }} }}", ALLOWED, Service(["x"], {"x": evil}))
    assert rows(text) == [(f'"{evil["value"]}"',)]


def test_a_blank_node_of_an_answer_becomes_a_name_that_nobody_uses() -> None:
    node = {"type": "bnode", "value": "b0"}
    text = federated(f"SELECT ?x {{ SERVICE <{A}> {{ ?x ?p ?y }} }}", ALLOWED, Service(["x"], {"x": node}))
    assert rows(text) == [(f"<{A}/.well-known/genid/0-b0>",)]


@pytest.mark.parametrize("broken", ['{"head": {"vars": ["x"]}, "results": {"bindings": [{"x": 1}]}}'])
def test_an_answer_that_breaks_off_is_an_error(broken: str) -> None:
    def service(address: str, query: str) -> QuerySolutions:
        results = parse_query_results(broken.encode(), format=QueryResultsFormat.JSON)
        assert isinstance(results, QuerySolutions)
        return results

    ask: Callable[[str, str], QuerySolutions] = service
    with pytest.raises(QueryFailedError, match=f"What {A} answered cannot be read"):
        federated(f"SELECT * {{ SERVICE <{A}> {{ ?x ?p ?y }} }}", ALLOWED, ask)


@pytest.mark.parametrize("hostile", [text for text in SERVICES if "\\" in text or "service" in text.lower()])
def test_no_disguise_brings_a_service_to_the_engine(hostile: str) -> None:
    text = hostile.format(A, A[4:])
    try:
        unchanged = federated(text, {}, never)
    except QuerySyntaxError:
        pass
    else:
        # No service that we know; then none that the engine knows either.
        with pytest.raises(SyntaxError):
            Store().query(unchanged)
    with contextlib.suppress(QuerySyntaxError):
        require_no_federation(federated(text, ALLOWED, Service(["x"], {"x": literal("SERVICE <http://c/>")})))


def test_a_blank_node_of_one_clause_is_none_of_another() -> None:
    node = {"type": "bnode", "value": "b0"}
    clause = f"SERVICE <{A}> {{ ?x ?p ?y }}"
    assert rows(federated(f"SELECT ?x {{ {clause} {clause} }}", ALLOWED, Service(["x"], {"x": node}))) == []


def test_more_solutions_than_fit_are_an_error_and_never_cut_even_where_the_clause_is_silent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(service_values, "MOST_ROWS", 2)
    service = Service(["x"], *({"x": iri(f"e:{number}")} for number in range(3)))
    for silent in ("", "SILENT"):
        with pytest.raises(QueryFailedError, match=r"more than 2 solutions.* Bind its variables"):
            federated(f"SELECT * {{ SERVICE {silent} <{A}> {{ ?x ?p ?y }} }}", ALLOWED, service)


def test_a_triple_as_a_value_is_an_error() -> None:
    triple = '{"type": "triple", "value": {"subject": %s, "predicate": %s, "object": %s}}'
    term = '{"type": "uri", "value": "e:1"}'
    service = Service(["x"])
    service.text = service.text.replace("[]", '[{"x": %s}]' % (triple % (term, term, term)))
    with pytest.raises(ServiceFailedError, match="a triple as a value"):
        federated(f"SELECT * {{ SERVICE <{A}> {{ ?x ?p ?y }} }}", ALLOWED, service)


def test_labels_are_asked_for_by_the_names_that_the_query_uses() -> None:
    service = Service(["item"])
    label = "SERVICE wikibase:label { bd:serviceParam wikibase:language 'en' }"
    federated(
        f"SELECT ?itemLabel ?kindDescription ?zLabel {{ SERVICE <{A}> {{ ?item wdt:P31 ?kind {label} }} }}",
        ALLOWED,
        service,
    )
    query = service.asked[0][1]
    assert "SELECT ?item ?itemLabel ?kind ?kindDescription WHERE { ?item wdt:P31 ?kind SERVICE" in query
    assert "PREFIX bd: <http://www.bigdata.com/rdf#>" in query


def test_an_unclear_service_says_where_labels_belong() -> None:
    with pytest.raises(QuerySyntaxError, match=r"inside of SERVICE <https://query\.wikidata\.org/sparql>"):
        federated("SELECT * { ?s ?p ?o SERVICE wikibase:label {} }", ALLOWED, never)


SIGNS = "* { } { } ( ) [ ] . ; , | / ^ < > ?a ?b a :p <e:p> _:x 'text' 1 # SELECT VALUES UNDEF ?w"
WORDS = "OPTIONAL MINUS GRAPH FILTER EXISTS NOT BIND AS UNION FROM NAMED LIMIT LATERAL SERVICE SILENT"
CLAUSES = [f"SERVICE <{A}> {{", f"<{A}>", "SELECT * WHERE {", "CONSTRUCT {", "SERVICE wikibase:label {", "\n"]
PIECES = st.sampled_from([*SIGNS.split(), *WORDS.split(), *CLAUSES])


@given(st.lists(PIECES, max_size=30).map(" ".join))
def test_no_text_makes_it_stumble_or_hands_a_service_on(text: str) -> None:
    service = Service(["a"], {"a": iri("e:1")})
    try:
        found = federated(text, ALLOWED, service, lambda question: [])
    except QuerySyntaxError:
        return
    require_no_federation(found)
