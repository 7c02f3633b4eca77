"""The page of a programme, the timeline and the map in a real browser: mouse, keyboard, no scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Visit = Callable[..., Any]
COLUMN = "2025: 8.1 billion, enacted, contested"


@pytest.mark.parametrize("javascript", [True, False])
def test_a_column_of_the_budget_leads_to_its_receipt_and_that_to_its_source(
    visit: Visit, javascript: bool
) -> None:
    page = visit("/page/osa", javascript=javascript)
    receipt = page.locator("#budget-1-receipt-3")
    assert not receipt.is_visible()
    page.get_by_role("link", name=COLUMN).click()
    receipt.wait_for()
    claims = page.locator("details:has(#budget-1-receipt-3)")
    assert "80億" in claims.inner_text() or "8.1 billion" in claims.inner_text()
    claims.locator("cite a").first.click()
    page.wait_for_url("**/sources/**")
    page.get_by_role("heading", level=1).wait_for()


def test_the_way_to_a_source_can_be_gone_with_the_keyboard(visit: Visit) -> None:
    page = visit("/page/osa")
    page.locator('nav[aria-label="Parts of this page"] a').first.focus()
    focused = page.locator(":focus")
    while not (focused.get_attribute("aria-label") or "").startswith(COLUMN):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("#budget-1-receipt-3").wait_for()
    while not page.locator("cite a:focus").count():
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sources/**")


def test_the_outlines_are_drawn(visit: Visit) -> None:
    page = visit("/map")
    width = "document.querySelector('use.land').getBoundingClientRect().width"
    assert page.evaluate(width) > 100
    assert page.get_by_role("img", name="Map of").is_visible()
    page.get_by_role("link", name="Philippines: 3").click()
    page.locator("tbody tr").nth(2).wait_for()
    assert page.locator("tbody tr").count() == 3


def test_the_timeline_is_narrowed_by_its_form(visit: Visit) -> None:
    page = visit("/timeline", javascript=False)
    page.get_by_label("from", exact=True).fill("2025-10")
    page.get_by_label("about").fill("Malaysia")
    page.get_by_role("button", name="Show").last.click()
    found = page.locator("tbody tr")
    assert [found.nth(number).inner_text().split()[0] for number in range(found.count())] == [
        "2025-10-01",
        "2025-10-22",
        "2025-10-22",
    ]
