"""What is told of a query that is none: the sentence, and the place that is marked."""

from __future__ import annotations

import pytest

from graph.embedded import EmbeddedStore
from graph.errors import QueryFailedError, QuerySyntaxError
from web.query_faults import Fault, fault_of


@pytest.mark.parametrize(
    ("text", "marked", "sentence"),
    [
        ("SELECT * { ?s foaf:name ?o }", "foaf:name", "The prefix “foaf:” is not declared."),
        ("SELECT * { ?s ?p ?o", "?o", "Behind “?o”, one of these is missing: , . ; }"),
        ("SELECT ?a {\n ?s osa:amount ?a\n ?s osa:recipient ?c\n}", "?s", "from “?s” on"),
        ("SELECT ?a { '𝒳𝒳𝒳' ?p }", "?p", "expected was a variable, an IRI, a text or a number."),
        ("SELECT (nope(?x) AS ?y) {}", "nope", "from “nope” on"),
        ("INSERT DATA { id:a id:b 1 }", "INSERT", "from “INSERT” on"),
        ("SELECT ?x { ?s ?p ?o } GROUP BY ?s", "?s", "With GROUP BY, SELECT names"),
        ("SELECT ?a { ?s ?p ?a FILTER ?a > 3 }", "?a", "from “?a” on"),
        ("", "", "There is no query here."),
    ],
)
def test_a_fault_is_told_in_a_sentence_and_marked(text: str, marked: str, sentence: str) -> None:
    with pytest.raises(QuerySyntaxError) as raised:
        EmbeddedStore().query(text)
    fault = fault_of(raised.value, text)
    assert sentence in fault.message
    assert fault.line is not None
    assert fault.column is not None
    line = text.split("\n")[fault.line - 1]
    assert line[fault.column - 1 : fault.column - 1 + fault.length] == marked


def test_a_missing_full_stop_is_found_in_its_line() -> None:
    text = "SELECT ?a {\n ?s osa:amount ?a\n ?s osa:recipient ?c\n}"
    with pytest.raises(QuerySyntaxError) as raised:
        EmbeddedStore().query(text)
    fault = fault_of(raised.value, text)
    assert (fault.line, fault.column, fault.length) == (3, 2, 2)


def test_what_the_engine_did_not_say_is_told_as_it_is() -> None:
    assert fault_of(QuerySyntaxError("SERVICE is switched off.", 1, 5), "x") == Fault(
        "SERVICE is switched off.", 1, 5, 1
    )
    assert fault_of(QueryFailedError("It needs too much."), "x") == Fault("It needs too much.")


def test_a_place_behind_the_end_is_at_the_end() -> None:
    fault = fault_of(QuerySyntaxError("This is not SPARQL: error at 9:9: expected [_]", 9, 9), "ASK")
    assert (fault.line, fault.column, fault.length) == (1, 1, 3)
