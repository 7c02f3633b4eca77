"""Every type of page in a real browser: accessible in both schemes, and no wider than a phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.accessibility import Axe
from tests.browser.conftest import Server, Visits
from tests.browser.page_types import PAGE_TYPES, PageType

OPEN_ALL = "document.querySelectorAll('details').forEach(each => { each.open = true; })"
PLANTED = """<!doctype html><html lang="en"><title>Planted</title><main><h1>Good</h1><p>Good</p><p>Good</p>
<div style="background: #444"><p style="color: #fff">Good</p><p>Bad</p></div></main></html>"""
WIDTHS = (1280, 390, 320)


class Tour:
    """Two windows that go from page to page: opening one takes as long as looking at what is in it.

    One is for pages that are there, the other for those that are not.
    """

    def __init__(self, visits: Visits) -> None:
        self.visits = visits
        self._windows = {is_error: visits("/about", expects_missing=is_error) for is_error in (False, True)}

    def __call__(self, kind: PageType) -> Any:
        """The page, loaded and light; nothing is left of what the last one did."""
        page = self._windows[kind.is_error]
        self.visits.faults.clear()
        page.emulate_media(color_scheme="light")
        page.goto(f"{self.visits.origin}{kind.found_on or kind.path}")
        if kind.found_on:
            link = page.locator(f'main a[href^="{kind.path}"]').first
            page.goto(f"{self.visits.origin}{link.get_attribute('href')}")
        page.wait_for_selector(kind.ready)
        return page


@pytest.fixture(scope="module")
def tour(browser: Any, shipped_server: Server) -> Iterator[Tour]:
    """Shows the pages of the shipped dataset."""
    visits = Visits(browser, f"http://127.0.0.1:{shipped_server.port}")
    yield Tour(visits)
    visits.close()


@pytest.mark.parametrize("kind", PAGE_TYPES, ids=lambda kind: kind.path)
def test_a_page_keeps_no_one_out(tour: Tour, axe: Axe, kind: PageType) -> None:
    page = tour(kind)
    narrow = {width: overflow(page, width) for width in WIDTHS}
    page.set_viewport_size({"width": 1280, "height": 900})
    page.evaluate(OPEN_ALL)
    light = axe(page)
    page.emulate_media(color_scheme="dark")
    assert (narrow, light, axe.colours(page)) == (dict.fromkeys(WIDTHS, 0), [], [])
    assert tour.visits.faults == []


def overflow(page: Any, width: int) -> int:
    """By how many pixels a page is wider than its window."""
    page.set_viewport_size({"width": width, "height": 900})
    found: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return max(found, 0)


def test_a_text_is_judged_by_what_is_behind_it(browser: Any, axe: Axe) -> None:
    page = browser.new_page()
    page.set_content(PLANTED)
    assert axe.colours(page) == axe(page) == ["color-contrast: <p>Bad</p>"]
    page.close()
