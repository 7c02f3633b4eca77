"""Reconciliation over HTTP: what any site's script may do, and what the server itself refuses."""

from __future__ import annotations

import gzip
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.reconciliation_schemas import MANIFEST, PROBLEM, RESULTS, valid

QUERIES = json.dumps({"q0": {"query": "Fiji", "type": "State"}, "鍵": {"query": "フィジー"}})
FORM = "application/x-www-form-urlencoded"
ENDPOINTS = (
    "/reconcile",
    "/reconcile/suggest/entity?prefix=fij",
    "/reconcile/suggest/type?prefix=st",
    "/reconcile/suggest/property?prefix=fi",
    "/reconcile/flyout/entity?id=fiji",
    "/reconcile/properties?type=State",
    "/reconcile/preview?id=fiji",
)


@pytest.mark.parametrize("path", ENDPOINTS)
def test_a_script_of_any_site_may_ask(client: Any, path: str) -> None:
    origin = {"Origin": "https://refine.example"}
    asked = client.get(path, headers=origin)
    assert (asked.status_code, asked.headers["Access-Control-Allow-Origin"]) == (200, "*")
    before = client.options(path, headers={**origin, "Access-Control-Request-Method": "POST"})
    assert (before.status_code, before.headers["Access-Control-Allow-Origin"]) == (204, "*")
    assert "POST" in before.headers["Access-Control-Allow-Methods"]
    assert "content-type" in before.headers["Access-Control-Allow-Headers"]


def test_errors_are_told_to_scripts_of_any_site(client: Any) -> None:
    for reply, status in (
        (client.get("/reconcile?queries={"), 400),
        (client.get("/reconcile/flyout/entity?id=nothing"), 404),
        (client.post("/reconcile", data="{}", content_type="application/json"), 415),
        (client.post("/reconcile", data="queries=" + "+" * (5 << 20), content_type=FORM), 413),
        (client.post("/reconcile", data=b"queries=%7B%FF", content_type=FORM), 400),
    ):
        assert (reply.status_code, reply.content_type) == (status, "application/problem+json")
        assert reply.headers["Access-Control-Allow-Origin"] == "*"
        valid(reply.json, PROBLEM)


def test_a_batch_has_the_same_answer_by_form_and_by_address(client: Any) -> None:
    sent = client.post("/reconcile", data={"queries": QUERIES})
    asked = client.get("/reconcile", query_string={"queries": QUERIES})
    packed = client.open(
        "/reconcile",
        method="POST",
        data=gzip.compress(urlencode({"queries": QUERIES}).encode()),
        content_type=f"{FORM}; charset=UTF-8",
        headers={"Content-Encoding": "gzip"},
    )
    assert sent.json == asked.json == packed.json
    found = valid(sent.json, RESULTS)
    assert [key for key in found] == ["q0", "鍵"]
    assert {each["result"][0]["id"] for each in found.values()} == {"fiji"}


def test_the_addresses_are_those_that_clients_use(client: Any) -> None:
    manifest = valid(client.get("/reconcile").json, MANIFEST)
    address = f"http://127.0.0.1:{client.port}"
    assert manifest["view"]["url"].startswith(f"{address}/")
    for kind in ("entity", "type", "property"):
        service = manifest["suggest"][kind]
        assert service["service_url"] == address
        assert client.get(service["service_path"], query_string={"prefix": "a"}).status_code == 200
    page = client.get(manifest["preview"]["url"].removeprefix(address).replace("{{id}}", "fiji"))
    assert page.content_type == "text/html; charset=utf-8"
    about = client.get("/about").text
    assert manifest["documentation"] == f"{address}/about#reconciliation"
    for feature in ("name_similarity", "type_match", "property_agreement", "popularity"):
        assert f'id="feature-{feature}"' in about
