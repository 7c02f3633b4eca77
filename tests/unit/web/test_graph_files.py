"""Graphs as files, read back by another program: nothing is lost, nothing is silently left out or changed."""

from __future__ import annotations

import io
from xml.etree import ElementTree

import networkx
import pytest
from pyoxigraph import RdfFormat, parse

from tests.browser.payloads import IRIS, PAYLOADS
from web.exported_graph import ExportedGraph, GraphLink, GraphNode
from web.exports import as_turtle, file_name
from web.gexf import GEXF, as_gexf
from web.graphml import as_graphml
from web.xml_text import Sounder

FIJI = GraphNode("http://example.org/fiji", "フィジー & “Fiji”", "state", 0)
VISIT = GraphNode("http://example.org/visit", "A <visit>", "event", 3, "2023-11-03", "2023-11-30")
NOTHING = GraphNode("http://example.org/nothing", "", "", None)
LINKS = (
    GraphLink(VISIT.iri, FIJI.iri, "http://example.org/actor", "actor", is_contested=True),
    GraphLink(VISIT.iri, FIJI.iri, "http://example.org/place", "place"),
)
GRAPH = ExportedGraph("Fiji", "From osagraph, snapshot 3.", "2026-01-01", (FIJI, VISIT, NOTHING), LINKS)


def test_networkx_reads_the_gexf_that_was_written() -> None:
    read = networkx.read_gexf(io.BytesIO(as_gexf(GRAPH)), relabel=False, version="1.3")
    assert dict(read.nodes(data=True))[VISIT.iri] == {
        "label": VISIT.label,
        "type": "event",
        "iri": VISIT.iri,
        "viz": {"color": {"r": 47, "g": 107, "b": 31, "a": 1.0}},
        "spells": [("2023-11-03", "2023-11-30")],
    }
    assert {node: data["label"] for node, data in read.nodes(data=True)} == {
        each.iri: each.label for each in GRAPH.nodes
    }
    told = sorted(
        (one, other, data["label"], data["contested"]) for one, other, data in read.edges(data=True)
    )
    assert told == [(VISIT.iri, FIJI.iri, "actor", True), (VISIT.iri, FIJI.iri, "place", False)]


def test_networkx_reads_the_graphml_that_was_written() -> None:
    read = networkx.read_graphml(io.BytesIO(as_graphml(GRAPH)))
    assert dict(read.nodes(data=True)) == {
        FIJI.iri: {"label": FIJI.label, "type": "state", "iri": FIJI.iri},
        VISIT.iri: {
            **{"label": VISIT.label, "type": "event", "iri": VISIT.iri},
            **{"start": "2023-11-03", "end": "2023-11-30"},
        },
        NOTHING.iri: {"iri": NOTHING.iri},
    }
    told = sorted(
        (data["interaction"], data["predicate"], data["contested"]) for *_, data in read.edges(data=True)
    )
    assert told == [("actor", LINKS[0].predicate, True), ("place", LINKS[1].predicate, False)]


def test_turtle_has_the_links_and_the_names() -> None:
    triples = list(parse(as_turtle(GRAPH), format=RdfFormat.TURTLE))
    assert len(triples) == len(GRAPH.nodes) + len(LINKS)
    assert as_turtle(GRAPH).startswith(b"# Fiji. From osagraph, snapshot 3.\n")


@pytest.mark.parametrize("write", [as_gexf, as_graphml, as_turtle])
def test_what_is_left_out_is_said_in_the_file(write: object) -> None:
    cut = ExportedGraph("Fiji", "From here.", "", (FIJI,), (), ("Only 500 of 900 things are here.",))
    assert cut.is_cut and not GRAPH.is_cut
    assert callable(write) and b"Only 500 of 900 things are here." in write(cut)


def test_a_graph_without_dates_has_no_time() -> None:
    still = ExportedGraph("Fiji", "", "", (FIJI,), ())
    graph = ElementTree.fromstring(as_gexf(still)).find(f"{{{GEXF}}}graph")
    assert graph is not None and (graph.get("mode"), graph.get("timeformat")) == ("static", None)


def test_characters_that_xml_cannot_hold_are_replaced_and_counted() -> None:
    sound = Sounder()
    assert sound("a\x00b\x1fc\ufffe\ud800d\te\U0001f600") == "a\ufffdb\ufffdc\ufffd\ufffdd\te\U0001f600"
    assert sound.remarks == ("4 characters that XML cannot hold were replaced by U+FFFD.",)
    odd = ExportedGraph("x\x01", "", "", (GraphNode("http://example.org/", "\x02\x03"),), ())
    for written in (as_gexf(odd), as_graphml(odd)):
        assert b"3 characters that XML cannot hold" in written or b"2 characters that XML" in written
        ElementTree.fromstring(written)


def test_no_payload_becomes_markup() -> None:
    nodes = [GraphNode(f"http://example.org/{number}", text, text) for number, text in enumerate(PAYLOADS)]
    nodes += [GraphNode(iri, "label") for iri in IRIS]
    links = [GraphLink(nodes[0].iri, node.iri, "http://example.org/p", node.label) for node in nodes]
    graph = ExportedGraph(PAYLOADS[0], PAYLOADS[1], "", nodes, links, PAYLOADS[2:4])
    tame = [
        GraphNode(f"http://example.org/{place}", "l", node.kind and "k") for place, node in enumerate(nodes)
    ]
    plain = ExportedGraph("t", "o", "", tame, [GraphLink(tame[0].iri, tame[0].iri, "p", "l")] * len(links))
    for write in (as_gexf, as_graphml):
        elements = [element.tag for element in ElementTree.fromstring(write(graph)).iter()]
        assert elements == [element.tag for element in ElementTree.fromstring(write(plain)).iter()]
    assert networkx.read_gexf(io.BytesIO(as_gexf(graph)), version="1.3").number_of_nodes() == len(nodes)


@pytest.mark.parametrize(
    ("iri", "name"),
    [
        ("https://w3id.org/osagraph/id/osa", "osagraph-osa.gexf"),
        ('http://example.org/a"; filename="b.exe', "osagraph-a-filename-b-exe.gexf"),
        ("http://example.org/日本", "osagraph-graph.gexf"),
        ("http://example.org/..%2F..%2Fetc", "osagraph-2f-2fetc.gexf"),
        ("http://example.org/" + "x" * 300, f"osagraph-{'x' * 60}.gexf"),
    ],
)
def test_a_file_has_a_name_that_every_system_takes(iri: str, name: str) -> None:
    assert file_name(iri, "gexf") == name
