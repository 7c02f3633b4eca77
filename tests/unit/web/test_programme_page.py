"""The page of a programme, of an invented one and of the shipped ones: made from the ontology."""

from __future__ import annotations

import html
import re

import pytest
from flask.testing import FlaskClient

from tests.unit.web.test_entity_pages import BROWSER


def page_of(client: FlaskClient, path: str) -> str:
    response = client.get(path, headers=BROWSER)
    assert response.status_code == 200
    return response.text


def section(page: str, name: str) -> str:
    """The words of a part of a page."""
    part = re.search(rf'<section aria-labelledby="{name}">.*?</section>', page, re.DOTALL)
    assert part is not None, name
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", part[0])))


def rows(page: str, name: str) -> list[str]:
    """The rows of the tables of a part, without their headings."""
    part = re.search(rf'<section aria-labelledby="{name}">.*?</section>', page, re.DOTALL)
    assert part is not None, name
    body = re.sub(r"<thead>.*?</thead>", "", part[0], flags=re.DOTALL)
    found = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", row))).strip() for row in found]


def test_a_budget_has_a_column_a_row_and_a_receipt_for_each_line(invented: FlaskClient) -> None:
    page = page_of(invented, "/page/nile-fund")
    assert 'aria-label="2030: 2.5 million, enacted, 1 other figure"' in page
    assert 'href="#budget-1-receipt-1"' in page and '<p id="budget-1-receipt-1">' in page
    first, second = rows(page, "budget")
    assert first.startswith("2030 2,500,000 EUR 1 claim, 1 voice Accepted:")
    assert "two and a half" in first and "Gazette" in first
    assert "enacted 1 figure for 2030 2,000,000 EUR, draft 1 claim" in first
    assert second.startswith("2031 ○ open : nothing is accepted draft 2 figures")


def test_an_open_figure_is_none_of_its_candidates(invented: FlaskClient) -> None:
    page = page_of(invented, "/page/nile-fund")
    assert 'aria-label="2031: open, draft, contested, 2 other figures"' in page
    second = rows(page, "budget")[1]
    assert second.count("○ not accepted") == 2
    assert "3,500,000" not in page


def test_agreed_planned_and_only_expected_recipients_stand_apart(invented: FlaskClient) -> None:
    page = page_of(invented, "/page/nile-fund")
    assert [row for row in rows(page, "recipients") if row] == [
        "2030 Egypt 0 claims for Egypt as recipient in 2030 Egypt : project of 2030",
        "2031 Tonga : project of 2031",
        "2032 1 named Punt 1 claim for Punt as osa:Candidate in 2032",
        "year not said Punt : project",
    ]


def test_projects_are_sorted_by_what_the_address_says(invented: FlaskClient) -> None:
    def order(sort: str) -> list[str]:
        page = page_of(invented, f"/page/nile-fund?sort={sort}")
        return [row.split(" project")[0] for row in rows(page, "projects")]

    assert order("amount") == ["First", "Second", "Third"]
    assert order("-amount") == ["Second", "First", "Third"]
    assert order("recipient") == ["First", "Third", "Second"]
    assert order("") == ["Second", "First", "Third"]
    page = page_of(invented, "/page/nile-fund?sort=-amount")
    assert 'aria-sort="descending" class="number"><a href="/page/nile-fund?sort=amount#projects">' in page


def test_a_contested_amount_is_marked_in_the_table(invented: FlaskClient) -> None:
    page = page_of(invented, "/page/nile-fund")
    found = {row.split(" project")[0]: row for row in rows(page, "projects")}
    assert "1,200,000 EUR ⚑ contested" in found["Second"]
    assert "contested" not in found["First"]


def test_projects_can_be_taken_along_as_csv(invented: FlaskClient) -> None:
    page = page_of(invented, "/page/nile-fund")
    assert re.search(r'href="/sparql\?query=[^"]*programme[^"]*format=csv">The table as CSV', page)


def test_who_has_no_place_is_named_beside_the_map(invented: FlaskClient) -> None:
    page = page_of(invented, "/page/nile-fund")
    words = section(page, "map")
    assert "A project is agreed Egypt A project is planned Tonga" in words
    assert "Not on the map Punt" in words
    assert re.search(r'<use class="reached" href="/map/world.svg\?v=[0-9a-f]{8}#c818"/>', page)


def test_events_are_those_of_the_programme_and_of_what_it_rests_on(invented: FlaskClient) -> None:
    page = page_of(invented, "/page/nile-fund")
    assert rows(page, "events") == [
        "1999 osa:adoptedOn Nile Act",
        "2005-03 osa:adoptedOn Second Nile Act",
        "2030 treaty Treaty of Punt",
        "2030-06-01 osa:signedOn First project",
    ]
    assert 'href="/timeline?about=id%3Anile-fund&amp;about=id%3Anile-act&amp;about=id%3Anile-act-2"' in page


def test_a_programme_without_data_has_an_ordinary_page(invented: FlaskClient) -> None:
    page = page_of(invented, "/page/idle-fund")
    assert "<h1" in page and "Idle Fund" in page
    assert "<svg" not in page and "Parts of this page" not in page


def test_parts_without_data_are_left_out(shipped: FlaskClient) -> None:
    page = page_of(shipped, "/page/oda")
    assert "449,700,000,000" in section(page, "budget")
    for name in ("recipients", "projects", "map", "events"):
        assert f'<section aria-labelledby="{name}">' not in page


def test_the_shipped_programme_tells_of_rivals(shipped: FlaskClient) -> None:
    page = page_of(shipped, "/page/osa")
    assert 'aria-label="2025: 8.1 billion, enacted, contested,' in page
    assert [row[:4] for row in rows(page, "budget")] == ["2023", "2024", "2025", "2026"]
    assert "12, selected so far" in re.sub(r" ,", ",", section(page, "recipients"))
    assert "1–16 of 16 projects" in section(page, "projects")
    assert "Tonga" in section(page, "map")


def test_the_statements_and_files_of_a_programme_stay(shipped: FlaskClient) -> None:
    page = page_of(shipped, "/page/osa")
    assert '<h2 id="statements">Statements</h2>' in page
    assert 'href="/data/osa.ttl"' in page
    assert shipped.get("/id/osa", headers=BROWSER).headers["Location"] == "/page/osa"


def test_labels_are_in_the_readers_language(shipped: FlaskClient) -> None:
    page = page_of(shipped, "/page/osa?lang=ja")
    assert "成立" in section(page, "budget")
    assert "フィリピン" in section(page, "map")
    assert re.search(r'<text [^>]*lang="ja">フィリピン</text>', page)
    assert 'lang="ja">成立</text>' in page


@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ("sort=colour", 400, "expected one of recipient, year, signed, amount, status"),
        ("page=2", 404, "There is no page 2"),
        ("page=none", 400, "expected the number of a page"),
    ],
)
def test_what_cannot_be_shown_is_said(shipped: FlaskClient, query: str, status: int, sentence: str) -> None:
    response = shipped.get(f"/page/osa?{query}", headers=BROWSER)
    assert response.status_code == status
    assert sentence in html.unescape(response.text)
