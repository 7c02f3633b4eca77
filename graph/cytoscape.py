"""Graphs for Cytoscape and Cytoscape.js, as elements in JSON (.cyjs).

Spec: https://js.cytoscape.org/#notation/elements-json
"""

from __future__ import annotations

import json
from typing import Any

from graph.thing_graph import ExportedGraph, GraphLink, GraphNode

Document = dict[str, Any]


def as_cytoscape(graph: ExportedGraph) -> bytes:
    """The graph as Cytoscape JSON; where it comes from and what is left out stands in its `data`."""
    numeric = {name for name, type in graph.columns().items() if type == "double"}
    document = {
        "format_version": "1.0",
        "generated_by": "osagraph",
        "data": {
            "name": graph.title,
            "description": graph.description(),
            "made": graph.made,
            "truncated": graph.is_cut,
        },
        "directed": True,
        "multigraph": True,
        "elements": {
            "nodes": [{"data": _node(node, numeric)} for node in graph.nodes],
            "edges": [{"data": _edge(number, link)} for number, link in enumerate(graph.links)],
        },
    }
    # Half of a pair of surrogates cannot be sent; JSON may hold it as an escape.
    return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace")


def _node(node: GraphNode, numeric: set[str]) -> Document:
    # Cytoscape shows the `name`; networkx knows a node by its `value`.
    data: Document = {
        "id": node.iri,
        "value": node.iri,
        "name": node.label,
        "iri": node.iri,
        "type": node.kind,
    }
    data |= {key: text for key, text in (("start", node.start), ("end", node.end)) if text}
    return {key: float(text) if key in numeric else text for key, text in node.values.items()} | data


def _edge(number: int, link: GraphLink) -> Document:
    return {
        "id": f"e{number}",
        "source": link.source,
        "target": link.target,
        "interaction": link.label,
        "predicate": link.predicate,
        "weight": link.weight,
        "contested": link.is_contested,
        "key": number,
    }
