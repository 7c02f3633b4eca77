"""How two things are connected, over HTTP: sentences with receipts, errors in words, the same as JSON."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from ontology.namespaces import GRAPH, ID, OSA, RDF, RDFS

Serving = Callable[..., AbstractContextManager[Any]]
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
FACTS = DefaultGraph()
FIJI = "https://w3id.org/osagraph/id/fiji"


def words(page: str) -> str:
    """The text of a page, its white space run together."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", page)))


@pytest.fixture(scope="module")
def get(client: Any) -> Any:
    return lambda path, **options: client.get(path, **{"headers": BROWSER, **options})


def test_two_recipients_are_connected_by_what_they_receive(get: Any) -> None:
    text = words(get("/path?from=Fiji&to=Malaysia").text)
    assert "From Fiji to Malaysia" in text
    assert "Fiji is a recipient of Official Security Assistance, which has the recipient Malaysia." in text
    assert (
        "Fiji is the recipient of Official Security Assistance: Fiji, FY2023, which supplies rescue boat, "
        "which is supplied by Official Security Assistance: Malaysia, FY2023, which has the recipient "
        "Malaysia."
    ) in text
    assert "both are of class" not in text


def test_a_person_is_somebody(get: Any) -> None:
    page = get("/path?from=id:pla-academy-of-military-sciences&to=id:source/seed-000-pla-ams")
    assert re.search(r"has the member Huang Jiayu [^.]+, who wrote ", words(page.text))


def test_each_statement_is_explained(get: Any) -> None:
    page = get("/path?from=fiji&to=id:equipment/patrol-boat").text
    reasons = [html.unescape(each) for each in re.findall(r'href="(/explain\?[^"]+)"', page)]
    assert reasons
    for reason in reasons[:3]:
        assert get(reason).status_code == 200


def test_a_page_need_not_be_sent_twice(get: Any) -> None:
    response = get("/path?from=fiji&to=osa")
    again = get("/path?from=fiji&to=osa", headers={**BROWSER, "If-None-Match": response.headers["ETag"]})
    assert (response.status_code, again.status_code, again.data) == (200, 304, b"")
    assert get("/path?from=fiji&to=osa&max=2").headers["ETag"] != response.headers["ETag"]


def test_nothing_found_is_no_word_on_what_is_farther_away(get: Any) -> None:
    text = words(get("/path?from=fiji&to=id:mao-ning&max=2").text)
    assert "No path of up to 2 hops was found; farther was not searched." in text
    assert "Search through everything" in text


def test_classes_connect_only_where_everything_may(get: Any) -> None:
    narrow = words(get("/path?from=kyodo-news&to=chinese-ministry-of-foreign-affairs&max=2").text)
    wide = words(get("/path?from=kyodo-news&to=chinese-ministry-of-foreign-affairs&max=2&all=1").text)
    assert "No paths" in narrow
    assert "Kyodo News is of the class organisation, which is the class of Chinese" in wide


@pytest.mark.parametrize("path", ["/path", "/path?from=id:fiji", "/path?to=Fiji&max=3"])
def test_without_two_things_there_is_a_form(get: Any, path: str) -> None:
    response = get(path)
    assert response.status_code == 200
    assert "How are two things connected?" in words(response.text)


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("?from=fiji&to=nowhere", "expected the name or IRI of a thing"),
        ("?from=fiji&to=fiji", "expected another thing than the first"),
        ("?from=fiji&to=osa&max=9", "expected a number of hops from 1 to 6"),
        ("?from=fiji&to=osa&max=x", "expected a number of hops from 1 to 6"),
        ("?from=fiji&to=osa&hops=3", "expected one of: from, to, max, all"),
        ("?from=%3Cscript%3Ealert(1)%3C/script%3E&to=osa", "expected the name or IRI of a thing"),
    ],
)
def test_what_cannot_be_asked_is_told_in_a_sentence(get: Any, path: str, sentence: str) -> None:
    page, document = get(f"/path{path}"), get(f"/api/path{path}", headers={"Accept": "application/json"})
    assert (page.status_code, document.status_code) == (400, 400)
    assert sentence in words(page.text)
    assert sentence in document.json["detail"]
    assert "<script>alert" not in page.text


