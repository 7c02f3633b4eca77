"""The pages beside those of things and questions: sources, contradictions, lists, ontology, snapshots."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

import pytest
from openapi_spec_validator import validate

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
HTML = "text/html; charset=utf-8"
ATOM = "{http://www.w3.org/2005/Atom}"
SCRIPT = "\"'><script>alert(1)</script>"
PAGES = (
    "/about",
    "/sources",
    "/sources/seed-002-news",
    "/contradictions",
    "/perspectives",
    "/browse",
    "/browse/AssistanceProject",
    "/ontology",
    "/ontology/BudgetLine",
    "/snapshots",
    "/snapshots/1",
)
PROTEGE = "application/rdf+xml, application/xml; q=0.7, text/xml; q=0.6, text/plain; q=0.1, */*; q=0.09"
JAVA = "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"
RDFLIB = "application/rdf+xml, text/n3, text/turtle, application/n-triples, application/ld+json"


@pytest.fixture(scope="module")
def get(client: Any) -> Any:
    return lambda path, **options: client.get(path, **{"headers": BROWSER, **options})


def words(page: str) -> str:
    """The text of a page, its white space run together."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_there_and_need_not_be_sent_twice(get: Any, path: str) -> None:
    response = get(path)
    assert (response.status_code, response.content_type) == (200, HTML)
    assert response.headers["Cache-Control"] == "no-cache"
    again = get(path, headers={**BROWSER, "If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("path", PAGES)
def test_another_language_is_another_page(get: Any, path: str) -> None:
    japanese = get(f"{path}?lang=ja")
    assert japanese.status_code == 200
    assert japanese.headers["ETag"] != get(path).headers["ETag"]
    assert "Accept-Language" in japanese.headers["Vary"]


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("/sources/nope", 404, "There is no source 'nope' here."),
        ("/sources?page=99", 404, "There is no page 99: the list ends on page 7."),
        ("/sources?page=-1", 400, "expected the number of a page"),
        ("/sources?kind=newspaper", 400, "expected a name such as osa:Newspaper"),
        ("/sources?sort=title", 400, "Parameter sort is 'title'"),
        ("/contradictions/nope", 404, "There is no contradiction 'nope' here."),
        ("/contradictions?kind=osa:Amount", 400, "expected one of osa:ValueClash"),
        ("/contradictions?subject=Malaysa", 400, "expected the name or IRI of a thing"),
        ("/contradictions?year=next", 400, "expected a fiscal year such as 2025"),
        ("/perspectives?p=nobody", 404, "There is no perspective 'nobody'."),
        ("/perspectives?p=a&p=b&p=c&p=d&p=e", 400, "at most 4 perspectives"),
        ("/browse/Nope", 404, "There is no class osa:Nope here."),
        ("/browse/State?colour=red", 400, "expected a property such as osa:programme"),
        ("/browse/State?osa:x=1&osa:y=2&osa:z=3", 400, "at most 2 at a time"),
        ("/ontology/amout", 404, "Did you mean amount"),
        ("/ontology.obo", 404, "The ontology can be had as .ttl"),
        ("/snapshots/2", 404, "There is no snapshot '2'. The current one is 1."),
        ("/snapshots/one", 404, "There is no snapshot 'one'."),
        ("/sitemap/Source-9.xml", 404, "The sitemap has no part Source-9."),
    ],
)
def test_what_is_not_there_is_told_in_a_sentence(get: Any, path: str, status: int, sentence: str) -> None:
    response = get(path)
    assert response.status_code == status
    assert sentence in words(response.text)


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        (f"/sources/{SCRIPT.replace('/', '')}", {}),
        ("/sources", {"kind": SCRIPT}),
        ("/sources", {SCRIPT: "1"}),
        ("/contradictions", {"subject": SCRIPT}),
        ("/contradictions", {"publisher": f"http://example.org/{SCRIPT}"}),
        ("/contradictions", {"year": SCRIPT}),
        ("/perspectives", {"subject": SCRIPT}),
        ("/browse/" + SCRIPT.replace("/", ""), {}),
        ("/browse/State", {"osa:x": f"http://example.org/{SCRIPT}"}),
        ("/browse/State", {f"osa:{SCRIPT}": "id:osa"}),
        ("/ontology/" + SCRIPT.replace("/", ""), {}),
        ("/snapshots/" + SCRIPT.replace("/", ""), {}),
    ],
)
def test_nothing_that_is_put_in_comes_out_as_markup(
    get: Any, path: str, parameters: Mapping[str, str]
) -> None:
    page = get(path, query_string=parameters).text
    assert "<script>alert" not in page
    assert "onerror=" not in page


