"""What every page has around its content: light and dark, narrow, printed, by keyboard, without scripts."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

PAGES = ("/", "/page/osa", "/queries")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_is_wider_than_its_window(visit: Callable[..., Any], path: str, width: int) -> None:
    page = visit(path, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_choice_of_theme_is_kept(visit: Callable[..., Any]) -> None:
    page = visit("/", scheme="dark")
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(paper) == "rgb(20, 22, 26)"
    page.get_by_role("button", name="Theme: system").click()
    assert page.evaluate(paper) == "rgb(251, 250, 247)"
    page.goto(f"{visit.origin}/queries")  # type: ignore[attr-defined]
    assert page.evaluate(paper) == "rgb(251, 250, 247)"
    assert page.get_by_role("button", name="Theme: light").is_visible()


def test_the_keyboard_skips_to_the_content_and_sees_where_it_is(visit: Callable[..., Any]) -> None:
    page = visit("/page/osa")
    page.keyboard.press("Tab")
    focused = "document.activeElement"
    assert page.evaluate(f"{focused}.textContent") == "Skip to the content"
    outline = page.evaluate(f"getComputedStyle({focused}).outlineWidth")
    assert outline == "3px"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    page.keyboard.press("Tab")
    assert page.evaluate(f"document.getElementById('main').contains({focused})")


def test_a_receipt_opens_by_keyboard(visit: Callable[..., Any]) -> None:
    page = visit("/page/project/osa-fy2023-fiji")
    receipt = page.locator("dt:has-text('amount') + dd details")
    receipt.locator("summary").focus()
    page.keyboard.press("Enter")
    assert receipt.evaluate("details => details.open")
    assert receipt.locator("li").count() == 3


def test_another_day_is_asked_for_in_the_head_and_left_again(visit: Callable[..., Any]) -> None:
    # A view that is being made is not there for a moment.
    page = visit("/page/osa", javascript=False, expects_missing=True)
    page.locator(".scope summary").click()
    page.get_by_label("As known on").fill("2024-06-30")
    with page.expect_navigation():
        page.get_by_role("button", name="Show").click()
    for _ in range(20):
        if page.locator(".scope.partial").count():
            break
        page.reload()
    assert "A view: as known on 2024-" in page.locator(".scope").inner_text()
    assert "as-of=2024-06-30" in page.get_by_role("link", name="Turtle").get_attribute("href")
    page.get_by_role("link", name="Leave this view").click()
    assert page.url.endswith("/page/osa")


def test_a_page_is_whole_without_scripts(visit: Callable[..., Any]) -> None:
    page = visit("/page/project/osa-fy2023-fiji", javascript=False)
    assert page.get_by_role("heading", level=1).inner_text() == "Official Security Assistance: Fiji, FY2023"
    assert not page.locator("#theme").is_visible()
    page.locator("dt:has-text('amount') + dd summary").click()
    assert page.locator("dt:has-text('amount') + dd details li").count() == 3


def test_print_leaves_the_ways_out_and_adds_the_address(visit: Callable[..., Any]) -> None:
    page = visit("/page/osa", scheme="dark")
    page.emulate_media(media="print")
    assert not page.get_by_role("navigation", name="Main").is_visible()
    assert not page.locator(".tools").first.is_visible()
    assert page.locator(".printed").inner_text() == f"{visit.origin}/page/osa"  # type: ignore[attr-defined]
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    assert io.BytesIO(page.pdf(format="A4")).read(5) == b"%PDF-"
