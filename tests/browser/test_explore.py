"""The page of neighbours in a browser: the picture, the list of the same, and the way through it by keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.conftest import chromium
from tests.browser.payloads import PAYLOADS

Visit = Callable[..., Any]
# WebGL without a graphics processor.
DRAWING = ("--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
PHILIPPINES = "/explore?iri=id:philippines"
BOTH = f"{PHILIPPINES}&iri=id:project/osa-fy2024-philippines"
PROJECT = "Official Security Assistance: Philippines, FY2024"
NO_WEBGL = """const original = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  return kind.startsWith('webgl') ? null : original.call(this, kind, ...rest);
};"""
LOSE = """() => [...document.querySelectorAll('canvas')].forEach(
  each => each.getContext('webgl2')?.getExtension('WEBGL_lose_context')?.loseContext())"""
# Draws a graph beside that of the page; what came of it: nodes, those left out, and the SVG read again.
DRAW = """async ([labels, most]) => {
  const { drawGraph } = await import('/static/js/graph-view.js');
  const place = document.createElement('div');
  document.querySelector('main').append(place);
  const nodes = labels.map((label, each) => ({ id: String(each), label, type: label, isChosen: !each }));
  const links = labels.map((label, each) => (
    { source: '0', target: String(each), label, contested: each % 2 }));
  const addresses = JSON.parse(document.getElementById('explore').dataset.addresses);
  const view = await drawGraph(place, { nodes, links }, { addresses, most });
  const svg = new DOMParser().parseFromString(view.svg(), 'image/svg+xml');
  const alive = svg.querySelectorAll('parsererror, script, a, image, foreignObject').length;
  const shown = [view.graph.order, view.left, alive, view.stage.getAttribute('aria-label')];
  view.destroy();
  return [...shown, place.childNodes.length];
}"""
FOCUSED = "() => document.activeElement.textContent.trim()"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser that draws with the processor alone."""
    with chromium(DRAWING) as launched:
        yield launched


def drawn(page: Any) -> Any:
    """A page whose picture is finished."""
    page.wait_for_selector("html[data-ready=explore]")
    page.wait_for_selector("[data-drawn]")
    return page


def said(page: Any, text: str) -> None:
    page.wait_for_selector(f"#said:has-text('{text}')")


def focused(page: Any) -> str:
    text: str = page.evaluate(FOCUSED)
    return text


def test_the_list_is_a_way_by_keys_from_a_country_to_a_class_of_equipment(visit: Visit) -> None:
    page = drawn(visit(PHILIPPINES))
    page.locator(".around h2").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert focused(page) == PROJECT
    page.keyboard.press("Enter")
    said(page, f"Expanded {PROJECT}: ")
    assert focused(page) == PROJECT
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "n1"
    item = "coastal surveillance radar for Philippines, FY2024"
    while focused(page) != item:
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    said(page, f"Expanded {item}: 0 new.")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    assert focused(page) == "coastal surveillance radar"
    page.keyboard.press("o")
    page.wait_for_url("**/page/equipment/coastal-surveillance-radar")
    assert page.locator("h1").inner_text() == "coastal surveillance radar"


def test_what_is_left_out_leaves_the_focus_in_the_list_and_comes_back(visit: Visit) -> None:
    page = drawn(visit(BOTH))
    row = page.locator("li[data-iri$='/enrique-manalo'] .expand")
    row.focus()
    page.keyboard.press("Delete")
    said(page, "Left out Enrique Manalo.")
    assert row.count() == 0
    assert page.evaluate("document.activeElement.matches('.expand')")
    assert "without=id%3Aenrique-manalo" in page.url
    page.go_back()
    row.wait_for()
    assert page.evaluate("document.activeElement.matches('.expand')")
    page.locator("#n1 + p .leave").click()
    said(page, "left out.")
    assert page.locator(".around").count() == 1


