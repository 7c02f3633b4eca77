"""The timeline and the map: an invented dataset, in which every way of having a date or a place occurs."""

from __future__ import annotations

import html
import re

import pytest
from flask.testing import FlaskClient

from tests.unit.web.test_entity_pages import BROWSER
from web.dated import Span
from web.world import countries, world_svg


def words(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def rows(client: FlaskClient, path: str) -> list[str]:
    """The rows of the table of a page."""
    response = client.get(path, headers=BROWSER)
    assert response.status_code == 200
    body = re.sub(r"<thead>.*?</thead>", "", response.text, flags=re.DOTALL)
    return [words(row).strip() for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)]


EVERYTHING = [
    "1999 osa:adoptedOn Nile Act",
    "2005-03 osa:adoptedOn Second Nile Act",
    "2030 treaty Treaty of Punt",
    "2030-06-01 osa:signedOn First project",
]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", (0, 1, 2, 3)),
        ("from=2005", (1, 2, 3)),
        ("to=2005-02-28", (0,)),
        ("from=2030-05&to=2030-05", (2,)),
        ("from=2030-06-01", (2, 3)),
        ("from=2030-06-02", (2,)),
        ("type=osa:adoptedOn", (0, 1)),
        ("type=osa:Treaty", (2,)),
        ("about=id:nile-fund", (2, 3)),
        ("about=Nile+Act", (0,)),
        ("about=id:nile-act&about=id:nile-fund&type=osa:Treaty", (2,)),
        ("about=id:idle-fund", ()),
    ],
)
def test_the_timeline_has_what_may_lie_in_a_time_is_of_a_kind_and_about_a_thing(
    invented: FlaskClient, query: str, numbers: tuple[int, ...]
) -> None:
    assert rows(invented, f"/timeline?{query}") == [EVERYTHING[number] for number in numbers]


def test_publications_come_when_they_are_asked_for(invented: FlaskClient) -> None:
    page = invented.get("/timeline", headers=BROWSER).text
    assert 'href="/timeline?type=dcterms%3Aissued"' in page
    assert rows(invented, "/timeline?type=dcterms:issued") == ["2031-01-01 dcterms:issued id:source/gazette"]


def test_what_has_no_date_is_listed_and_not_dropped(invented: FlaskClient) -> None:
    page = words(invented.get("/timeline", headers=BROWSER).text)
    assert "Without a date 1 event for which no date is accepted. A day nobody knows" in page
    assert "Without a date" not in words(invented.get("/timeline?from=2030", headers=BROWSER).text)


def test_every_date_of_the_shipped_dataset_is_on_one_page_of_the_timeline(shipped: FlaskClient) -> None:
    pages = [rows(shipped, f"/timeline?page={number}") for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [50, 50, 9]
    found = [row for page in pages for row in page]
    assert len(set(found)) == 109
    assert [row.split()[0] for row in found] == sorted(row.split()[0] for row in found)


def test_a_kind_has_as_many_dates_as_its_link_says(shipped: FlaskClient) -> None:
    page = shipped.get("/timeline?from=2025", headers=BROWSER).text
    for kind, number in re.findall(r'type=([^"&]+)">[^<]+</a> <span class="quiet">(\d+)</span>', page):
        assert len(rows(shipped, f"/timeline?from=2025&type={kind}")) == int(number), kind


def test_a_contested_date_is_marked(shipped: FlaskClient) -> None:
    found = rows(shipped, "/timeline?type=osa:deliveredOn")
    assert [row for row in found if "contested" in row] == [
        "2025-10-01 ⚑ contested delivered on Official Security Assistance: Malaysia, FY2023"
    ]


def test_a_bound_and_a_date_are_compared_as_far_as_both_go() -> None:
    assert Span("2025-05-10", "2025-06").has("2025-05")
    assert Span("2025-05-10", "2025-06").has("2025-06-30")
    assert not Span("2025-05-10", "2025-06").has("2025-05-09")
    assert not Span("2026").has("2025-12-31")
    assert Span().has("1967")


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("/timeline?from=yesterday", 400, "expected a year, month or day"),
        ("/timeline?to=2025-13", 400, "expected a year, month or day"),
        ("/timeline?about=Atlantis", 400, "expected the name or IRI of a thing"),
        ("/timeline?page=9", 404, "There is no page 9"),
        ("/timeline?colour=red", 400, "Parameter colour is 'red'"),
        (f"/timeline?{'about=id:osa&' * 13}", 400, "at most 12 things"),
        ("/map?type=osa:Claim", 400, "expected one of osa:AssistanceProject"),
        ("/map?year=25", 400, "expected a year such as 2025"),
    ],
)
def test_what_cannot_be_shown_is_said(shipped: FlaskClient, path: str, status: int, sentence: str) -> None:
    response = shipped.get(path, headers=BROWSER)
    assert response.status_code == status
    assert sentence in html.unescape(response.text)


def test_the_map_counts_by_country_and_names_what_has_none(invented: FlaskClient) -> None:
    assert rows(invented, "/map") == ["Egypt Egypt: 1", "Tonga Tonga: 1"]
    page = words(invented.get("/map", headers=BROWSER).text)
    assert "With coordinates of their own First project" in page
    assert "1 are with those that have no place of their own here: Punt 1 1 that name no place:" in page
    assert "Project of nobody" in page


def test_a_body_stands_with_the_state_that_it_speaks_for(invented: FlaskClient) -> None:
    assert rows(invented, "/map?type=osa:PolicyEvent") == ["Egypt Egypt: 1"]


def test_the_map_of_a_year_has_what_is_of_that_year(invented: FlaskClient) -> None:
    assert rows(invented, "/map?year=2031") == ["Tonga Tonga: 1"]
    page = invented.get("/map?year=2031", headers=BROWSER).text
    assert 'href="/browse/AssistanceProject?osa%3Arecipient=id%3Atonga&amp;osa%3AfiscalYear=2031"' in page
    assert "Nothing of this kind has a place in 1900." in words(invented.get("/map?year=1900").text)


def test_every_number_of_the_shipped_map_leads_to_as_many_things(shipped: FlaskClient) -> None:
    page = shipped.get("/map", headers=BROWSER).text
    links = re.findall(r'href="(/browse/[^"]+)"><span class="hidden">[^<]*</span>(\d+)</a>', page)
    assert len(links) == 12
    for link, number in links:
        assert len(rows(shipped, html.unescape(link))) == int(number), link


def test_the_outlines_are_one_picture_that_may_be_kept(shipped: FlaskClient) -> None:
    address = re.search(r"/map/world\.svg\?v=[0-9a-f]{8}", shipped.get("/map").text)
    assert address is not None
    response = shipped.get(address[0], headers={"Accept-Encoding": "gzip"})
    assert (response.content_type, response.content_encoding) == ("image/svg+xml", "gzip")
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert shipped.get("/map/world.svg").headers["Cache-Control"] == "no-cache"


def test_each_outline_that_a_country_refers_to_is_in_the_picture() -> None:
    text = world_svg().decode()
    ids = set(re.findall(r'<path id="c(\d{3})"', text))
    assert {country.number for country in countries().values() if country.has_outline} <= ids
    assert not countries()["TO"].has_outline
    assert "<script" not in text and "style" not in text