def test_the_pages_of_sources_add_up(get: Any) -> None:
    found = [
        name
        for number in range(1, 8)
        for name in re.findall(r'href="/sources/([^"?]+)"', get(f"/sources?page={number}").text)
    ]
    assert len(found) == len(set(found)) == 343


def test_the_filters_of_sources_add_up(get: Any) -> None:
    page = words(get("/sources?kind=osa:Government").text)
    assert "1–17 of 17 sources" in page
    assert "1–15 of 15 sources" in words(get("/sources?kind=osa:Government&country=id:japan").text)


def test_a_source_page_says_what_it_is_and_what_it_says(get: Any, client: Any) -> None:
    response = get("/sources/mofa-jp-2023-12-18-fiji")
    (address,) = re.findall(r'<([^>]+)>; rel="alternate"; type="text/turtle"', response.headers["Link"])
    assert client.get(address, headers={"Accept": "text/turtle"}).status_code == 200
    page = response.text
    text = words(page)
    assert "Signing and Exchange of Notes for OSA to Fiji" in text
    assert "Ministry of Foreign Affairs of Japan" in text
    assert 'href="https://www.mofa.go.jp/press/release/pressite_000001_00060.html"' in page
    assert "#:~:text=" in page
    assert 'href="/store?graph=https%3A//w3id.org/osagraph/graph/source/mofa-jp-2023-12-18-fiji"' in page
    assert '"@type": "CreativeWork"' in page


def test_the_report_card_is_that_of_the_named_query(get: Any, client: Any) -> None:
    for source in ("seed-002-news", "nippon-com-2025-12-24-en"):
        rows = client.get(f"/queries/report-card-of-a-source?source=id:source/{source}").json["results"][
            "bindings"
        ]
        expected = {row["measure"]["value"]: row["number"]["value"] for row in rows if "number" in row}
        page = get(f"/sources/{source}").text
        shown = dict(re.findall(r'<th scope="row">(\w+)</th><td class="number">([\d,]+)</td>', page))
        assert shown == {name: expected[name] for name in shown}
        assert len(shown) == 6


def test_the_pages_of_contradictions_add_up(get: Any) -> None:
    total = int(re.search(r"of (\d+) contradictions", words(get("/contradictions").text))[1])  # type: ignore[index]
    found = []
    for number in range(1, -(-total // 10) + 1):
        found += re.findall(
            r'<article class="contradiction" id="(\w+)"', get(f"/contradictions?page={number}").text
        )
    assert len(found) == len(set(found)) == total


def test_the_kinds_of_contradictions_add_up(get: Any, client: Any) -> None:
    rows = client.get("/queries/contradictions").json["results"]["bindings"]
    total = int(re.search(r"of (\d+) contradictions", words(get("/contradictions").text))[1])  # type: ignore[index]
    assert total == len(rows)
    for kind in {row["what"]["value"].rpartition("#")[2] for row in rows}:
        expected = sum(row["what"]["value"].endswith(f"#{kind}") for row in rows)
        assert f"of {expected} contradictions" in words(get(f"/contradictions?kind=osa:{kind}").text)


def test_a_contradiction_has_both_sides_and_what_was_chosen(get: Any) -> None:
    page = get("/contradictions?subject=id:project/osa-fy2024-philippines&kind=osa:ValueClash").text
    text = words(page)
    assert "1.6 billion yen's worth" in text
    assert "JPY 900 million worth of rigid-hulled inflatable boats" in text
    assert "The policy holds 1,600,000,000 JPY" in text
    assert "Without side A:" in text
    (name,) = set(re.findall(r'href="/contradictions/(\w+)"', page))
    assert get(f"/contradictions/{name}").status_code == 200


def test_a_subject_is_found_by_its_name_in_any_language(get: Any) -> None:
    by_iri = re.findall(
        r'<article class="contradiction" id="(\w+)"', get("/contradictions?subject=id:malaysia").text
    )
    assert by_iri
    for name in ("Malaysia", "malaysia", "マレーシア"):
        page = get("/contradictions", query_string={"subject": name}).text
        assert re.findall(r'<article class="contradiction" id="(\w+)"', page) == by_iri


def test_the_filters_of_contradictions_narrow_each_other(get: Any) -> None:
    def found(path: str) -> set[str]:
        pages = [get(f"{path}&page=1").text]
        return {
            name for page in pages for name in re.findall(r'<article class="contradiction" id="(\w+)"', page)
        }

    both = found("/contradictions?year=2025&publisher=osa:StateMedia")
    assert both
    assert both < {row for row in found("/contradictions?publisher=osa:StateMedia") | both}


def test_projects_are_listed_with_their_properties(get: Any) -> None:
    text = words(get("/browse/AssistanceProject").text)
    assert "1–16 of 16 members" in text
    assert "Official Security Assistance: Fiji, FY2023" in text
    narrowed = words(get("/browse/AssistanceProject?osa:programme=id:osa&osa:fiscalYear=2025").text)
    assert "of 8 members" in narrowed


def test_a_list_is_had_as_a_query(get: Any, client: Any) -> None:
    page = html.unescape(get("/browse/BudgetLine").text)
    (address,) = re.findall(r'href="(/sparql\?query=[^"]+format=csv)"', page)
    rows = client.get(address).text.strip().splitlines()
    assert len(rows) == 22


def test_the_ontology_tells_what_is_meant(get: Any) -> None:
    page = words(get("/ontology/CommittedProject").text)
    assert "An assistance project that both sides have agreed to: its status is signed or later." in page
    assert "every one of them has is committed to itself" in page
    assert "合意済み案件" in page
    assert "Used 13 times" in page
    amount = words(get("/ontology/amount").text)
    assert "values compete for one place" in amount
    assert "An amount is a decimal number of whole currency units, not negative." in amount
    assert "A source has one title." in words(get("/ontology/Source").text)


@pytest.mark.parametrize("path", ["/ontology", "/ontology/2.2.0"])
@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (BROWSER["Accept"], HTML),
        (None, "application/rdf+xml"),
        ("*/*", "application/rdf+xml"),
        (PROTEGE, "application/rdf+xml"),
        (JAVA, "application/rdf+xml"),
        (RDFLIB, "application/rdf+xml"),
        ("text/turtle", "text/turtle; charset=utf-8"),
        ("application/ld+json", "application/ld+json"),
    ],
)
def test_the_ontology_comes_in_the_form_that_a_client_reads(
    client: Any, path: str, accept: str | None, content_type: str
) -> None:
    response = client.get(path, headers={"Accept": accept} if accept else {})
    assert (response.status_code, response.content_type) == (200, content_type)
    assert "Accept" in response.headers["Vary"]


