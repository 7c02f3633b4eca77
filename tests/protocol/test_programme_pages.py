"""The page of a programme, the timeline and the map over HTTP: kept, in views, in other languages."""

from __future__ import annotations

from typing import Any

import pytest

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
HTML = "text/html; charset=utf-8"
PAGES = (
    "/page/osa",
    "/page/osa?sort=amount",
    "/timeline",
    "/timeline?about=id:osa",
    "/map",
    "/map?year=2025",
)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_there_and_need_not_be_sent_twice(client: Any, path: str) -> None:
    response = client.get(path, headers=BROWSER)
    assert (response.status_code, response.content_type) == (200, HTML)
    again = client.get(path, headers={**BROWSER, "If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_view_of_a_page_is_kept_in_its_links(client: Any) -> None:
    def asked(path: str) -> str:
        response = client.get(path, headers=BROWSER)
        while response.status_code == 503:
            response = client.get(path, headers=BROWSER)
        assert response.status_code == 200
        return str(response.text)

    page = asked("/page/osa?as-of=2024-06-30")
    assert 'aria-label="2023: 2 billion' in page
    assert 'aria-label="2026:' not in page
    assert 'href="/page/osa?sort=amount&amp;as-of=2024-06-30#projects"' in page.replace(
        "?as-of=2024-06-30&amp;sort=amount", "?sort=amount&amp;as-of=2024-06-30"
    )
    timeline = asked("/timeline?as-of=2024-06-30")
    assert '<input type="hidden" name="as-of" value="2024-06-30">' in timeline
    assert "2025-" not in timeline.split("<tbody>")[1].split("</tbody>")[0]
    assert "as-of=2024-06-30" in asked("/map?as-of=2024-06-30").split("<tbody>")[1]


@pytest.mark.parametrize("path", ["/timeline", "/map", "/browse", "/", "/page/osa"])
def test_the_timeline_and_the_map_are_linked(client: Any, path: str) -> None:
    page = client.get(path, headers=BROWSER).text
    assert 'href="/timeline' in page
    assert 'href="/map' in page


def test_crawlers_find_the_timeline_and_the_map(client: Any) -> None:
    listed = client.get("/sitemap/pages-1.xml").text
    assert "/timeline</loc>" in listed
    assert "/map</loc>" in listed
