"""The page of publishers: who has most sources first, as fresh as the dataset says, fifty at a time."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from graph.embedded import EmbeddedStore
from tests.unit.web.test_entity_pages import StoreReaders, client_of


@pytest.fixture(scope="module")
def client(shipped_store: EmbeddedStore) -> FlaskClient:
    return client_of(StoreReaders(shipped_store))


def rows(page: str) -> list[str]:
    return page.partition("<tbody>")[2].partition("</tbody>")[0].split("<tr>")[1:]


def test_publishers_are_listed_with_their_latest_day(client: FlaskClient) -> None:
    page = client.get("/publishers").text
    found = rows(page)
    assert len(found) == 50
    assert "Jiji Press" in found[0]
    assert '<td class="number">28</td>' in found[0]
    assert '<time datetime="2026-03-13">2026-03-13</time>' in found[0]
    assert "1–50 of 186 publishers" in page


def test_every_publisher_is_on_one_of_the_pages(client: FlaskClient) -> None:
    sizes = [len(rows(client.get(f"/publishers?page={number}").text)) for number in range(1, 5)]
    assert sizes == [50, 50, 50, 36]
    assert client.get("/publishers?page=5").status_code == 404
    assert client.get("/publishers?sort=date").status_code == 400


def test_the_list_of_sources_leads_there(client: FlaskClient) -> None:
    assert 'href="/publishers"' in client.get("/sources").text


def test_without_sources_the_page_says_so(tmp_path: Path) -> None:
    empty = client_of(StoreReaders(EmbeddedStore(tmp_path)))
    assert "No source says who has published it." in empty.get("/publishers").text
