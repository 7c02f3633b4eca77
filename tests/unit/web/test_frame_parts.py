"""What all pages share: fonts with their licences, nothing from elsewhere, changes, languages, reports."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

import web
from graph.datadir import Snapshot
from web.addresses import data_address, local_path, page_address
from web.labels import Labels
from web.language import preferred_language
from web.pages import changes

WEB = Path(web.__file__).parent
FONTS = WEB / "static" / "fonts"
# Where a page or a style would fetch something; links that people follow are not meant.
FETCHED = re.compile(r"""(?:src=|url\(|@import|fetch\(|import\s.*from)\s*["']?(?:https?:)?//""")


def test_every_font_is_the_one_of_the_list_and_has_its_licence() -> None:
    listed = json.loads((FONTS / "MANIFEST.json").read_text(encoding="utf-8"))
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FONTS.glob("*.woff2")}
    assert {font["file"]: font["sha256"] for font in listed} == found
    for font in listed:
        licence = (FONTS / font["licence_file"]).read_text(encoding="utf-8")
        assert (font["licence"], "SIL OPEN FONT LICENSE Version 1.1" in licence) == ("OFL-1.1", True)


def test_the_style_names_only_files_that_are_there() -> None:
    style = (WEB / "static" / "style.css").read_text(encoding="utf-8")
    named = set(re.findall(r'url\("([^"]+)"\)', style))
    assert named == {f"fonts/{path.name}" for path in FONTS.glob("*.woff2")}


def test_no_page_fetches_anything_from_elsewhere() -> None:
    ours = [*WEB.glob("templates/*.html"), *WEB.glob("static/*.css"), *WEB.glob("static/js/*.js")]
    assert len(ours) > 10
    assert [path.name for path in ours if FETCHED.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("ja", "ja"),
        ("de,fr;q=0.5", "en"),
        ("en-GB,ja;q=0.9", "en"),
        ("en;q=0.3, JA-jp;q=0.9", "ja"),
        ("ja;q=0", "en"),
    ],
)
def test_labels_are_in_the_language_that_the_browser_likes_best(header: str | None, language: str) -> None:
    assert preferred_language(header) == language


@pytest.mark.parametrize(
    ("iri", "page", "file"),
    [
        ("https://w3id.org/osagraph/id/osa", "/page/osa", "/data/osa.ttl"),
        ("https://w3id.org/osagraph/id/x/\u00f4", "/page/x/%C3%B4", "/data/x/%C3%B4.ttl"),
        ("https://w3id.org/osagraph/ontology#amount", "/ontology/amount", "/entity?iri=https%3A"),
        ("https://w3id.org/osagraph/id/../x", "/entity?iri=https%3A", "/entity?iri=https%3A"),
        ("https://w3id.org/osagraph/id/a?b", "/entity?iri=https%3A", "/entity?iri=https%3A"),
        ("https://w3id.org/osagraph/id//evil", "/entity?iri=https%3A", "/entity?iri=https%3A"),
        ("javascript:alert(1)", "/entity?iri=javascript%3A", "/entity?iri=javascript%3A"),
    ],
)
def test_every_iri_has_an_address_of_this_site(iri: str, page: str, file: str) -> None:
    assert page_address(iri).startswith(page)
    assert data_address(iri, "ttl").startswith(file)
    assert (local_path(iri) is None) == data_address(iri, "ttl").startswith("/entity")


def test_the_best_label_is_the_readers_then_english_then_any() -> None:
    found = {"a": [Literal("A", language="en"), Literal("あ", language="ja"), Literal("Ä", language="de")]}
    assert [each.value for each in Labels(found, "ja").all("a")] == ["あ", "A", "Ä"]
    assert Labels(found, "en").text("a") == "A"
    assert Labels({"a": found["a"][2:]}, "ja").text("a") == "Ä"
    claimed = {"a": [Literal("the barge", language="en"), Literal("はしけ", language="ja")]}
    assert Labels({}, "ja", claimed).text("a") == "はしけ (claimed)"
    assert Labels({"a": [Literal("A", language="en")]}, "ja", claimed).text("a") == "A"
    assert Labels({}).text("https://w3id.org/osagraph/id/osa") == "id:osa"
    assert Labels({}).text("http://qudt.org/vocab/unit/CCY_JPY") == "JPY"
    assert Labels({}).text("https://w3id.org/osagraph/id/claim/9f82fb75985d1b842c344ef2") == "claim 9f82fb"


def test_what_has_no_label_here_leads_to_its_own_place_on_the_web_or_nowhere() -> None:
    names = Labels({})
    assert names.name(Literal("2026")).href is None
    assert names.name(NamedNode("javascript:alert(1)")).href is None
    assert names.name(NamedNode("http://www.wikidata.org/entity/Q17")).is_outward


def snapshot(number: int, **counts: int | str) -> Snapshot:
    return Snapshot(number, Path(), counts)


def test_changes_are_told_beside_the_snapshot_before() -> None:
    kept = [snapshot(9, claims=12, facts=3, quads=99), snapshot(7, claims=10, facts=3, made="2026")]
    found = changes(kept)
    assert [(change.snapshot.number, dict(change.differences)) for change in found] == [
        (9, {"claims": 2}),
        (7, {}),
    ]
    many = changes([snapshot(number, claims=number) for number in range(1, 10)])
    assert [change.snapshot.number for change in many] == [9, 8, 7, 6, 5]
    assert dict(many[-1].differences) == {"claims": 1}
    assert changes([]) == []
