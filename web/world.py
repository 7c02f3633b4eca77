"""The world as a picture: outlines of countries on a cylindrical projection, and where a country is on it.

The outlines are Natural Earth's, 1:110,000,000, from the atlas in static/vendor. A country that is too small
for them stands at its main town, by static/countries.csv: codes of ISO 3166-1, places of tzdata's zone.tab.
Spec: https://github.com/topojson/topojson-specification
"""

from __future__ import annotations

import csv
import functools
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

FOLDER: Final = Path(__file__).parent / "static"
ATLAS: Final = FOLDER / "vendor" / "countries-110m.json"
CODES: Final = FOLDER / "countries.csv"
# The world is so wide, in the units of the picture; it may be put beside itself.
WIDTH: Final = 2000
# What lies beyond is ice.
NORTH, SOUTH = 84.0, -58.0
ANTARCTICA: Final = "010"


class Point(NamedTuple):
    """A place on the picture: `x` grows eastward from the antimeridian, `y` downward."""

    x: float
    y: float


class Country(NamedTuple):
    """A country by its code: its number, by which its outline is known if it has one, and its place."""

    number: str
    place: Point
    has_outline: bool


Ring = Sequence[Point]


def projected(longitude: float, latitude: float) -> Point:
    """Where a place is on the picture.

    Spec: Patterson cylindrical, https://doi.org/10.14714/CP78.1270

    >>> projected(-180, 84), projected(0, 84).x
    (Point(x=0.0, y=0.0), 1000.0)
    """
    return Point((longitude + 180) / 360 * WIDTH, _height(NORTH) - _height(latitude))


def _height(latitude: float) -> float:
    angle = math.radians(max(SOUTH, min(NORTH, latitude)))
    square = angle * angle
    polynomial = 1.0148 + square * square * (0.23185 + square * (-0.14499 + 0.02406 * square))
    return angle * polynomial * WIDTH / (2 * math.pi)


HEIGHT: Final = projected(0, SOUTH).y


@functools.cache
def outlines() -> Mapping[str, Sequence[Ring]]:
    """The rings of each country's outline, by the country's ISO 3166-1 number."""
    atlas = json.loads(ATLAS.read_text(encoding="utf-8"))
    arcs = [list(_decoded(arc, atlas["transform"])) for arc in atlas["arcs"]]
    found: dict[str, list[Ring]] = {}
    for country in atlas["objects"]["countries"]["geometries"]:
        number = country.get("id")
        if number and number != ANTARCTICA:
            found.setdefault(number, []).extend(_rings(country, arcs))
    return found


def _decoded(arc: Iterable[Sequence[int]], transform: Mapping[str, Sequence[float]]) -> Iterator[Point]:
    """The places of an arc, each of which is written as the way from the one before."""
    x = y = 0
    (width, height), (left, bottom) = transform["scale"], transform["translate"]
    for right, up in arc:
        x, y = x + right, y + up
        yield projected(x * width + left, y * height + bottom)


def _rings(country: Mapping[str, Any], arcs: Sequence[Sequence[Point]]) -> Iterator[Ring]:
    """The closed lines of a country; an arc with a negative number is walked backward."""
    polygons = country["arcs"] if country["type"] == "MultiPolygon" else [country["arcs"]]
    for polygon in polygons:
        for ring in polygon:
            parts = (arcs[number] if number >= 0 else arcs[~number][::-1] for number in ring)
            yield list(_together(point for part in parts for point in part))


def _together(ring: Iterable[Point]) -> Iterator[Point]:
    """The points of a ring without a leap: one over the antimeridian goes on beyond the edge."""
    before: Point | None = None
    for point in ring:
        leap = round((point.x - before.x) / WIDTH) if before else 0
        before = Point(point.x - leap * WIDTH, point.y)
        yield before


@functools.cache
def countries() -> Mapping[str, Country]:
    """Every country by its two letters."""
    with CODES.open(encoding="utf-8", newline="") as file:
        return {row["alpha2"]: _country(row) for row in csv.DictReader(file)}


def _country(row: Mapping[str, str]) -> Country:
    rings = outlines().get(row["numeric"], ())
    if rings:
        return Country(row["numeric"], _middle(max(rings, key=lambda ring: abs(_area(ring)))), True)
    return Country(row["numeric"], projected(float(row["longitude"]), float(row["latitude"])), False)


def _area(ring: Ring) -> float:
    """Twice the area within a ring, negative where it runs the other way round."""
    return sum(a.x * b.y - b.x * a.y for a, b in zip(ring, [*ring[1:], ring[0]], strict=True))


def _middle(ring: Ring) -> Point:
    """The centre of mass of the area within a ring."""
    area = _area(ring)
    x = y = 0.0
    for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = a.x * b.y - b.x * a.y
        x, y = x + (a.x + b.x) * cross, y + (a.y + b.y) * cross
    return Point(x / (3 * area), y / (3 * area))


@functools.cache
def world_svg() -> bytes:
    """The outlines as a file of symbols: `#land` is all of it, `#c392` the country with that number.

    It has no colours: they come from where it is used. Spec: https://www.w3.org/TR/SVG2/struct.html#UseElement
    """
    paths = [
        f'<path id="c{number}" vector-effect="non-scaling-stroke" d="{"".join(map(_path, rings))}"/>'
        for number, rings in sorted(outlines().items())
    ]
    size = f"0 0 {WIDTH} {HEIGHT:.0f}"
    text = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}"><g id="land">{"".join(paths)}</g></svg>'
    return text.encode()


def _path(ring: Ring) -> str:
    """A ring in whole units, without the places that fall together."""
    x, y = round(ring[0].x), round(ring[0].y)
    steps = [f"M{x} {y}"]
    for point in ring[1:]:
        right, down = round(point.x) - x, round(point.y) - y
        if right or down:
            steps.append(f"l{right}{'' if down < 0 else ' '}{down}")
            x, y = x + right, y + down
    return "".join(steps) + "z" if len(steps) > 2 else ""
