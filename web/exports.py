"""Parts of the graph as files for programs that draw and analyse graphs.

    /export/graph.{gexf,graphml,ttl}?iri=&iri=            the things, and what is one hop around them
    /export/graph.{gexf,graphml,ttl}?iri=&iri=&only=1     exactly these, and the links among them

Nothing is left out silently: the file says so, and the header x-osagraph-truncated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from flask import Blueprint, Response, request
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize
from werkzeug.exceptions import NotFound

from graph.errors import InvalidParameterError
from graph.query_parameters import iri_term
from ontology.namespaces import PREFIXES, RDFS
from web.explore_scene import Depths
from web.exported_graph import ExportedGraph, exported_graph
from web.filters import LONGEST
from web.gexf import as_gexf
from web.graphml import as_graphml
from web.nodes import local_name
from web.page_answer import page_answer
from web.paging import only_parameters
from web.site import Site

MOST_IRIS: Final = 150
TRUNCATED: Final = "x-osagraph-truncated"
# The prefixes of a file in Turtle.
BOUND: Final = {name: PREFIXES[name] for name in ("id", "osa", "rdfs")}


def as_turtle(graph: ExportedGraph) -> bytes:
    """The graph as Turtle: its links, and the names of things in the reader's language."""
    triples = [
        Triple(*(NamedNode(each) for each in (link.source, link.predicate, link.target)))
        for link in graph.links
    ]
    triples += [Triple(NamedNode(node.iri), RDFS.label, Literal(node.label)) for node in graph.nodes]
    written = serialize(triples, format=RdfFormat.TURTLE, prefixes=BOUND)
    told = re.sub(r"\s+", " ", graph.description())
    return f"# {told}\n".encode() + (written or b"")


# What a format is called, what its media type is, and what writes it.
FORMATS: Final[Mapping[str, tuple[str, Callable[[ExportedGraph], bytes]]]] = MappingProxyType(
    {
        "gexf": ("application/gexf+xml", as_gexf),
        "graphml": ("application/graphml+xml", as_graphml),
        "ttl": ("text/turtle", as_turtle),
    }
)


def export_routes(site: Site) -> Blueprint:
    """The routes of graphs as files."""
    routes = Blueprint("exports", __name__)
    depths = Depths()

    @routes.get("/export/graph.<format>")
    def export(format: str) -> Response:
        if format not in FORMATS:
            raise NotFound(f"A graph can be had as {', '.join(FORMATS)}.")
        only_parameters("iri", "only", "all")
        media_type, write = FORMATS[format]
        iris = _iris()
        written: list[ExportedGraph] = []

        def make() -> bytes:
            is_only, is_all = (bool(request.args.get(name)) for name in ("only", "all"))
            written.append(exported_graph(site, iris, is_only, is_all, depths, site.here()))
            return write(written[0])

        response = page_answer(site, make, media_type)
        response.headers["Content-Disposition"] = f'attachment; filename="{file_name(iris[0], format)}"'
        if any(graph.is_cut for graph in written):
            response.headers[TRUNCATED] = "true"
        return response

    return routes


def _iris() -> list[str]:
    """The things that are asked for.

    Raises InvalidParameterError.
    """
    given = [text for text in request.args.getlist("iri") if text]
    if not given:
        raise InvalidParameterError("iri", None, "one or more things, such as id:osa")
    if len(given) > MOST_IRIS:
        raise InvalidParameterError("iri", f"{len(given)} values", f"at most {MOST_IRIS}")
    return [_iri(text) for text in given]


def _iri(text: str) -> str:
    try:
        if len(text) > LONGEST:
            raise ValueError("too long")
        return iri_term(text).value
    except ValueError as error:
        raise InvalidParameterError("iri", text[:80], "an IRI or a prefixed name such as id:osa") from error


def file_name(iri: str, format: str) -> str:
    """What the file of a graph is called, in letters that every system takes.

    >>> file_name("https://w3id.org/osagraph/id/project/osa-fy2023-fiji", "gexf")
    'osagraph-osa-fy2023-fiji.gexf'
    """
    name = re.sub(r"[^a-z0-9]+", "-", local_name(iri).lower()).strip("-")[:60].strip("-")
    return f"osagraph-{name or 'graph'}.{format}"
