"""Pictures: where their parts stand."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest

from web.dated import Item
from web.drawing import Box, place_names, ticks
from web.labels import Labels
from web.map_picture import Spot, draw_map
from web.timeline_picture import draw_timeline
from web.world import HEIGHT, WIDTH, Point, countries, outlines, projected

LABELS = Labels({})


@pytest.mark.parametrize(
    ("largest", "marks"),
    [
        ("0", ["0", "1"]),
        ("1", ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        ("7", ["0", "2", "4", "6", "8"]),
        ("18100", ["0", "5000", "10000", "15000", "20000"]),
        ("0.03", ["0", "0.01", "0.02", "0.03"]),
    ],
)
def test_an_axis_goes_from_nothing_to_beyond_the_largest_number_in_round_steps(
    largest: str, marks: list[str]
) -> None:
    assert [Decimal(mark) for mark in marks] == ticks(Decimal(largest))


def test_names_cover_neither_each_other_nor_a_mark() -> None:
    frame = Box(0, 0, 200, 100)
    found = place_names([(50, 50), (60, 50), (195, 50)], ["Left", "Right", "Edge"], [5, 5, 5], frame)
    assert [each and each.anchor for each in found] == ["end", "start", "end"]
    assert place_names([(5, 5)], ["A name that is far too long for it"], [5], frame) == [None]


def test_a_place_is_where_the_projection_puts_it() -> None:
    assert projected(0, 0).x == WIDTH / 2
    assert projected(139.7, 35.7).y < projected(139.7, 0).y < projected(139.7, -30).y <= HEIGHT
    assert projected(0, 90) == projected(0, 84)


def test_no_outline_leaps_across_the_picture() -> None:
    for rings in outlines().values():
        for ring in rings:
            assert all(abs(a.x - b.x) < WIDTH / 4 for a, b in pairwise(ring))


@pytest.mark.parametrize(
    ("code", "longitude", "latitude"), [("FJ", 178, -18), ("RU", 100, 62), ("TO", -175, -21)]
)
def test_a_country_stands_in_its_middle(code: str, longitude: float, latitude: float) -> None:
    place, near = countries()[code].place, projected(longitude, latitude)
    assert abs(place.x - near.x) < 30 and abs(place.y - near.y) < 40


def test_a_map_is_cut_in_the_widest_sea() -> None:
    spots = [Spot(code, countries()[code].place) for code in ("FJ", "TO", "PH")]
    picture = draw_map(spots)
    assert picture is not None
    by_name = {mark.spot.name: mark.x for mark in picture.marks}
    assert 0 < by_name["PH"] < by_name["FJ"] < by_name["TO"] < picture.width


def test_a_map_of_one_place_shows_what_is_around_it() -> None:
    picture = draw_map([Spot("here", Point(1000, 400), weight=7)])
    assert picture is not None
    (mark,) = picture.marks
    assert (mark.x, mark.label and mark.label.anchor) == (500, "start")
    assert picture.scale == pytest.approx(1000 / 420, abs=0.001)


@pytest.mark.parametrize("codes", [("MN", "AU", "PH"), ("CL", "CA"), ("NO", "JP", "ZA"), ("US", "RU", "NZ")])
def test_every_place_is_within_the_picture(codes: tuple[str, ...]) -> None:
    picture = draw_map([Spot(code, countries()[code].place) for code in codes])
    assert picture is not None
    assert all(0 < mark.x < picture.width and 0 < mark.y < picture.height for mark in picture.marks)
    assert picture.height <= 700


def test_a_map_of_nothing_is_none() -> None:
    assert draw_map([]) is None


def test_names_without_room_are_told() -> None:
    picture = draw_map([Spot(f"a rather long name {number}", Point(1000, 400)) for number in range(30)])
    assert picture is not None
    assert len(picture.marks) == 30
    assert len(picture.unnamed) >= 26


def item(date: str, kind: str = "osa:signedOn") -> Item:
    return Item(f"id:{date}", kind, date, [kind])


def test_a_day_is_a_dot_and_a_year_is_as_long_as_a_year() -> None:
    picture = draw_timeline([item("2024-07-01"), item("2025"), item("2026-02")], LABELS)
    assert picture is not None
    (lane,) = picture.lanes
    day, year, month = lane.signs
    assert day.width == 0
    assert year.width == pytest.approx(810 * 364 / 1095, abs=0.2)
    assert 12 <= month.width < year.width / 10
    assert [text for _, text in picture.axis] == ["2024", "2025", "2026"]


def test_a_timeline_of_one_date_is_no_picture() -> None:
    assert draw_timeline([item("2025"), item("2025")], LABELS) is None


def test_each_kind_has_a_lane_the_fullest_first() -> None:
    items = [item("2024", "k:a"), item("2025", "k:b"), item("2026", "k:b")]
    picture = draw_timeline(items, LABELS)
    assert picture is not None
    assert [lane.name for lane in picture.lanes] == ["k:b", "k:a"]
