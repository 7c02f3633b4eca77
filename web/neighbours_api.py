"""The neighbours of one thing as JSON.

/api/neighbours?iri=&property=&direction=&limit=&offset=&also=    {nodes, links, more}

Without `property` one step around the thing, at most `limit` things; with it the part of its links by that
property which begins at `offset`. `more` says how many there are besides.
"""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, jsonify, request

from graph.datadir import Snapshot
from graph.errors import InvalidParameterError, UnknownResourceError, shorten
from ontology.class_depths import Depths
from web.answer_cache import is_known
from web.explore_address import read_also, read_direction, thing_in
from web.explore_picture import picture
from web.explore_scene import described
from web.filters import iri_filter
from web.neighbour_reading import counted_again, read_counted, read_group, read_neighbours
from web.neighbours import Group, Neighbourhood
from web.page_answer import VARY, page_tag
from web.paging import only_parameters
from web.site import Site

MOST_ANSWERED: Final = 200
DEFAULT: Final = 60
FARTHEST: Final = 10_000_000
JSON: Final = "application/json"
NAMES: Final = ("iri", "property", "direction", "limit", "offset", "also")
TOLD: Final = ("label", "lang", "type", "typeLabel", "degree", "href")


def neighbour_routes(site: Site) -> Blueprint:
    """The route of neighbours for programs."""
    routes = Blueprint("neighbours", __name__)
    depths = Depths()

    @routes.get("/api/neighbours")
    def neighbours() -> Response:
        only_parameters(*NAMES)
        tag = page_tag(site, JSON)
        if is_known(tag, request.headers.get("If-None-Match")):
            response = Response(status=304)
        else:
            response = jsonify(_document(site, depths, site.here()))
        response.headers["ETag"] = tag
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Osagraph-Snapshot"] = str(site.here().number)
        response.vary.update(VARY)
        return response

    return routes


def _document(site: Site, depths: Depths, at: Snapshot) -> dict[str, Any]:
    """Raises InvalidParameterError, and UnknownResourceError where nothing is known of the thing."""
    iri, property = thing_in("iri", request.args.get("iri", "")), iri_filter("property")
    limit, offset = _number("limit", DEFAULT, MOST_ANSWERED), _number("offset", 0, FARTHEST)
    also, way = read_also(), read_direction()
    if property:
        groups = [
            read_group(site, iri, counted_again(site, iri, each, at), offset, limit, at)
            for each in read_counted(site, iri, at)
            if each.predicate == property
        ]
    else:
        hood = read_neighbours(site, iri, limit, also, at)
        if hood is None:
            raise UnknownResourceError(f"Nothing is known here of {shorten(iri)}.")
        groups = [*hood.groups]
    groups = [group for group in groups if way in (None, group.is_forward)]
    scene = described(site, {iri: Neighbourhood(iri, groups, {})}, depths, at)
    drawn = picture(scene, "", lambda *_: "", lambda *_: "")
    nodes = [
        {"iri": node["id"], **{name: node[name] for name in TOLD}}
        for node in drawn["nodes"]
        if "isGroup" not in node
    ]
    there = {node["iri"] for node in nodes}
    links = [link for link in drawn["links"] if {link["source"], link["target"]} <= there]
    passed = offset if property else 0
    return {
        "nodes": nodes,
        "links": links,
        "more": [_more(group, passed) for group in groups if group.more > passed],
    }


def _more(group: Group, passed: int) -> dict[str, Any]:
    return {
        "property": group.predicate,
        "direction": "out" if group.is_forward else "in",
        "count": group.more - passed,
        "isAtLeast": group.is_least,
    }


def _number(name: str, default: int, most: int) -> int:
    text = request.args.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and len(text) < 9 and int(text) <= most):
        raise InvalidParameterError(name, shorten(text), f"a number up to {most:,}")
    return int(text)
