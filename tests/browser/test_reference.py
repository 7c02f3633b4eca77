"""The pages beside those of things and questions in a real browser: accessible, narrow, safe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from ontology.namespaces import DCTERMS, GRAPH, ID, OSA, OWL, RDF, RDFS, SCHEMA
from tests.browser.conftest import Visits
from tests.browser.payloads import PAYLOADS

Serving = Callable[..., AbstractContextManager[Any]]
FACTS = DefaultGraph()
PAGES = (
    "/about",
    "/sources",
    "/sources/seed-002-news",
    "/contradictions?kind=osa:ValueClash",
    "/perspectives",
    "/browse",
    "/browse/AssistanceProject",
    "/ontology",
    "/ontology/CommittedProject",
    "/snapshots",
    "/snapshots/1",
)
STRANGE = (
    "/sources",
    "/sources/strange",
    "/sources/strange?page=2",
    "/contradictions",
    "/browse/Programme",
    "/browse/AssistanceProject",
    "/browse",
    "/ontology/programme",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_keeps_no_one_out(
    visit: Callable[..., Any], axe: Callable[[Any], list[str]], path: str, scheme: str
) -> None:
    assert axe(visit(path, scheme=scheme)) == []


@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_wider_than_a_phone(visit: Callable[..., Any], path: str) -> None:
    page = visit(path, width=320)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_contradictions_are_narrowed_by_their_form(visit: Callable[..., Any]) -> None:
    page = visit("/contradictions", javascript=False)
    page.get_by_label("about").fill("Malaysia")
    page.get_by_role("button", name="Show", exact=True).last.click()
    found = page.get_by_role("article")
    assert found.count() >= 1
    assert all("Malaysia" in found.nth(number).inner_text() for number in range(found.count()))


def test_two_perspectives_stand_side_by_side(
    visit: Callable[..., Any], axe: Callable[[Any], list[str]]
) -> None:
    page = visit("/perspectives", expects_missing=True)
    for name in ("china state", "japan government"):
        page.get_by_role("checkbox", name=name).check()
    page.get_by_role("button", name="Compare").click()
    while page.get_by_role("heading", name="Being prepared").count():
        assert axe(page) == []
        page.reload()
    assert page.get_by_role("columnheader", name="china state").is_visible()
    assert page.get_by_role("columnheader", name="japan government").is_visible()
    assert axe(page) == []


@pytest.fixture(scope="module")
def strange_server(serving: Serving, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A server of a dataset in which every text is a payload: of sources, contradictions and members."""
    data = DataDirectory(tmp_path_factory.mktemp("strange") / "data")
    with data.writer():
        stage = data.stage()
        store = EmbeddedStore(Path(stage / "store"))
        store.insert(list(_strange_quads()))
        store.close()
        data.publish(stage, {"claims": len(PAYLOADS), "made": "2026-01-01"}, "<script>alert(1)</script>")
    with serving(data.root) as server:
        yield server


def _strange_quads() -> Iterator[Quad]:
    source, graph = ID["source/strange"], GRAPH["source/strange"]
    yield Quad(source, RDF.type, OSA.Source, FACTS)
    yield Quad(source, OSA.publisherKind, OSA.Blog, FACTS)
    yield Quad(OSA.Programme, RDF.type, OWL.Class, FACTS)
    for number, payload in enumerate(PAYLOADS):
        text, thing = Literal(payload, language="en"), ID[f"strange{number}"]
        yield Quad(thing, RDF.type, OSA.Programme, FACTS)
        yield Quad(thing, RDFS.label, text, FACTS)
        yield Quad(thing, OSA.programme, text, FACTS)
        for predicate in (DCTERMS.title, DCTERMS.issued, DCTERMS.language, SCHEMA.url, OSA.publisherCountry):
            yield Quad(source, predicate, text, FACTS)
        yield from _strange_claim(number, text, thing, source, graph)
        yield from _strange_contradiction(number, text, thing)


def _strange_claim(
    number: int, text: Literal, thing: NamedNode, source: NamedNode, graph: NamedNode
) -> Iterator[Quad]:
    claim = ID[f"claim/strange{number}"]
    said = (OSA.quote, OSA.verbatim, OSA.proposition, OSA.asOf, OSA.topic, OSA.object, OSA.attributedTo)
    for predicate in said:
        yield Quad(claim, predicate, text, graph)
    for predicate, value in ((RDF.type, OSA.Claim), (OSA.statedIn, source), (OSA.subject, thing)):
        yield Quad(claim, predicate, value, graph)
    yield Quad(claim, OSA.predicate, OSA.programme, graph)
    yield Quad(claim, OSA.modality, OSA.Asserted, graph)


def _strange_contradiction(number: int, text: Literal, thing: NamedNode) -> Iterator[Quad]:
    node, claim = ID[f"contradiction/strange{number}"], ID[f"claim/strange{number}"]
    said: list[tuple[NamedNode, NamedNode | Literal]] = [
        (RDF.type, OSA.Contradiction),
        (OSA.kind, OSA.ValueClash),
    ]
    said += [(OSA.subject, thing), (OSA.predicate, OSA.programme), (OSA.reason, text), (OSA.topic, text)]
    said += [(OSA.sideA, claim), (OSA.sideB, claim), (OSA.valueA, text), (OSA.valueB, text)]
    said += [(OSA.voicesA, Literal(1)), (OSA.voicesB, Literal(1)), (OSA.withoutA, text), (OSA.withoutB, text)]
    for predicate, value in said:
        yield Quad(node, predicate, value, GRAPH.assessments)


@pytest.mark.parametrize("path", STRANGE)
def test_nothing_that_strangers_wrote_is_run(browser: Any, strange_server: Any, path: str) -> None:
    visits = Visits(browser, f"http://127.0.0.1:{strange_server.port}")
    dialogs: list[str] = []
    page = visits(path, expects_missing=True)
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    assert (
        page.evaluate("document.querySelectorAll('main script:not([type=\"application/ld+json\"])').length")
        == 0
    )
    assert (
        page.evaluate("document.querySelectorAll('main img, main iframe, main object, main svg').length") == 0
    )
    assert page.evaluate("[...document.links].filter(link => !/^https?:/.test(link.href)).length") == 0
    visits.close()
    assert (dialogs, visits.faults) == ([], [])
