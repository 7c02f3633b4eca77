"""Twelve journeys through the site, as people make them: by roles and names, to what they came for.

Each keeps pictures of where it ends, light and dark, wide and narrow; see `picture`.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from tests.browser.accessibility import Axe
from tests.browser.conftest import Visits

Picture = Callable[[Any, str], None]
FIJI = "/page/project/osa-fy2023-fiji"
NAME_OF_FIJI = "Official Security Assistance: Fiji, FY2023"
# A view that is being made is not there for a moment.
RELOADS = 40
BUDGETS = "{ ?b a osa:BudgetLine ; osa:programme id:osa ; osa:fiscalYear ?year ; osa:amount ?yen }"
BUDGET = f"SELECT ?year ?yen {BUDGETS} ORDER BY ?year"
FOCUSED = "document.activeElement"


def until_there(page: Any, selector: str) -> None:
    """Reloads a page until it is more than the announcement of what is being prepared."""
    for _ in range(RELOADS):
        if page.locator(selector).count():
            return
        page.wait_for_timeout(250)
        page.reload()
    raise AssertionError(page.locator("main").inner_text())


def write(page: Any, query: str) -> None:
    page.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(query)


def is_narrow(page: Any) -> bool:
    found: bool = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    return found


def test_from_fiji_to_its_project_and_its_amount_with_two_receipts(visit: Visits, picture: Picture) -> None:
    page = visit("/")
    page.get_by_role("link", name="Fiji", exact=True).first.click()
    page.get_by_role("link", name=NAME_OF_FIJI).first.click()
    assert page.get_by_role("heading", level=1).inner_text() == NAME_OF_FIJI
    amount = page.locator("dt:has-text('amount') + dd")
    assert amount.inner_text().startswith("400,000,000")
    amount.locator("summary").click()
    originals = amount.get_by_role("link", name="original")
    assert originals.count() >= 2
    assert "#:~:text=" in originals.first.get_attribute("href")
    picture(page, "fiji")


def test_who_contests_the_number_of_recipients(visit: Visits, picture: Picture) -> None:
    page = visit("/contradictions?subject=id%3Arecipient-count%2Fosa-fy2025")
    article = page.get_by_role("article").first
    assert article.locator("q, blockquote").count() >= 1
    page.goto(f"{visit.origin}/page/recipient-count/osa-fy2025")
    value = page.locator("dd.disputed")
    assert "contested" in value.locator("summary").inner_text()
    value.locator("summary").click()
    assert value.locator("li.against").first.is_visible()
    assert "PLA Academy of Military Sciences" in value.inner_text()
    picture(page, "number-of-recipients")


def test_from_a_column_of_the_budget_to_its_source(visit: Visits, picture: Picture) -> None:
    page = visit("/")
    page.locator("main").get_by_role("searchbox").fill("Official Security Assistance")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Official Security Assistance", exact=True).first.click()
    column = page.get_by_role("link", name="2026: 18.1 billion, approved by the Cabinet")
    column.click()
    receipt = page.locator("details.receipt", has=page.locator(column.get_attribute("href")))
    assert receipt.get_attribute("open") is not None
    source = receipt.locator("cite a").first
    title = source.inner_text()
    assert receipt.get_by_role("link", name="original").first.get_attribute("href").startswith("https://")
    picture(page, "budget")
    source.click()
    assert page.get_by_role("heading", level=1).inner_text() == title


def test_the_site_as_known_on_a_day(visit: Visits, picture: Picture) -> None:
    page = visit("/page/osa", javascript=False, expects_missing=True)
    page.locator(".scope summary").click()
    page.get_by_label("As known on").fill("2024-06-30")
    with page.expect_navigation():
        page.get_by_role("button", name="Show").click()
    until_there(page, ".scope.partial")
    assert "A view: as known on 2024-" in page.locator(".scope").inner_text()
    assert "as-of=2024-06-30" in page.get_by_role("link", name="Turtle", exact=True).get_attribute("href")
    picture(page, "as-of")
    page.get_by_role("link", name="Leave this view").click()
    assert page.url.endswith("/page/osa")


def test_two_perspectives_are_compared(visit: Visits, axe: Axe, picture: Picture) -> None:
    page = visit("/perspectives", expects_missing=True)
    for name in ("china state", "japan government"):
        page.get_by_role("checkbox", name=name).check()
    page.get_by_role("button", name="Compare").click()
    if page.get_by_role("heading", name="Being prepared").count():
        assert axe(page) == []
    until_there(page, "#facts")
    for name in ("china state", "japan government"):
        assert page.get_by_role("columnheader", name=name).is_visible()
    assert page.locator("tr.differs").count() >= 1
    assert axe(page) == []
    page.locator("#facts").scroll_into_view_if_needed()
    picture(page, "perspectives")


def test_a_query_with_an_error_is_marked_mended_and_downloaded(visit: Visits, picture: Picture) -> None:
    page = visit("/query")
    page.wait_for_selector("html[data-ready=query]")
    write(page, BUDGET.replace("osa:programme", "os:programme"))
    page.get_by_role("button", name="Run").click()
    sentence = "Line 1, column 43: The prefix “os:” is not declared. Add PREFIX os: <…> at the top."
    assert page.get_by_role("alert").inner_text() == sentence
    assert page.locator(".cm-lintRange-error").inner_text() == "os:programme"
    write(page, BUDGET)
    page.keyboard.press("ControlOrMeta+Enter")
    page.wait_for_selector("[role=tablist]")
    cells = page.locator(".rows tbody td").all_inner_texts()
    assert [cell for cell in cells if cell][:4] == ["2023", "2,000,000,000", "2024", "5,000,000,000"]
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV", exact=True).click()
    assert download.value.suggested_filename == "osagraph-result.csv"
    lines = download.value.path().read_text().splitlines()
    assert (lines[0], lines[4]) == ("year,yen", "2026,18100000000")
    picture(page, "query")


def test_from_the_philippines_to_a_class_of_equipment(visit: Visits, picture: Picture) -> None:
    page = visit("/explore")
    page.get_by_role("link", name="Philippines", exact=True).first.click()
    page.wait_for_selector("html[data-ready=explore]")
    for kind in ("/project/", "/item/"):
        page.locator(f"li[data-iri*='{kind}'] .expand").first.focus()
        page.keyboard.press("Enter")
        page.locator(f"section[data-around*='{kind}'] h2").first.wait_for()
    equipment = page.locator("li[data-iri*='/id/equipment/']").first
    name = equipment.locator(".expand").inner_text()
    picture(page, "explore")
    equipment.locator(".visit").click()
    assert page.get_by_role("heading", level=1).inner_text() == name
    assert "equipment class" in page.locator("main").inner_text().lower()


def test_labels_come_in_japanese(visit: Visits, picture: Picture) -> None:
    page = visit(FIJI)
    page.get_by_role("link", name="日本語").click()
    assert "lang=ja" in page.url
    recipient = page.locator("main").get_by_role("link", name="フィジー").first
    assert recipient.get_attribute("lang") == "ja" or recipient.locator("[lang=ja]").count()
    recipient.click()
    heading = page.get_by_role("heading", level=1)
    assert heading.inner_text() == "フィジー"
    assert heading.locator("xpath=descendant-or-self::*[@lang='ja']").count() == 1
    assert "lang=ja" in page.url
    picture(page, "japanese")


def test_print_leaves_the_ways_out_and_adds_the_address(visit: Visits) -> None:
    page = visit("/page/osa", scheme="dark")
    page.emulate_media(media="print")
    assert not page.get_by_role("navigation", name="Main").is_visible()
    assert not page.locator(".tools").first.is_visible()
    receipt = page.locator("details.receipt:not([open]) li").first
    assert receipt.evaluate("each => each.checkVisibility() && each.getBoundingClientRect().height > 0")
    assert page.locator(".printed").inner_text() == f"{visit.origin}/page/osa"
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    assert io.BytesIO(page.pdf(format="A4")).read(5) == b"%PDF-"


def test_by_keyboard_alone(visit: Visits, picture: Picture) -> None:
    page = visit("/page/fiji")
    page.keyboard.press("Tab")
    assert page.evaluate(f"{FOCUSED}.textContent") == "Skip to the content"
    assert page.evaluate(f"getComputedStyle({FOCUSED}).outlineWidth") == "3px"
    page.keyboard.press("Enter")
    page.wait_for_url("**#main")
    with page.expect_navigation(url=f"**{FIJI}"):
        assert tab_to(page, NAME_OF_FIJI)
        page.keyboard.press("Enter")
    receipt = page.locator("dt:has-text('amount') + dd details")
    assert tab_to(page, receipt.locator("summary").inner_text())
    page.keyboard.press("Enter")
    assert receipt.evaluate("details => details.open")
    assert receipt.locator("li").count() == 3
    assert tab_to(page, "original")
    assert page.evaluate(f"document.querySelector('dt + dd details[open]').contains({FOCUSED})")
    picture(page, "keyboard")


def tab_to(page: Any, text: str) -> bool:
    """Whether the key Tab comes to what has this text."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate(f"{FOCUSED}.innerText") == text:
            return True
    return False


def test_on_320_pixels(visit: Visits, picture: Picture) -> None:
    page = visit("/", width=320)
    assert is_narrow(page)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Browse").click()
    assert is_narrow(page)
    page.goto(f"{visit.origin}{FIJI}")
    page.locator("dt:has-text('amount') + dd summary").click()
    assert page.locator("dt:has-text('amount') + dd details li").first.is_visible()
    assert is_narrow(page)
    picture(page, "narrow")


def test_without_scripts(visit: Visits, picture: Picture) -> None:
    page = visit(FIJI, javascript=False)
    assert page.get_by_role("heading", level=1).inner_text() == NAME_OF_FIJI
    assert not page.locator("#theme").is_visible()
    page.locator("dt:has-text('amount') + dd summary").click()
    assert page.locator("dt:has-text('amount') + dd details li").count() == 3
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Query", exact=True).click()
    page.get_by_label("Query", exact=True).fill(BUDGET)
    with page.expect_navigation():
        page.get_by_role("button", name="Run").click()
    assert "18,100,000,000" in page.locator("#answer").inner_text()
    picture(page, "without-scripts")
