"""What holds for every answer: headers for other sites, ids, forms of errors, proxies, metrics."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from prometheus_client.parser import text_string_to_metric_families

from graph.audit import AUDIT_FILE

Serving = Callable[..., AbstractContextManager[Any]]
JSON = "application/sparql-results+json"
PROBLEM = "application/problem+json"
PLAIN = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"
NTRIPLES = "application/n-triples"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
ASK = "/sparql?query=ASK%7B%7D"
BROKEN = "/sparql?query=ASK%20%7B%0A%20%3Fs%20%7D"
CROSS_JOIN = quote("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
FRESH_ID = re.compile(r"[0-9a-f]{16}")
ANSWERS = [
    ("GET", ASK, {}, 200),
    ("HEAD", ASK, {}, 200),
    ("POST", "/sparql", {}, 415),
    ("GET", "/sparql", {}, 200),
    ("GET", "/union/sparql", {}, 200),
    ("GET", "/sparql", {"Accept": BROWSER}, 303),
    ("GET", BROKEN, {}, 400),
    ("GET", BROKEN, {"Accept": BROWSER}, 400),
    ("GET", BROKEN, {"Accept": JSON}, 400),
    ("GET", ASK, {"Accept": "image/png"}, 406),
    ("GET", ASK, {"X-Osagraph-At-Least": "9999999"}, 503),
    ("GET", "/sparql?update=CLEAR%20ALL", {}, 405),
    ("PUT", "/sparql", {}, 405),
    ("OPTIONS", "/sparql", {}, 204),
    ("OPTIONS", "/store", {}, 204),
    ("GET", "/store?default", {"Accept": "image/png"}, 406),
    ("GET", "/store", {}, 400),
    ("PUT", "/store?default", {}, 401),
    ("PUT", "/store?default", {"Authorization": "Bearer x"}, 401),
    ("GET", "/store?graph=urn:nothing", {}, 404),
    ("GET", "/", {}, 200),
    ("GET", "/nowhere", {}, 404),
    ("GET", "/nowhere", {"Accept": BROWSER}, 404),
    ("GET", "/queries/budget-by-year", {}, 200),
]


@pytest.fixture(scope="module")
def raw(raw_server: Any) -> Any:
    return raw_server.client()


@pytest.fixture(scope="module")
def proxied(serving: Serving, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with serving(tmp_path_factory.mktemp("proxied") / "data", "--raw", "--proxy", "127.0.0.0/8") as server:
        yield server


@pytest.mark.parametrize(("method", "path", "headers", "status"), ANSWERS)
def test_scripts_of_other_sites_may_read_every_answer(
    client: Any, method: str, path: str, headers: Mapping[str, str], status: int
) -> None:
    reply = client.open(path, method=method, headers={"Origin": "https://example.org", **headers})
    assert reply.status_code == status
    assert reply.headers.get_all("access-control-allow-origin") == ["*"]
    exposed = set(reply.headers["access-control-expose-headers"].split(", "))
    assert exposed >= {
        "etag",
        "location",
        "retry-after",
        "x-osagraph-snapshot",
        "x-request-id",
    }
    assert reply.headers["access-control-allow-credentials"] is None
    assert reply.headers.get_all("x-content-type-options") == (None if method == "OPTIONS" else ["nosniff"])


@pytest.mark.parametrize(
    "path", ["/sparql", "/union/sparql", "/store", "/store/x", "/", "/nowhere", "/healthz"]
)
def test_a_browser_may_ask_what_it_may_send(client: Any, path: str) -> None:
    headers = {
        "Origin": "https://example.org",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    reply = client.options(path, headers=headers)
    assert (reply.status_code, reply.data, reply.content_type) == (204, b"", None)
    assert set(reply.headers["access-control-allow-methods"].split(", ")) == {
        "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"
    }  # fmt: skip
    assert {"accept", "authorization", "content-type", "x-requested-with", "x-osagraph-at-least"} <= set(
        reply.headers["access-control-allow-headers"].split(", ")
    )
    assert reply.headers["access-control-max-age"] == "86400"


@pytest.mark.parametrize(
    ("path", "headers"),
    [(path, headers) for method, path, headers, _ in ANSWERS if method == "GET"],
)
def test_head_is_get_without_the_body(client: Any, path: str, headers: Mapping[str, str]) -> None:
    got, head = client.get(path, headers=headers), client.head(path, headers=headers)
    assert (head.status_code, head.data) == (got.status_code, b"")
    varying = {"date", "x-request-id", "content-length"}
    assert {k: v for k, v in head.headers.items() if k not in varying} == {
        k: v for k, v in got.headers.items() if k not in varying
    }


@pytest.mark.parametrize("given", ["a", "proxy-17.a_B", "x" * 64])
def test_the_id_of_a_request_is_kept(client: Any, given: str) -> None:
    for path in (f"{ASK}%23{uuid4().hex}", BROKEN, "/nowhere", "/", "/healthz", "/metrics"):
        assert client.get(path, headers={"X-Request-Id": given}).headers.get_all("x-request-id") == [given]


@pytest.mark.parametrize("given", [None, "", "a b", "x" * 65, 'a"b', "a,b", "é"])
def test_an_id_that_is_none_is_replaced(client: Any, given: str | None) -> None:
    headers = {} if given is None else {"X-Request-Id": given}
    made = [client.get(BROKEN, headers=headers).headers["x-request-id"] for _ in range(2)]
    assert made[0] != made[1]
    assert [bool(FRESH_ID.fullmatch(each)) for each in made] == [True, True]


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, PLAIN),
        ("*/*", PLAIN),
        (JSON, PROBLEM),
        ("application/json", PROBLEM),
        ("text/csv", PLAIN),
        ("text/plain", PLAIN),
        ("application/rdf+xml, application/sparql-results+xml", PLAIN),
        (BROWSER, HTML),
    ],
)
def test_an_error_is_told_in_the_form_that_the_client_reads(
    client: Any, accept: str | None, content_type: str
) -> None:
    reply = client.get(BROKEN, headers={"Accept": accept} if accept else {})
    assert (reply.status_code, reply.content_type) == (400, content_type)
    if content_type == PROBLEM:
        assert set(reply.json) == {"title", "status", "detail", "line", "column"}
        assert (reply.json["title"], reply.json["status"]) == ("Bad Request", 400)
        assert (reply.json["line"], reply.json["column"]) == (2, 6)
    else:
        assert "line 2" in reply.text
        assert "column 6" in reply.text
    assert "accept" in reply.headers["vary"].lower()


def test_a_plain_server_has_no_pages(raw: Any) -> None:
    for path in ("/sparql", ASK):
        reply = raw.get(path, headers={"Accept": BROWSER})
        assert (reply.status_code, reply.content_type) in [(200, "text/turtle; charset=utf-8"), (200, JSON),
                                                           (200, "application/sparql-results+xml"),
                                                           (200, "application/rdf+xml")]  # fmt: skip


@pytest.fixture(scope="module")
def hasty(shipped_data: Callable[[], Any], serving: Callable[..., Any]) -> Iterator[Any]:
    """A server that gives up after a second."""
    with serving(shipped_data().root, "--deadline", "1", "--total", "2") as server:
        yield server.client()


@pytest.mark.parametrize("accept", [JSON, "text/plain", BROWSER])
def test_a_fault_of_the_server_has_a_number_to_ask_about(hasty: Any, accept: str) -> None:
    headers = {"Accept": accept, "X-Request-Id": f"incident-{uuid4().hex}"}
    reply = hasty.get(f"/sparql?query={CROSS_JOIN}", headers=headers)
    assert reply.status_code == 504
    assert headers["X-Request-Id"] in reply.text
    if accept == JSON:
        assert reply.json["incident"] == headers["X-Request-Id"]


def endpoint(client: Any, **headers: str) -> str:
    """The address that the service description gives the endpoint."""
    sent = {"Accept": NTRIPLES, **{name.replace("_", "-"): value for name, value in headers.items()}}
    text = client.get("/sparql", headers=sent).text
    [found] = re.findall(r"sparql-service-description#endpoint> <([^>]*)>", text)
    return str(found)


FORWARDED = {"X_Forwarded_Host": "data.example.org", "X_Forwarded_Proto": "https"}


def test_what_proxies_say_is_believed_of_our_own_ones_only(raw: Any, proxied: Any) -> None:
    assert endpoint(raw, **FORWARDED) == f"http://127.0.0.1:{raw.port}/sparql"
    assert endpoint(raw, Host="seen.example.org") == "http://seen.example.org/sparql"
    behind = proxied.client()
    assert endpoint(behind, **FORWARDED) == "https://data.example.org/sparql"
    assert endpoint(behind) == f"http://127.0.0.1:{behind.port}/sparql"
    chain = {"X_Forwarded_Host": "outer.example.org, inner.example.org", "X_Forwarded_Proto": "https, http"}
    assert endpoint(behind, **chain) == "https://outer.example.org/sparql"


@pytest.mark.parametrize("host", ['evil"><script>', "a b", "a/b", "user@host", "a\\b", "[::1", "a:port", ""])
def test_a_host_that_is_none_is_not_repeated(proxied: Any, host: str) -> None:
    behind = proxied.client()
    assert endpoint(behind, X_Forwarded_Host=host) == f"http://127.0.0.1:{behind.port}/sparql"
    assert endpoint(behind, X_Forwarded_Proto=f"javascript{host}") == f"http://127.0.0.1:{behind.port}/sparql"


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        (None, "127.0.0.1"),
        ("203.0.113.9", "203.0.113.9"),
        ("6.6.6.6, 203.0.113.9, 127.0.0.2", "203.0.113.9"),
        ("2001:db8::1", "2001:db8::1"),
        ("rubbish", "127.0.0.1"),
        ("203.0.113.9, rubbish", "127.0.0.1"),
    ],
)
def test_the_audit_log_names_the_client_behind_the_proxy(
    proxied: Any, raw_server: Any, forwarded: str | None, client: str
) -> None:
    for server, expected in ((proxied, client), (raw_server, "127.0.0.1")):
        headers = {"X-Request-Id": uuid4().hex, **({"X-Forwarded-For": forwarded} if forwarded else {})}
        assert server.client().delete("/store?default", headers=headers).status_code == 401
        lines = map(json.loads, (server.data / AUDIT_FILE).read_text().splitlines())
        [line] = [line for line in lines if line["request_id"] == headers["X-Request-Id"]]
        assert line["client"] == expected


def test_a_public_address_outweighs_all_others(
    serving: Serving, tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = tmp_path_factory.mktemp("public") / "data"
    options = ("--raw", "--proxy", "127.0.0.0/8", "--public-url", "https://www.example.org/osa/")
    with serving(data, *options) as server:
        assert "https://www.example.org/osa/" in "".join(server.greeting)
        admin = server.client("admin")
        assert endpoint(admin, **FORWARDED, Host="x.example.org") == "https://www.example.org/osa/sparql"
        made = admin.post("/store", data="<> <urn:p> <x> .", content_type="text/turtle")
        assert made.headers["location"].startswith("https://www.example.org/osa/store/")
        reply = admin.get(f"/store?graph={quote(made.headers['location'])}", headers={"Accept": NTRIPLES})
        name = made.headers["location"]
        assert reply.text == f"<{name}> <urn:p> <https://www.example.org/osa/store/x> .\n"
        direct = f"/store/{name.rpartition('/')[2]}"
        assert admin.get(direct, headers={"Accept": NTRIPLES}).data == reply.data


def samples(client: Any) -> dict[tuple[str, ...], float]:
    """The numbers of /metrics by name and the values of labels in the order of their names."""
    reply = client.get("/metrics")
    assert (reply.status_code, reply.content_type) == (200, "text/plain; version=0.0.4; charset=utf-8")
    families = text_string_to_metric_families(reply.text)
    return {
        (s.name, *dict(sorted(s.labels.items())).values()): s.value
        for family in families
        for s in family.samples
    }


def test_the_metrics_count_what_was_asked(raw: Any, raw_server: Any) -> None:
    admin, text = raw_server.client("admin"), f"{ASK}%23{uuid4().hex}"
    before = samples(raw)
    for path in (text, text, text, BROKEN, "/store?graph=urn:nothing"):
        raw.get(path)
    admin.put("/store?graph=urn:counted", data="", content_type="text/turtle")
    raw.put("/store?graph=urn:counted", data="", content_type="text/turtle")
    admin.delete("/store?graph=urn:counted")
    raw.post("/sparql", data="CLEAR ALL", content_type="application/sparql-update")
    after = samples(raw)
    counted = {key: after[key] - before.get(key, 0) for key in after if after[key] != before.get(key, 0)}
    expected = {
        ("osagraph_queries_total", "ok"): 1,
        ("osagraph_queries_total", "syntax"): 1,
        ("osagraph_cache_hits_total",): 2,
        ("osagraph_cache_misses_total",): 1,
        ("osagraph_writes_total", "put", "ok"): 1,
        ("osagraph_writes_total", "put", "refused"): 1,
        ("osagraph_writes_total", "delete", "ok"): 1,
        ("osagraph_writes_total", "update", "refused"): 1,
        ("osagraph_http_requests_total", "GET", "sparql", "400"): 1,
        ("osagraph_http_requests_total", "POST", "sparql", "401"): 1,
        ("osagraph_http_requests_total", "GET", "store", "404"): 1,
        ("osagraph_http_requests_total", "PUT", "store", "201"): 1,
        ("osagraph_http_requests_total", "PUT", "store", "401"): 1,
        ("osagraph_http_requests_total", "DELETE", "store", "204"): 1,
        ("osagraph_snapshot_number",): 2,
    }
    assert {key: counted.get(key) for key in expected} == expected
    assert after[("osagraph_readers", "busy")] == 0


def test_what_watches_the_server_is_answered(client: Any, raw: Any) -> None:
    for each in (client, raw):
        health, ready = each.get("/healthz"), each.get("/readyz")
        assert (health.status_code, health.content_type) == (200, "application/json")
        assert health.json == {"status": "ok"}
        snapshot = int(each.get(f"{ASK}%23{uuid4().hex}").headers["x-osagraph-snapshot"])
        assert (ready.status_code, ready.json) == (200, {"status": "ready", "snapshot": snapshot})
        assert each.head("/readyz").status_code == 200
