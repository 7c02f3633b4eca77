"""Graphs for Cytoscape, yEd and others.

Spec: http://graphml.graphdrawing.org/primer/graphml-primer.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from xml.etree.ElementTree import Element, SubElement

from graph.thing_graph import ExportedGraph, GraphLink, GraphNode, written_weight
from graph.xml_text import Sounder, document

GRAPHML: Final = "http://graphml.graphdrawing.org/xmlns"
NODE_KEYS: Final = ("label", "type", "iri", "start", "end")
# What Cytoscape calls a link is its interaction.
EDGE_KEYS: Final[Mapping[str, str]] = {
    "interaction": "string",
    "predicate": "string",
    "contested": "boolean",
    "weight": "double",
}


def as_graphml(graph: ExportedGraph) -> bytes:
    """The graph as GraphML."""
    sound = Sounder()
    root = Element("graphml", {"xmlns": GRAPHML})
    told = SubElement(root, "desc")
    columns = {sound(name): type for name, type in graph.columns().items()}
    for kind, types in (("node", dict.fromkeys(NODE_KEYS, "string") | columns), ("edge", EDGE_KEYS)):
        for name, type in types.items():
            key = {"id": f"{kind}-{name}", "for": kind, "attr.name": name, "attr.type": type}
            SubElement(root, "key", key)
    body = SubElement(root, "graph", {"id": "osagraph", "edgedefault": "directed"})
    for node in graph.nodes:
        _add_node(body, node, sound)
    for number, link in enumerate(graph.links):
        _add_edge(body, number, link, sound)
    told.text = sound(graph.description(*sound.remarks))
    return document(root)


def _add_node(graph: Element, node: GraphNode, sound: Sounder) -> None:
    element = SubElement(graph, "node", {"id": sound(node.iri)})
    values = {"label": node.label, "type": node.kind, "iri": node.iri, "start": node.start, "end": node.end}
    values |= {sound(name): value for name, value in node.values.items()}
    _give(element, "node", {name: sound(value) for name, value in values.items() if value})


def _add_edge(graph: Element, number: int, link: GraphLink, sound: Sounder) -> None:
    ends = {"id": f"e{number}", "source": sound(link.source), "target": sound(link.target)}
    element = SubElement(graph, "edge", ends)
    contested = str(link.is_contested).lower()
    values = {"interaction": link.label, "predicate": link.predicate, "contested": contested}
    values |= {"weight": written_weight(link.weight)}
    _give(element, "edge", {name: sound(value) for name, value in values.items()})


def _give(element: Element, kind: str, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        SubElement(element, "data", {"key": f"{kind}-{name}"}).text = value
