"""Links to Wikidata over HTTP: as a list with filters, as JSON, on the pages of things."""

from __future__ import annotations

import re
from typing import Any

import pytest

BROWSER = {"Accept": "text/html"}


def counted(client: Any, pattern: str) -> int:
    query = f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}"
    rows = client.get("/sparql", query_string={"query": query}).json["results"]["bindings"]
    return int(rows[0]["n"]["value"])


def test_all_links_come_in_pages_with_their_evidence(client: Any) -> None:
    first = client.get("/api/links").json
    links = list(first["links"])
    for page in range(2, first["pages"] + 1):
        links += client.get("/api/links", query_string={"page": page}).json["links"]
    assert len(links) == len({link["iri"] for link in links}) == first["total"]
    assert all(link["evidence"] and link["decidedBy"] and link["date"] for link in links)
    ranks = ("Verified", "Likely", "Unresolved")
    order = [(ranks.index(link["confidence"].rpartition("#")[2]), link["iri"]) for link in links]
    assert order == sorted(order)
    assert counted(client, "GRAPH graph:assessments { ?link a osa:Link }") == first["total"]
    by_confidence = {name: 0 for name in first["counts"]}
    for link in links:
        by_confidence["osa:" + link["confidence"].rpartition("#")[2]] += 1
    assert by_confidence == {**first["counts"], "osa:NearMiss": 0}
    assert all((link["item"] is None) == (link["confidence"].endswith("Unresolved")) for link in links)
    assert all((link["relation"] is None) != (link["confidence"].endswith("Verified")) for link in links)


@pytest.mark.parametrize("confidence", ["osa:Verified", "osa:Likely", "osa:Unresolved", "osa:NearMiss"])
def test_a_filter_leaves_as_many_as_it_says(client: Any, confidence: str) -> None:
    found = client.get("/api/links", query_string={"confidence": confidence}).json
    assert found["total"] == found["counts"][confidence] > 0
    page = client.get("/links", query_string={"confidence": confidence}, headers=BROWSER).text
    rows = page.partition("<tbody>")[2].partition("</tbody>")[0].count("<tr>")
    assert rows == len(found["links"]) == min(50, found["total"])


def test_filters_by_class_can_be_joined_with_those_by_confidence(client: Any) -> None:
    asked = {"confidence": "osa:Verified", "type": "osa:Person"}
    found = client.get("/api/links", query_string=asked).json
    assert {link["confidence"].rpartition("#")[2] for link in found["links"]} == {"Verified"}
    people = "?person a osa:Person ; skos:exactMatch ?item"
    assert len(found["links"]) == found["total"] == counted(client, people)
    missed = client.get("/api/links", query_string={"confidence": "osa:NearMiss", "type": "osa:State"}).json
    items = {(each["label"], each["item"].rpartition("/")[2], each["isNearMiss"]) for each in missed["links"]}
    assert items == {("Taiwan", "Q148", True), ("China", "Q865", True)}
    none = client.get("/api/links", query_string={"confidence": "osa:Likely", "type": "osa:Person"}).json
    assert (none["total"], none["links"]) == (0, [])


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"confidence": "osa:Sure"}, 400),
        ({"confidence": "x y"}, 400),
        ({"type": "osa:Claim"}, 400),
        ({"page": "0"}, 400),
        ({"page": "9999"}, 404),
        ({"sort": "name"}, 400),
    ],
)
def test_what_cannot_be_asked_for_is_said_to_be_wrong(
    client: Any, asked: dict[str, str], status: int
) -> None:
    for path in ("/links", "/api/links"):
        assert client.get(path, query_string=asked).status_code == status


def test_a_page_that_a_client_has_is_not_sent_again(client: Any) -> None:
    first = client.get("/links", headers=BROWSER)
    tag = first.headers["ETag"]
    assert client.get("/links", headers={**BROWSER, "If-None-Match": tag}).status_code == 304
    assert '</api/links>; rel="alternate"; type="application/json"' in first.headers["Link"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("japan", ["Wikidata:", "wd:Q17", "verified"]),
        ("people-s-liberation-army", ["Wikidata, perhaps:", "wd:Q200106", "likely", "from memory only"]),
        (
            "ministry-of-defense-of-japan",
            ["No item of Wikidata found yet", "unresolved", "not found: searched"],
        ),
        ("asean", ["Not", "wd:Q783490", "near miss", "the item is the flag of ASEAN"]),
    ],
)
def test_the_page_of_a_thing_tells_what_it_is_and_is_not(client: Any, path: str, said: list[str]) -> None:
    page = client.get(f"/page/{path}", headers=BROWSER).text
    section = page.partition('<section aria-labelledby="identifiers">')[2].partition("</section>")[0]
    text = " ".join(re.sub(r"<[^>]+>", " ", section).split())
    assert [each for each in said if each not in text] == []


def test_what_is_likely_is_no_fact(client: Any) -> None:
    said = "osa:confidence osa:Likely ; osa:subject ?thing ; osa:linkedTo ?item"
    likely = f"GRAPH graph:assessments {{ ?link {said} }}"
    assert counted(client, likely) > 0
    assert counted(client, f"{likely} ?thing ?any ?item") == 0


def test_a_near_miss_explains_why_a_link_is_missing(client: Any) -> None:
    asked = {"s": "id:asean", "p": "skos:exactMatch", "o": "wd:Q783490", "format": "json"}
    assert [gap["kind"] for gap in client.get("/explain", query_string=asked).json["gaps"]] == ["near-miss"]
    asked["p"] = "owl:differentFrom"
    told = client.get("/explain", query_string=asked).json
    assert [way["kind"] for way in told["ways"]] == ["near-miss"]