def test_programs_get_the_same(client: Any) -> None:
    answer = client.get("/api/path?from=id:fiji&to=id:equipment/patrol-boat&max=2")
    assert answer.content_type == "application/json"
    document = answer.json
    assert (document["hopsSearched"], document["hopsWanted"], document["isComplete"]) == (2, 2, True)
    (path,) = document["paths"]
    assert path["sentence"] == (
        "Fiji is the recipient of Official Security Assistance: Fiji, FY2023, which supplies patrol boat."
    )
    assert [each["label"] for each in path["things"]][0::2] == ["Fiji", "patrol boat"]
    first = path["statements"][0]
    assert (first["object"], first["isForward"], first["isInferred"], first["isContested"]) == (
        FIJI,
        False,
        False,
        False,
    )


def test_names_are_in_the_language_of_the_reader(client: Any) -> None:
    document = client.get("/api/path?from=id:fiji&to=id:osa&max=1&lang=ja").json
    assert document["from"]["label"] == "フィジー"


def test_a_view_has_its_own_paths(get: Any) -> None:
    path = "/path?from=fiji&to=malaysia&as-of=2022-12-31"
    page = get(path)
    while page.status_code == 503:
        page = get(path)
    assert "Official Security Assistance: Fiji, FY2023" not in words(page.text)
    assert re.search(r'href="/api/path\?[^"]*as-of=2022-12-31', page.text) or page.status_code == 400


@pytest.fixture(scope="module")
def hub_server(serving: Serving, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A server of a hub with thousands of links, and of a link that is contested."""
    data = DataDirectory(tmp_path_factory.mktemp("hub") / "data")
    with data.writer():
        stage = data.stage()
        store = EmbeddedStore(Path(stage / "store"))
        store.insert(list(_hub()))
        store.close()
        data.publish(stage, {"claims": 1, "made": "2026-01-01"}, "build")
    with serving(data.root) as server:
        yield server


def _hub() -> Iterator[Quad]:
    hub, slot = ID["hub"], ID["resolution/1"]
    for name in ("hub", "rim1", "rim2", "far"):
        yield Quad(ID[name], RDFS.label, Literal(name, language="en"), FACTS)
    for number in range(3000):
        yield Quad(ID[f"rim{number}"], OSA.partOf, hub, FACTS)
    yield Quad(ID["rim2"], OSA.amends, ID["far"], FACTS)
    contested: list[tuple[NamedNode, NamedNode]] = [
        (OSA.subject, ID["rim2"]),
        (OSA.predicate, OSA.amends),
        (OSA.accepted, ID["far"]),
        (OSA.contestedBy, ID["claim/1"]),
        (RDF.type, OSA.Resolution),
    ]
    for predicate, value in contested:
        yield Quad(slot, predicate, value, GRAPH.assessments)


def test_a_contested_statement_is_marked_in_words(hub_server: Any) -> None:
    client = hub_server.client()
    text = words(client.get("/path?from=rim2&to=far", headers=BROWSER).text)
    assert "The statement, ⚑ contested" in text
    (path,) = client.get("/api/path?from=rim2&to=far").json["paths"]
    assert [each["isContested"] for each in path["statements"]] == [True]


def test_a_hub_is_not_followed_in_full_and_the_page_says_so(hub_server: Any) -> None:
    client = hub_server.client()
    document = client.get("/api/path?from=id:rim1&to=id:far").json
    assert document["paths"][0]["sentence"] == (
        "rim1 is part of hub, which has the part rim2, which amends far."
    )
    assert document["isComplete"] is False
    assert "Not every link was followed: hub has more than are looked at." in document["remark"]


def test_two_ends_meet_in_a_hub(hub_server: Any) -> None:
    document = hub_server.client().get("/api/path?from=id:rim1&to=id:rim2&max=2").json
    assert [len(path["things"]) for path in document["paths"]] == [3]
    assert document["isComplete"] is True


def test_a_graph_that_does_not_fit_into_a_file_is_cut_aloud(hub_server: Any) -> None:
    response = hub_server.client().get("/export/graph.gexf?iri=id:hub")
    assert response.headers["x-osagraph-truncated"] == "true"
    told = ElementTree.fromstring(response.data).findtext(".//{http://gexf.net/1.3}description")
    assert told is not None and "Only 200 links were followed from hub." in told
    whole = hub_server.client().get("/export/graph.gexf?iri=id:rim2")
    assert "x-osagraph-truncated" not in whole.headers
    assert b'value="true"' in whole.data
