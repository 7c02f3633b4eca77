"""The neighbours of things: the page without scripts, the lists behind it, and the JSON endpoint."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
SCRIPT = "\"'><script>alert(1)</script>"
PHILIPPINES = "https://w3id.org/osagraph/id/philippines"
PROJECT = "https://w3id.org/osagraph/id/project/osa-fy2024-philippines"
PROJECT_NAME = "Official Security Assistance: Philippines, FY2024"
OSA = "https://w3id.org/osagraph/ontology#"


@pytest.fixture(scope="module")
def get(client: Any) -> Any:
    return lambda path, **options: client.get(path, **{"headers": BROWSER, **options})


def words(page: str) -> str:
    """The text of the content of a page, its white space run together."""
    main = page[page.index("<main") : page.index("</main")]
    shown = re.sub(r"<script.*?</script>", " ", main, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", shown)))


def drawn(page: str) -> Any:
    """What a page hands to the picture."""
    found = re.search(r'<script type="application/json" id="explore-data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def rows(page: str) -> list[str]:
    return re.findall(r'<li data-iri="([^"]+)"', page)


def link(page: str, text: str, css: str = "expand") -> str:
    found = re.search(rf'<a class="{css}" href="([^"]+)"[^>]*>{re.escape(text)}</a>', page)
    assert found is not None, text
    return html.unescape(found[1])


def test_the_page_to_begin_with_has_a_form_and_three_places(get: Any) -> None:
    response = get("/explore")
    assert response.status_code == 200
    assert re.findall(r'href="(/explore\?iri=[^"]+)"', response.text) == [
        "/explore?iri=id%3Aosa",
        "/explore?iri=id%3Aphilippines",
        "/explore?iri=id%3Aequipment%2Fcoastal-surveillance-radar",
    ]
    assert '<form method="get" action="/explore" role="search"' in response.text


def test_a_name_is_looked_up(get: Any) -> None:
    for name in ("Philippines", "フィリピン", "philippines"):
        page = get("/explore", query_string={"q": name}).text
        assert "Philippines is the recipient of" in words(page).replace(" state", "")


def test_neighbours_stand_by_what_they_are_to_the_thing(get: Any) -> None:
    text = words(get("/explore?iri=id:philippines").text)
    assert "is the recipient of ← Official Security Assistance: Philippines, FY2025 committed project" in text
    assert "is spoken for by ← Enrique Manalo person, 1 link" in text
    assert "Philippine Navy organisation, 10 links inferred page leave out" in text


def test_the_list_and_the_picture_have_the_same(get: Any) -> None:
    page = get("/explore?iri=id:philippines&iri=id:osa").text
    data = drawn(page)
    nodes = {node["id"] for node in data["nodes"] if not node.get("isGroup")}
    assert nodes == {*rows(page), PHILIPPINES, "https://w3id.org/osagraph/id/osa"}
    ends = {end for each in data["links"] for end in (each["source"], each["target"])}
    assert ends <= {node["id"] for node in data["nodes"]}


def test_the_first_view_is_small_and_says_what_it_leaves_out(get: Any) -> None:
    page = get("/explore?iri=id:japan").text
    data = drawn(page)
    assert sum(not node.get("isGroup") for node in data["nodes"]) <= 60
    groups = [node for node in data["nodes"] if node.get("isGroup")]
    assert groups
    for group in groups:
        assert group["label"].split(" more: ")[0] in words(page)
        assert group["href"] in html.unescape(page)


def test_one_line_for_a_pair_hides_what_follows_from_it(get: Any) -> None:
    def between(path: str) -> list[str]:
        links = drawn(get(path).text)["links"]
        return sorted(
            each["property"].removeprefix(OSA)
            for each in links
            if {each["source"], each["target"]} == {PHILIPPINES, PROJECT}
        )

    assert between("/explore?iri=id:philippines") == ["recipient"]
    assert between("/explore?iri=id:philippines&also=inferred") == [
        "benefits",
        "party",
        "receives",
        "recipient",
    ]


def test_links_between_two_chosen_things_are_there_once(get: Any) -> None:
    links = drawn(get("/explore?iri=id:philippines&iri=id:project/osa-fy2024-philippines").text)["links"]
    keys = [(each["source"], each["property"], each["target"]) for each in links]
    assert len(keys) == len(set(keys))
    assert (PROJECT, f"{OSA}recipient", PHILIPPINES) in keys


def test_sources_and_claims_are_shown_when_asked_for(get: Any) -> None:
    plain = get("/explore?iri=id:philippines").text
    assert "the sources published there (15 links)" in words(plain)
    shown = get("/explore?iri=id:philippines&also=sources").text
    assert "is the country of publication of ←" in words(shown)
    assert len(rows(shown)) == len(rows(plain)) + 15
    claims = get("/explore?iri=id:project/osa-fy2024-philippines&also=claims").text
    (claim, *_) = [iri for iri in rows(claims) if "/id/claim/" in iri]
    about = words(get("/explore", query_string={"iri": claim}).text)
    assert "Official Security Assistance: Philippines, FY2024" in about


def test_a_link_that_is_claimed_and_not_accepted_says_so_in_words(get: Any) -> None:
    for thing in ("project/osa-fy2023-malaysia", "equipment/fast-interceptor-boat"):
        page = get(f"/explore?iri=id:{thing}").text
        (found,) = [
            each
            for each in drawn(page)["links"]
            if each["source"].endswith("/osa-fy2023-malaysia")
            and each["target"].endswith("/equipment/fast-interceptor-boat")
        ]
        assert (found["contested"], found["accepted"]) == (True, False)
        assert "⚑ claimed, not accepted" in words(page)


def test_links_are_followed_without_scripts_from_a_country_to_a_class_of_equipment(get: Any) -> None:
    page = get("/explore?iri=id:philippines").text
    for step in (
        PROJECT_NAME,
        "coastal surveillance radar for Philippines, FY2024",
        "coastal surveillance radar",
    ):
        address = link(page, step)
        assert address.endswith(f"#n{page.count('data-around=')}")
        page = get(address.partition("#")[0]).text
    assert page.count('data-around="') == 4
    assert "is the class of ←" in words(page)


def test_where_no_more_fit_the_next_begins_anew(get: Any) -> None:
    asked = "&".join(f"iri=id:fy{year}" for year in range(2013, 2024))
    page = get(f"/explore?{asked}&iri=id:philippines").text
    assert "12 things are expanded, and no more fit here" in words(page)
    assert link(page, PROJECT_NAME) == "/explore?iri=id%3Aproject%2Fosa-fy2024-philippines"


def test_what_is_left_out_stays_out_until_it_is_brought_back(get: Any) -> None:
    page = get("/explore?iri=id:philippines").text
    leave = re.search(
        r'<a class="leave" href="([^"]+)" rel="nofollow" aria-label="Leave out Enrique Manalo"', page
    )
    assert leave is not None
    without = get(html.unescape(leave[1])).text
    gone = set(rows(page)) - set(rows(without))
    assert gone == {"https://w3id.org/osagraph/id/enrique-manalo"}
    assert "1 left out by hand." in words(without)


def test_filters_narrow_the_list_and_the_picture(get: Any) -> None:
    page = get("/explore?iri=id:philippines&property=osa:recipient").text
    assert len(rows(page)) == 3
    assert len(drawn(page)["nodes"]) == 4
    assert len(rows(get("/explore?iri=id:philippines&type=osa:Person").text)) == 3


@pytest.mark.parametrize(("group", "label"), [("property", "3: is the recipient of"), ("type", "3: person")])
def test_nodes_are_grouped_in_the_picture_and_not_in_the_list(get: Any, group: str, label: str) -> None:
    page = get(f"/explore?iri=id:philippines&group={group}").text
    data = drawn(page)
    assert label in [node["label"] for node in data["nodes"] if node.get("isGroup")]
    assert len(rows(page)) == 33
    assert len(data["nodes"]) < 15
    assert {each["source"] for each in data["links"]} | {each["target"] for each in data["links"]} == {
        node["id"] for node in data["nodes"]
    }


def test_all_links_of_a_property_are_listed_in_pages(get: Any) -> None:
    path = "/explore/links?of=id:japan&property=osa:publisherCountry&direction=in&iri=id:japan"
    first, second = get(path).text, get(f"{path}&page=2").text
    assert len(rows(first)) == 100
    assert not set(rows(first)) & set(rows(second))
    assert "1–100 of 150 links" in words(first)
    assert link(first, html.unescape(re.findall(r'class="expand"[^>]*>([^<]+)<', first)[0])).startswith(
        "/explore?iri=id%3Ajapan&iri="
    )


def test_a_view_is_kept_and_shows_what_it_knows(get: Any) -> None:
    path = "/explore?iri=id:philippines&as-of=2023-12-31"
    page = get(path)
    while page.status_code == 503:
        page = get(path)
    # What sources said in that year of a later one is shown as their claim, and as nothing else.
    assert "FY2024" not in words(page.text).replace("FY2024 (claimed)", "")
    assert "as-of=2023-12-31" in link(page.text, "Official Security Assistance: Philippines, FY2023")
    answer = get("/api/neighbours?iri=id:philippines&as-of=2023-12-31").json
    assert PROJECT not in [node["iri"] for node in answer["nodes"]]


def test_labels_come_in_the_language_of_the_reader(get: Any) -> None:
    page = get("/explore?iri=id:philippines&lang=ja").text
    assert '<a href="/page/philippines?lang=ja" lang="ja"' in page
    assert "lang=ja" in html.unescape(re.findall(r'class="expand" href="([^"]+)"', page)[0])
    node = get("/api/neighbours?iri=id:philippines&lang=ja").json["nodes"][0]
    assert (node["label"], node["lang"]) == ("フィリピン", "ja")


def test_what_is_not_there_is_told_in_a_sentence(get: Any) -> None:
    for path, status, sentence in (
        ("/explore?iri=id:atlantis", 404, "Nothing is known here of id:atlantis."),
        ("/explore?iri=nonsense", 400, "expected an IRI or a name such as id:japan"),
        ("/explore?q=atlantis", 400, "expected the name or IRI of a thing"),
        ("/explore?iri=id:osa&also=all", 400, "expected one of inferred, sources, claims"),
        ("/explore?iri=id:osa&group=colour", 400, "expected property or type"),
        ("/explore?iri=id:osa&depth=2", 400, "Parameter depth is '2'"),
        ("/explore?" + "&".join(f"iri=id:x{number}" for number in range(13)), 400, "at most 12 at a time"),
        ("/explore/links?of=id:osa&property=osa:recipient", 404, "There are no such links"),
        ("/explore/links?of=id:osa&property=osa:programme&direction=up", 400, "expected out or in"),
        ("/explore/links?of=id:osa&property=osa:programme&direction=in&page=9", 404, "There is no page 9"),
    ):
        response = get(path)
        assert response.status_code == status, path
        assert sentence in words(response.text), path


def test_a_thing_that_is_unknown_does_not_hide_the_others(get: Any) -> None:
    text = words(get("/explore?iri=id:atlantis&iri=id:philippines").text)
    assert "Nothing is known of it here." in text
    assert "is the recipient of" in text


@pytest.mark.parametrize("name", ["iri", "q", "without", "property", "type", "also", "group"])
def test_nothing_that_is_put_in_comes_out_as_markup(get: Any, name: str) -> None:
    page = get("/explore", query_string={"iri": "id:osa", name: f"http://example.org/{SCRIPT}"}).text
    assert "<script>alert" not in page


def test_the_answer_for_programs_has_nodes_links_and_what_is_more(get: Any) -> None:
    response = get("/api/neighbours?iri=id:japan&limit=5", headers={})
    assert response.content_type == "application/json"
    answer = response.json
    assert len(answer["nodes"]) == 6
    assert {"iri", "label", "lang", "type", "typeLabel", "degree", "href"} == set(answer["nodes"][0])
    assert {"source", "target", "property", "label", "contested", "inferred", "accepted"} == set(
        answer["links"][0]
    )
    more = {(each["property"].removeprefix(OSA), each["direction"]): each["count"] for each in answer["more"]}
    assert more["provider", "in"] == 37 - sum(each["label"] == "provider" for each in answer["links"])
    again = get("/api/neighbours?iri=id:japan&limit=5", headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_links_of_a_property_come_in_parts(get: Any) -> None:
    path = "/api/neighbours?iri=id:japan&property=osa:provider&direction=in&limit=20"
    first, second = get(path).json, get(f"{path}&offset=20").json
    assert [each["count"] for each in first["more"]] == [17]
    assert second["more"] == []
    sources = [each["source"] for part in (first, second) for each in part["links"]]
    assert len(sources) == len(set(sources)) == 37


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/neighbours", 400),
        ("/api/neighbours?iri=id:atlantis", 404),
        ("/api/neighbours?iri=id:osa&limit=201", 400),
        ("/api/neighbours?iri=id:osa&offset=-1", 400),
        ("/api/neighbours?iri=id:osa&direction=up", 400),
    ],
)
def test_what_is_wrong_is_told_to_programs(client: Any, path: str, status: int) -> None:
    response = client.get(path, headers={"Accept": "application/json"})
    assert response.status_code == status
    assert response.json["status"] == status
