"""What the home page and the page about the method tell search engines: valid JSON-LD, and true."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
SCHEMA = "https://schema.org/"


def described(page: str) -> dict[str, Any]:
    """The block of JSON-LD in a page."""
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    document: dict[str, Any] = json.loads(block)
    return document


def triples(document: dict[str, Any]) -> set[tuple[Any, Any, Any]]:
    """What it says, with a context in place of the one that would be fetched."""
    local = {**document, "@context": {"@vocab": SCHEMA}}
    parsed = parse(json.dumps(local), format=RdfFormat.JSON_LD, base_iri="http://127.0.0.1/")
    return {(quad.subject, quad.predicate, quad.object) for quad in parsed}


def values(said: set[tuple[Any, Any, Any]], name: str) -> set[Any]:
    return {value for _, predicate, value in said if predicate == NamedNode(SCHEMA + name)}


@pytest.mark.parametrize(("path", "kind"), [("/", "Dataset"), ("/about", "DataCatalog")])
def test_a_page_describes_the_dataset_for_machines(client: Any, path: str, kind: str) -> None:
    document = described(client.get(path, headers=BROWSER).text)
    assert (document["@context"], document["@type"]) == ("https://schema.org", kind)
    said = triples(document)
    assert Literal("1") in values(said, "version")
    assert Literal("2026-01-01") in values(said, "dateModified")
    assert Literal("https://creativecommons.org/publicdomain/zero/1.0/") in values(said, "license")
    assert values(said, "description") and values(said, "name")


def test_every_address_of_the_description_answers(client: Any) -> None:
    document = described(client.get("/", headers=BROWSER).text)
    for distribution in document["distribution"]:
        path = re.sub(r"^http://[^/]+", "", distribution["contentUrl"])
        assert client.get(path).status_code == 200, path


def test_a_view_of_the_dataset_is_described_as_one(client: Any) -> None:
    path = "/?as-of=2024-12-31"
    response = client.get(path, headers=BROWSER)
    while response.status_code == 503:
        response = client.get(path, headers=BROWSER)
    document = described(response.text)
    assert document["name"].endswith("(as-of=2024-12-20)") or "as-of" in document["name"]
    assert re.search(r"/as-of/[0-9-]+/sparql$", document["distribution"][0]["contentUrl"])


def test_the_perspectives_side_by_side_have_a_choice_of_languages(client: Any) -> None:
    page = client.get("/perspectives?subject=id:osa&lang=ja", headers=BROWSER).text
    assert '<a href="/perspectives?subject=id%3Aosa&amp;lang=en" lang="en">English</a>' in page
    assert 'name="as-of"' not in page
