"""Triple pattern fragments of a running server: as clients ask for them, in views, from page to page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from pyoxigraph import DefaultGraph, RdfFormat, Triple, parse

from ontology.namespaces import OSA
from web.fragment_controls import HYDRA

# What Comunica sends.
COMUNICA = (
    "application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9,"
    "application/n-triples;q=0.8,*/*;q=0.1"
)
VIEW = "as-of=2024-12-31&perspective=china-state"
VIEW_PATH = "/as-of/2024-12-31/perspective/china-state/sparql"
PATIENCE = 60


def read(client: Any, path: str) -> tuple[list[Triple], dict[str, str]]:
    """The triples of a page, and what its controls say."""
    headers = {"Accept": COMUNICA, "Origin": "https://elsewhere.example"}
    # A view is made when it is asked for the first time; each request waits a while for it.
    replies = (client.get(path, headers=headers) for _ in range(PATIENCE))
    response = next(reply for reply in replies if reply.status_code != 503)
    assert (response.status_code, response.content_type) == (200, "application/n-quads")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    quads = list(parse(response.data, format=RdfFormat.N_QUADS))
    controls = {
        quad.predicate.value.removeprefix(str(HYDRA)): getattr(quad.object, "value", "")
        for quad in quads
        if quad.graph_name != DefaultGraph() and quad.predicate in HYDRA
    }
    return [quad.triple for quad in quads if quad.graph_name == DefaultGraph()], controls


@pytest.mark.parametrize(("scope", "endpoint"), [("", "/sparql"), (VIEW, VIEW_PATH)])
def test_a_fragment_has_the_triples_that_a_query_finds(client: Any, scope: str, endpoint: str) -> None:
    path: str | None = f"/fragments?predicate=osa:programme&{scope}"
    found: list[Triple] = []
    while path:
        triples, controls = read(client, path)
        found += triples
        address = urlsplit(controls.get("next", ""))
        path = f"{address.path}?{address.query}" if address.path else None
    query = {"query": "CONSTRUCT WHERE { ?s osa:programme ?o }"}
    answer = client.get(endpoint, query_string=query, headers={"Accept": "application/n-triples"})
    expected = [quad.triple for quad in parse(answer.data, format=RdfFormat.N_TRIPLES)]
    assert sorted(map(str, found)) == sorted(map(str, expected)) and {each.predicate for each in found} == {
        OSA.programme
    }
    assert int(controls["totalItems"]) == len(expected)
    assert ("?as-of=2024-12-31" in controls["template"]) is bool(scope)


def test_what_a_page_for_people_asks_for_is_what_it_says(client: Any) -> None:
    page = client.get("/fragments?subject=id:fiji&lang=ja", headers={"Accept": "text/html"})
    assert page.status_code == 200 and "フィジー" in page.text
    assert client.get("/fragments?subject=id:fiji", headers={"Accept": "image/png"}).status_code == 406
