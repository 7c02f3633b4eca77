"""Graphs for Gephi.

Spec: https://gexf.net/schema.html (GEXF 1.3)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from graph.thing_graph import ExportedGraph, GraphLink, GraphNode, written_weight
from graph.xml_text import Sounder, document

GEXF: Final = "http://gexf.net/1.3"
VIZ: Final = "http://gexf.net/1.3/viz"
NODE_ATTRIBUTES: Final = ("type", "iri")
EDGE_ATTRIBUTES: Final[Mapping[str, str]] = {"iri": "string", "contested": "boolean"}
# The colours of the families, as the pages have them on paper; the last one is for what has none.
COLOURS: Final = ("0b5c63", "a35200", "6b2fa0", "2f6b1f", "a3263b", "5b6270")
ElementTree.register_namespace("viz", VIZ)


def as_gexf(graph: ExportedGraph) -> bytes:
    """The graph as GEXF 1.3: things with dates are there in their time."""
    sound = Sounder()
    root = Element("gexf", {"xmlns": GEXF, "version": "1.3"})
    meta = SubElement(root, "meta", {"lastmodifieddate": graph.made} if graph.made else {})
    is_dated = any(node.start for node in graph.nodes)
    timed = {"mode": "dynamic", "timeformat": "date"} if is_dated else {"mode": "static"}
    body = SubElement(root, "graph", {"defaultedgetype": "directed", **timed})
    columns = {sound(name): type for name, type in graph.columns().items()}
    _declare(body, "node", dict.fromkeys(NODE_ATTRIBUTES, "string") | columns)
    _declare(body, "edge", EDGE_ATTRIBUTES)
    found = SubElement(body, "nodes")
    for node in graph.nodes:
        _add_node(found, node, sound)
    edges = SubElement(body, "edges")
    for number, link in enumerate(graph.links):
        _add_edge(edges, number, link, sound)
    SubElement(meta, "creator").text = "osagraph"
    SubElement(meta, "title").text = sound(graph.title)
    SubElement(meta, "description").text = sound(graph.description(*sound.remarks))
    return document(root)


def _declare(graph: Element, kind: str, types: Mapping[str, str]) -> None:
    attributes = SubElement(graph, "attributes", {"class": kind})
    for name, type in types.items():
        SubElement(attributes, "attribute", {"id": name, "title": name, "type": type})


def _add_node(nodes: Element, node: GraphNode, sound: Sounder) -> None:
    element = SubElement(nodes, "node", {"id": sound(node.iri), "label": sound(node.label)})
    further = {sound(name): sound(value) for name, value in node.values.items()}
    _give(element, {"type": sound(node.kind), "iri": sound(node.iri), **further})
    if node.start:
        spells = SubElement(element, "spells")
        SubElement(spells, "spell", {"start": node.start, "end": node.end})
    colour = COLOURS[-1 if node.family is None else node.family]
    parts = zip("rgb", (colour[0:2], colour[2:4], colour[4:6]), strict=True)
    SubElement(element, f"{{{VIZ}}}color", {name: str(int(part, 16)) for name, part in parts})


def _add_edge(edges: Element, number: int, link: GraphLink, sound: Sounder) -> None:
    ends = {"id": str(number), "source": sound(link.source), "target": sound(link.target)}
    # Two statements between the same things are told apart by their kind.
    named = {"label": sound(link.label), "kind": sound(link.predicate), "weight": written_weight(link.weight)}
    element = SubElement(edges, "edge", {**ends, **named})
    _give(element, {"iri": sound(link.predicate), "contested": str(link.is_contested).lower()})


def _give(element: Element, values: Mapping[str, str]) -> None:
    given = SubElement(element, "attvalues")
    for name, value in values.items():
        SubElement(given, "attvalue", {"for": name, "value": value})
