"""The query page without scripts, and what its editor asks the server for."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pytest

from web.query_page import POLICY

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
SCRIPT = "\"'></textarea></mark></pre><script>alert(1)</script>"
BUDGET = "SELECT ?amount { id:budget/osa-fy2026 osa:amount ?amount }".replace("/", r"\/")


def ask(client: Any, query: str, **more: str) -> Any:
    return client.get("/query", query_string={"query": query, **more}, headers=BROWSER)


def check(client: Any, query: str) -> Any:
    return client.post("/api/check", data={"query": query})


def test_the_form_begins_with_a_query_that_works(client: Any) -> None:
    page = client.get("/query", headers=BROWSER)
    assert page.status_code == 200
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", page.text, re.DOTALL)
    assert text is not None
    assert text[1].startswith("PREFIX osa: &lt;https://w3id.org/osagraph/ontology#&gt;")
    assert 'id="result-title" hidden' in page.text


def test_a_named_query_is_opened_with_its_defaults_and_without_its_header(client: Any) -> None:
    page = client.get("/query?example=budget-by-year", headers=BROWSER).text
    assert "&lt;https://w3id.org/osagraph/id/osa&gt;" in page
    assert "#+ summary" not in page
    assert client.get("/query?example=none", headers=BROWSER).status_code == 404


def test_an_answer_is_a_table_with_downloads(client: Any) -> None:
    page = ask(client, BUDGET)
    assert page.status_code == 200
    assert "18,100,000,000" in page.text
    assert "1 row." in page.text
    assert 'download="osagraph-result.csv">CSV</a>' in page.text
    assert "&amp;format=csv" in page.text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("ASK { id:osa a osa:Programme }", "Yes."),
        ("CONSTRUCT { id:osa a osa:Programme } {}", "&lt;https://w3id.org/osagraph/id/osa&gt;"),
        ("SELECT ?x { id:osa id:nothing ?x }", "Nothing answers this."),
    ],
)
def test_every_form_of_query_is_answered(client: Any, query: str, shown: str) -> None:
    assert shown in ask(client, query).text


def test_line_breaks_of_a_form_are_counted_as_one_character(client: Any) -> None:
    page = ask(client, "SELECT *\r\n{ ?s foaf:name ?o }")
    assert page.status_code == 400
    assert "(line 2, column 6)" in page.text
    assert "{ ?s <mark>foaf:name</mark> ?o }" in page.text


def test_the_wish_for_receipts_is_kept(client: Any) -> None:
    wish = 'name="receipts" value="1"'
    assert f"{wish} checked>" in ask(client, BUDGET, receipts="1").text
    assert f"{wish}>" in ask(client, BUDGET).text


def test_only_the_style_of_the_editor_is_let_in_and_no_copy_is_kept(client: Any) -> None:
    first, second = client.get("/query", headers=BROWSER), client.get("/query", headers=BROWSER)
    nonces = [re.search(r'nonce="([^"]+)"', page.text)[1] for page in (first, second)]  # type: ignore[index]
    assert nonces[0] != nonces[1]
    assert first.headers["Content-Security-Policy"] == POLICY.format(nonce=nonces[0])
    assert "script-src 'self';" in POLICY
    assert first.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "query",
    [
        SCRIPT,
        f"SELECT * {{ ?s {SCRIPT} ?o }}",
        f"SELECT * {{ ?s ?p ?o }} # {SCRIPT}",
        "SELECT ('<script>alert(1)</script>'@en AS ?x) (<javascript:alert(1)> AS ?alert1) {}",
        "SELECT ('<img src=x onerror=alert(1)>' AS ?x) {}",
        'CONSTRUCT { id:osa id:osa "<script>alert(1)</script>" } {}',
        "SELECT (STRDT('<script>alert(1)</script>', <http://x/alert(1)>) AS ?x) {}",
    ],
)
def test_nothing_that_is_put_in_comes_out_as_markup(client: Any, query: str) -> None:
    scripts = client.get("/query", headers=BROWSER).text.count("<script")
    for page in (ask(client, query).text, ask(client, query, receipts="1").text):
        assert "alert(1)" in page
        assert page.count("<script") == scripts
        assert "<img" not in page
        assert 'href="javascript' not in page


def test_a_browser_without_a_query_is_sent_from_the_endpoint_to_the_page(client: Any) -> None:
    response = client.get("/sparql", headers=BROWSER)
    assert (response.status_code, response.headers["Location"]) == (303, "/query")
    assert client.get("/sparql?query=ASK%7B%7D", headers=BROWSER).status_code == 200


def test_a_well_formed_query_is_fine_and_is_not_evaluated(client: Any) -> None:
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    response = check(client, slow)
    assert (response.status_code, response.json) == (200, {"ok": True})
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("query", "line", "column", "length"),
    [
        ("SELECT * {\n ?s ?p\n", 2, 5, 2),
        ("SELECT * { ?s foaf:name '𝒳' }", 1, 15, 9),
        ("SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }", 1, 12, 1),
    ],
)
def test_a_fault_has_a_place_in_characters(
    client: Any, query: str, line: int, column: int, length: int
) -> None:
    fault = check(client, query).json
    assert fault["ok"] is False
    assert (fault["line"], fault["column"], fault["length"]) == (line, column, length)
    assert fault.get("prefix") == ("foaf" if "foaf:" in query else None)


def test_a_text_that_would_end_a_parser_is_refused(client: Any) -> None:
    fault = check(client, "SELECT * " + "{" * 3000 + "}" * 3000).json
    assert fault["ok"] is False
    assert client.get("/healthz").status_code == 200


def test_a_check_needs_a_query(client: Any) -> None:
    assert check(client, "").status_code == 400
    assert client.get("/api/check").status_code == 405


def test_the_vocabulary_is_searched_by_the_beginning_and_by_role(client: Any) -> None:
    found = client.get("/api/vocab?q=osa:recip&role=property").json["terms"]
    assert [term["name"] for term in found] == ["osa:recipient", "osa:recipientCount", "osa:recipientOf"]
    assert found[0]["label"] == "recipient"
    assert found[0]["domains"] == ["https://w3id.org/osagraph/ontology#AssistanceProject"]
    classes = client.get("/api/vocab?q=budget&role=class").json["terms"]
    assert "osa:BudgetLine" in [term["name"] for term in classes]
    assert client.get("/api/vocab?role=thing").status_code == 400


def test_who_has_the_vocabulary_is_told_so(client: Any) -> None:
    response = client.get("/api/vocab?q=osa:recip")
    again = client.get("/api/vocab?q=osa:recip", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_the_prefixes_are_those_of_the_ontology(client: Any) -> None:
    prefixes = client.get("/api/prefixes").json
    assert prefixes["osa"] == "https://w3id.org/osagraph/ontology#"
    assert prefixes["wdt"] == "http://www.wikidata.org/prop/direct/"


def test_things_are_named_in_the_language_that_is_asked_for(client: Any) -> None:
    fiji, unknown = "https://w3id.org/osagraph/id/fiji", "http://example.org/x"
    response = client.post(
        "/query/labels?lang=ja",
        data=f"iri={fiji}&iri={unknown}",
        content_type="application/x-www-form-urlencoded",
    )
    assert response.json["labels"] == {
        fiji: {"label": "フィジー", "language": "ja", "href": "/page/fiji?lang=ja"},
        unknown: {"label": None, "language": None, "href": unknown},
    }
    assert client.post("/query/labels", data={"iri": "no iri"}).status_code == 400


def test_things_have_their_most_special_class_where_it_is_asked_for(client: Any) -> None:
    fiji, unknown = "https://w3id.org/osagraph/id/fiji", "http://example.org/x"
    form = {"data": f"iri={fiji}&iri={unknown}&kinds=1", "content_type": "application/x-www-form-urlencoded"}
    named = client.post("/query/labels?lang=ja", **form).json
    assert set(named["labels"]) == {fiji, unknown}
    assert named["kinds"] == {fiji: {"type": "https://w3id.org/osagraph/ontology#State", "label": "国家"}}
    assert "kinds" not in client.post("/query/labels", data={"iri": fiji}).json


def test_a_citation_has_a_digest_that_anybody_can_compute(client: Any) -> None:
    citation = client.get("/query/citation", query_string={"query": BUDGET}).json
    answer = client.get("/sparql", query_string={"query": BUDGET, "format": "tsv"}).data
    lines = sorted(answer.removesuffix(b"\n").split(b"\n"))
    digest = hashlib.sha256(b"".join(line + b"\n" for line in [BUDGET.encode(), *lines])).hexdigest()
    assert citation["sha256"] == digest
    assert digest in citation["text"]
    assert (citation["snapshot"], citation["made"], citation["view"]) == (1, "2026-01-01", None)
    assert citation["url"] in citation["text"]


def test_a_citation_of_nothing_is_refused(client: Any) -> None:
    assert client.get("/query/citation").status_code == 400
    assert client.get("/query/citation?query=SELECT").status_code == 400