def test_the_picture_has_what_the_list_has_and_says_so(visit: Visit) -> None:
    page = drawn(visit(BOTH))
    rows = page.locator("li[data-iri]").evaluate_all("rows => rows.map(row => row.dataset.iri)")
    groups = page.locator("li.remainder").count()
    chosen = page.locator(".around").evaluate_all("parts => parts.map(part => part.dataset.around)")
    shown = len({*rows, *chosen}) + groups
    assert page.locator("[data-drawn]").get_attribute("data-drawn") == str(shown)
    label = page.locator("[role=img]").get_attribute("aria-label")
    assert label.startswith(f"{shown} nodes and ")
    assert label.endswith("The list has the same content.")


def test_filters_change_the_page_in_place_and_keep_the_focus(visit: Visit) -> None:
    page = drawn(visit(PHILIPPINES))
    page.get_by_text("Filter, group, find a path, download").click()
    page.locator(".facet a", has_text="recipient").first.click()
    said(page, "4 nodes in all.")
    assert focused(page).removeprefix("✓ ") == "recipient"
    assert "property=osa%3Arecipient" in page.url
    page.get_by_role("link", name="a type").click()
    page.wait_for_selector("[data-drawn='2']")
    assert page.locator("li[data-iri]").count() == 3


@pytest.mark.parametrize(("button", "begins"), [("Save as PNG", b"\x89PNG"), ("Save as SVG", b"<svg ")])
def test_the_picture_is_saved(visit: Visit, button: str, begins: bytes) -> None:
    page = drawn(visit(PHILIPPINES))
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    assert download.value.path().read_bytes().startswith(begins)


def test_without_webgl_the_page_says_so_and_the_list_works(visit: Visit) -> None:
    page = visit("/about")
    page.add_init_script(NO_WEBGL)
    page.goto(f"{visit.origin}{PHILIPPINES}")  # type: ignore[attr-defined]
    page.wait_for_selector("html[data-ready=explore]")
    assert "cannot draw the picture" in page.locator("#picture").inner_text()
    page.get_by_role("link", name=PROJECT, exact=True).click()
    said(page, f"Expanded {PROJECT}: ")


def test_a_picture_that_is_lost_is_told(visit: Visit) -> None:
    page = drawn(visit(PHILIPPINES))
    page.evaluate(LOSE)
    page.get_by_role("alert").wait_for()
    assert "The picture was lost" in page.locator("#picture").inner_text()
    assert page.locator("li[data-iri]").count() == 33


def test_a_server_that_does_not_answer_changes_nothing(visit: Visit) -> None:
    page = drawn(visit(PHILIPPINES))
    page.route("**/explore?*", lambda route: route.abort())
    page.get_by_role("link", name=PROJECT, exact=True).click()
    said(page, "The server did not answer.")
    assert page.locator(".around").count() == 1
    visit.faults.clear()  # type: ignore[attr-defined]  # the console tells of the broken connection


def test_no_name_in_the_picture_comes_to_life(visit: Visit) -> None:
    page = drawn(visit(PHILIPPINES))
    page.on("dialog", lambda dialog: visit.faults.append(dialog.message))  # type: ignore[attr-defined]
    order, left, alive, label, rest = page.evaluate(DRAW, [list(PAYLOADS), 1000])
    assert (order, left, alive, rest) == (len(PAYLOADS), 0, 0, 0)
    assert label == f"{order} nodes and {order - 1} links. The list has the same content."


def test_a_picture_has_no_more_nodes_than_can_be_drawn_and_says_so(visit: Visit) -> None:
    page = drawn(visit(PHILIPPINES))
    names = [f"node {number}" for number in range(700)]
    order, left, _, label, _ = page.evaluate(DRAW, [names, 5000])
    assert (order, left) == (500, 200)
    assert "200 more nodes not drawn." in label


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_picture_and_the_opened_filters_keep_no_one_out(
    visit: Visit, axe: Callable[..., list[str]], scheme: str
) -> None:
    page = drawn(visit(BOTH, scheme=scheme))
    page.locator(".explore-choices summary").first.click()
    assert axe(page) == []


def test_the_picture_is_not_wider_than_a_phone(visit: Visit) -> None:
    page = drawn(visit(BOTH, width=320))
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
