"""The query operation of the SPARQL 1.1 Protocol: a table of requests with status and content type."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from ontology.namespaces import RDF, SD

JSON = "application/sparql-results+json"
XML = "application/sparql-results+xml"
PLAIN = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"
PROBLEM = "application/problem+json"
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
SELECT = "SELECT ?p { id:osa a ?p }"
CONSTRUCT = "CONSTRUCT WHERE { id:osa a ?p }"
SOURCE = "https://w3id.org/osagraph/graph/source/seed-002-news"


def get(accept: str | None = None, **parameters: str) -> dict[str, Any]:
    return {"query_string": urlencode(parameters), "headers": {"Accept": accept} if accept else {}}


def post(body: str | bytes, content_type: str | None, query_string: str = "") -> dict[str, Any]:
    return {"method": "POST", "data": body, "content_type": content_type, "query_string": query_string}


@pytest.mark.parametrize(
    ("request_", "status", "content_type"),
    [
        (get(query=SELECT), 200, JSON),
        (get(query="ASK {}"), 200, JSON),
        (get(query=CONSTRUCT), 200, "text/turtle; charset=utf-8"),
        (get(query="DESCRIBE id:osa"), 200, "text/turtle; charset=utf-8"),
        (get(XML, query=SELECT), 200, XML),
        (get("text/csv", query=SELECT), 200, "text/csv; charset=utf-8"),
        (get("text/tab-separated-values", query=SELECT), 200, "text/tab-separated-values; charset=utf-8"),
        (get("application/json", query=SELECT), 200, JSON),
        (get("application/n-triples", query=CONSTRUCT), 200, "application/n-triples"),
        (get("application/rdf+xml", query=CONSTRUCT), 200, "application/rdf+xml"),
        (get("application/ld+json", query=CONSTRUCT), 200, "application/ld+json"),
        (get("application/trig", query=CONSTRUCT), 200, "application/trig"),
        (get("application/n-quads", query=CONSTRUCT), 200, "application/n-quads"),
        (get(query=SELECT, format="csv"), 200, "text/csv; charset=utf-8"),
        (get("text/html", query=SELECT), 200, HTML),
        (get("text/html", query="SELECT"), 400, HTML),
        (get("image/png", query=SELECT), 406, PLAIN),
        (get(f"text/turtle, {PROBLEM}", query=SELECT), 406, PROBLEM),
        (get(query=SELECT, format="docx"), 406, PLAIN),
        (get(query="SELECT"), 400, PLAIN),
        (get(query="ASK { ?s nowhere:x ?o }"), 400, PLAIN),
        (get(JSON, query="SELECT"), 400, PROBLEM),
        (get("text/html, */*;q=0.1", query="ASK {}", update="CLEAR ALL"), 400, HTML),
        (get(query=""), 400, PLAIN),
        (get(update="CLEAR ALL"), 405, PLAIN),
        (get(**{"default-graph-uri": SOURCE}), 400, PLAIN),
        (get(query="ASK {}", **{"default-graph-uri": "relative"}), 400, PLAIN),
        ({"query_string": "query=ASK%20%7B%7D&query=ASK%20%7B%7D"}, 400, PLAIN),
        ({"query_string": "query=ASK%20%7B%7D%23%FF"}, 400, PLAIN),
        (post(urlencode({"query": SELECT}), FORM), 200, JSON),
        (post(urlencode({"query": SELECT}), f"{FORM}; charset=UTF-8"), 200, JSON),
        (post(urlencode({"query": "ASK {}"}), FORM, "query=ASK%20%7B%7D"), 400, PLAIN),
        (post(SELECT, DIRECT), 200, JSON),
        (post(SELECT, f"{DIRECT}; charset=utf-8"), 200, JSON),
        (post("ASK {}".encode("utf-16"), f"{DIRECT}; charset=utf-16"), 415, PLAIN),
        (post(b"ASK {} #\xff", DIRECT), 400, PLAIN),
        (post(SELECT, None), 415, PLAIN),
        (post(SELECT, "text/plain"), 415, PLAIN),
        (post("CLEAR ALL", "application/sparql-update"), 401, PLAIN),
        (post("", FORM), 400, PLAIN),
        (post("x" * (16 << 20) + "x", DIRECT), 413, PLAIN),
        ({"method": "PUT"}, 405, PLAIN),
        ({"method": "DELETE"}, 405, PLAIN),
        ({"method": "OPTIONS"}, 204, None),
        (get(), 200, "text/turtle; charset=utf-8"),
        (get("application/rdf+xml"), 200, "application/rdf+xml"),
        (get("text/html"), 303, HTML),
        (get("image/png"), 406, PLAIN),
    ],
)
def test_a_request_is_answered_as_the_protocol_says(
    client: Any, request_: dict[str, Any], status: int, content_type: str
) -> None:
    response = client.open("/sparql", **request_)
    assert (response.status_code, response.content_type) == (status, content_type)


def test_head_has_the_headers_of_get_without_the_body(client: Any) -> None:
    url = f"/sparql?query={quote(SELECT)}"
    got, head = client.get(url), client.head(url)
    assert (head.status_code, head.data) == (200, b"")
    varying = ("date", "x-request-id")
    assert {k: v for k, v in head.headers.items() if k not in varying} == {
        k: v for k, v in got.headers.items() if k not in varying
    }


def test_any_site_may_ask(client: Any) -> None:
    response = client.options("/sparql", headers={"Origin": "https://example.org"})
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert set(response.headers["Access-Control-Allow-Methods"].split(", ")) > {"GET", "HEAD", "POST"}


def test_other_methods_are_told_which_are_allowed(client: Any) -> None:
    assert "POST" in client.put("/sparql").headers["Allow"]


def test_a_syntax_error_has_its_place(client: Any) -> None:
    response = client.get("/sparql", query_string={"query": "ASK {\n ?s }"}, headers={"Accept": JSON})
    problem = response.json
    assert (problem["status"], problem["line"], problem["column"]) == (400, 2, 6)
    text = client.get("/sparql", query_string={"query": "ASK {\n ?s }"}).text
    assert text.endswith(" (line 2, column 6)\n")


COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?claim osa:statedIn ?source }"
COUNT_NAMED = "SELECT (COUNT(DISTINCT ?g) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }"


@pytest.mark.parametrize(
    ("query", "dataset", "number"),
    [
        (COUNT, {}, 0),
        (COUNT, {"default-graph-uri": SOURCE}, 75),
        (COUNT, {"named-graph-uri": SOURCE}, 0),
        (COUNT.replace("WHERE", f"FROM <{SOURCE}> WHERE"), {}, 75),
        (COUNT.replace("WHERE", f"FROM <{SOURCE}> WHERE"), {"default-graph-uri": "urn:nothing"}, 0),
        (COUNT_NAMED, {"named-graph-uri": SOURCE}, 1),
        (COUNT_NAMED, {"default-graph-uri": SOURCE}, 0),
    ],
)
@pytest.mark.parametrize("how", ["get", "form", "direct"])
def test_the_dataset_of_the_protocol_replaces_the_one_of_the_query(
    client: Any, how: str, query: str, dataset: dict[str, str], number: int
) -> None:
    if how == "get":
        response = client.get("/sparql", query_string={"query": query, **dataset})
    elif how == "form":
        response = client.post("/sparql", data={"query": query, **dataset})
    else:
        response = client.post("/sparql", data=query, content_type=DIRECT, query_string=dataset)
    [row] = response.json["results"]["bindings"]
    assert row["n"]["value"] == str(number)


def test_a_large_answer_is_streamed_whole(client: Any) -> None:
    query = "SELECT ?s ?p ?o { GRAPH ?g { ?s ?p ?o } }"
    response = client.get("/sparql", query_string={"query": query, "format": "csv"})
    counted = client.get("/sparql", query_string={"query": query.replace("?s ?p ?o", "(COUNT(*) AS ?n)", 1)})
    [row] = counted.json["results"]["bindings"]
    assert "Content-Length" not in response.headers
    # A line break within a literal has no carriage return in this dataset.
    assert response.data.count(b"\r\n") - 1 == int(row["n"]["value"]) > 10_000


def test_the_service_description_names_the_endpoint(client: Any) -> None:
    response = client.get("/sparql", headers={"Accept": "text/turtle"})
    triples = [quad.triple for quad in parse(input=response.data, format=RdfFormat.TURTLE)]
    [service] = [triple.subject for triple in triples if triple.object == SD.Service]
    [endpoint] = [triple.object for triple in triples if triple.predicate == SD.endpoint]
    assert endpoint == NamedNode(f"http://127.0.0.1:{client.port}/sparql")
    assert {triple.subject for triple in triples if triple.predicate == SD.resultFormat} == {service}
    assert [triple for triple in triples if triple.predicate == RDF.type] != []
