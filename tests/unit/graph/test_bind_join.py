"""Values of ours that are sent along with a clause: less comes back, and the answer is the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import QuerySolutions, RdfFormat, Store, parse

from graph import federation
from graph.errors import QuerySyntaxError
from graph.federation import federated

THERE = "http://there.example/sparql"
ALLOWED = {THERE: THERE}
PREFIX = "PREFIX : <e:> "
HERE = """@prefix : <e:> .
    :a :item :w1 ; :year 1 . :b :item :w2 ; :year 2 . :c :item _:x . :d :name "w1", "x"@en ; :year 30 .
    :g { :e :item :w3 }
"""
REMOTE = """@prefix : <e:> .
    :w1 :people 10 ; :seat :s1 . :w2 :people 20 . :w3 :people 30 . :s1 :people 1 . _:x :people 5 .
"""


class Stores:
    """A dataset here and one there, and what each was asked."""

    def __init__(self, here: str = HERE, there: str = REMOTE) -> None:
        self.here, self.there = Store(), Store()
        self.here.extend(parse(input=here, format=RdfFormat.TRIG))
        self.there.extend(parse(input=there, format=RdfFormat.TRIG))
        self.looked: list[str] = []
        self.asked: list[str] = []

    def look(self, query: str) -> Sequence[Mapping[str, object]]:
        self.looked.append(query)
        try:
            results = self.here.query(query)
        except SyntaxError as error:
            raise QuerySyntaxError(str(error)) from error
        assert isinstance(results, QuerySolutions)
        names = [variable.value for variable in results.variables]
        return [dict(zip(names, solution, strict=True)) for solution in results]

    def ask(self, address: str, query: str) -> QuerySolutions:
        self.asked.append(query)
        results = self.there.query(query)
        assert isinstance(results, QuerySolutions)
        return results

    def bound(self, query: str) -> Counter[tuple[str, ...]]:
        """The rows when our values are sent along."""
        return self.rows(federated(PREFIX + query, ALLOWED, self.ask, self.look))

    def unbound(self, query: str) -> Counter[tuple[str, ...]]:
        """The rows when the clauses are sent as they are: what the recommendation defines."""
        return self.rows(federated(PREFIX + query, ALLOWED, self.ask))

    def rows(self, text: str) -> Counter[tuple[str, ...]]:
        results = self.here.query(text)
        assert isinstance(results, QuerySolutions)
        names = sorted(variable.value for variable in results.variables)
        return Counter(tuple(str(row[name]) for name in names) for row in results)


def service(group: str) -> str:
    return f"SERVICE <{THERE}> {{ {group} }}"


PEOPLE = service("?w :people ?n")


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        (f"SELECT * {{ ?x :item ?w . {PEOPLE} }}", "w1 w2"),
        (f"SELECT * {{ ?x :item ?w ; :year 1 . {PEOPLE} }}", "w1"),
        (f"SELECT * {{ ?x :item ?w . ?x :year ?y FILTER(?y = 2) {PEOPLE} }}", "w2"),
        (f"SELECT * {{ ?x :item ?w . {PEOPLE} ?x :year ?y FILTER(?y = 2) }}", "w1 w2"),
        (f"SELECT * {{ ?x :item ?w . OPTIONAL {{ {PEOPLE} }} }}", "w1 w2"),
        (f"SELECT * {{ ?x :item ?w . MINUS {{ {PEOPLE} }} }}", "w1 w2"),
        (f"SELECT * {{ ?x :item ?w . {{ {PEOPLE} }} UNION {{ {service('?w :seat ?s')} }} }}", "w1 w2"),
        (f"SELECT * {{ VALUES ?w {{ :w3 :w9 }} {PEOPLE} }}", "w3 w9"),
        (f"SELECT * {{ VALUES (?w ?z) {{ (:w3 1) (:w9 2) }} {PEOPLE} }}", "w3 w9"),
        (f"SELECT * {{ GRAPH ?g {{ ?x :item ?w }} {PEOPLE} }}", "w3"),
        (f"SELECT * {{ GRAPH :g {{ ?x :item ?w {PEOPLE} }} }}", "w3"),
        (f"SELECT * FROM :g {{ ?x :item ?w {PEOPLE} }}", "w3"),
        (f"SELECT * {{ {{ ?x :item ?w }} UNION {{ GRAPH :g {{ ?x :item ?w }} }} {PEOPLE} }}", "w1 w2 w3"),
        (f"SELECT * {{ {{ SELECT ?w {{ ?x :item ?w ; :year 1 }} }} {PEOPLE} }}", "w1"),
        (f"SELECT * {{ {{ SELECT ?n {{ ?x :item ?w . {PEOPLE} }} }} }}", "w1 w2"),
        (f"SELECT ?x {{ ?x :item ?w . {service('SELECT ?w { ?w :people ?year }')} }}", "w1 w2"),
        (f"SELECT * {{ ?z :name ?y . ?x :item ?w . {PEOPLE} }}", "w1 w2"),
        (f"CONSTRUCT {{ ?w :people ?n }} WHERE {{ ?x :item ?w . {PEOPLE} }}", "w1 w2"),
        (f"ASK {{ ?x :item ?w {PEOPLE} }}", "w1 w2"),
        (f"SELECT * {{ ?x :item ?w ; :year ?y {{ {PEOPLE} FILTER(!BOUND(?y)) }} }}", "w1 w2"),
        # Sent as they are:
        (f"SELECT * {{ {PEOPLE} ?x :item ?w }}", ""),
        (f"SELECT * {{ BIND(:w1 AS ?w) {PEOPLE} }}", ""),
        (f"SELECT * {{ VALUES ?w {{ :w1 UNDEF }} {PEOPLE} }}", ""),
        (f"SELECT * {{ OPTIONAL {{ ?x :item ?w }} {PEOPLE} }}", ""),
        (f"SELECT * {{ ?x :year ?n {PEOPLE} }}", ""),
        (f"SELECT * {{ {{ SELECT ?w {{ ?x :item ?w }} LIMIT 1 }} {PEOPLE} }}", ""),
        (f"SELECT * {{ ?x :item ?w . {{ SELECT ?n ?w {{ {PEOPLE} }} }} }}", ""),
        (f"SELECT * {{ ?x :item ?w . {service('OPTIONAL { ?w :people ?n }')} }}", ""),
        (f"SELECT * {{ ?x :item ?w . {service('{ ?w :people ?n } UNION { ?s :seat ?v }')} }}", ""),
        (f"SELECT * {{ ?x :item ?w FILTER EXISTS {{ {PEOPLE} }} }}", ""),
        (f"SELECT * {{ ?x :year ?y . {PEOPLE} }}", ""),
    ],
)
def test_values_are_sent_where_that_changes_nothing(query: str, sent: str) -> None:
    stores = Stores()
    text = federated(PREFIX + query, ALLOWED, stores.ask, stores.look)
    found = sorted(set(re.findall("<e:(w[0-9])>", stores.asked[0].partition("VALUES")[2])))
    assert " ".join(found) == sent
    if query.startswith("SELECT"):
        assert stores.rows(text) == stores.unbound(query)


def test_a_clause_after_another_one_is_sent_what_that_one_found() -> None:
    stores = Stores()
    seats = service("?w :seat ?s")
    query = f"SELECT * {{ ?x :item ?w . {seats} {service('?s :people ?n')} }}"
    assert stores.bound(query) == stores.unbound(query)
    assert "VALUES (?s) {\n(<e:s1>)\n}" in stores.asked[1]


def test_nobody_is_asked_where_we_have_nothing_to_join() -> None:
    stores = Stores()
    assert stores.bound(f"SELECT * {{ ?x :nothing ?w . {PEOPLE} OPTIONAL {{ ?n :p ?q }} }}") == Counter()
    assert stores.asked == []
    assert stores.bound(f"SELECT ?x {{ ?x :item ?v OPTIONAL {{ ?x :nothing ?w . {PEOPLE} }} }}").total() == 3
    assert stores.asked == []


def test_many_values_go_in_batches_and_too_many_are_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    query = f"SELECT * {{ ?x :item ?w . {PEOPLE} }}"
    monkeypatch.setattr(federation, "BATCH", 1)
    stores = Stores()
    assert stores.bound(query) == stores.unbound(query)
    assert [query.count("(<") for query in stores.asked] == [1, 1, 0]
    monkeypatch.setattr(federation, "MOST_SENT", 1)
    stores = Stores()
    assert stores.bound(query).total() == 2
    assert [query.count("VALUES") for query in stores.asked] == [0]
    assert stores.looked[0].endswith("LIMIT 2")


def test_a_pattern_that_means_nothing_alone_restricts_nothing() -> None:
    stores = Stores()
    query = f"SELECT * {{ _:b :item ?w . {{ ?x :year 1 }} {PEOPLE} }}"
    assert stores.bound(query) == stores.unbound(query)
    broken = f"SELECT * {{ GRAPH 1 {{ ?x :item ?w }} {PEOPLE} }}"
    with pytest.raises(SyntaxError):
        stores.here.query(federated(PREFIX + broken, ALLOWED, stores.ask, stores.look))


# Random queries over few variables, so that patterns have much to do with each other: what a restricted
# clause brings must lead to the same rows.
TERMS = st.sampled_from(["?a", "?b", "?c", "?a", "?b", ":x"])
TRIPLES = st.builds("{} :p {} . ".format, TERMS, TERMS)
VALUES = st.sampled_from(["VALUES ?a { :x :y } ", "VALUES ?b { :z UNDEF } ", "VALUES (?a ?c) { (:x :y) } "])
FILTERS = st.sampled_from(
    ["FILTER(?a = :x) ", "FILTER(!BOUND(?b)) ", "FILTER(?a != ?b) ", "FILTER EXISTS { ?a :p ?b } "]
)
PARTS = st.one_of(TRIPLES, TRIPLES, TRIPLES.map("OPTIONAL {{ {} }} ".format), VALUES)
CLAUSES = st.lists(PARTS, min_size=1, max_size=2).map("".join).map(service).map("{} ".format)
INNER = st.builds(
    "{}{}{}".format, st.one_of(st.just(""), PARTS), CLAUSES, st.one_of(st.just(""), PARTS, FILTERS)
)


def wrapped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        inner,
        inner.map("OPTIONAL {{ {} }} ".format),
        inner.map("MINUS {{ {} }} ".format),
        inner.map("{{ {} }} ".format),
        inner.map("GRAPH :g {{ {} }} ".format),
        inner.map("{{ SELECT ?a ?b {{ {} }} }} ".format),
        st.builds("{{ {} }} UNION {{ {} }} ".format, inner, PARTS),
        st.builds("{{ {} {} }} ".format, PARTS, inner.map("OPTIONAL {{ {} }} ".format)),
        st.builds("{{ {} {} }} ".format, PARTS, inner.map("MINUS {{ {} }} ".format)),
    )


QUERIES = st.builds(
    "SELECT ?a ?b ?c {{ {}{}{} }}".format,
    PARTS,
    wrapped(wrapped(INNER)),
    st.one_of(st.just(""), PARTS, FILTERS),
)
THINGS = st.sampled_from([":x", ":y", ":z"])
FACTS = st.lists(st.builds("{} :p {} .".format, THINGS, THINGS), min_size=1, max_size=5).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(query=QUERIES, here=FACTS, named=FACTS, there=FACTS)
def test_the_answer_is_the_same_whatever_is_sent(query: str, here: str, named: str, there: str) -> None:
    head = "@prefix : <e:> . "
    stores = Stores(f"{head}{here} :g {{ {named} }}", head + there)
    assert stores.bound(query) == stores.unbound(query)
