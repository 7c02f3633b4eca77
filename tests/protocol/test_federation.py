"""Queries that ask other servers, over HTTP: those that the user has listed, by envoys, and no others."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import pytest

from graph.datadir import DataDirectory
from graph.outbound import user_agent
from tests.competency.wikidata import DATA, PlayedWikidata, playing
from tests.hostile.client import Listener
from tests.hostile.federated import ROWS, BadService, answering_badly
from tests.hostile.ssrf_forms import ENTITIES, RDF

ROOT = Path(__file__).parents[2]
ASEAN = "cq-54-list-recipients-in-asean"
WIKIDATA = "https://query.wikidata.org/sparql"
PLAYED = "http://played.example/sparql"
WIKIDATA_GRAPH = "http://graph.example/wikidata"
CAPITALS = (ROOT / "tests" / "protocol" / "queries" / "recipients-with-capitals.rq").read_text("utf-8")


@pytest.fixture(scope="module")
def played() -> Iterator[PlayedWikidata]:
    with playing() as server:
        yield server


@pytest.fixture(scope="module")
def bad() -> Iterator[BadService]:
    with answering_badly() as server:
        yield server


@pytest.fixture(scope="module")
def wikidata(raw_server: Any) -> str:
    """The address of a second server of ours, which holds data in the shape of Wikidata's."""
    client = raw_server.client("admin")
    reply = client.put(
        "/store",
        query_string={"graph": WIKIDATA_GRAPH},
        data=DATA.read_bytes(),
        content_type="text/turtle",
    )
    assert reply.status_code in (201, 204), reply.text
    return f"http://127.0.0.1:{raw_server.port}/sparql?default-graph-uri={WIKIDATA_GRAPH}"


@pytest.fixture(scope="module")
def client(
    shipped_data: Callable[[], DataDirectory],
    serving: Callable[..., AbstractContextManager[Any]],
    wikidata: str,
    played: PlayedWikidata,
    bad: BadService,
) -> Iterator[Any]:
    """A client of a server that may ask all of these."""
    services = {
        "wikidata": wikidata,
        PLAYED: played.address,
        "http://bad.example/gone": "http://127.0.0.1:1/",
    }
    for path in ("/good", "/injected", "/html", "/redirect", "/endless", ROWS):
        services[f"http://bad.example{path}"] = bad.address(path)
    services["http://name.example/sparql"] = f"http://localhost:{played.server_port}/sparql"
    options = [part for name, url in services.items() for part in ("--service", f"{name}={url}")]
    with serving(shipped_data().root, *options) as server:
        yield server.client()


def ask(client: Any, query: str, **fields: str) -> Any:
    return client.post("/sparql", data={"query": query, **fields}, headers={"Accept": "application/json"})


def rows(reply: Any) -> list[dict[str, str]]:
    assert reply.status_code == 200, reply.text
    return [{name: term["value"] for name, term in row.items()} for row in reply.json["results"]["bindings"]]


def test_our_recipients_are_joined_with_population_and_capital_of_a_second_server(client: Any) -> None:
    reply = ask(client, CAPITALS)
    found = {row["recipient"].rpartition("/")[2]: (row["capital"], row["people"]) for row in rows(reply)}
    assert found["philippines"] == ("Manila", "115000000")
    assert found["fiji"] == ("Suva", "900000")
    assert len(found) == 9
    assert "etag" not in reply.headers and "ETag" not in reply.headers


def test_the_same_query_is_refused_where_its_server_is_not_on_the_list(
    client: Any, raw_server: Any, played: PlayedWikidata
) -> None:
    asked = len(played.asked)
    other = CAPITALS.replace(WIKIDATA, played.address)
    reply = ask(client, other)
    assert reply.status_code == 400
    assert f"SERVICE <{played.address}> is not allowed" in reply.text
    assert f"--service {played.address}" in reply.text
    off = ask(raw_server.client(), CAPITALS)
    assert (off.status_code, "SERVICE is switched off" in off.text) == (400, True)
    assert len(played.asked) == asked


