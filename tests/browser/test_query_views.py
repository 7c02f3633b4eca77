"""What the query page has besides tables and charts: receipts of rows, graphs, Turtle, history, mendings."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.browser.conftest import Visits
from tests.browser.payloads import IRIS, PAYLOADS

BUDGETS: Final = "?b a osa:BudgetLine ; osa:programme id:osa ; osa:fiscalYear ?year ; osa:amount ?yen"
BUDGET: Final = f"SELECT ?year ?yen {{ {BUDGETS} }} ORDER BY ?year"
PROJECTS: Final = "?project a osa:AssistanceProject ; osa:recipient ?state"
CONSTRUCT: Final = f"CONSTRUCT {{ {PROJECTS} ; rdfs:label ?name }} {{ {PROJECTS} ; rdfs:label ?name }}"
RESULTS: Final = "application/sparql-results+json"
KEY: Final = "osagraph.queries"
# What would have come to life out of a text, and what may not become an address.
ALIVE: Final = """() => [...document.querySelectorAll('#result *, #history *, #problem *')].filter(each =>
  /^(script|img|iframe|object|embed|base|link|meta|style|video|math)$/i.test(each.localName)
  || [...each.attributes].some(({name, value}) => /^on|^srcdoc$/i.test(name)
    || (/^(href|src|action)$/i.test(name) && !/^(https?:|[/?#])/i.test(value)))
).map(each => each.outerHTML.slice(0, 200))"""
MENDINGS: Final = """async ([prefix, text]) => {
  const known = {osa: 'x', id: 'x', graph: 'x', rdf: 'x', rdfs: 'x'};
  const { mendings } = await import('/static/js/prefix-mending.js');
  return mendings(prefix, known).map(({ name, mend }) => [name, mend(text)]);
}"""
TOKENS: Final = """async text => {
  const { tokens } = await import('/static/js/turtle-view.js');
  return [...tokens(text)].map(([kind, part]) => [kind ?? '', part]);
}"""
LINKS: Final = """async ([rows, columns]) => {
  const { graphOf } = await import('/static/js/query-graph.js');
  const { things, links, values } = graphOf(rows, columns);
  const told = [...things.values()].map(({id, count, type, label}) => [id, count, type ?? '', label ?? '']);
  return [told, links.length, values];
}"""


def asked(query: str, **more: str) -> str:
    return f"/query?{urlencode({'query': query, **more})}"


def answered(page: Any) -> Any:
    page.wait_for_selector("[role=tablist]")
    return page


def opener(page: Any, row: int) -> Any:
    return page.get_by_role("button", name=f"Receipts of row {row}", exact=True)


def opened(page: Any, row: int, says: str = "→ amount →") -> Any:
    """The receipts of a row, once they say so: names come after what they name."""
    opener(page, row).click()
    panel = page.locator(f"#receipts-{row - 1}")
    panel.locator(".facts").get_by_text(says).first.wait_for()
    return panel


def test_a_row_opens_its_receipts_in_place_and_keeps_them_when_sorted(visit: Visits, axe: Any) -> None:
    page = answered(visit(asked(BUDGET)))
    panel = opened(page, 3)
    first = panel.locator(".facts > li").first.inner_text()
    assert "→ amount → 8,100,000,000" in first
    assert "contested · Accepted. Contested by 1 claim." in first
    panel.locator("summary").first.click()
    assert "Against: 8000000000; as printed: 80億円" in panel.inner_text()
    original = panel.get_by_role("link", name="original").first.get_attribute("href")
    assert original.startswith("http") and "#:~:text=" in original
    assert axe(page) == []
    header = page.get_by_role("columnheader", name="yen").get_by_role("button")
    header.click()
    header.click()
    page.wait_for_selector(".rows tbody tr:first-child >> text=18,100,000,000")
    row = page.locator("tr:has(+ .behind)")
    assert row.inner_text().split() == ["2025", "8,100,000,000"]
    page.get_by_label("Filter rows").fill("2024")
    page.wait_for_selector("text=1 row of 4 rows")
    assert "→ amount → 5,000,000,000" in opened(page, 2).inner_text()
    opener(page, 2).click()
    assert page.locator(".behind").count() == 0


def test_receipts_are_found_by_the_row_and_not_by_its_place(visit: Visits) -> None:
    page = visit("/query")

    def turned(route: Any) -> None:
        answer = route.fetch()
        document = answer.json()
        if "receipts" in document:
            document["results"]["bindings"].reverse()
            document["receipts"]["rows"].reverse()
        route.fulfill(response=answer, json=document)

    page.route("**/sparql?*", turned)
    page.goto(f"{visit.origin}{asked(BUDGET)}")
    assert "→ amount → 2,000,000,000" in opened(answered(page), 1).inner_text()


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELECT ?s { ?s a osa:State FILTER EXISTS { ?s rdfs:label ?l } } LIMIT 1", "EXISTS"),
        ("SELECT (RAND() AS ?n) {}", "another value each time"),
    ],
)
def test_what_cannot_be_traced_is_said_in_the_row(visit: Visits, query: str, told: str) -> None:
    page = answered(visit(asked(query)))
    opener(page, 1).click()
    page.locator("#receipts-0 .notes").filter(has_text=told).wait_for()


def test_receipts_that_take_too_long_are_told_and_asked_for_again(visit: Visits) -> None:
    page = answered(visit(asked(BUDGET), expects_missing=True))
    page.route("**/sparql?*receipts=1*", lambda route: route.fulfill(status=504, body="It took too long."))
    opener(page, 1).click()
    page.get_by_role("alert").filter(has_text="It took too long.").wait_for()
    opener(page, 1).click()
    page.unroute("**/sparql?*receipts=1*")
    assert "2,000,000,000" in opened(page, 1).inner_text()


def test_a_longer_result_says_why_it_has_no_receipts(visit: Visits) -> None:
    page = answered(visit(asked("SELECT ?s ?p { ?s ?p ?o } LIMIT 1001")))
    page.get_by_text("Receipts are for 1,000 rows at most: add a LIMIT.").wait_for()
    assert page.locator("button.trace").count() == 0


def test_a_graph_is_drawn_and_listed(visit: Visits, axe: Any) -> None:
    page = answered(visit(asked(CONSTRUCT)))
    page.get_by_role("tab", name="Graph").click()
    page.wait_for_selector("#panel-graph .links li")
    page.wait_for_selector("#panel-graph [data-drawn], #panel-graph [role=note]")
    listed = page.locator("#panel-graph .links").inner_text()
    assert "Official Security Assistance: Fiji, FY2023 recipient Fiji" in listed
    page.get_by_text("with a text or number are in the table only").wait_for()
    assert axe(page) == []


def test_a_comment_says_which_columns_are_links(visit: Visits) -> None:
    directive = "#view: graph source=?state target=?project\n"
    page = answered(visit(asked(f"{directive}SELECT ?project ?state {{ {PROJECTS} }}")))
    page.wait_for_selector("#panel-graph .links li")
    assert page.get_by_label("from", exact=True).input_value() == "state"
    assert page.get_by_label("to", exact=True).input_value() == "project"


def test_a_graph_is_made_of_links_with_names_and_classes(visit: Visits) -> None:
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
    label = "http://www.w3.org/2000/01/rdf-schema#label"
    terms = {"a": "x:a", "b": "x:b", "type": rdf, "label": label, "class": "x:C", "link": "x:link"}
    row = {name: {"type": "uri", "value": iri} for name, iri in terms.items()}
    rows = [
        {"subject": row["a"], "predicate": row["link"], "object": row["b"]},
        {"subject": row["a"], "predicate": row["type"], "object": row["class"]},
        {"subject": row["b"], "predicate": row["label"], "object": {"type": "literal", "value": "B"}},
        {"subject": row["b"], "predicate": row["link"], "object": {"type": "bnode", "value": "n"}},
    ]
    columns = {"source": "subject", "target": "object", "label": "predicate"}
    things, links, values = visit("/query").evaluate(LINKS, [rows, columns])
    assert things == [["x:b", 2, "", "B"], ["x:a", 1, "x:C", ""], ["_:n", 1, "", ""]]
    assert (links, values) == (2, 1)


def test_turtle_has_colours_and_loses_nothing(visit: Visits) -> None:
    text = '@prefix x: <x:#> .\n<x:a> a x:B-1 ; x:p "a # \\"b\\""@en--ltr , '
    text += "'''c\n\"d'''^^x:t , -1.5e3 . # end\n"
    found = visit("/query").evaluate(TOKENS, text)
    assert "".join(part for _, part in found) == text
    assert [(kind, part) for kind, part in found if kind] == [
        ("keyword", "@prefix"), ("name", "x:"), ("iri", "<x:#>"), ("iri", "<x:a>"), ("keyword", "a"),
        ("name", "x:B-1"), ("name", "x:p"), ("text", '"a # \\"b\\""'), ("tag", "@en--ltr"),
        ("text", "'''c\n\"d'''"), ("tag", "^^"), ("name", "x:t"), ("number", "-1.5e3"), ("comment", "# end"),
    ]  # fmt: skip


def test_queries_are_remembered_picked_and_forgotten(visit: Visits, axe: Any) -> None:
    page = answered(visit(asked(f"#title: What it costs\n{BUDGET}")))
    page.goto(f"{visit.origin}{asked('ASK { id:fiji a osa:State }')}")
    history = answered(page).locator("#history")
    history.get_by_text("Your last queries (2)").click()
    assert "What it costs" in history.locator("li").nth(1).inner_text()
    assert ", 4 results" in history.locator("li").nth(1).inner_text()
    assert axe(page) == []
    history.get_by_role("button", name="What it costs", exact=True).click()
    assert page.locator(".cm-line").first.inner_text() == "#title: What it costs"
    page.keyboard.press("ControlOrMeta+Enter")
    page.wait_for_selector("#status:has-text('4 rows')")
    assert "What it costs" in history.locator("li").first.inner_text()
    assert history.locator("li").count() == 2
    history.get_by_role("button", name="Forget: ASK").press("Enter")
    assert page.evaluate("document.activeElement.ariaLabel") == "Forget: What it costs"
    history.get_by_role("button", name="Forget all").press("Enter")
    assert history.is_hidden()
    assert page.evaluate(f"localStorage.getItem('{KEY}')") == "[]"


def test_without_storage_there_is_no_history_and_everything_else(visit: Visits) -> None:
    page = visit("/query")
    page.context.add_init_script(
        "Object.defineProperty(window, 'localStorage', "
        "{get() { throw new DOMException('no', 'SecurityError'); }})"
    )
    page.goto(f"{visit.origin}{asked(BUDGET)}")
    assert answered(page).locator("#history").is_hidden()
    assert page.locator("#history").inner_html() == ""


def test_a_prefix_that_nobody_declared_can_be_mended(visit: Visits) -> None:
    page = visit("/query")
    declared = "PREFIX foaf: <http://xmlns.com/foaf/0.1/>\nASK {}"
    assert page.evaluate(MENDINGS, ["foaf", "ASK {}"]) == [["Add PREFIX foaf:", declared]]
    text = '?s os:p "os:x" , <os:y> # os:'
    assert page.evaluate(MENDINGS, ["os", text]) == [["Write osa: instead", text.replace("os:p", "osa:p")]]
    assert page.evaluate(MENDINGS, ["nothing", "ASK {}"]) == []


def test_a_mending_is_one_key_away(visit: Visits) -> None:
    page = visit(asked("SELECT ?n { id:osa os:amount ?n }"), expects_missing=True)
    page.get_by_role("button", name="Write osa: instead").press("Enter")
    assert page.locator(".cm-content").inner_text() == "SELECT ?n { id:osa osa:amount ?n }"
    assert page.evaluate("document.activeElement.className").startswith("cm-content")


def hostile_receipts() -> dict[str, Any]:
    """A result of one row, and receipts all of whose texts and addresses are payloads."""

    def uri(at: int) -> dict[str, str]:
        iri, text = IRIS[at % len(IRIS)], PAYLOADS[at % len(PAYLOADS)]
        return {"type": "uri", "value": iri, "text": text, "label": text}

    def text(at: int) -> dict[str, str]:
        return {"text": PAYLOADS[at], "language": PAYLOADS[at]}

    numbers = range(len(PAYLOADS))
    sources = {
        f"s{at}": {
            "iri": f"https://x/id/source/{IRIS[at % len(IRIS)]}", "title": text(at), "publisher": uri(at),
            "kind": uri(at), "isWeak": True, "issued": PAYLOADS[at], "url": IRIS[at % len(IRIS)],
        }
        for at in numbers
    }  # fmt: skip
    claims = {
        f"c{at}": {"claim": PAYLOADS[at], "sentence": PAYLOADS[at], "quotes": [text(at)], "source": f"s{at}"}
        for at in numbers
    }
    facts = [
        {
            "subject": uri(at), "predicate": uri(at + 1), "kind": "accepted", "graph": None,
            "object": {"type": "literal", "value": PAYLOADS[at], "xml:lang": PAYLOADS[at]},
            "sentence": PAYLOADS[at], "claims": [f"c{at}"], "against": [f"c{at}"], "contesting": 1,
            "sources": [f"s{at}"], "describing": 1,
        }
        for at in numbers
    ]  # fmt: skip
    row = {"facts": list(numbers), "more": 0, "untraced": [0], "notes": list(PAYLOADS)}
    bindings = [{"x": {"type": "literal", "value": PAYLOADS[0]}}]
    receipts = {"rows": [row], "facts": facts, "claims": claims, "sources": sources, "notes": list(PAYLOADS)}
    return {"head": {"vars": ["x"]}, "results": {"bindings": bindings}, "receipts": receipts}


def test_hostile_receipts_graphs_turtle_and_histories_stay_texts(visit: Visits) -> None:
    page = visit("/query")
    dialogs: list[str] = []

    def dismiss(dialog: Any) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    document = hostile_receipts()
    entries = [{"text": each, "time": "2026-01-01T00:00:00Z", "count": 1} for each in PAYLOADS]
    turtle = "\n".join(f"<{IRIS[0]}> <x:p> {json.dumps(each)}@en ." for each in PAYLOADS)
    triples = "\n".join(
        f"<{one}> <{IRIS[at - 1]}> {json.dumps(PAYLOADS[at])} .\n<{one}> <{IRIS[at - 1]}> <{IRIS[at - 2]}> ."
        for at, one in enumerate(IRIS)
    )

    def hostile(route: Any) -> None:
        asked = parse_qs(urlsplit(route.request.url).query)
        accept = route.request.headers["accept"]
        if "CONSTRUCT" not in asked["query"][0]:
            kept = document if "receipts" in asked else {key: document[key] for key in ("head", "results")}
            route.fulfill(content_type=RESULTS, body=json.dumps(kept))
        else:
            is_turtle = accept == "text/turtle"
            route.fulfill(content_type="text/plain", body=turtle if is_turtle else triples)

    page.route("**/sparql?*", hostile)
    parts = [entries[number : number + 50] for number in range(0, len(entries), 50)]
    for part in parts:
        page.evaluate(f"part => localStorage.setItem('{KEY}', JSON.stringify(part))", part)
        page.goto(f"{visit.origin}/query")
        page.locator("#history summary").click()
        assert page.locator("#history li").count() == len(part)
        assert page.evaluate(ALIVE) == []
    page.goto(f"{visit.origin}{asked('SELECT ?x {}')}")
    opened(answered(page), 1, says="→")
    assert page.locator("#receipts-0 .facts > li").count() == len(PAYLOADS)
    assert page.evaluate(ALIVE) == []
    page.goto(f"{visit.origin}{asked('CONSTRUCT WHERE { ?s ?p ?o }')}")
    for tab, shown in (("graph", ".links li"), ("raw", ".block")):
        answered(page).locator(f"#tab-{tab}").click()
        page.wait_for_selector(f"#panel-{tab} {shown}")
        assert page.evaluate(ALIVE) == []
    assert page.locator("#panel-raw pre").text_content() == turtle
    assert dialogs == []
