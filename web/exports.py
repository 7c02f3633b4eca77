"""Parts of the graph as files for programs that draw and analyse graphs, and for those that read RDF.

    /export/graph.{format}?iri=&iri=            the things, and what is one hop around them
    /export/graph.{format}?iri=&iri=&only=1     exactly these, and the links among them
    /export/graph.{format}?query=               the answer of a CONSTRUCT or SELECT as a graph
    /export/graph.{format}?whole=1              all things and the links among them

Nothing is left out silently: the file says so, and the header x-osagraph-truncated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from graph.claims_behind import with_claims
from graph.cytoscape import as_cytoscape
from graph.datadir import Snapshot
from graph.errors import InvalidParameterError, UnsupportedFormatError
from graph.gexf import as_gexf
from graph.graph_rdf import (
    RdfExport,
    as_jsonld,
    as_ntriples_12,
    as_trig,
    as_turtle,
    as_turtle_12,
    triples_of,
)
from graph.graph_tables import as_edges_table, as_nodes_table, as_tables
from graph.graphml import as_graphml
from graph.query_parameters import iri_term
from graph.thing_graph import ExportedGraph
from ontology.class_depths import Depths
from web.answer_cache import is_repeatable
from web.exported_answer import Answer, asked, graph_of_rows, graph_of_triples
from web.exported_graph import exported_graph, origin_of, reading_of, whole_graph
from web.filters import LONGEST
from web.negotiation import content_type
from web.nodes import local_name
from web.page_answer import page_answer
from web.paging import only_parameters
from web.site import Site

MOST_IRIS: Final = 150
TRUNCATED: Final = "x-osagraph-truncated"
NOT_RDF: Final = (
    "The rows of a SELECT are no RDF. Write it as a CONSTRUCT, or take gexf, graphml, cyjs or csv.zip."
)


@dataclass(frozen=True)
class Format:
    """How a file is written: as a drawn graph, or as RDF, perhaps with the claims behind it."""

    name: str
    media_type: str
    draw: Callable[[ExportedGraph], bytes] | None = None
    write: Callable[[RdfExport], bytes] | None = None
    has_claims: bool = False


# By what a file's name ends in.
FORMATS: Final[Mapping[str, Format]] = MappingProxyType(
    {
        "gexf": Format("GEXF", "application/gexf+xml", as_gexf),
        "graphml": Format("GraphML", "application/graphml+xml", as_graphml),
        "cyjs": Format("Cytoscape JSON", "application/json", as_cytoscape),
        "csv.zip": Format("CSV pair", "application/zip", as_tables),
        "nodes.csv": Format("CSV of nodes", "text/csv", as_nodes_table),
        "edges.csv": Format("CSV of edges", "text/csv", as_edges_table),
        "ttl": Format("Turtle", "text/turtle", write=as_turtle),
        "trig": Format("TriG with claims", "application/trig", write=as_trig, has_claims=True),
        "jsonld": Format("JSON-LD", "application/ld+json", write=as_jsonld),
        "rdf12.ttl": Format("RDF 1.2", "text/turtle; version=1.2", write=as_turtle_12, has_claims=True),
        "rdf12.nt": Format(
            "RDF 1.2 N-Triples", "application/n-triples; version=1.2", write=as_ntriples_12, has_claims=True
        ),
    }
)
# Those that pages lead to.
GRAPH_FILES: Final = {
    end: FORMATS[end] for end in ("gexf", "graphml", "cyjs", "csv.zip", "ttl", "trig", "jsonld", "rdf12.ttl")
}


@dataclass(frozen=True)
class Asked:
    """What a request wants a file of: some things, the answer of a query, or everything."""

    iris: tuple[str, ...] = ()
    query: str = ""

    @property
    def name(self) -> str:
        """What the file is called by."""
        return self.iris[0] if self.iris else "answer" if self.query else "all"


def export_routes(site: Site) -> Blueprint:
    """The routes of graphs as files."""
    routes = Blueprint("exports", __name__)
    depths = Depths()

    @routes.get("/export/graph.<format>")
    def export(format: str) -> Response:
        if format not in FORMATS:
            raise NotFound(f"A graph can be had as {', '.join(FORMATS)}.")
        only_parameters("iri", "only", "all", "query", "whole")
        chosen, wanted = FORMATS[format], _asked()
        cut: list[bool] = []

        def make() -> bytes:
            body, is_cut = _file(site, chosen, wanted, depths, site.here())
            cut.append(is_cut)
            return body

        if is_repeatable(wanted.query):
            response = page_answer(site, make, chosen.media_type)
        else:
            response = Response(make(), content_type=content_type(chosen.media_type))
            response.headers["Cache-Control"] = "no-store"
        disposition = f'attachment; filename="{file_name(wanted.name, format)}"'
        response.headers["Content-Disposition"] = disposition
        if any(cut):
            response.headers[TRUNCATED] = "true"
        return response

    return routes


def _file(site: Site, format: Format, wanted: Asked, depths: Depths, at: Snapshot) -> tuple[bytes, bool]:
    """The content of a file, and whether something is left out of it.

    Raises UnsupportedFormatError, LimitExceededError, and what asking raises.
    """
    reading = reading_of(site, depths, at)
    answer: Answer | None = None
    remarks: tuple[str, ...] = ()
    if wanted.query:
        answer, remarks = asked(site, wanted.query, at)
        origin = origin_of(site, at)
        if not isinstance(answer, list):
            if format.draw is None:
                raise UnsupportedFormatError(NOT_RDF)
            graph = graph_of_rows(reading, answer, origin, remarks)
        elif format.draw is not None:
            graph = graph_of_triples(reading, answer, origin, remarks)
        else:
            graph = ExportedGraph("The answer of a query", *origin, (), (), remarks)
    elif wanted.iris:
        is_only, is_all = (bool(request.args.get(name)) for name in ("only", "all"))
        graph = exported_graph(site, wanted.iris, is_only, is_all, depths, at)
    else:
        graph = whole_graph(site, depths, at)
    if format.draw is not None:
        return format.draw(graph), graph.is_cut
    assert format.write is not None
    triples = answer if isinstance(answer, list) else triples_of(graph)
    export = RdfExport(triples, graph.description(), is_cut=graph.is_cut)
    if format.has_claims:
        export = with_claims(reading.rows, export)
    return format.write(export), export.is_cut


def _asked() -> Asked:
    """What the request is about.

    Raises InvalidParameterError.
    """
    iris, query = asked_iris(MOST_IRIS), request.args.get("query", "").strip()
    given = [name for name, is_given in (("iri", iris), ("query", query)) if is_given]
    if request.args.get("whole"):
        given.append("whole")
    if len(given) > 1:
        raise InvalidParameterError(given[1], request.args[given[1]], f"to stand without {given[0]}")
    if not given:
        raise InvalidParameterError(
            "iri", None, "one or more things, such as id:osa; or a query, or whole=1 for all things"
        )
    return Asked(iris, query)


def asked_iris(most: int) -> tuple[str, ...]:
    """The things that are asked for as `iri=`, so many at most.

    Raises InvalidParameterError.
    """
    given = [text for text in request.args.getlist("iri") if text]
    if len(given) > most:
        raise InvalidParameterError("iri", f"{len(given)} values", f"at most {most}")
    return tuple(_iri(text) for text in given)


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
