"""Pages, named queries, and what strangers put into their parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

import pytest
from flask.testing import FlaskClient

from graph.errors import StoreMissingError
from graph.named_query import Catalogue
from graph.readers import ReaderPool
from web.app import build_app
from web.pages import EXAMPLES
from web.settings import Settings

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
    client: FlaskClient, path: str, headers: Mapping[str, str], status: int, content_type: str
) -> None:
    response = client.get(path, headers=headers)
    assert (response.status_code, response.content_type) == (status, content_type)
    response.close()


def test_every_answer_carries_the_headers_that_protect_its_reader(client: FlaskClient) -> None:
    for path in ("/", "/sparql", "/nowhere", "/queries/none", "/healthz"):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self';")
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_budget_reads_as_the_design_says(client: FlaskClient) -> None:
    rows = client.get("/queries/budget-by-year").get_json(force=True)["results"]["bindings"]
    amounts = {row["fiscalYear"]["value"]: row["amount"]["value"] for row in rows}
    assert amounts == {
        "2023": "2000000000",
        "2024": "5000000000",
        "2025": "8100000000",
        "2026": "18100000000",
    }


def test_no_framing_has_become_a_fact(client: FlaskClient) -> None:
    answer = client.get("/queries/framing-in-the-default-graph").get_json(force=True)
    assert answer["results"]["bindings"] == []


def test_who_says_so_knows_both_sides(client: FlaskClient) -> None:
    parameters = {"subject": "id:recipient-count/osa-fy2025", "predicate": "osa:recipientCount"}
    answer = client.get("/queries/who-says-so", query_string=parameters).get_json(force=True)
    sides = {row["side"]["value"] for row in answer["results"]["bindings"]}
    assert sides == {"supports", "contests", "does not compete"}


def test_every_named_query_has_an_answer(client: FlaskClient, catalogue: Catalogue) -> None:
    empty = []
    for query in catalogue:
        response = client.get(f"/queries/{query.name}")
        assert response.status_code == 200, query.name
        if not response.get_json(force=True)["results"]["bindings"]:
            empty.append(query.name)
        assert client.get(f"/queries/{query.name}", headers=BROWSER).status_code == 200
    assert empty == ["framing-in-the-default-graph"]


def test_the_home_page_answers_its_examples(client: FlaskClient, catalogue: Catalogue) -> None:
    page = client.get("/").get_data(as_text=True)
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
    client: FlaskClient, path: str, parameters: dict[str, str]
) -> None:
    page = client.get(path, query_string=parameters, headers=BROWSER).get_data(as_text=True)
    assert "alert(1)" in page
    assert "<script" not in page
    assert 'href="javascript' not in page


def test_a_literal_carries_its_language(client: FlaskClient) -> None:
    parameters = {"query": "SELECT (STRLANG('日本', 'ja') AS ?x) {}", "format": "html"}
    page = client.get("/sparql", query_string=parameters).get_data(as_text=True)
    assert '<span lang="ja" dir="auto">日本</span>' in page


def test_a_wrong_parameter_is_marked_in_the_form(client: FlaskClient) -> None:
    page = client.get("/queries/budget-by-year?programme=osa", headers=BROWSER).get_data(as_text=True)
    assert 'aria-invalid="true"' in page
    assert "expected an absolute IRI" in page


def test_a_page_is_cut_where_the_answer_is_too_long(client: FlaskClient) -> None:
    parameters = {"query": "SELECT ?s { ?s ?p ?o } LIMIT 1001", "format": "html"}
    page = client.get("/sparql", query_string=parameters).get_data(as_text=True)
    assert page.count("<tr>") == 1001
    assert "longer than a page shows" in page


def test_a_server_without_a_dataset_says_so_without_naming_folders(
    settings: Settings, readers: ReaderPool, catalogue: Catalogue
) -> None:
    def counts() -> NoReturn:
        raise StoreMissingError(f"There is no dataset in {settings.data}.")

    client = build_app(settings, readers, catalogue, counts).test_client()
    response = client.get("/healthz")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
    assert response.get_data(as_text=True) == "The dataset cannot be read at the moment.\n"


def test_a_plain_dataset_has_no_pages(readers: ReaderPool, settings: Settings, catalogue: Catalogue) -> None:
    raw = Settings(settings.data, raw=True, public_url="https://example.org/kg/")
    client = build_app(raw, readers, catalogue, dict).test_client()
    assert client.get("/").status_code == 404
    assert client.get("/sparql", headers={"Accept": "text/html"}).status_code == 406
    assert b"<https://example.org/kg/sparql>" in client.get("/sparql").data
    assert client.get("/sparql?query=ASK%20%7Bid:osa%20?p%20?o%7D").status_code == 400
