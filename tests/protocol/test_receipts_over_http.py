"""Receipts over HTTP: a member of the JSON results, a second table on the page, and who is refused."""

from __future__ import annotations

import re
from typing import Any

import pytest

BUDGETS = "SELECT ?b ?a { ?b osa:programme id:osa ; osa:amount ?a ; a osa:BudgetLine } ORDER BY ?b"
DISPUTED = "SELECT ?a { <https://w3id.org/osagraph/id/budget/osa-fy2025> osa:amount ?a }"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
JSON = "application/sparql-results+json"


@pytest.mark.parametrize("headers", [{}, {"Accept": JSON}, {"Accept": "application/json"}])
def test_json_results_carry_receipts_when_asked(client: Any, headers: dict[str, str]) -> None:
    plain = client.get("/sparql", query_string={"query": BUDGETS}, headers={"Accept": JSON}).json
    answer = client.get("/sparql", query_string={"query": BUDGETS, "receipts": "1"}, headers=headers)
    assert (answer.status_code, answer.content_type) == (200, JSON)
    document = answer.json
    receipts = document.pop("receipts")
    assert document == plain
    assert receipts["covered"]
    kinds = [[receipts["facts"][number]["kind"] for number in row["facts"]] for row in receipts["rows"]]
    assert kinds == [["described", "accepted", "described"]] * len(plain["results"]["bindings"])


def test_a_post_with_receipts_is_not_answered_from_one_without(client: Any) -> None:
    for fields, expected in (({}, False), ({"receipts": "1"}, True), ({"receipts": "0"}, False)):
        for _ in range(2):
            answer = client.post("/sparql", data={"query": BUDGETS, **fields})
            assert ("receipts" in answer.json) == expected
    direct = client.post("/sparql?receipts=1", data=BUDGETS.encode(), content_type="application/sparql-query")
    assert "receipts" in direct.json


def test_the_union_of_all_graphs_tells_which_graph_holds_each_triple(client: Any) -> None:
    query = "SELECT ?a { <https://w3id.org/osagraph/id/budget/osa-fy2026> osa:amount ?a }"
    answer = client.get("/union/sparql", query_string={"query": query, "receipts": "1"}).json
    assert {fact["graph"] for fact in answer["receipts"]["facts"]} == {None}
    query = "SELECT ?t { <https://w3id.org/osagraph/id/source/seed-002-news> dcterms:title ?t }"
    answer = client.get("/union/sparql", query_string={"query": query, "receipts": "1"}).json
    graphs = {fact["graph"] for fact in answer["receipts"]["facts"]}
    assert graphs == {None, "https://w3id.org/osagraph/graph/source/seed-002-news"}


def test_a_graph_chosen_by_the_protocol_is_the_one_that_is_traced(client: Any) -> None:
    graph = "https://w3id.org/osagraph/graph/source/seed-002-news"
    asked = {"query": "SELECT ?c { ?c a osa:Claim } LIMIT 3", "default-graph-uri": graph, "receipts": "1"}
    receipts = client.get("/sparql", query_string=asked).json["receipts"]
    assert [(fact["graph"], fact["kind"]) for fact in receipts["facts"]] == [(graph, "stated")] * 3


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("ASK {}", "Receipts are given for SELECT queries."),
        ("CONSTRUCT { ?s a ?o } WHERE { ?s a ?o }", "Receipts are given for SELECT queries."),
        ("DESCRIBE id:osa", "Receipts are given for SELECT queries."),
        ("SELECT * { ?s ?p ?o }", "Receipts are given for at most 1,000 rows. Ask with a LIMIT."),
        ("SELECT ?s { ?s ?p }", "This is not SPARQL"),
    ],
)
def test_what_has_no_receipts_is_refused_with_the_reason(client: Any, query: str, sentence: str) -> None:
    answer = client.get("/sparql", query_string={"query": query, "receipts": "1"})
    assert answer.status_code == 400
    assert answer.text.startswith(sentence)


@pytest.mark.parametrize("path", ["/sparql", "/queries/budget-by-year"])
def test_other_formats_have_no_place_for_receipts(client: Any, path: str) -> None:
    asked = {"query": BUDGETS, "receipts": "1"} if path == "/sparql" else {"receipts": "1"}
    for fields, headers in (({}, {"Accept": "text/csv"}), ({"format": "xml"}, {})):
        answer = client.get(path, query_string={**asked, **fields}, headers=headers)
        assert answer.status_code == 406
        assert answer.text.startswith("Receipts come with results as")
    answer = client.get(path, query_string={**asked, "receipts": "yes"})
    assert (answer.status_code, answer.text.strip()) == (400, "The parameter 'receipts' is 1 or 0.")


@pytest.mark.parametrize("path", ["/sparql", "/queries/projects-by-kind-of-equipment"])
def test_a_page_shows_the_receipts_as_a_second_table(client: Any, path: str) -> None:
    asked = {"query": BUDGETS} if path == "/sparql" else {}
    plain = client.get(path, query_string=asked, headers=BROWSER)
    answer = client.get(path, query_string={**asked, "receipts": "1"}, headers=BROWSER)
    assert (plain.status_code, answer.status_code) == (200, 200)
    assert (plain.text.count("<table"), answer.text.count("<table")) == (1, 2)
    assert 'id="receipt-1"' in answer.text
    assert "Accepted." in answer.text


def test_who_disagrees_is_told_with_the_place_of_the_quote(client: Any) -> None:
    asked = {"query": DISPUTED, "receipts": "1"}
    receipts = client.get("/sparql", query_string=asked).json["receipts"]
    (fact,) = receipts["facts"]
    (against,) = [receipts["claims"][iri] for iri in fact["against"]]
    assert (fact["contesting"], fact["sentence"]) == (1, "Accepted. Contested by 1 claim.")
    assert against["sentence"].startswith("8000000000; as printed: 80億円; ")
    page = client.get("/sparql", query_string=asked, headers=BROWSER).text
    assert "<strong>Against</strong>" in page
    assert "#:~:text=80%E5%84%84%E5%86%86" in page


def test_a_receipt_of_a_view_leads_to_the_explanation_of_the_view(client: Any) -> None:
    asked = {"query": DISPUTED, "receipts": "1", "as-of": "2025-06-30"}
    for _ in range(60):
        answer = client.get("/query", query_string=asked, headers=BROWSER)
        if answer.status_code != 503:
            break
    assert re.search(r'href="/explain\?[^"]*as-of=2025-06-30">why\?', answer.text)
    assert "Against" not in answer.text


def test_a_page_lists_what_is_not_traced(client: Any) -> None:
    query = 'SELECT ?x { ?x a osa:Programme . FILTER EXISTS { ?x rdfs:label "<script>" } } LIMIT 1'
    query = query.replace('"<script>"', '?l FILTER(?l != "<script>")')
    answer = client.get("/sparql", query_string={"query": query, "receipts": "1"}, headers=BROWSER)
    assert "inside of EXISTS or NOT EXISTS" in answer.text
    assert "<script>" not in answer.text


def test_a_named_query_has_receipts_as_json(client: Any) -> None:
    answer = client.get("/queries/budget-by-year", query_string={"receipts": "1", "format": "json"})
    assert (answer.status_code, answer.content_type) == (200, JSON)
    assert len(answer.json["receipts"]["rows"]) == len(answer.json["results"]["bindings"]) > 0
