"""Pages, named queries, and what strangers put into their parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from graph.named_query import Catalogue
from web.pages import EXAMPLES

Serving = Callable[..., AbstractContextManager[Any]]
HTML = "text/html; charset=utf-8"
JSON = "application/sparql-results+json"
CSV = "text/csv; charset=utf-8"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
SCRIPT = "\"'><script>alert(1)</script>"
HTML_LITERAL = 'SELECT ("<script>alert(1)</script>"@en AS ?x) (<javascript:alert(1)> AS ?y) {}'


@pytest.mark.parametrize(
    ("path", "headers", "status", "content_type"),
    [
        ("/", BROWSER, 200, HTML),
        ("/queries", BROWSER, 200, HTML),
        ("/queries/budget-by-year", BROWSER, 200, HTML),
        ("/queries/budget-by-year", {}, 200, JSON),
        ("/queries/budget-by-year", {"Accept": "text/csv"}, 200, CSV),
        ("/queries/budget-by-year", {"Accept": "text/turtle"}, 406, "text/plain; charset=utf-8"),
        ("/queries/budget-by-year?format=csv", BROWSER, 200, CSV),
        ("/queries/budget-by-year?format=json", BROWSER, 200, JSON),
        ("/queries/budget-by-year?format=rq", BROWSER, 200, "application/sparql-query; charset=utf-8"),
        ("/queries/budget-by-year?programme=osa", BROWSER, 400, HTML),
        ("/queries/budget-by-year?programme=osa", {"Accept": JSON}, 400, "application/problem+json"),
        ("/queries/budget-by-year?endpoint=x&_external=1", BROWSER, 400, HTML),
        ("/queries/none", BROWSER, 404, HTML),
        ("/queries/none", {}, 404, "text/plain; charset=utf-8"),
        ("/nowhere", BROWSER, 404, HTML),
        ("/healthz", {}, 200, "application/json"),
        ("/static/style.css", {}, 200, "text/css; charset=utf-8"),
    ],
)
def test_a_page_is_there_in_the_form_asked_for(
    client: Any, path: str, headers: Mapping[str, str], status: int, content_type: str
) -> None:
    response = client.get(path, headers=headers)
    assert (response.status_code, response.content_type) == (status, content_type)


def test_every_answer_carries_the_headers_that_protect_its_reader(client: Any) -> None:
    for path in ("/", "/sparql", "/sparql?query=x", "/nowhere", "/queries/none"):
        headers = client.get(path, headers=BROWSER).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';")
        assert headers["X-Content-Type-Options"] == "nosniff"
    for path in (
        "/healthz",
        "/readyz",
        "/metrics",
        "/sparql?query=x",
        "/sparql?query=ASK%20%7B%7D",
        "/store",
    ):
        assert client.get(path).headers["X-Content-Type-Options"] == "nosniff"


def test_the_budget_reads_as_the_design_says(client: Any) -> None:
    rows = client.get("/queries/budget-by-year").json["results"]["bindings"]
    amounts = {row["fiscalYear"]["value"]: row["amount"]["value"] for row in rows}
    assert amounts == {
        "2023": "2000000000",
        "2024": "5000000000",
        "2025": "8100000000",
        "2026": "18100000000",
    }


def test_no_framing_has_become_a_fact(client: Any) -> None:
    answer = client.get("/queries/framing-in-the-default-graph").json
    assert answer["results"]["bindings"] == []


def test_who_says_so_knows_both_sides(client: Any) -> None:
    parameters = {"subject": "id:recipient-count/osa-fy2025", "predicate": "osa:recipientCount"}
    answer = client.get("/queries/who-says-so", query_string=parameters).json
    sides = {row["side"]["value"] for row in answer["results"]["bindings"]}
    assert sides == {"supports", "contests", "does not compete"}


def test_every_named_query_has_an_answer(client: Any, catalogue: Catalogue) -> None:
    empty = []
    for query in catalogue:
        response = client.get(f"/queries/{query.name}")
        assert response.status_code == 200, query.name
        if not response.json["results"]["bindings"]:
            empty.append(query.name)
        assert client.get(f"/queries/{query.name}", headers=BROWSER).status_code == 200
    assert empty == ["framing-in-the-default-graph"]


def test_the_home_page_answers_its_examples(client: Any, catalogue: Catalogue) -> None:
    page = client.get("/").text
    assert [name for name in EXAMPLES if catalogue[name].summary.replace("'", "&#39;") not in page] == []
    assert "18,100,000,000" in page
    assert "12,345" in page
    assert "No answer at the moment" not in page


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("/queries/budget-by-year", {"programme": SCRIPT}),
        ("/queries/budget-by-year", {SCRIPT: "1"}),
        ("/queries/who-says-so", {"subject": f"http://example.org/{SCRIPT}"}),
        ("/queries/" + SCRIPT.replace("/", ""), {}),
        ("/sparql", {"query": SCRIPT, "format": "html"}),
        ("/sparql", {"query": HTML_LITERAL, "format": "html"}),
        ("/sparql", {"query": "ASK {}", "default-graph-uri": SCRIPT}),
        ("/sparql", {"query": 'CONSTRUCT { id:osa id:osa "<script>alert(1)" } {}', "format": "html"}),
    ],
)
def test_nothing_that_is_put_in_comes_out_as_markup(
    client: Any, path: str, parameters: dict[str, str]
) -> None:
    page = client.get(path, query_string=parameters, headers=BROWSER).text
    assert "alert(1)" in page
    assert "<script>" not in page
    assert 'href="javascript' not in page


def test_a_literal_carries_its_language(client: Any) -> None:
    parameters = {"query": "SELECT (STRLANG('日本', 'ja') AS ?x) {}", "format": "html"}
    page = client.get("/sparql", query_string=parameters).text
    assert '<span lang="ja" dir="auto">日本</span>' in page


def test_a_wrong_parameter_is_marked_in_the_form(client: Any) -> None:
    page = client.get("/queries/budget-by-year?programme=osa", headers=BROWSER).text
    assert 'aria-invalid="true"' in page
    assert "expected an absolute IRI" in page


def test_a_page_is_cut_where_the_answer_is_too_long(client: Any) -> None:
    parameters = {"query": "SELECT ?s { ?s ?p ?o } LIMIT 1001", "format": "html"}
    page = client.get("/sparql", query_string=parameters).text
    assert page.count("<tr>") == 1001
    assert "longer than a page shows" in page


def test_a_server_without_a_dataset_says_so_without_naming_folders(serving: Serving, tmp_path: Path) -> None:
    with serving(tmp_path / "data", "--raw") as server:
        (tmp_path / "data" / "current").unlink()
        response = server.client().get("/readyz")
        assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
        assert response.text.startswith("The dataset cannot be used at the moment.")
        assert server.client().get("/healthz").status_code == 200


def test_a_plain_dataset_has_no_pages(serving: Serving, tmp_path: Path) -> None:
    with serving(tmp_path / "data", "--raw", "--public-url", "https://example.org/kg/") as server:
        client = server.client()
        assert client.get("/").status_code == 404
        assert client.get("/sparql", headers={"Accept": "text/html"}).status_code == 406
        assert b"<https://example.org/kg/sparql>" in client.get("/sparql").data
        assert client.get("/sparql?query=ASK%20%7Bid:osa%20?p%20?o%7D").status_code == 400