def test_named_queries_that_ask_wikidata_have_their_exact_answers(client: Any) -> None:
    reply = client.get(f"/queries/{ASEAN}", headers={"Accept": "application/sparql-results+json"})
    expected = json.loads((ROOT / "queries" / "competency" / f"{ASEAN}.srj").read_text(encoding="utf-8"))
    assert reply.json["results"] == expected["results"]


def test_pages_of_queries_answer_too_and_say_who_asks(client: Any, played: PlayedWikidata) -> None:
    page = client.get(f"/queries/{ASEAN}", headers={"Accept": "text/html"})
    assert (page.status_code, "Indonesia" in page.text) == (200, True)
    query = CAPITALS.replace(WIKIDATA, PLAYED)
    page = client.get("/query", query_string={"query": query}, headers={"Accept": "text/html"})
    assert (page.status_code, "Manila" in page.text) == (200, True)
    assert played.agents[-1] == user_agent()
    assert "VALUES (?item)" in played.asked[-1] and "recipientOf" not in played.asked[-1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("SELECT ?n { VALUES ?w { wd:Q928 } OPTIONAL { SERVICE <P> { ?w wdt:P1082 ?n } } }", "115000000"),
        ("SELECT ?n { { SELECT ?n { SERVICE <P> { wd:Q928 wdt:P1082 ?n } } } }", "115000000"),
        ("SELECT ?n { { SERVICE <P> { wd:Q928 wdt:P1082 ?n } } UNION {} } ORDER BY DESC(?n)", "115"),
        ("SELECT ?n { SERVICE SILENT <http://bad.example/gone> { ?a ?b ?n } BIND(7 AS ?m) }", ""),
        (
            "SELECT ?n { SERVICE <P> { wd:Q928 wdt:P36 ?s } SERVICE <P> { ?t wdt:P36 ?s ; wdt:P297 ?n } }",
            "PH",
        ),
        ("SELECT ?n FROM <http://nothing.example/> { SERVICE <P> { wd:Q928 wdt:P1082 ?n } }", "115000000"),
        ("SELECT (COUNT(*) AS ?n) { SERVICE <http://bad.example/injected> { ?x ?p ?o } }", "1"),
    ],
)
def test_clauses_stand_wherever_sparql_lets_them(client: Any, query: str, found: str) -> None:
    answer = rows(ask(client, query.replace("<P>", f"<{PLAYED}>")))
    assert answer[0].get("n", "").startswith(found)


def test_a_view_and_the_union_of_graphs_ask_too(client: Any) -> None:
    query = f"ASK {{ GRAPH ?g {{ ?c a osa:Claim }} SERVICE <{PLAYED}> {{ wd:Q928 wdt:P297 ?iso }} }}"
    for path in ("/sparql", "/union/sparql"):
        reply = client.post(path, data={"query": query}, headers={"Accept": "application/json"})
        assert reply.json["boolean"] is True


def test_the_editor_checks_a_clause_and_asks_nobody(client: Any, played: PlayedWikidata) -> None:
    asked = len(played.asked)
    good, wrong = f"ASK {{ SERVICE <{PLAYED}> {{ ?a ?b ?c }} }}", f"ASK {{ SERVICE <{PLAYED}> {{ ?a ?b }} }}"
    assert client.post("/api/check", data={"query": good}).json == {"ok": True}
    fault = client.post("/api/check", data={"query": wrong}).json
    assert (fault["ok"], fault["line"], fault["column"] > 40) == (False, 1, True)
    assert len(played.asked) == asked


def test_receipts_are_refused_for_what_other_servers_answer(client: Any) -> None:
    reply = ask(client, f"SELECT * {{ SERVICE <{PLAYED}> {{ wd:Q928 wdt:P297 ?iso }} }}", receipts="1")
    assert (reply.status_code, "asks other servers" in reply.text) == (400, True)


