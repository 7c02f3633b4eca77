"""Two hundred texts that want to be code, in every view, in a real browser: none is run, nothing is fetched.

A payload is run where a dialog opens or `alert` is called. One that the security policy had to stop is a
failure, too: it had become an element or an attribute.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from tests.browser.conftest import Visits
from tests.browser.hostile_data import BUNDLE, BUNDLES, SHARE, THINGS, earlier_quads, later_quads
from tests.browser.hostile_views import ECHOES, FILES, VIEWS, View
from tests.browser.payloads import ELEMENTS, ENDS, PAYLOADS

Serving = Callable[..., AbstractContextManager[Any]]
# Counts instead of asking: a dialog would hold the page up.
COUNT_CALLS = (
    "window.called = 0; window.alert = window.confirm = window.prompt = () => { window.called += 1; };"
)
# What a page tells of the payloads that became more than text.
EVENTS = "/^(on|srcdoc)/i.test(name)"
LEADING = (
    "/^(href|src|action|formaction|data|xlink:href)$/i.test(name) && !/^(https?:|blob:|[/?#])/i.test(value)"
)
ALIVE = f"each => [...each.attributes].some(({{name, value}}) => {EVENTS} || value && {LEADING})"
CAME_TO_LIFE = (
    f"[...document.querySelectorAll('*')].filter({ALIVE}).map(each => each.outerHTML.slice(0, 200))"
    ".concat(window.called ? [`called ${window.called} times`] : [])"
)
OPENED = "document.querySelectorAll('details').forEach(each => { each.open = true; })"
TEXT = "document.documentElement.textContent"
SHORT = [f"{end}{element}{start}" for element in ELEMENTS[:8] for end, start in ENDS]


@pytest.fixture(scope="module")
def hostile_server(serving: Serving, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A server of two snapshots that strangers wrote."""
    data = DataDirectory(tmp_path_factory.mktemp("hostile") / "data")
    counts = {"claims": len(PAYLOADS), "sources": 200, "facts": 100, "made": "2026-01-01T00:00:00Z"}
    with data.writer():
        for quads in ([*earlier_quads()], [*earlier_quads(), *later_quads()]):
            stage = data.stage()
            store = EmbeddedStore(Path(stage / "store"))
            store.insert(quads)
            store.close()
            data.publish(stage, counts, f"load {' '.join(PAYLOADS)}")
    with serving(data.root) as server:
        yield server


@pytest.fixture(scope="module")
def stranger(browser: Any, hostile_server: Any) -> Iterator[Any]:
    """One page for all views; whoever looks on notices what it should not do."""
    visits = Visits(browser, f"http://127.0.0.1:{hostile_server.port}")
    page = visits("/about", expects_missing=True)
    page.add_init_script(COUNT_CALLS)
    dialogs: list[str] = []

    def note(dialog: Any) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)

    def look(path: str, view: View = View("")) -> list[str]:  # noqa: B008
        page.goto(f"{visits.origin}{path}")
        while page.get_by_role("heading", name="Being prepared").count():
            page.reload()
        page.wait_for_selector(view.ready, state="attached")
        found = []
        for tab in view.tabs or ("",):
            if tab:
                page.locator(f"#tab-{tab}").click()
                page.wait_for_selector(f"#panel-{tab} > *")
            page.evaluate(OPENED)
            found += [f"{tab} {each}" for each in page.evaluate(CAME_TO_LIFE)]
            text = page.evaluate(TEXT)
            if view.shows and view.path and "alert(1)" not in text and "evil.example" not in text:
                found.append(f"{path} {tab}: shows no payload")
        found += [*visits.faults, *dialogs]
        visits.faults.clear()
        dialogs.clear()
        return found

    yield look
    visits.close()


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.path[:60])
def test_nothing_that_strangers_wrote_is_run(stranger: Any, view: View) -> None:
    paths = {view.path.replace("{n}", str(n)).replace("{m}", str(m)) for n in BUNDLES for m in THINGS}
    assert [fault for path in sorted(paths) for fault in stranger(path, view)] == []


@pytest.mark.parametrize("path", ECHOES)
def test_nothing_that_somebody_typed_is_run(stranger: Any, path: str) -> None:
    for text in (" ".join(SHORT), SHORT[3]):
        assert stranger(path.replace("{text}", quote(text, safe=""))) == []


def test_all_payloads_are_there() -> None:
    assert (len(PAYLOADS), len(THINGS) * SHARE, len(BUNDLES) * BUNDLE) == (200, 200, 200)


@pytest.mark.parametrize("path", FILES)
def test_a_file_of_strangers_has_no_elements_of_theirs(hostile_server: Any, path: str) -> None:
    response = hostile_server.client().get(path)
    assert response.status_code == 200
    names = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(response.data).iter()}
    assert not names & {"script", "img", "svg", "iframe", "a", "body", "style"}
    name = response.headers.get("Content-Disposition", 'attachment; filename="osagraph-bundle0.gexf"')
    assert re.fullmatch(r'attachment; filename="osagraph-bundle0\.[a-z]+"', name)
