"""The query page in a browser: the editor, its opinion, all views of a result, and hostile texts in them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.browser.conftest import Server, Visits
from tests.browser.payloads import IRIS, PAYLOADS

Visit = Callable[..., Any]
BUDGETS = "{ ?b a osa:BudgetLine ; osa:programme id:osa ; osa:fiscalYear ?year ; osa:amount ?yen }"
BUDGET = f"SELECT ?year ?yen {BUDGETS} ORDER BY ?year"
RECIPIENTS = "SELECT ?recipient (COUNT(*) AS ?projects) { ?p osa:recipient ?recipient } GROUP BY ?recipient"
EVENT = '{ ?e a osa:PolicyEvent ; osa:date ?date ; rdfs:label ?label FILTER(LANG(?label) = "en") }'
EVENTS = f"SELECT ?date ?label {EVENT} ORDER BY ?date ?label LIMIT 12"
MANY = "SELECT ?s ?p ?o ?n { VALUES ?n { %s } ?s ?p ?o } LIMIT %d"
# What would have come to life out of a text.
ELEMENTS = ["script", "img", "iframe", "object", "embed", "base", "link", "meta", "style", "form", "video"]
HANDLERS = ("[onload]", "[onerror]", "[onfocus]", "[onmouseover]", "[onclick]")
SCHEMES = [f'a[href^="{scheme}" i]' for scheme in ("javascript:", "data:", "vbscript:")]
ALIVE = """selectors => [...document.querySelectorAll(selectors.map(each => `#result ${each}`).join())]
    .map(each => each.outerHTML)"""
CELLS = """() => [...document.querySelectorAll('.rows tbody tr')]
    .map(row => [...row.cells].filter(cell => !cell.matches('.opener')).map(cell => cell.textContent))"""
READ_IN_PIECES = """async ([text, size, reader]) => {
  const library = await import('/static/js/results-reader.js');
  const rows = [];
  const reading = new library[reader]((taken) => rows.push(...taken));
  for (let at = 0; at < text.length; at += size) reading.push(text.slice(at, at + size));
  return [rows, reading.end()];
}"""
POSITION = """async text => {
  const { role, subject } = (await import('/static/js/query-position.js')).positionAt(text);
  return [role, subject ?? null];
}"""


def address(query: str, **more: str) -> str:
    return f"/query?{urlencode({'query': query, **more})}"


def ready(page: Any) -> Any:
    page.wait_for_selector("html[data-ready=query]")
    return page


def answered(page: Any) -> Any:
    ready(page).wait_for_selector("[role=tablist]")
    return page


def write(page: Any, query: str) -> None:
    page.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(query)


def rows(page: Any) -> list[list[str]]:
    found: list[list[str]] = page.evaluate(CELLS)
    return found


def test_the_table_is_sorted_and_filtered_and_has_labels(visit: Visit) -> None:
    page = answered(visit(address(RECIPIENTS)))
    page.get_by_role("link", name="Fiji").wait_for()
    header = page.get_by_role("columnheader", name="projects")
    sort = header.get_by_role("button")
    sort.click()
    sort.click()
    assert header.get_attribute("aria-sort") == "descending"
    page.wait_for_selector(".rows tbody tr:first-child >> text=Philippines")
    page.get_by_label("Filter rows").fill("fij")
    page.wait_for_selector("text=1 row of 12 rows")
    assert rows(page) == [["Fiji", "1"]]
    assert page.get_by_role("link", name="Fiji").get_attribute("href") == "/page/fiji"


def test_labels_come_in_the_language_of_the_reader(visit: Visit) -> None:
    page = answered(visit(address(RECIPIENTS, lang="ja")))
    link = page.get_by_role("link", name="フィジー")
    link.wait_for()
    assert link.get_attribute("lang") == "ja"
    assert link.get_attribute("href") == "/page/fiji?lang=ja"


@pytest.mark.parametrize(
    ("view", "query", "name"),
    [
        ("columns", BUDGET, "yen by year: 4 values."),
        ("bars", RECIPIENTS, None),
        ("timeline", EVENTS, "Timeline of 12 rows by date."),
        ("map", RECIPIENTS, "Map of 11 places, larger where projects is."),
    ],
)
def test_a_picture_is_an_image_with_a_name(visit: Visit, view: str, query: str, name: str | None) -> None:
    settings = "x=?recipient y=?projects" if view == "bars" else ""
    page = answered(visit(address(f"#view: {view} {settings}\n{query}")))
    image = page.locator("figure [role=img]")
    image.wait_for()
    label = image.get_attribute("aria-label")
    assert label.startswith(name or "projects by recipient: 12 values.")
    assert image.locator("svg").get_attribute("aria-hidden") == "true"
    if view == "map":
        assert "Not on the map: Tonga." in page.locator("figcaption").inner_text()


def test_a_graph_is_a_table_of_triples_and_turtle(visit: Visit) -> None:
    page = answered(visit(address("CONSTRUCT { id:fiji rdfs:label ?l } { id:fiji rdfs:label ?l }")))
    assert sorted(cell for _, _, cell in rows(page)) == ["Fiji", "フィジー"]
    page.get_by_role("tab", name="Turtle").click()
    page.wait_for_selector("pre.raw >> text=フィジー")


def test_a_question_of_yes_or_no_is_a_sentence(visit: Visit) -> None:
    page = answered(visit(address("ASK { id:fiji a osa:State }")))
    assert page.locator(".truth").inner_text() == "Yes."


def test_receipts_are_shown_with_their_rows(visit: Visit) -> None:
    page = answered(visit(address(BUDGET, receipts="1")))
    page.get_by_role("heading", name="Receipts").wait_for()
    assert page.get_by_role("tab", name="Receipts").get_attribute("aria-selected") == "true"


def test_more_than_ten_thousand_rows_are_counted_and_the_first_shown(visit: Visit) -> None:
    numbers = " ".join(map(str, range(9)))
    page = answered(visit(address(MANY % (numbers, 12_345))))
    page.wait_for_selector(".rows tbody:nth-of-type(20) tr:last-child", state="attached")
    assert page.locator(".rows tbody tr").count() == 2000
    status = page.locator("#status").inner_text()
    assert status.startswith("12,345 rows in ")
    assert status.endswith("The first 10,000 are shown; download for all.")
    assert "Download all 12,345 as" in page.locator(".result-footer").inner_text()


def test_a_query_can_be_cancelled(visit: Visit) -> None:
    page = ready(visit("/query"))
    page.route("**/sparql?*", lambda route: None)
    page.get_by_role("button", name="Run").click()
    page.get_by_role("button", name="Cancel").click()
    page.wait_for_selector("#status:has-text('Cancelled.')")
    assert page.get_by_role("button", name="Cancel").is_hidden()


def test_completion_knows_where_it_is_and_declares_prefixes(visit: Visit) -> None:
    page = ready(visit("/query"))
    write(page, "")
    page.keyboard.type("SELECT * { ?project a osa:Assis")
    page.wait_for_selector(".cm-completionLabel:has-text('osa:AssistanceProject')")
    kinds = page.locator(".cm-completionIcon").evaluate_all("icons => icons.map(icon => icon.className)")
    assert {kind.split()[-1] for kind in kinds} == {"cm-completionIcon-class"}
    # The list takes no key in the first moments, lest it takes one that was meant for the text.
    page.wait_for_timeout(100)
    page.keyboard.press("Enter")
    lines = page.locator(".cm-line").all_inner_texts()
    assert lines[0] == "PREFIX osa: <https://w3id.org/osagraph/ontology#>"
    assert lines[1].startswith("SELECT * { ?project a osa:AssistanceProject")
    page.keyboard.type(" ; signed")
    page.wait_for_selector(".cm-completionLabel:has-text('osa:signedOn')")


def test_the_keyboard_gets_out_of_the_editor_and_along_the_tabs(visit: Visit) -> None:
    page = answered(visit(address(BUDGET)))
    page.locator(".cm-content").focus()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "run"
    page.get_by_role("tab", name="Table").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "tab-chart"
    page.locator("figure").wait_for()
    page.keyboard.press("End")
    assert page.evaluate("document.activeElement.id") == "tab-raw"


def test_a_result_is_cited_with_a_digest(visit: Visit) -> None:
    page = answered(visit(address(BUDGET)))
    page.get_by_role("button", name="Cite this result").click()
    page.wait_for_selector(".citation >> text=SHA-256")
    assert "snapshot 1 of 2026-01-01" in page.locator(".citation").inner_text()


def test_the_view_of_the_page_is_asked_and_kept(visit: Visit) -> None:
    # A view that is being made is not there for a moment.
    page = visit(address(BUDGET, **{"as-of": "2024-06-30"}), expects_missing=True)
    for _ in range(20):
        if page.locator("#query-page").count():
            break
        page.reload()
    answered(page)
    assert page.locator("#query-page").get_attribute("data-endpoint") == "/as-of/2024-03-29/sparql"
    assert [row[0] for row in rows(page)] == ["2023", "2024"]
    page.get_by_role("button", name="Run").click()
    page.wait_for_url("**/query?*as-of=2024-06-30*")


def test_every_way_to_look_at_a_result_is_accessible(visit: Visit, axe: Any) -> None:
    page = answered(visit(address(EVENTS)))
    faults = {}
    for tab in ("table", "chart", "timeline", "map", "receipts", "raw"):
        page.locator(f"#tab-{tab}").click()
        page.wait_for_selector(f"#panel-{tab} > *")
        faults[tab] = axe(page)
        page.emulate_media(color_scheme="dark")
        faults[f"{tab}, dark"] = axe.colours(page)
        page.emulate_media(color_scheme="light")
    page.get_by_text("Examples and named queries").click()
    faults["examples"] = axe(page)
    assert {name: found for name, found in faults.items() if found} == {}


@pytest.mark.parametrize("width", [320, 1280])
def test_no_result_is_wider_than_its_window(visit: Visit, width: int) -> None:
    page = answered(visit(address(EVENTS), width=width))
    for tab in ("table", "timeline", "receipts", "raw"):
        page.locator(f"#tab-{tab}").click()
        page.wait_for_selector(f"#panel-{tab} > *")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, tab


def hostile_results() -> dict[str, Any]:
    """Payloads as texts, languages, datatypes, IRIs, blank nodes and names of variables."""
    number = "http://www.w3.org/2001/XMLSchema#integer"
    names = ["text", "thing", "date", "amount", *PAYLOADS[:40]]
    bindings = [
        {
            "text": {"type": "literal", "value": payload, "xml:lang": payload},
            "thing": {"type": "uri", "value": IRIS[at % len(IRIS)]},
            "date": {"type": "literal", "value": f"20{at % 90 + 10}-01-01", "datatype": f"{number[:-7]}date"},
            "amount": {"type": "literal", "value": str(at + 1), "datatype": number},
            PAYLOADS[at % 40]: {
                "type": "bnode" if at % 2 else "literal",
                "value": payload,
                "datatype": payload,
            },
        }
        for at, payload in enumerate(PAYLOADS)
    ]
    return {"head": {"vars": names}, "results": {"bindings": bindings}}


@pytest.mark.parametrize("view", ["table", "chart", "timeline", "map"])
def test_no_text_of_a_result_comes_to_life(visit: Visit, view: str) -> None:
    page = ready(visit("/query"))
    dialogs: list[str] = []

    def dismiss(dialog: Any) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    body = json.dumps(hostile_results())
    page.route(
        "**/sparql?*",
        lambda route: route.fulfill(content_type="application/sparql-results+json", body=body),
    )
    write(page, f"#view: {view} x=?text y=?amount label=?text place=?text\nSELECT * {{ ?s ?p ?o }}")
    page.get_by_role("button", name="Run").click()
    answered(page)
    shown = "#panel-table tbody tr" if view == "table" else f"#panel-{view} figure"
    # Rows below the window have no width.
    page.wait_for_selector(shown, state="attached")
    assert page.evaluate(ALIVE, [*ELEMENTS, *HANDLERS, *SCHEMES]) == []
    assert dialogs == []


@pytest.fixture(scope="module")
def library(browser: Any, shipped_server: Server) -> Iterator[Any]:
    """One query page for the tests that only call what is in its scripts."""
    visits = Visits(browser, f"http://127.0.0.1:{shipped_server.port}")
    yield ready(visits("/query"))
    visits.close()
    assert visits.faults == []


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_rows_are_read_however_they_are_cut(library: Any, size: int) -> None:
    bindings = [{"a": {"type": "literal", "value": f'x"\\}}]{{{at}\\'}} for at in range(50)]
    document = {"head": {"vars": ["a", 'bindings":[']}, "results": {"bindings": bindings}}
    found, end = library.evaluate(READ_IN_PIECES, [json.dumps(document), size, "JsonRows"])
    assert found == bindings
    assert (end["form"], end["count"], end["variables"]) == ("select", 50, ["a", 'bindings":['])


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_triples_are_read_however_they_are_cut(library: Any, size: int) -> None:
    text = '<http://a> <http://b> "x\\"\\n\\u00e9"@en-GB .\n_:b1 <http://b> "1"^^<http://c> .'
    found, end = library.evaluate(READ_IN_PIECES, [text, size, "TripleLines"])
    literal = {"type": "literal", "value": 'x"\né', "xml:lang": "en-GB"}
    assert found[0] == {
        "subject": {"type": "uri", "value": "http://a"},
        "predicate": {"type": "uri", "value": "http://b"},
        "object": {**literal, "its:dir": None, "datatype": None},
    }
    assert found[1]["subject"] == {"type": "bnode", "value": "b1"}
    assert (end["form"], end["count"]) == ("graph", 2)


@pytest.mark.parametrize(
    ("text", "role", "subject"),
    [
        ("SEL", "any", None),
        ("SELECT * { ?x a ", "class", "?x"),
        ("SELECT * { ?x ", "property", "?x"),
        ("SELECT * { ?x a osa:State ; ", "property", "?x"),
        ("SELECT * { ?x osa:item ?y , ", "any", None),
        ("SELECT * { ?x osa:item/", "property", "?x"),
        ("SELECT * { ?x osa:item [ ", "property", "[]"),
        ('SELECT * { ?x rdfs:label "a ; { b" ; ', "property", "?x"),
        ("SELECT * { # ?x\n ?y ", "property", "?y"),
    ],
)
def test_what_is_offered_depends_on_the_place(
    library: Any, text: str, role: str, subject: str | None
) -> None:
    assert library.evaluate(POSITION, text) == [role, subject]
