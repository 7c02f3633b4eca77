"""Where it happens: countries and what else has a place, on a map and in a list.

/map?type=osa:AssistanceProject&year=2025
/map/world.svg    the outlines of the countries
"""

from __future__ import annotations

import functools
import gzip
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from flask import Blueprint, Response, render_template, request, url_for
from pyoxigraph import NamedNode

from graph.datadir import Snapshot
from graph.errors import InvalidParameterError
from graph.query_parameters import Given
from ontology.namespaces import DCTERMS, OSA
from web.dated import by_year
from web.figures import number_of
from web.filters import Choice, filtered, iri_filter
from web.labels import Labels, labels_of
from web.map_picture import Spot, draw_map
from web.negotiation import accepts_gzip
from web.nodes import local_name
from web.page_answer import page_answer
from web.paging import only_parameters
from web.places import country, states_of
from web.site import Row, Site, count_of, text_of
from web.terms import short_iri
from web.vendor import FOR_EVER
from web.views import here
from web.world import projected, world_svg

SVG: Final = "image/svg+xml"


class Placing(NamedTuple):
    """How things of a class come to their place and to their year; `is_shared` where others do so, too."""

    link: NamedNode
    time: NamedNode
    is_shared: bool = True


# What can be put on the map.
CLASSES: Final = {
    OSA.AssistanceProject: Placing(OSA.recipient, OSA.fiscalYear, False),
    OSA.CommittedProject: Placing(OSA.recipient, OSA.fiscalYear),
    OSA.Participation: Placing(OSA.actor, OSA.fiscalYear),
    OSA.PolicyEvent: Placing(OSA.actor, OSA.date),
    OSA.Source: Placing(OSA.publisherCountry, DCTERMS.issued, False),
}
# As the queries have it.
MOST_PLACES: Final = 1000
SHOWN_WITHOUT: Final = 50
SHOWN_ELSEWHERE: Final = 100


@dataclass(frozen=True)
class Places:
    """The numbers of countries by IRI, with their letters; of what has no place; `is_cut`: there are more."""

    countries: dict[str, int]
    codes: dict[str, str]
    elsewhere: dict[str, int]
    is_cut: bool


def map_routes(site: Site) -> Blueprint:
    """The routes of the map."""
    routes = Blueprint("map", __name__)

    @routes.get("/map")
    def show_map() -> Response:
        only_parameters("type", "year")
        return page_answer(site, lambda: _map(site))

    @routes.get("/map/world.svg")
    def world() -> Response:
        is_packed = accepts_gzip(request.headers.get("Accept-Encoding"))
        response = Response(_packed() if is_packed else world_svg(), content_type=SVG)
        if is_packed:
            response.content_encoding = "gzip"
        response.vary.add("Accept-Encoding")
        response.headers["Cache-Control"] = FOR_EVER if request.args.get("v") == _version() else "no-cache"
        response.add_etag()
        response.make_conditional(request)
        return response

    return routes


@functools.cache
def _packed() -> bytes:
    return gzip.compress(world_svg(), mtime=0)


@functools.cache
def _version() -> str:
    return hashlib.sha256(world_svg()).hexdigest()[:8]


def world_address() -> str:
    """Where a page finds the outlines, in the version that is here."""
    return url_for("map.world", v=_version())


def _map(site: Site) -> str:
    at = site.here()
    kind, year = _chosen_class(), _chosen_year()
    places = _places(site, kind, year, at)
    points = _points(site, kind, at) if not year else []
    without = site.rows("map-without", _about(kind), at) if not year else []
    named = [*places.countries, *[*places.elsewhere][:SHOWN_ELSEWHERE]]
    iris = (*named, *(text_of(row, "thing") for row in (*points, *without)))
    labels = labels_of(site, [*map(NamedNode, iris), *CLASSES], at=at)
    dates = site.rows("dated-counted", {"kind": [CLASSES[kind].time]}, at)
    return render_template(
        "map.html",
        kind=kind,
        year=year,
        picture=draw_map([*_countries(places, labels), *_things(points, labels)]),
        world=world_address(),
        groups=[("What", _classes(labels, kind)), ("When", _years(dates, year))],
        places=places,
        points=[NamedNode(text_of(row, "thing")) for row in points],
        without=[row["thing"] for row in without[:SHOWN_WITHOUT]],
        is_more_without=len(without) > SHOWN_WITHOUT,
        most=MOST_PLACES,
        address=functools.partial(_address, kind, year),
        is_linked=CLASSES[kind].link != OSA.actor or kind != OSA.PolicyEvent,
        node=NamedNode,
        labels=labels,
    )


def _chosen_class() -> NamedNode:
    """The class that is asked for.

    Raises InvalidParameterError.
    """
    kind = iri_filter("type")
    found = next((known for known in CLASSES if known.value == kind), None)
    if kind is not None and found is None:
        names = ", ".join(short_iri(known.value) for known in CLASSES)
        raise InvalidParameterError("type", short_iri(kind)[:80], f"one of {names}")
    return found or OSA.AssistanceProject


