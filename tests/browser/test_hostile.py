"""Two hundred texts that want to be code, in a real browser: none of them is run, and nothing is fetched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from ontology.namespaces import ID
from tests.browser.conftest import Visits
from tests.browser.hostile_data import SHARE, hostile_quads
from tests.browser.payloads import PAYLOADS

Serving = Callable[..., AbstractContextManager[Any]]
THINGS = range(len(PAYLOADS) // SHARE)
# What a page tells of the payloads that became more than text.
EVENTS = "/^(on|srcdoc|style)/i.test(name)"
LEADING = "/^(href|src|action|formaction|data|xlink:href)$/i.test(name) && !/^(https?:|[/?#])/i.test(value)"
ALIVE = f"each => [...each.attributes].some(({{name, value}}) => {EVENTS} || {LEADING})"
CAME_TO_LIFE = (
    f"[...document.querySelectorAll('*')].filter({ALIVE}).map(each => each.outerHTML.slice(0, 200))"
)


@pytest.fixture(scope="module")
def hostile_server(serving: Serving, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A server of a dataset that strangers wrote."""
    data = DataDirectory(tmp_path_factory.mktemp("hostile") / "data")
    with data.writer():
        stage = data.stage()
        store = EmbeddedStore(Path(stage / "store"))
        for number in THINGS:
            payloads = PAYLOADS[number * SHARE : (number + 1) * SHARE]
            store.insert(list(hostile_quads(payloads, ID[f"thing{number}"])))
        store.close()
        data.publish(stage, {"claims": len(PAYLOADS), "made": "2026-01-01"}, "build")
    with serving(data.root) as server:
        yield server


@pytest.fixture
def visit_strangers(browser: Any, hostile_server: Any) -> Iterator[Visits]:
    visits = Visits(browser, f"http://127.0.0.1:{hostile_server.port}")
    yield visits
    visits.close()
    assert visits.faults == []


@pytest.mark.parametrize("number", THINGS)
def test_nothing_that_strangers_wrote_is_run(visit_strangers: Visits, number: int) -> None:
    dialogs: list[str] = []
    page = visit_strangers(f"/page/thing{number}")

    def note(dialog: Any) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    queries = f"/queries/who-says-so?subject=id:thing{number}&predicate=rdfs:comment"
    for path in (None, f"/sources/thing{number}-1", f"/page/claim/thing{number}-1", queries):
        if path:
            page.goto(f"{visit_strangers.origin}{path}")
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        assert page.evaluate(CAME_TO_LIFE) == [], path
        # The text of a payload is on the page, as text.
        assert "alert(1)" in page.content() or "evil.example" in page.content(), path
    assert dialogs == []
