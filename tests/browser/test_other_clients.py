"""Programs of others in a browser, unchanged, on pages of another origin: Comunica, YASGUI, Reactodia.

`make clients` fetches them; without that, or without Chromium, these tests are skipped.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

import pytest

from tests.browser.conftest import SCREENSHOTS, Server

PAGES: Final = Path(__file__).parents[1] / "clients" / "pages"
BUILT: Final = Path(__file__).parents[2] / ".venv" / "clients" / "built"
WIKIDATA: Final = Path(__file__).parents[1] / "competency" / "wikidata.ttl"
ID: Final = "https://w3id.org/osagraph/id/"
OSA: Final = "https://w3id.org/osagraph/ontology#"
PREFIXES: Final = f"PREFIX osa: <{OSA}> PREFIX id: <{ID}>\n"
PROJECT: Final = f"{ID}project/osa-fy2023-fiji"
PROJECTS: Final = "?project osa:recipient id:fiji ; osa:fiscalYear ?year"
BUDGETS: Final = "{ ?b a osa:BudgetLine ; osa:programme id:osa ; osa:fiscalYear ?year ; osa:amount ?yen }"
POPULATIONS: Final = (Path(__file__).with_name("queries") / "populations.rq").read_text(encoding="utf-8")
EXPECTED: Final = {"bangladesh": 170e6, "fiji": 900e3, "malaysia": 34e6, "philippines": 115e6}
PARTICIPATION: Final = "Fiji: recipient of Official Security Assistance, FY2023"
DRAWN: Final = """() => [
  workspace.model.elements.map(each => each.iri).sort(),
  workspace.model.links.map(each => each.typeId).sort(),
]"""

Picture = Callable[[str], None]


class Pages(SimpleHTTPRequestHandler):
    """The pages that start a client, and beside them the clients as `make clients` has built them."""

    def translate_path(self, path: str) -> str:
        name = Path(urlsplit(path).path).name
        page = PAGES / name
        return str(page if page.exists() else BUILT / name)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the tests look at what the clients show."""


@pytest.fixture(scope="module")
def pages() -> Iterator[str]:
    """Where the pages are: another origin than our server's."""
    if not BUILT.is_dir():
        pytest.skip("the programs from npm are not there (make clients)")
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def wikidata() -> Iterator[dict[str, str]]:
    """A SPARQL endpoint of another make, with data in the shape of Wikidata's."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        place = f"127.0.0.1:{listener.getsockname()[1]}"
    command = [str(Path(sys.executable).with_name("oxigraph")), "serve", "--cors", "--bind", place]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        try:
            assert process.stderr.readline().startswith("Listening")
            headers = {"Content-Type": "text/turtle"}
            load = Request(f"http://{place}/store?default", WIKIDATA.read_bytes(), headers, method="PUT")
            urlopen(load, timeout=60).close()
            yield {"type": "sparql", "value": f"http://{place}/query"}
        finally:
            process.terminate()


@pytest.fixture
def origin(shipped_server: Server) -> str:
    return f"http://127.0.0.1:{shipped_server.port}"


@pytest.fixture
def visit(browser: Any, pages: str, origin: str) -> Iterator[Callable[[str], Any]]:
    """Opens the page of a client, with the address of our endpoint."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(60_000)

    def opened(name: str) -> Any:
        page = context.new_page()
        page.goto(f"{pages}/{name}.html?{urlencode({'endpoint': f'{origin}/sparql'})}")
        page.wait_for_selector(f"html[data-ready={name}]", state="attached")
        return page

    yield opened
    context.close()


def keep_picture(page: Any, folder: Path, name: str) -> None:
    """For people who want to look, where they name a folder."""
    page.screenshot(path=Path(os.environ.get(SCREENSHOTS) or folder) / f"{name}.png")


# Comunica


class Comunica:
    """Asks sources in a page of its own: `comunica("rows", query, *sources)`."""

    def __init__(self, page: Any) -> None:
        self._page = page

    def __call__(self, kind: str, query: str, *sources: object) -> Any:
        asked = [kind, PREFIXES + query, sources]
        return self._page.evaluate("([kind, query, sources]) => ask[kind](query, sources)", asked)


