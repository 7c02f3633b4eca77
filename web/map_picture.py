"""A map of some places: the part of the world that they are in, a mark on each, names where there is room."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from web.drawing import Box, Placed, place_names
from web.world import HEIGHT, WIDTH, Point

# Of the picture, in its own units.
ACROSS: Final = 1000.0
HIGHEST: Final = 640.0
LOWEST: Final = 400.0
# So much is shown around the places, and so much at least in all, in the units of the world.
MARGIN: Final = 90.0
NARROWEST: Final = 420.0
SMALLEST, LARGEST = 5.0, 22.0
MOST_NAMES: Final = 60


class Spot(NamedTuple):
    """A place with its name in a language: `shape` is the number of its mark, `weight` makes a mark larger.

    `country` is the number of an outline that is marked with it.
    """

    name: str
    place: Point
    country: str | None = None
    shape: int = 0
    weight: int = 1
    language: str | None = None


class Mark(NamedTuple):
    """A mark as it is drawn, and where its name stands, if there is room."""

    spot: Spot
    x: float
    y: float
    radius: float
    label: Placed | None


@dataclass(frozen=True)
class MapPicture:
    """A drawing: `shifts` say where copies of the world begin, `scale` how large they are."""

    width: float
    height: float
    scale: float
    shifts: Sequence[Point]
    marks: Sequence[Mark]

    @property
    def unnamed(self) -> list[str]:
        """The names for which there was no room."""
        return [mark.spot.name for mark in self.marks if mark.label is None]


def draw_map(spots: Sequence[Spot]) -> MapPicture | None:
    """The picture of some places, of which there may be no more than a few hundred; None for none at all."""
    if not spots:
        return None
    window = _window([spot.place for spot in spots])
    scale = ACROSS / (window.right - window.left)
    height = (window.bottom - window.top) * scale
    shifts = [
        Point((turn * WIDTH - window.left) * scale, -window.top * scale)
        for turn in range(math.floor(window.left / WIDTH) - 1, math.ceil(window.right / WIDTH) + 1)
    ]
    largest = max(spot.weight for spot in spots)
    # The large ones first: small ones lie on top of them.
    ordered = sorted(spots, key=lambda spot: (-spot.weight, spot.name))
    points = [_on(spot.place, window, scale) for spot in ordered]
    radii = [_radius(spot.weight, largest) for spot in ordered]
    names = [spot.name for spot in ordered]
    frame = Box(0, 0, ACROSS, height)
    labels = place_names(points[:MOST_NAMES], names[:MOST_NAMES], radii[:MOST_NAMES], frame)
    labels += [None] * (len(spots) - len(labels))
    marks = [
        Mark(spot, round(x, 1), round(y, 1), radius, label)
        for spot, (x, y), radius, label in zip(ordered, points, radii, labels, strict=True)
    ]
    return MapPicture(ACROSS, round(height), round(scale, 3), shifts, marks)


def _on(place: Point, window: Box, scale: float) -> tuple[float, float]:
    x = place.x + WIDTH * math.ceil((window.left - place.x) / WIDTH)
    return (x - window.left) * scale, (place.y - window.top) * scale


def _radius(weight: int, largest: int) -> float:
    """The area of a mark grows with its weight."""
    if largest <= 1:
        return SMALLEST + 1
    return round(SMALLEST + (LARGEST - SMALLEST) * math.sqrt((weight - 1) / (largest - 1)), 1)


def _window(places: Sequence[Point]) -> Box:
    """The part of the world to be shown, cut in the widest sea between the places."""
    xs = sorted({place.x % WIDTH for place in places})
    gaps = [(b - a, a, b) for a, b in pairwise(xs)] + [(xs[0] + WIDTH - xs[-1], xs[-1], xs[0] + WIDTH)]
    _, last, first = max(gaps)
    left = first % WIDTH
    right = last if last >= left else last + WIDTH
    top, bottom = min(place.y for place in places) - MARGIN, max(place.y for place in places) + MARGIN
    top, bottom = max(0.0, top), min(HEIGHT, bottom)
    # As wide as the places are, and wide enough for their height.
    least = max(NARROWEST, (bottom - top) * ACROSS / HIGHEST)
    left, right = _widened(left - MARGIN, right + MARGIN, least, WIDTH)
    top, bottom = _widened(top, bottom, (right - left) * LOWEST / ACROSS, HEIGHT)
    above = min(0.0, HEIGHT - bottom) or max(0.0, -top)
    return Box(left, top + above, right, bottom + above)


def _widened(low: float, high: float, least: float, most: float) -> tuple[float, float]:
    """A part with the same middle that is not smaller and not larger than that."""
    middle, size = (low + high) / 2, min(max(high - low, least), most)
    return middle - size / 2, middle + size / 2