def test_a_term_leads_programs_to_the_file(client: Any) -> None:
    response = client.get("/ontology/amount", headers={"Accept": "text/turtle"})
    assert (response.status_code, response.headers["Location"]) == (303, "/ontology.ttl")


def test_a_snapshot_says_what_it_holds(get: Any) -> None:
    text = words(get("/snapshots/1").text)
    assert "claims 12,345" in text
    assert "No earlier snapshot is kept to compare it with." in text


def test_the_feed_can_be_read(client: Any) -> None:
    response = client.get("/changes.atom")
    assert response.content_type == "application/atom+xml"
    feed = ElementTree.fromstring(response.data)
    for required in ("id", "title", "updated", "author", "entry/id", "entry/title", "entry/updated"):
        path = "/".join(f"{ATOM}{name}" for name in required.split("/"))
        assert feed.find(path) is not None, required
    assert [title.text for title in feed.iterfind(f"{ATOM}entry/{ATOM}title")] == ["Snapshot 1: build"]
    for moment in feed.iter(f"{ATOM}updated"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", moment.text or "")


def test_robots_are_shown_the_sitemap_and_kept_from_questions(client: Any) -> None:
    lines = client.get("/robots.txt").text.splitlines()
    assert lines[0] == "User-agent: *"
    assert "Disallow: /sparql" in lines
    assert lines[-1].endswith("/sitemap.xml")


def test_every_address_of_the_sitemap_is_a_page(client: Any, get: Any) -> None:
    def addresses(path: str) -> list[str]:
        found = re.findall(r"<loc>([^<]+)</loc>", client.get(path).text)
        return [re.sub(r"^http://[^/]+", "", html.unescape(address)) for address in found]

    parts = addresses("/sitemap.xml")
    assert len(parts) == 10
    sources = addresses("/sitemap/Source-1.xml")
    assert len(sources) == 343
    for part in parts:
        for address in addresses(part)[:3]:
            assert get(address).status_code == 200, address


def test_the_description_of_the_json_endpoints_is_valid(client: Any) -> None:
    document = client.get("/api/openapi.json").json
    validate(document)
    for path, item in document["paths"].items():
        if "get" in item and not any(each["required"] for each in item["get"]["parameters"]):
            assert client.get(path, headers={"Accept": "application/json"}).status_code == 200, path


def test_a_perspective_that_is_not_made_yet_is_announced(get: Any) -> None:
    page = get("/perspectives?subject=id:osa&p=china-state&p=japan-government")
    while page.status_code == 503:
        assert int(page.headers["Retry-After"]) >= 1
        assert "Being prepared" in words(page.text)
        page = get("/perspectives?subject=id:osa&p=china-state&p=japan-government")
    text = words(page.text)
    assert "china state 17 sources" in text
    assert "japan government 15 sources" in text
    narrowed = words(get("/perspectives?subject=id:osa&p=china-state&p=japan-government&differences=1").text)
    assert "differs" in narrowed or "They do not differ" in narrowed