@pytest.fixture
def comunica(visit: Callable[[str], Any]) -> Comunica:
    return Comunica(visit("comunica"))


def test_comunica_asks_our_endpoint_however_it_came_to_know_it(comunica: Comunica, origin: str) -> None:
    address = f"{origin}/sparql"
    # Said to be an endpoint, known by the end of its address, and by nothing but its description of itself.
    for source in ({"type": "sparql", "value": address}, address, f"{address}?"):
        assert comunica("rows", f"SELECT * {{ {PROJECTS} }}", source) == [
            {"project": PROJECT, "year": "2023"}
        ]
        assert comunica("boolean", f"ASK {{ {PROJECTS} }}", source) is True
        assert comunica("boolean", "ASK { id:fiji osa:recipient id:fiji }", source) is False
        made = comunica("triples", f"CONSTRUCT {{ ?project osa:fiscalYear ?year }} {{ {PROJECTS} }}", source)
        assert made == [[PROJECT, f"{OSA}fiscalYear", "2023"]]


def test_comunica_joins_us_with_another_endpoint(
    comunica: Comunica, origin: str, wikidata: dict[str, str]
) -> None:
    assert populations(comunica("rows", POPULATIONS, f"{origin}/sparql", wikidata)) == EXPECTED


def test_comunica_asks_our_fragments_and_joins_them_with_an_endpoint(
    comunica: Comunica, origin: str, wikidata: dict[str, str]
) -> None:
    fragments = f"{origin}/fragments"
    assert comunica("rows", f"SELECT * {{ {PROJECTS} }}", fragments) == [{"project": PROJECT, "year": "2023"}]
    assert populations(comunica("rows", POPULATIONS, fragments, wikidata)) == EXPECTED


def populations(rows: list[dict[str, str]]) -> dict[str, float]:
    return {row["state"].removeprefix(ID): float(row["population"]) for row in rows}


# YASGUI


def test_yasgui_runs_what_is_typed(visit: Callable[[str], Any], tmp_path: Path) -> None:
    page = visit("yasgui")

    def run(query: str, shown: str) -> str:
        page.locator(".CodeMirror:visible").first.click()
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.insert_text(PREFIXES + query)
        page.locator(".yasqe_queryButton:visible").click()
        page.wait_for_selector(f".yasr:visible >> text={shown}")
        found: str = page.locator(".yasr:visible").inner_text()
        return found

    table = run(f"SELECT ?year ?yen {BUDGETS} ORDER BY ?year", "18100000000")
    assert "4 results" in table
    assert re.findall(r'"(\d+)"', table)[:4] == ["2023", "2000000000", "2024", "5000000000"]
    keep_picture(page, tmp_path, "yasgui")
    assert "osa:fiscalYear" in run(f"CONSTRUCT {{ ?b osa:fiscalYear ?year }} {BUDGETS}", "osa-fy2023")
    assert "True" in run(f"ASK {BUDGETS}", "True")
    assert "line 2" in run("SELECT * { ?s ?p }", "This is not SPARQL")


# Reactodia


def test_reactodia_finds_things_and_draws_the_links_between_them(
    visit: Callable[[str], Any], tmp_path: Path
) -> None:
    page = visit("reactodia")
    box = page.locator("input:visible").first
    box.click()
    # It begins with a tree of the classes.
    page.wait_for_selector("text=assistance project")
    page.get_by_role("button", name="Entities").click()
    box.fill("Fiji")
    found = page.locator(".reactodia-instances-search li")
    for name in ("Fiji", PARTICIPATION):
        item = found.filter(has_text=re.compile(rf"^\s*{re.escape(name)}\s*$"))
        item.first.click(modifiers=["ControlOrMeta"])
    page.get_by_role("button", name="Add selected").click()
    page.wait_for_function("workspace.model.links.length > 1")
    participation = f"{ID}participation/osa-fiji-recipient-fy2023"
    assert page.evaluate(DRAWN) == [[f"{ID}fiji", participation], [f"{OSA}actor", f"{OSA}party"]]
    page.get_by_role("button", name="Layout").click()
    page.get_by_text("party", exact=True).first.wait_for()
    keep_picture(page, tmp_path, "reactodia")
