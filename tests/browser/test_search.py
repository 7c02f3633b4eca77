"""The search in a real browser: by key, without scripts, on a phone, in the dark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


def test_the_slash_leads_to_the_search_and_not_while_one_types(visit: Callable[..., Any]) -> None:
    page = visit("/browse")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"
    page.keyboard.type("and/or")
    assert page.input_value("#find") == "and/or"
    page.fill("#find", "malasia")
    page.keyboard.press("Enter")
    page.wait_for_selector(".found")
    assert page.inner_text(".note").startswith("Nothing is called malasia. Did you mean malaysia?")
    assert page.inner_text(".found .title a >> nth=0") == "Malaysia"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"


def test_a_narrow_page_has_no_box_and_the_slash_leads_to_the_page(visit: Callable[..., Any]) -> None:
    page = visit("/browse?lang=ja", width=320)
    assert not page.is_visible("#find")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.keyboard.press("/")
    page.wait_for_url("**/search?lang=ja")


@pytest.mark.parametrize(
    "path", ["/search", "/search?q=fiji", "/search?q=zzzzqqq", "/search?q=フィジー&lang=ja"]
)
def test_no_search_is_wider_than_a_phone(visit: Callable[..., Any], path: str) -> None:
    page = visit(path, width=320)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_kinds_and_views_are_kept_without_scripts(visit: Callable[..., Any]) -> None:
    page = visit("/search?lang=ja", javascript=False)
    page.fill("#q", "fiji")
    page.click("form.search button")
    assert "lang=ja" in page.url
    page.click(".facet a >> nth=0")
    assert "type=osa%3A" in page.url and "lang=ja" in page.url
    assert page.inner_text(".found .title a >> nth=0") != ""
