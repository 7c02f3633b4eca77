"""What the page of a snapshot says has changed, on two snapshots made by hand."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from ontology.namespaces import DCTERMS, GRAPH, ID, OSA, RDF, RDFS

BROWSER = {"Accept": "text/html"}


def source(name: str, claims: int) -> Iterator[Quad]:
    iri = ID[f"source/{name}"]
    yield Quad(iri, RDF.type, OSA.Source, DefaultGraph())
    yield Quad(iri, OSA.publisherKind, OSA.Blog, DefaultGraph())
    yield Quad(iri, DCTERMS.title, Literal(f"Title of {name}", language="en"), DefaultGraph())
    yield Quad(iri, RDFS.label, Literal(f"Title of {name}", language="en"), DefaultGraph())
    for number in range(claims):
        claim, graph = ID[f"claim/{name}{number}"], GRAPH[f"source/{name}"]
        yield Quad(claim, RDF.type, OSA.Claim, graph)
        yield Quad(claim, OSA.statedIn, iri, graph)
        yield Quad(claim, OSA.subject, ID.osa, graph)


def accepted(amount: str) -> Iterator[Quad]:
    for predicate, value in (
        (OSA.subject, ID.osa),
        (OSA.predicate, OSA.amount),
        (OSA.accepted, Literal(amount)),
    ):
        assert isinstance(value, NamedNode | Literal)
        yield Quad(ID["resolution/1"], predicate, value, GRAPH.assessments)


def retracted(name: str) -> Iterator[Quad]:
    iri, graph, act = ID[f"source/{name}"], GRAPH[f"retracted/{name}"], ID["curation/1"]
    yield Quad(iri, RDF.type, OSA.Source, graph)
    yield Quad(iri, OSA.publisherKind, OSA.Blog, graph)
    yield Quad(iri, DCTERMS.title, Literal(f"Title of {name}", language="en"), graph)
    yield Quad(act, RDF.type, OSA.Retraction, GRAPH.assessments)
    yield Quad(act, OSA.subject, iri, GRAPH.assessments)
    yield Quad(act, OSA.reason, Literal("It was a hoax."), GRAPH.assessments)
    yield Quad(act, OSA.curator, Literal("somebody"), GRAPH.assessments)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("changes") / "data"


@pytest.fixture(scope="module")
def client(serving: Callable[..., AbstractContextManager[Any]], folder: Path) -> Iterator[Any]:
    data = DataDirectory(folder)
    first = [*source("kept", 1), *source("grown", 1), *source("gone", 1), *accepted("5 billion")]
    second = [
        *source("kept", 1),
        *source("grown", 2),
        *source("new", 1),
        *accepted("8 billion"),
        *retracted("hoax"),
    ]
    with data.writer():
        for quads, claims in ((first, 3), (second, 4)):
            stage = data.stage()
            store = EmbeddedStore(Path(stage / "store"))
            store.insert(quads)
            store.close()
            data.publish(
                stage, {"claims": claims, "sources": 3, "facts": 1, "made": "2026-01-01T00:00:00Z"}, "build"
            )
    with serving(data.root) as server:
        yield server.client()


def test_the_list_has_another_tag_once_an_old_snapshot_is_gone(client: Any, folder: Path) -> None:
    before = client.get("/snapshots", headers=BROWSER).headers["ETag"]
    (folder / "snapshots" / "000001").rename(folder / "aside")
    during = client.get("/snapshots", headers=BROWSER).headers["ETag"]
    (folder / "aside").rename(folder / "snapshots" / "000001")
    assert during != before == client.get("/snapshots", headers=BROWSER).headers["ETag"]


def words(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def test_the_page_names_what_came_and_went(client: Any) -> None:
    text = words(client.get("/snapshots/2", headers=BROWSER).text)
    for sentence in (
        "added (1) Title of new",
        "removed (1) id:source/gone",
        "changed (1) Title of grown",
        "1 of them changed.",
        "5 billion 8 billion",
        "claims 3 4 +1",
    ):
        assert sentence in text


def test_the_first_snapshot_has_nothing_to_be_compared_with(client: Any) -> None:
    page = client.get("/snapshots/1", headers=BROWSER).text
    assert "No earlier snapshot is kept to compare it with." in words(page)
    assert 'href="/snapshots/2"' in page


def test_the_feed_tells_of_both(client: Any) -> None:
    feed = client.get("/changes.atom").text
    assert "Snapshot 2: build" in feed
    assert "3 sources, 4 claims (+1), 1 facts" in feed


def test_a_snapshot_that_went_away_is_gone(client: Any) -> None:
    response = client.get("/snapshots/3", headers=BROWSER)
    assert (response.status_code, "The current one is 2." in response.text) == (404, True)


def test_a_retracted_source_says_that_it_counts_no_more(client: Any) -> None:
    text = words(client.get("/sources/hoax", headers=BROWSER).text)
    assert "Title of hoax" in text
    assert "Retracted." in text
    assert "It was a hoax. somebody" in text
    assert "Report card" not in text
    assert "hoax" not in words(client.get("/sources", headers=BROWSER).text)
