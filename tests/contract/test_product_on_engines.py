"""The whole product in front of other engines: what was published to them is answered as our own store does.

Where a list has no order of its own, the order is the engine's: `web/deployment/engines.md` says where.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from click.testing import CliRunner
from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, parse

from graph.publish_command import publish_command
from tests.contract.engines import Remote, fuseki, oxigraph

QUERIES: Final = Path(__file__).parents[2] / "queries"
# Two of the report cards say the same of other groups, and take seconds each; framing is never a fact.
LEFT_OUT: Final = ("report-cards-by-source", "report-cards-by-publisher", "framing-in-the-default-graph")
NAMED: Final = sorted(path.stem for path in QUERIES.glob("*.rq") if path.stem not in LEFT_OUT)
# These order rows by values of several types, which engines put in other orders.
MIXED: Final = ("sides-of-a-contradiction",)
JSON: Final = "application/sparql-results+json"
PATIENT: Final = ("--deadline", "100", "--total", "200")
PATIENCE_SECONDS: Final = 120
PAGES: Final = (
    "/",
    "/about",
    "/browse",
    "/compare?iri=id:philippines",
    "/contradictions",
    "/contradictions?kind=osa:ValueClash",
    "/entity?iri=https://w3id.org/osagraph/ontology%23amount",
    "/explain?s=id:project/osa-fy2023-fiji&p=osa:programme&o=id:osa",
    "/links",
    "/map",
    "/ontology",
    "/page/budget/osa-fy2026",
    "/page/project/osa-fy2023-fiji",
    "/page/recipient-count/osa-fy2025",
    "/path?from=id:fiji&to=id:malaysia",
    "/perspectives",
    "/queries/budget-by-year",
    "/reconcile/preview?id=fiji",
    "/search?q=fjii",
    "/sources/seed-002-news",
    "/timeline",
    "/nowhere",
    "/page/project/osa-fy2023-fij",
)
# What is there, in whatever order.
LISTS: Final = (
    "/sources?kind=osa:Newspaper",
    "/export/graph.gexf?iri=id:osa",
    "/export/graph.graphml?iri=id:philippines",
    "/export/ftm.json?iri=id:sanae-takaichi",
    "/export/quickstatements.csv?iri=id:sanae-takaichi",
    "/export/quickstatements-refusals.csv?iri=id:sanae-takaichi",
)
DOCUMENTS: Final = (
    "/.well-known/void",
    "/data/project/osa-fy2023-fiji",
    "/fragments?predicate=osa:stage",
    "/fragments?subject=id:osa",
    "/store?graph=https://w3id.org/osagraph/graph/source/seed-002-news",
)
ASKED: Final = (
    "SELECT ?b ?a { ?b osa:programme id:osa ; osa:amount ?a ; a osa:BudgetLine } ORDER BY ?b",
    'SELECT ?b { ?b osa:amount "18100000000"^^xsd:decimal }',
    "SELECT (SUM(?a) AS ?all) (AVG(?a) AS ?mean) { ?b osa:amount ?a ; a osa:BudgetLine }",
    "ASK { id:fiji a osa:State }",
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?c a osa:Claim } } GROUP BY ?g",
)
EXPLAINED: Final = (
    ("budget/osa-fy2026", "amount", '"18100000000"^^xsd:decimal'),
    ("project/osa-fy2023-fiji", "recipient", "id:fiji"),
    ("osa", "provider", "id:japan"),
)
# What needs the dataset itself is refused, with the place where to ask instead.
REFUSED: Final = (
    "/as-of/2025-01-01/sparql?query=ASK%7B%7D",
    "/perspective/japan-government/sparql?query=ASK%7B%7D",
    "/page/osa?as-of=2025-01-01",
    "/contradictions?perspective=japan-government",
)


class Product(NamedTuple):
    """Our own server, and one in front of another engine that holds the same."""

    own: Any
    other: Any

    def get(self, path: str, **options: Any) -> tuple[Any, Any]:
        """The answers of both, own and other."""
        return self.own.get(path, **options), self.other.get(path, **options)


@pytest.fixture(scope="module")
def own(
    serving: Callable[..., AbstractContextManager[Any]], shipped_data: Callable[[], Any]
) -> Iterator[Any]:
    """Our own server of the shipped dataset, with deadlines for a busy machine."""
    with serving(shipped_data().root, *PATIENT) as server:
        yield server


@pytest.fixture(scope="module", params=["oxigraph", "fuseki"])
def product(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    serving: Callable[..., AbstractContextManager[Any]],
    own: Any,
) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp(request.param)
    starting: dict[str, Callable[[Path], AbstractContextManager[Remote]]] = {
        "oxigraph": oxigraph,
        "fuseki": fuseki,
    }
    with starting[request.param](folder) as engine:
        base = engine.addresses.query.removesuffix("/query")
        sent = CliRunner().invoke(publish_command, ["--to", base, "--data", str(own.data)])
        assert sent.exit_code == 0, sent.output
        with serving(folder / "mirror", "--store", base, *PATIENT) as server:
            found = Product(own.client(), server.client())
            _wait_for_names(found)
            yield found


def _wait_for_names(product: Product) -> None:
    """Until both can search: a server makes its index while it answers already."""
    until = time.monotonic() + PATIENCE_SECONDS
    while {reply.status_code for reply in product.get("/api/search?q=fiji")} != {200}:
        assert time.monotonic() < until, "the index of names does not come"
        time.sleep(0.1)


@pytest.mark.parametrize("name", NAMED)
def test_a_named_query_has_the_same_answer(product: Product, name: str) -> None:
    own, other = product.get(f"/queries/{name}", headers={"Accept": JSON})
    assert (own.status_code, other.status_code, other.content_type) == (200, 200, JSON)
    assert other.json["head"] == own.json["head"]
    if name in MIXED:
        assert sorted(map(str, rows(other))) == sorted(map(str, rows(own))) != []
    else:
        assert rows(other) == rows(own) != []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_the_same(product: Product, path: str) -> None:
    own, other = product.get(path, headers={"Accept": "text/html"})
    assert other.status_code == own.status_code
    assert said(other.text) == said(own.text) != []


@pytest.mark.parametrize("path", LISTS)
def test_a_list_holds_the_same_in_whatever_order(product: Product, path: str) -> None:
    own, other = product.get(path)
    assert (other.status_code, other.content_type) == (own.status_code, own.content_type)
    assert own.status_code == 200
    assert sorted(said(other.text)) == sorted(said(own.text)) != []


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_of_triples_holds_the_same(product: Product, path: str) -> None:
    found = []
    for reply in product.get(path, headers={"Accept": "application/n-triples"}):
        assert (reply.status_code, reply.content_type) == (200, "application/n-triples")
        text = re.sub(r"127\.0\.0\.1:[0-9]+", "here", reply.text)
        dataset = Dataset(parse(text, format=RdfFormat.N_TRIPLES))
        dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
        found.append({str(quad) for quad in dataset})
    assert found[0] == found[1] != set()


@pytest.mark.parametrize("query", ASKED)
def test_a_query_of_anybody_has_the_same_answer_and_receipts(product: Product, query: str) -> None:
    fields = {"query": query, "receipts": "1"} if "?b ?a" in query else {"query": query}
    own, other = product.get("/sparql", query_string=fields, headers={"Accept": JSON})
    assert (own.status_code, other.status_code) == (200, 200)
    assert rows(other) == rows(own) or sorted(map(str, rows(other))) == sorted(map(str, rows(own)))
    assert other.json.get("boolean") == own.json.get("boolean")
    assert other.json.get("receipts") == own.json.get("receipts")
    assert ("receipts" in own.json) == ("receipts" in fields)


@pytest.mark.parametrize("triple", EXPLAINED)
def test_a_fact_is_explained_the_same(product: Product, triple: tuple[str, str, str]) -> None:
    asked = {"s": f"id:{triple[0]}", "p": f"osa:{triple[1]}", "o": triple[2]}
    own, other = product.get("/explain", query_string=asked, headers={"Accept": "application/json"})
    assert (own.status_code, other.status_code) == (200, 200)
    assert here(other.text) == here(own.text)


def test_names_are_reconciled_the_same(product: Product) -> None:
    queries = {
        "q0": {"query": "Fiji", "type": "State"},
        "q1": {"query": "フィジー"},
        "q2": {"query": "Philipines", "properties": [{"pid": "osa:role", "v": "osa:Recipient"}]},
    }
    own, other = product.get("/reconcile", query_string={"queries": json.dumps(queries)})
    assert (own.status_code, other.status_code) == (200, 200)
    assert other.json == own.json
    assert other.json["q0"]["result"][0]["name"] == "Fiji"


def test_a_text_that_is_not_sparql_is_refused_at_the_same_place(product: Product) -> None:
    own, other = product.get("/sparql", query_string={"query": "SELECT * WHERE {\n ?s ?p }"})
    assert (own.status_code, other.status_code) == (400, 400)
    assert without_incident(other.text) == without_incident(own.text)


@pytest.mark.parametrize("path", REFUSED)
def test_what_needs_the_dataset_itself_is_refused_with_a_reason(product: Product, path: str) -> None:
    reply = product.other.get(path)
    assert reply.status_code == 501
    assert "here it is in another engine" in reply.text


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_nothing_is_written(product: Product, method: str) -> None:
    graph = "/store?graph=https://w3id.org/osagraph/graph/user/x"
    reply = product.other.open(graph, method=method, data=b"<a:b> <a:c> <a:d> .", content_type="text/turtle")
    assert reply.status_code in (401, 403, 501)


def rows(reply: Any) -> list[Any]:
    """The rows of results in JSON; none for an answer that has none."""
    found: list[Any] = reply.json.get("results", {}).get("bindings", [])
    return found


def said(text: str) -> list[str]:
    """The words of a page or the lines of a file, one by one, but for where the server is."""
    words = re.sub(r"<[^>]+>", "\n", text) if "<html" in text else text.replace("><", ">\n<")
    return [line.strip() for line in here(words).splitlines() if line.strip() and "ncident" not in line]


def here(text: str) -> str:
    return re.sub(r"127\.0\.0\.1(:|%3A)[0-9]+", "here", text)


def without_incident(text: str) -> str:
    return re.sub(r"\(incident [0-9a-f]+\)", "", text)
