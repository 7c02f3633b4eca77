"""The updates that make a publication take effect, unless the engine has another one by then."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Final

from pyoxigraph import DefaultGraph, Quad, RdfFormat, parse

from graph.publication import PUBLICATION, Publication
from graph.publishing_difference import Difference
from graph.remote import quad_pattern
from graph.store import GraphName
from ontology.namespaces import OSA, RDF

ANYTHING: Final = "?s ?p ?o"


def guard(former: Publication | None) -> str:
    """What holds, once, while the engine has that publication; or none."""
    if former is None:
        return f"FILTER NOT EXISTS {{ GRAPH {PUBLICATION} {{ ?node ?says ?what }} }}"
    return f"GRAPH {PUBLICATION} {{ {former.node} {RDF.type} {OSA.Publication} }}"


def change(difference: Difference, removed: Iterable[Quad], added: Iterable[Quad], where: str) -> str:
    """The operations that apply a difference, and remove and add further quads, where something holds."""
    minus = quad_pattern(chain(difference.removed_quads(), removed))
    return _without_blank(difference, where) + _exchanged(
        minus, quad_pattern(chain(difference.added_quads(), _blank(difference), added)), where
    )


def change_staged(difference: Difference, removed: Iterable[Quad], added: Iterable[Quad], where: str) -> str:
    """The same for what cannot be staged; the rest has been."""
    plus = quad_pattern(chain(_blank(difference), added))
    return _without_blank(difference, where) + _exchanged(quad_pattern(removed), plus, where)


def _exchanged(minus: str, plus: str, where: str) -> str:
    return f"DELETE {{\n{minus}}}\nINSERT {{\n{plus}}}\nWHERE {{ {where} }}"


def _blank(difference: Difference) -> Iterable[Quad]:
    return parse(difference.blank, format=RdfFormat.N_QUADS, lenient=True)


def _without_blank(difference: Difference, where: str) -> str:
    """Nobody can name an engine's blank nodes, so what goes are all of a graph."""
    return "".join(_graph_without_blank(graph, where) for graph in difference.blank_graphs)


def _graph_without_blank(graph: GraphName, where: str) -> str:
    pattern = ANYTHING if isinstance(graph, DefaultGraph) else f"GRAPH {graph} {{ {ANYTHING} }}"
    blank = "FILTER(ISBLANK(?s) || ISBLANK(?o))"
    return f"DELETE {{ {pattern} }}\nWHERE {{ {where} {pattern} {blank} }} ;\n"