def test_the_description_says_that_this_endpoint_federates_and_the_other_that_it_does_not(
    client: Any, raw_server: Any
) -> None:
    feature = "http://www.w3.org/ns/sparql-service-description#BasicFederatedQuery"
    for each, says in ((client, True), (raw_server.client(), False)):
        reply = each.get("/sparql", headers={"Accept": "application/n-triples"})
        assert (feature in reply.text) is says


def test_a_service_that_answers_badly_ends_the_query_with_a_sentence_unless_it_is_silent(client: Any) -> None:
    names = [f"<http://bad.example{path}>" for path in ("/html", "/redirect")]
    for name in names:
        reply = ask(client, f"SELECT * {{ SERVICE {name} {{ ?x ?p ?o }} }}")
        assert (reply.status_code, " instead of " in reply.json["detail"]) == (502, True)
    silent = "".join(f"SERVICE SILENT {name} {{ ?x ?p ?o }} " for name in names)
    assert rows(ask(client, f"SELECT (1 AS ?n) {{ {silent} }}")) == [{"n": "1"}]


def test_a_million_rows_are_an_error_and_never_cut(client: Any) -> None:
    for silent in ("", "SILENT"):
        reply = ask(client, f"ASK {{ SERVICE {silent} <http://bad.example{ROWS}> {{ ?x ?p ?o }} }}")
        assert (reply.status_code, "more than" in reply.text) == (422, True)


def test_several_at_a_time_wait_for_each_other_while_others_are_served(client: Any) -> None:
    def attempt(path: str) -> int:
        query = f"SELECT * {{ SERVICE <http://bad.example{path}> {{ ?x ?p ?o }} }}"
        return int(ask(client, query).status_code)

    with ThreadPoolExecutor(4) as pool:
        ends = [pool.submit(attempt, path) for path in ("/endless", "/good", "/good", "/html")]
        assert client.get("/sparql", query_string={"query": "ASK { ?s ?p ?o }"}).status_code == 200
        # Two envoys of one client are out at a time; on a busy machine others may be told to come back.
        assert {end.result() for end in ends} <= {200, 422, 429, 502}


def test_a_name_that_leads_to_this_machine_is_not_called_and_no_silence_hides_that(
    client: Any, played: PlayedWikidata
) -> None:
    asked = len(played.asked)
    for silent in ("", "SILENT"):
        reply = ask(client, f"ASK {{ SERVICE {silent} <http://name.example/sparql> {{ ?x ?p ?o }} }}")
        assert (reply.status_code, "not public" in reply.text) == (422, True)
    assert len(played.asked) == asked


# This machine, in several ways of writing it.
OWN_FORMS = ("127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]")


def test_no_document_and_no_update_makes_a_server_call_anybody(raw_server: Any) -> None:
    with closing(Listener()) as listener:
        client = raw_server.client("admin")
        port = listener.url.rpartition(":")[2]
        graph = "http://graph.example/ssrf"
        for host in OWN_FORMS:
            url = f"http://{host}:{port}x"
            document = json.dumps({"@context": url, "@id": "http://a.example/s"})
            bodies = [
                ("application/ld+json", document),
                ("application/rdf+xml", ENTITIES[0].format(url, RDF)),
                ("application/rdf+xml", ENTITIES[2].format(url, RDF)),
            ]
            for media_type, body in bodies:
                reply = client.put(
                    "/store", query_string={"graph": graph}, data=body, content_type=media_type
                )
                assert reply.status_code == 400, reply.text
            loud = client.post("/sparql", data={"update": f"LOAD <{url}>"})
            assert (loud.status_code, "load-is-switched-off" in loud.text) == (409, True)
            silent = client.post("/sparql", data={"update": f"LOAD SILENT <{url}> INTO GRAPH <{graph}>"})
            assert silent.status_code == 204
            query = f"ASK {{ SERVICE SILENT <{url}> {{ ?s ?p ?o }} }}"
            assert client.post("/sparql", data={"query": query}).status_code == 400
        assert listener.calls == 0
