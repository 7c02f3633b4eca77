"""Every type of page in a real browser: accessible in both schemes, and no wider than a phone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.accessibility import Axe
from tests.browser.conftest import Visits
from tests.browser.page_types import PAGE_TYPES, PageType

OPEN_ALL = "document.querySelectorAll('details').forEach(each => { each.open = true; })"
PLANTED = """<!doctype html><html lang="en"><title>Planted</title><main><h1>Good</h1><p>Good</p><p>Good</p>
<div style="background: #444"><p style="color: #fff">Good</p><p>Bad</p></div></main></html>"""
WIDTHS = (1280, 390, 320)


def opened(visit: Visits, kind: PageType) -> Any:
    page = visit(kind.found_on or kind.path, expects_missing=kind.is_error)
    if kind.found_on:
        link = page.locator(f'main a[href^="{kind.path}"]').first
        page.goto(f"{visit.origin}{link.get_attribute('href')}")
    page.wait_for_selector(kind.ready)
    return page


@pytest.mark.parametrize("kind", PAGE_TYPES, ids=lambda kind: kind.path)
def test_a_page_keeps_no_one_out(visit: Visits, axe: Axe, kind: PageType) -> None:
    page = opened(visit, kind)
    narrow = {width: overflow(page, width) for width in WIDTHS}
    page.set_viewport_size({"width": 1280, "height": 900})
    page.evaluate(OPEN_ALL)
    light = axe(page)
    page.emulate_media(color_scheme="dark")
    assert (narrow, light, axe.colours(page)) == (dict.fromkeys(WIDTHS, 0), [], [])


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
