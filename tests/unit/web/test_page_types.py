"""Every route that gives a page is visited by the browser tests: see `tests/browser/page_types.py`."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from server import create_app
from tests.browser.page_types import NO_PAGES, PAGE_TYPES
from web.settings import Settings


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """All routes; nobody answers."""
    made = create_app(Settings(tmp_path_factory.mktemp("nothing")))
    yield made
    made.extensions["readers"].close()


def visited(app: Flask) -> set[str]:
    """The endpoints that the browser tests visit."""
    routes = app.url_map.bind("127.0.0.1")
    paths = [f"{each.path}x" if each.found_on else each.path for each in PAGE_TYPES if not each.is_error]
    return {routes.match(path.partition("?")[0])[0] for path in paths}


def test_every_page_is_visited_by_a_browser(app: Flask) -> None:
    routes = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert sorted(routes - visited(app) - NO_PAGES.keys()) == []


def test_what_is_said_to_be_no_page_is_a_route_that_is_not_visited(app: Flask) -> None:
    routes = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert sorted(NO_PAGES.keys() - routes) == []
    assert sorted(NO_PAGES.keys() & visited(app)) == []
