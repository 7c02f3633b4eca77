"""Explanations over HTTP, worked out by a reader process."""

from __future__ import annotations

import re
from typing import Any

import pytest

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
BUDGET = {"s": "id:budget/osa-fy2026", "p": "osa:amount", "o": '"18100000000"^^xsd:decimal'}
BUDGET_2025 = {"s": "id:budget/osa-fy2025", "p": "osa:amount", "o": '"8100000000"^^xsd:decimal'}


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        (BUDGET, "Accepted: most independent voices"),
        ({"s": "id:philippines", "p": "osa:recipientOf", "o": "id:osa"}, "Inferred by prp-spo2-3"),
        ({"s": "id:thailand", "p": "osa:recipientOf", "o": "id:osa"}, "1 premise is missing"),
        ({"s": "id:budget/osa-fy2025", "p": "osa:amount", "o": '"8"^^xsd:decimal'}, "Contested by"),
        ({"s": "id:nobody", "p": "rdf:type", "o": "osa:State"}, "Nothing in the dataset speaks of"),
    ],
)
def test_a_triple_is_explained_whether_it_is_there_or_not(
    client: Any, terms: dict[str, str], sentence: str
) -> None:
    for headers in ({}, BROWSER):
        answer = client.get("/explain", query_string=terms, headers=headers)
        assert answer.status_code == 200
        assert sentence in answer.text


def test_every_format_is_there_and_tagged_by_its_snapshot(client: Any) -> None:
    tags = set()
    for name, media_type in (("json", "application/json"), ("ttl", "text/turtle; charset=utf-8")):
        answer = client.get("/explain", query_string={**BUDGET, "format": name})
        assert answer.content_type == media_type
        tags.add(answer.headers["ETag"])
        known = {"If-None-Match": answer.headers["ETag"]}
        again = client.get("/explain", query_string={**BUDGET, "format": name}, headers=known)
        assert (again.status_code, again.data) == (304, b"")
    assert len(tags) == 2
    head = client.head("/explain", query_string=BUDGET)
    assert (head.status_code, head.data) == (200, b"")


def test_a_view_explains_what_it_holds_and_leads_to_its_own_explanations(client: Any) -> None:
    day = {"as-of": "2025-06-30"}
    told = in_a_view(client, {**BUDGET_2025, **day})
    assert "Accepted: most independent voices, 3 voices." in told.text
    assert told.headers["X-Osagraph-View"] == "as-of=2025-06-30; sources=106; undated=114"
    assert "Accepted: primary source, 5 voices." in client.get("/explain", query_string=BUDGET_2025).text
    page = in_a_view(client, {**BUDGET_2025, "o": '"8"^^xsd:decimal', **day}, BROWSER).text
    links = re.findall(r'href="(/explain\?[^"]*)"', page.partition("<main")[2])
    assert links and all("as-of=2025-06-30" in link for link in links)
    form = in_a_view(client, day, BROWSER).text
    assert '<input type="hidden" name="as-of" value="2025-06-30">' in form
    assert in_a_view(client, {**BUDGET_2025, "perspective": "nobody"}).status_code == 404


def in_a_view(client: Any, terms: dict[str, str], headers: dict[str, str] | None = None) -> Any:
    """The answer, asked again as long as the view is being made."""
    for _ in range(60):
        answer = client.get("/explain", query_string=terms, headers=headers or {})
        if answer.status_code != 503:
            return answer
    raise AssertionError(answer.text)


def test_a_malformed_triple_is_refused_before_anybody_works_on_it(client: Any) -> None:
    for terms in ({**BUDGET, "o": "18"}, {**BUDGET, "s": ""}, {**BUDGET, "deep": "1"}):
        answer = client.get("/explain", query_string=terms, headers={"Accept": "application/json"})
        assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
