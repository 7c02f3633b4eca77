"""What reconciliation makes of mistakes, and of whatever else somebody may send: a sentence, no fault."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from graph.embedded import EmbeddedStore
from graph.errors import SearchTimeoutError
from tests.bench.reconciling import batch
from tests.reconciliation_schemas import EXTENSION, PROBLEM, RESULTS, valid
from tests.unit.web.test_reconcile import client_for
from web.reconcile_names import Deadline

DEEP = "[" * 100_000 + "]" * 100_000


@pytest.fixture(scope="module")
def client(shipped_store: EmbeddedStore, shipped_labels: Path) -> FlaskClient:
    return client_for(shipped_store, shipped_labels)


@pytest.mark.parametrize(
    ("name", "text", "status", "words"),
    [
        ("queries", "", 400, "a JSON document"),
        ("queries", "{", 400, "at character 2"),
        ("queries", "[]", 400, "a JSON object"),
        ("queries", '{"q0": "Fiji"}', 400, "queries.q0 is"),
        ("queries", '{"q0": {}}', 400, "a name as 'query'"),
        ("queries", '{"q0": {"properties": []}}', 400, "a name as 'query'"),
        ("queries", '{"q0": {"query": 5}}', 400, "a text"),
        ("queries", '{"q0": {"query": "a", "colour": "red"}}', 400, "only query, type, limit"),
        ("queries", '{"q0": {"query": "a", "limit": 0}}', 400, "1 or more"),
        ("queries", '{"q0": {"query": "a", "limit": true}}', 400, "1 or more"),
        ("queries", '{"q0": {"query": "a", "limit": 2.5}}', 400, "1 or more"),
        ("queries", '{"q0": {"query": "a", "limit": -1}}', 400, "1 or more"),
        ("queries", '{"q0": {"query": "a", "type": 3}}', 400, "a JSON array"),
        ("queries", '{"q0": {"query": "a", "type": [3]}}', 400, "a text"),
        ("queries", '{"q0": {"query": "a", "type_strict": "maybe"}}', 400, "any, should or all"),
        ("queries", '{"q0": {"query": "a", "type_strict": {}}}', 400, "any, should or all"),
        ("queries", '{"q0": {"query": "a", "properties": {}}}', 400, "a JSON array"),
        ("queries", '{"q0": {"query": "a", "properties": [{"pid": "x"}]}}', 400, "is missing"),
        ("queries", '{"q0": {"query": "a", "properties": [{"pid": "x", "v": null}]}}', 400, "{id, name}"),
        ("queries", '{"q0": {"query": "a", "properties": [{"pid": "x", "v": [[1]]}]}}', 400, "{id, name}"),
        (
            "queries",
            '{"q0": {"query": "a", "properties": [{"pid": "x", "v": {"name": "y"}}]}}',
            400,
            "missing",
        ),
        ("queries", '{"q0": {"query": "a", "properties": [{"pid": "x", "v": NaN}]}}', 400, "JSON document"),
        ("queries", '{"q0": {"query": "a", "properties": [{"pid": "x", "v": 1e999}]}}', 400, "{id, name}"),
        ("queries", '{"q0": ' + "9" * 5000 + "}", 400, "JSON document"),
        ("queries", DEEP, 400, "a JSON document"),
        ("queries", json.dumps(batch(["a"] * 51)), 413, "at most 50 queries, not 51"),
        ("queries", '{"q0": {"query": "' + "a" * (1 << 20) + '"}}', 413, "larger than"),
        ("queries", " " * (10 << 20), 413, "at most"),
        ("extend", "", 400, "a JSON document"),
        ("extend", "{}", 400, "extend.ids is missing"),
        ("extend", '{"ids": "fiji", "properties": []}', 400, "a JSON array"),
        ("extend", '{"ids": [1], "properties": []}', 400, "extend.ids[0]"),
        ("extend", '{"ids": [], "properties": ["amount"]}', 400, "a JSON object"),
        ("extend", '{"ids": [], "properties": [{"id": "nonsense"}]}', 400, "the id of a property"),
        ("extend", '{"ids": [], "properties": [], "more": 1}', 400, "only ids, properties"),
        (
            "extend",
            '{"ids": [], "properties": [{"id": "amount", "settings": {"limit": -1}}]}',
            400,
            "0 is for all",
        ),
        (
            "extend",
            '{"ids": [], "properties": [{"id": "amount", "settings": {"content": 1}}]}',
            400,
            "literal, id",
        ),
        ("extend", json.dumps({"ids": [str(n) for n in range(1001)], "properties": []}), 413, "At most 1000"),
        ("nothing", "x", 400, "Send a batch"),
    ],
)
def test_a_mistake_is_told_with_its_place(
    client: FlaskClient, name: str, text: str, status: int, words: str
) -> None:
    reply = client.post("/reconcile", data={name: text})
    assert (reply.status_code, reply.content_type) == (status, "application/problem+json")
    assert words in valid(reply.json, PROBLEM)["detail"]


def test_a_mistake_in_an_address_is_told(client: FlaskClient) -> None:
    for path, status in (
        ("/reconcile?queries=", 400),
        ("/reconcile?queries={}&queries={}", 400),
        ("/reconcile?queries={}&extend={}", 400),
        ("/reconcile?queries=%FF", 400),
        ("/reconcile?callback=alert(1)", 400),
        ("/reconcile?as-of=2024-01-01", 400),
        ("/reconcile/suggest/entity?perspective=china-state", 400),
        ("/reconcile/suggest/nonsense", 404),
        ("/reconcile/suggest/entity?type=nonsense", 400),
        ("/reconcile/suggest/entity?cursor=-1", 400),
        (f"/reconcile/suggest/entity?prefix={'a' * 5000}&cursor={'9' * 30}", 400),
        ("/reconcile/properties?type=nonsense", 400),
        ("/reconcile/properties?limit=x", 400),
        ("/reconcile/flyout/entity", 400),
        ("/reconcile/preview", 400),
        ("/reconcile/view?id=a%20b", 404),
    ):
        reply = client.get(path, headers={"Accept": "text/html"})
        assert (reply.status_code, reply.content_type) == (status, "application/problem+json"), path
        valid(reply.json, PROBLEM)
    reply = client.post("/reconcile", json={"queries": {}})
    assert (reply.status_code, reply.content_type) == (415, "application/problem+json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
QUERY = st.fixed_dictionaries(
    {},
    optional={
        "query": st.sampled_from(["Fiji", "Japn", "", "osa:", "<x>", '"', "a" * 300]) | JSON,
        "type": st.sampled_from(["State", ["Actor", "x"], []]) | JSON,
        "limit": st.sampled_from([1, 10**40]) | JSON,
        "type_strict": st.sampled_from(["any", "should", "all"]) | JSON,
        "properties": st.lists(
            st.fixed_dictionaries({"pid": st.sampled_from(["amount", "recipient", "date", "\0"]), "v": JSON}),
            max_size=2,
        )
        | JSON,
    },
)


@given(sent=st.dictionaries(st.text(max_size=4), QUERY | JSON, max_size=3))
def test_whatever_is_sent_is_answered_or_refused(client: FlaskClient, sent: dict[str, Any]) -> None:
    reply = client.post("/reconcile", data={"queries": json.dumps(sent)})
    if reply.status_code == 200:
        assert set(valid(reply.json, RESULTS)) == set(sent)
    else:
        assert reply.status_code == 400
        valid(reply.json, PROBLEM)


@given(document=JSON | st.fixed_dictionaries({"ids": JSON, "properties": JSON}))
def test_whatever_is_to_be_extended_is_answered_or_refused(client: FlaskClient, document: Any) -> None:
    reply = client.post("/reconcile", data={"extend": json.dumps(document)})
    valid(reply.json, EXTENSION if reply.status_code == 200 else PROBLEM)
    assert reply.status_code in (200, 400)


def test_a_batch_ends_where_its_time_is_over() -> None:
    Deadline(math.inf).check()
    with pytest.raises(SearchTimeoutError, match="Send fewer queries"):
        Deadline(-math.inf).check()
