"""Graphs as files, read back by another program: nothing is lost, nothing is silently left out or changed."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from xml.etree import ElementTree

import networkx
import pandas
import pytest
from pyoxigraph import RdfFormat, parse

from graph.cytoscape import as_cytoscape
from graph.gexf import GEXF, as_gexf
from graph.graph_rdf import RdfExport, as_turtle, triples_of
from graph.graph_tables import as_nodes_table, as_tables
from graph.graphml import as_graphml
from graph.thing_graph import ExportedGraph, GraphLink, GraphNode
from graph.xml_text import Sounder
from tests.browser.payloads import IRIS, PAYLOADS
from web.exports import file_name

FIJI = GraphNode("http://example.org/fiji", "フィジー & “Fiji”", "state", 0)
VISIT = GraphNode("http://example.org/visit", "A <visit>", "event", 3, "2023-11-03", "2023-11-30")
NOTHING = GraphNode("http://example.org/nothing", "", "", None)
LINKS = (
    GraphLink(VISIT.iri, FIJI.iri, "http://example.org/actor", "actor", is_contested=True, weight=4),
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
    assert sorted(data["weight"] for *_, data in read.edges(data=True)) == [1.0, 4.0]


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
        (data["interaction"], data["predicate"], data["contested"], data["weight"])
        for *_, data in read.edges(data=True)
    )
    assert told == [("actor", LINKS[0].predicate, True, 4.0), ("place", LINKS[1].predicate, False, 1.0)]


def test_networkx_reads_the_cytoscape_json_that_was_written() -> None:
    document = json.loads(as_cytoscape(GRAPH))
    assert document["data"] == {
        **{"name": "Fiji", "description": "Fiji. From osagraph, snapshot 3."},
        **{"made": "2026-01-01", "truncated": False},
    }
    read = networkx.cytoscape_graph(document)
    assert read.is_directed() and read.is_multigraph()
    visit = {"id": VISIT.iri, "iri": VISIT.iri, "name": VISIT.label, "type": "event", "value": VISIT.iri}
    assert read.nodes[VISIT.iri] == {**visit, "start": VISIT.start, "end": VISIT.end}
    told = sorted(
        (data["interaction"], data["weight"], data["contested"]) for *_, data in read.edges(data=True)
    )
    assert told == [("actor", 4, True), ("place", 1, False)]


def test_the_two_tables_make_the_same_graph_again() -> None:
    with zipfile.ZipFile(io.BytesIO(as_tables(GRAPH))) as archive:
        assert archive.namelist() == ["nodes.csv", "edges.csv", "README.txt"]
        nodes, edges = (pandas.read_csv(archive.open(f"{name}.csv")) for name in ("nodes", "edges"))
        assert archive.read("README.txt").startswith(b"Fiji. From osagraph, snapshot 3.\n")
    assert list(nodes["Id"]) == [node.iri for node in GRAPH.nodes]
    assert list(nodes["Label"][:2]) == [FIJI.label, VISIT.label]
    read = networkx.from_pandas_edgelist(
        edges, "Source", "Target", ["Label", "Weight", "contested"], networkx.MultiDiGraph
    )
    told = sorted((data["Label"], data["Weight"], data["contested"]) for *_, data in read.edges(data=True))
    assert told == [("actor", 4, True), ("place", 1, False)]
    assert as_tables(GRAPH) == as_tables(GRAPH)


def test_no_cell_is_a_formula() -> None:
    texts = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "-5", "+5", "a=1", ""]
    nodes = [GraphNode(f"http://example.org/{place}", text) for place, text in enumerate(texts)]
    rows = list(
        csv.reader(io.StringIO(as_nodes_table(ExportedGraph("", "", "", nodes, ())).decode(), newline=""))
    )
    shown = [f"'{text}" for text in texts[:7]] + ["-5", "'+5", "a=1", ""]
    assert [row[1] for row in rows[1:]] == shown


def test_further_values_are_columns_and_numbers_are_numbers() -> None:
    one = GraphNode("a:1", "one", values={"amount": "400000000", "label (value)": "x"})
    two = GraphNode("a:2", "two", values={"amount": "-1.5", "label (value)": "2"})
    graph = ExportedGraph("t", "o", "", (one, two, GraphNode("a:3", "three")), ())
    assert graph.columns() == {"amount": "double", "label (value)": "string"}
    gexf = networkx.read_gexf(io.BytesIO(as_gexf(graph)), version="1.3")
    graphml = networkx.read_graphml(io.BytesIO(as_graphml(graph)))
    drawn = networkx.cytoscape_graph(json.loads(as_cytoscape(graph)))
    for read in (gexf, graphml, drawn):
        assert [data.get("amount") for _, data in read.nodes(data=True)] == [400000000.0, -1.5, None]
        assert read.nodes["a:1"]["label (value)"] == "x" and read.nodes["a:2"]["label (value)"] == "2"
    assert as_nodes_table(graph).startswith(b"Id,Label,type,iri,start,end,amount,label (value)\r\na:1,one,")


def test_turtle_has_the_links_and_the_names() -> None:
    written = turtle(GRAPH)
    triples = list(parse(written, format=RdfFormat.TURTLE))
    assert len(triples) == len(GRAPH.nodes) + len(LINKS)
    assert written.startswith(b"# Fiji. From osagraph, snapshot 3.\n")


def turtle(graph: ExportedGraph) -> bytes:
    return as_turtle(RdfExport(triples_of(graph), graph.description()))


@pytest.mark.parametrize("write", [as_gexf, as_graphml, as_cytoscape, turtle])
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
