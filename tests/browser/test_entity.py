"""Pages of things in a real browser: accessible in both schemes, and nothing on them comes to life."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

THINGS = (
    "/",
    "/page/osa",
    "/page/japan?lang=ja",
    "/page/project/osa-fy2023-fiji",
    "/page/recipient-count/osa-fy2025",
    "/page/budget/osa-fy2026",
    "/page/event/ev-2026-04-21-revision",
    "/entity?iri=https%3A%2F%2Fw3id.org%2Fosagraph%2Fontology%23amount",
)


@pytest.mark.parametrize("path", THINGS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_is_accessible(
    visit: Callable[..., Any], axe: Callable[[Any], list[str]], path: str, scheme: str
) -> None:
    page = visit(path, scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    assert axe(page) == []


def test_an_unknown_thing_is_told_accessibly(
    visit: Callable[..., Any], axe: Callable[[Any], list[str]]
) -> None:
    page = visit("/page/project/osa-fy2023-fij", expects_missing=True)
    assert axe(page) == []
    page.get_by_role("link", name="Official Security Assistance: Fiji, FY2023").click()
    assert page.url.endswith("/page/project/osa-fy2023-fiji")


def test_from_fiji_to_its_amount_and_two_receipts(visit: Callable[..., Any]) -> None:
    page = visit("/page/fiji")
    page.get_by_role("link", name="Official Security Assistance: Fiji, FY2023").first.click()
    amount = page.locator("dt:has-text('amount') + dd")
    assert amount.inner_text().startswith("400,000,000")
    amount.locator("summary").click()
    originals = amount.get_by_role("link", name="original")
    assert originals.count() >= 2
    assert "#:~:text=" in originals.first.get_attribute("href")


def test_who_contests_the_number_of_recipients(visit: Callable[..., Any]) -> None:
    page = visit("/page/recipient-count/osa-fy2025")
    value = page.locator("dd.disputed")
    assert "contested" in value.locator("summary").inner_text()
    value.locator("summary").click()
    assert value.locator("li.against").first.is_visible()
    assert "PLA Academy of Military Sciences" in value.inner_text()
