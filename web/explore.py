"""The neighbours of things as a list and as a picture, one step at a time.

/explore?iri=&iri=&without=&property=&type=&also=&group=    the page; without `iri` where to begin
/explore/links?of=&property=&direction=&page=&iri=          all links of one thing by one property

`also` is "inferred", "sources" or "claims", `group` "property" or "type", `direction` "out" or "in".
"""

from __future__ import annotations

import json
from typing import Any, Final

from flask import Blueprint, Response, current_app, render_template, request
from pyoxigraph import NamedNode

from graph.datadir import Snapshot
from graph.errors import UnknownResourceError, shorten
from ontology.class_depths import Depths
from ontology.namespaces import ID
from web.addresses import page_address
from web.explore_address import MOST_CHOSEN, Wanted, read_direction, read_wanted, thing_in, things_in
from web.explore_picture import picture
from web.explore_scene import (
    MOST_DEGREE,
    Scene,
    described,
    narrowed,
    read_scene,
)
from web.exports import GRAPH_FILES
from web.filters import choices, iri_filter
from web.labels import labels_of
from web.neighbour_reading import counted_again, read_counted, read_group
from web.neighbours import ALSO, Neighbourhood
from web.page_answer import page_answer
from web.paging import only_parameters, paged
from web.site import Site
from web.terms import short_iri
from web.vendor import vendor_address
from web.views import here

LISTED: Final = 100
# A file of what is shown names all of it, unless its address would be too long.
MOST_NAMED: Final = 80
NAMES: Final = ("iri", "without", "property", "type", "also", "group")
# Where to begin: a programme, a country, a class of equipment, if they are here.
BEGINNINGS: Final = ("osa", "philippines", "equipment/coastal-surveillance-radar")


def explore_routes(site: Site) -> Blueprint:
    """The routes of neighbours."""
    routes = Blueprint("explore", __name__)
    depths = Depths()

    @routes.get("/explore")
    def explore() -> Response:
        only_parameters(*NAMES, "q")
        wanted = read_wanted(site)
        if not wanted.iris:
            return page_answer(site, lambda: _beginning(site))
        return page_answer(site, lambda: _page(site, wanted, depths, site.here()))

    @routes.get("/explore/links")
    def list_links() -> Response:
        only_parameters("of", "property", "direction", "iri")
        return page_answer(site, lambda: _links(site, depths, site.here()))

    return routes


def _beginning(site: Site) -> str:
    things = [NamedNode(f"{ID}{path}") for path in BEGINNINGS]
    labels = labels_of(site, things)
    known = [
        (thing, here("/explore", iri=short_iri(thing.value))) for thing in things if labels.of(thing.value)
    ]
    return render_template("explore_start.html", beginnings=known, labels=labels)


def _page(site: Site, wanted: Wanted, depths: Depths, at: Snapshot) -> str:
    whole = read_scene(site, wanted.iris, wanted.also, depths, at)
    if not whole.hoods:
        names = ", ".join(short_iri(iri) for iri in wanted.iris)
        raise UnknownResourceError(f"Nothing is known here of {shorten(names)}.")
    scene = narrowed(whole, wanted.without, wanted.predicate, wanted.kind)
    labels = scene.labels
    return render_template(
        "explore.html",
        wanted=wanted,
        scene=scene,
        labels=labels,
        node=NamedNode,
        page_address=page_address,
        most_degree=MOST_DEGREE,
        drawn=picture(scene, wanted.group, wanted.all_of, wanted.with_one),
        filters=[
            ("By property", choices("property", _terms(whole.counted_properties()), labels)),
            ("By type", choices("type", _terms(whole.counted_classes()), labels)),
        ],
        withheld=_withheld(scene),
        files=_files(wanted, scene),
        addresses=json.dumps({name: vendor_address(f"{name}.js") for name in ("sigma", "layout")}),
    )


def _terms(counted: dict[str, int]) -> dict[Any, int]:
    return {NamedNode(iri): number for iri, number in counted.items()}


def _withheld(scene: Scene) -> dict[str, int]:
    """How many links are not shown, by what would show them."""
    return {name: sum(hood.withheld.get(name, 0) for hood in scene.hoods) for name in ALSO}


def _files(wanted: Wanted, scene: Scene) -> list[tuple[str, str]]:
    """What is shown as files of other programs: their names and addresses."""
    rules = {rule.rule for rule in current_app.url_map.iter_rules()}
    if not any(rule.startswith("/export/graph") for rule in rules):
        return []
    is_named = len(scene.things) <= MOST_NAMED
    things = [short_iri(iri) for iri in (scene.things if is_named else wanted.iris)]
    only = "1" if is_named else None
    return [
        (form.name, here(f"/export/graph.{end}", iri=things, only=only)) for end, form in GRAPH_FILES.items()
    ]


def _links(site: Site, depths: Depths, at: Snapshot) -> str:
    """A page of all links of a thing by one property in one direction."""
    wanted = Wanted(things_in("iri", MOST_CHOSEN), (), None, None, (), "")
    iri, property = thing_in("of", request.args.get("of", "")), iri_filter("property")
    is_forward = read_direction() is not False
    counted = next(
        (
            each
            for each in read_counted(site, iri, at)
            if (each.predicate, each.is_forward) == (property, is_forward)
        ),
        None,
    )
    if counted is None:
        raise UnknownResourceError(f"There are no such links of {shorten(iri)}.")
    counted = counted_again(site, iri, counted, at)
    # Where nobody has counted them all, the list ends where counting did.
    paging = paged(counted.number, LISTED)
    group = read_group(site, iri, counted, paging.start, paging.size, at)
    scene = described(site, {iri: Neighbourhood(iri, [group], {})}, depths, at)
    iris = (iri,) if wanted.is_full else (*wanted.iris, iri)
    chosen = wanted if iri in wanted.iris else Wanted(iris, (), None, None, (), "")
    return render_template(
        "explore_links.html",
        iri=iri,
        group=group,
        scene=scene,
        labels=scene.labels,
        paging=paging,
        wanted=chosen,
        node=NamedNode,
        page_address=page_address,
        most_degree=MOST_DEGREE,
    )