def _chosen_year() -> str:
    """The year that is asked for, or nothing.

    Raises InvalidParameterError.
    """
    year = request.args.get("year", "").strip()
    if year and not (len(year) == 4 and year.isascii() and year.isdigit()):
        raise InvalidParameterError("year", year[:80], "a year such as 2025")
    return year


def _about(kind: NamedNode) -> dict[str, Given]:
    return {"class": kind, "link": CLASSES[kind].link}


def _places(site: Site, kind: NamedNode, year: str, at: Snapshot) -> Places:
    """Where the things of a class are. Raises what `Site.rows` raises."""
    rows = _counted(site, kind, year, at)
    numbers = {text_of(row, "place"): count_of(row, "number") for row in rows if _is_thing(row, "place")}
    states = states_of(site, numbers, at)
    found: Counter[str] = Counter()
    for place, number in numbers.items():
        if place in states:
            found[states[place][0]] += number
    codes = {state: code for state, code in states.values()}
    elsewhere = {place: number for place, number in numbers.items() if place not in states}
    unknown = {state: number for state, number in found.items() if country(codes[state]) is None}
    ordered = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    known = {state: number for state, number in ordered if state not in unknown}
    return Places(known, codes, {**elsewhere, **unknown}, len(rows) >= MOST_PLACES)


def _counted(site: Site, kind: NamedNode, year: str, at: Snapshot) -> list[Row]:
    """How often each place is named; the class is looked at only where that makes a difference."""
    placing = CLASSES[kind]
    values: dict[str, Given] = {"link": placing.link}
    if year:
        values |= {"time": placing.time, "year": year}
    if placing.is_shared:
        name = "map-places-of-a-class-and-year" if year else "map-places-of-a-class"
        return site.rows(name, {**values, "class": kind}, at)
    return site.rows("map-places-of-a-year" if year else "map-places", values, at)


def _is_thing(row: Row, name: str) -> bool:
    return isinstance(row.get(name), NamedNode)


def _points(site: Site, kind: NamedNode, at: Snapshot) -> list[Row]:
    """The things of a class that have coordinates, each once."""
    rows = [row for row in site.rows("map-points", {}, at) if row.get("class") == kind]
    good = [row for row in rows if _is_thing(row, "thing") and _coordinates(row)]
    return list({text_of(row, "thing"): row for row in good}.values())


def _coordinates(row: Row) -> tuple[float, float] | None:
    """Longitude and latitude, in degrees; None where they are none."""
    longitude, latitude = number_of(row.get("longitude")), number_of(row.get("latitude"))
    if longitude is None or latitude is None or abs(longitude) > 180 or abs(latitude) > 90:
        return None
    return float(longitude), float(latitude)


def _countries(places: Places, labels: Labels) -> list[Spot]:
    found = []
    for state, number in places.countries.items():
        known = country(places.codes[state])
        if known is not None:
            outline = known.number if known.has_outline else None
            name = labels.name(NamedNode(state))
            found.append(Spot(name.text, known.place, outline, 0, number, name.language))
    return found


def _things(points: Sequence[Row], labels: Labels) -> list[Spot]:
    found = []
    for row in points:
        coordinates = _coordinates(row)
        if coordinates is not None:
            name = labels.name(row["thing"])
            found.append(Spot(name.text, projected(*coordinates), None, 1, 1, name.language))
    return found


def _classes(labels: Labels, kind: NamedNode) -> list[Choice]:
    """The classes as choices, without numbers."""
    return [
        Choice(
            labels.text(known.value),
            -1,
            here("/map", type=None if known == OSA.AssistanceProject else short_iri(known.value)),
            known == kind,
        )
        for known in CLASSES
    ]


def _years(rows: Sequence[Row], year: str) -> list[Choice]:
    dates = {text_of(row, "date"): 1 for row in rows if text_of(row, "date")[:4].isdigit()}
    found = sorted(by_year(dates), reverse=True)
    return [
        Choice(each, -1, filtered("year", None if each == year else each), each == year) for each in found
    ]


def _address(kind: NamedNode, year: str, place: str) -> str:
    """Where the things of a place are listed."""
    placing = CLASSES[kind]
    if kind in (OSA.PolicyEvent, OSA.Source):
        time = {"from": year or None, "to": year or None}
        if kind == OSA.PolicyEvent:
            return here("/timeline", about=short_iri(place), **time)
        return here("/sources", country=short_iri(place))
    values: dict[str, Any] = {short_iri(placing.link.value): short_iri(place)}
    if year:
        values[short_iri(placing.time.value)] = year
    return here(f"/browse/{local_name(kind.value)}", **values)
