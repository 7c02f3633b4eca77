"""A document over HTTP that breaks a shape is refused as a whole, with everything that is wrong in it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import quote

import pytest

from graph.datadir import DataDirectory
from loaders.loader import installed_loaders
from loaders.operations import build
from loaders.replay import Workshop

GRAPH = "https://w3id.org/osagraph/graph/source/s9"
PLACE = f"/store?graph={quote(GRAPH, safe='')}"
SOURCES = (
    "source_id,title,publisher,publisher_country,publisher_kind,url,published_on,language,author\n"
    "s1,One,Kyodo,,news_agency,,2025,en,\n"
)
DOCUMENT = """@prefix osa: <https://w3id.org/osagraph/ontology#> .
@prefix id: <https://w3id.org/osagraph/id/> .
@prefix source: <https://w3id.org/osagraph/id/source/> .
source:s9 a osa:Source ; <http://purl.org/dc/terms/title> "Nine"@en ; osa:publisherKind osa:NewsAgency .
[] a osa:RelationClaim ; osa:statedIn source:s9 ; osa:subject id:osa ; osa:predicate osa:basedOn ;
    osa:object id:law ; osa:modality osa:MODALITY .
"""


@pytest.fixture(scope="module")
def admin(
    tmp_path_factory: pytest.TempPathFactory, serving: Callable[..., AbstractContextManager[Any]]
) -> Iterator[Any]:
    tables = tmp_path_factory.mktemp("tables")
    (tables / "sources.csv").write_text(SOURCES)
    data = DataDirectory(tmp_path_factory.mktemp("shapes") / "data")
    clock = datetime.datetime(2026, 4, 1, tzinfo=datetime.UTC)
    build(Workshop(data, tables, installed_loaders(), lambda: clock), lambda _done, _total: None)
    with serving(data.root) as server:
        yield server.client("admin")


def put(client: Any, modality: str, accept: str = "application/json") -> Any:
    text = DOCUMENT.replace("MODALITY", modality)
    return client.put(PLACE, data=text, content_type="text/turtle", headers={"Accept": accept})


def test_the_answer_lists_what_is_wrong(admin: Any) -> None:
    reply = put(admin, "Sure")
    assert (reply.status_code, reply.content_type) == (422, "application/problem+json")
    (violation,) = reply.json["violations"]
    assert (violation["shape"], violation["path"]) == ("ModalityShape", "osa:modality")
    assert violation["value"] == "<https://w3id.org/osagraph/ontology#Sure>"
    assert violation["graph"] == GRAPH
    assert admin.get(PLACE).status_code == 404


def test_a_document_that_conforms_is_taken(admin: Any) -> None:
    assert put(admin, "Asserted").status_code == 201
    assert put(admin, "Sure").status_code == 422
    assert "osa:Asserted" in admin.get(PLACE).text
