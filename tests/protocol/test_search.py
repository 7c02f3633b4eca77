"""The search over HTTP: the page, its twin for programs, views, limits, and an index not made yet."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from graph.datadir import DataDirectory
from graph.label_file import FOLDER
from graph.label_keeper import make_missing_labels
from server import create_app
from web.settings import Settings

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
HTML = "text/html; charset=utf-8"
OSA = "https://w3id.org/osagraph/ontology#"
ID = "https://w3id.org/osagraph/id/"
SOURCE_GRAPH = "https%3A%2F%2Fw3id.org%2Fosagraph%2Fgraph%2Fsource%2Fzz-report"
REPORT = f"""<{ID}source/zz-report> a <{OSA}Source> ; <{OSA}publisherKind> <{OSA}NewsAgency> ;
    <http://purl.org/dc/terms/title> "Zyxwv of the day"@en .
"""


@pytest.fixture(scope="module")
def get(client: Any) -> Any:
    return lambda path, **options: client.get(path, **{"headers": BROWSER, **options})


def words(page: str) -> str:
    """The text of the main part of a page, its white space run together."""
    main = page.partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", main)))


def titles(page: str) -> list[str]:
    """The names that a page lists, without their marks."""
    found = re.findall(r'<p class="title"><a [^>]*>(.*?)</a>', page, re.DOTALL)
    return [html.unescape(re.sub(r"</?mark>", "", each)) for each in found]


@pytest.mark.parametrize(
    "path", ["/search", "/search?q=fiji", "/search?q=fiji&type=osa:Source", "/api/search?q=fiji"]
)
def test_an_answer_need_not_be_sent_twice(get: Any, path: str) -> None:
    first = get(path)
    again = get(path, headers={**BROWSER, "If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")
    assert get(f"{path}{'&' if '?' in path else '?'}lang=ja").headers["ETag"] != first.headers["ETag"]


def test_without_words_there_is_a_form(get: Any) -> None:
    page = get("/search").text
    assert "The key" in words(page)
    assert 'name="q" maxlength="200" value=""' in page
    assert titles(page) == []


def test_a_name_is_found_with_its_kind_and_what_says_most_of_it(get: Any) -> None:
    page = get("/search?q=fiji").text
    assert titles(page)[0] == "Fiji"
    assert "<mark>Fiji</mark> Navy" in page
    text = words(page)
    assert "Republic of Fiji Navy organisation is also called Fiji Navy" in text
    assert (
        "Fiji : recipient of Official Security Assistance, FY2023 participation Fiji · recipient · 2023"
        in text
    )
    assert "1–20 of 23 things" in text


def test_a_name_in_another_language_says_that(get: Any) -> None:
    english = words(get("/search?q=フィジー").text)
    assert "Fiji state is called in Japanese フィジー" in english
    japanese = get("/search?q=フィジー&lang=ja").text
    assert titles(japanese) == ["フィジー", "フィジー軍"]
    assert 'lang="ja"><mark>フィジー</mark></a>' in japanese


def test_kinds_are_chosen_by_links_with_counts(get: Any) -> None:
    page = get("/search?q=fiji").text
    (number,) = re.findall(
        r'href="/search\?q=fiji&amp;type=osa%3ASource">source</a> <span class="quiet">(\d+)', page
    )
    chosen = get("/search?q=fiji&type=osa:Source").text
    assert len(titles(chosen)) == int(number)
    assert "✓" in words(chosen)
    assert all("source" in each for each in re.findall(r'<span class="quiet">(.*?)</span></p>', chosen))


def test_pages_follow_each_other(get: Any) -> None:
    first, second = (titles(get(f"/search?q=fiji&page={number}").text) for number in (1, 2))
    assert (len(first), len(second)) == (20, 3)
    assert not {*first} & {*second} - {"Fiji"}
    assert get("/search?q=fiji&page=3").status_code == 404


@pytest.mark.parametrize(
    ("text", "meant", "first"),
    [("malasia", "malaysia", "Malaysia"), ("philipines navy", "philippine navy", "Philippine Navy")],
)
def test_a_slip_is_corrected_and_says_so(get: Any, text: str, meant: str, first: str) -> None:
    page = get(f"/search?q={text}").text
    assert f"Did you mean {meant} ?" in words(page)
    assert titles(page)[0] == first
    assert "Did you mean" not in get(f"/search?q={meant}").text


def test_nothing_is_said_in_words_with_a_way_on(get: Any) -> None:
    response = get("/search?q=zzzzqqq")
    assert response.status_code == 200
    assert "Nothing is called zzzzqqq , or nearly so. Try fewer words" in words(response.text)
    assert 'href="/browse"' in response.text
    other = words(get("/search?q=fiji&type=osa:Law").text)
    assert "Nothing of this kind is called fiji . All kinds" in other


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        (f"/search?q={'x' * 201}", 400, "at most 200 characters"),
        (f"/api/search?q={'x' * 201}", 400, "at most 200 characters"),
        ("/search?q=fiji&type=state", 400, "expected a name such as"),
        ("/search?q=fiji&kind=osa:State", 400, "Parameter kind is"),
        ("/search?q=fiji&page=0", 400, "the number of a page"),
        ("/api/search?q=fiji&limit=101", 400, "a number from 1 to 100"),
        ("/api/search?q=fiji&limit=x", 400, "a number from 1 to 100"),
    ],
)
def test_what_is_wrong_is_said_in_words(get: Any, path: str, status: int, sentence: str) -> None:
    response = get(path)
    assert (response.status_code, response.content_type) == (status, HTML)
    assert sentence in words(response.text)


@pytest.mark.parametrize(
    "text",
    [
        "\"'><script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "{{7*7}}",
        '" OR 1=1',
        "\u202e\u0301",
        "%00",
    ],
)
def test_a_strangers_text_is_text(get: Any, text: str) -> None:
    response = get("/search", query_string={"q": text})
    assert response.status_code == 200
    assert "<script>alert" not in response.text and "<img" not in response.text
    assert ">49<" not in response.text


def test_programs_get_scores_and_reasons(get: Any) -> None:
    found = get("/api/search?q=Q712").json
    assert found["query"] == "Q712"
    assert (found["total"], found["isComplete"], found["leftOut"], found["corrected"]) == (1, True, 0, {})
    (hit,) = found["hits"]
    assert hit["page"].endswith("/page/fiji")
    del hit["page"]
    assert hit == {
        "iri": f"{ID}fiji",
        "label": {"value": "Fiji", "language": "en"},
        "types": [{"iri": f"{OSA}State", "label": "state"}],
        "score": 100,
        "why": "exact",
        "matched": {"value": "Q712", "language": None, "kind": "code"},
    }
    few = get("/api/search?q=fiji&limit=2&type=osa:Source").json
    assert (len(few["hits"]), few["total"]) == (2, 5)
    assert {"iri": f"{OSA}Source", "label": "source", "count": 5} in few["types"]
    assert get("/api/search?q=malasia").json["corrected"] == {"malasia": ["malaysia"]}
    assert get("/api/search").json["hits"] == []


@pytest.mark.parametrize(
    ("text", "iri"),
    [
        ("osa:recipient", f"{OSA}recipient"),
        ("id:fiji", f"{ID}fiji"),
        (f"{ID}budget/osa-fy2026", f"{ID}budget/osa-fy2026"),
        ("https://www.wikidata.org/wiki/Q712", f"{ID}fiji"),
        ("three-principles-2014", f"{ID}three-principles-2014"),
    ],
)
def test_an_iri_finds_its_thing_first(get: Any, text: str, iri: str) -> None:
    first = get("/api/search", query_string={"q": text}).json["hits"][0]
    assert (first["iri"], first["score"] >= 89) == (iri, True)


def test_a_thing_without_a_name_is_found_by_its_iri(get: Any) -> None:
    row = get(
        "/sparql",
        query_string={"query": "SELECT ?r { GRAPH graph:assessments { ?r a osa:Resolution } } LIMIT 1"},
        headers={"Accept": "application/sparql-results+json"},
    ).json["results"]["bindings"][0]
    iri = row["r"]["value"]
    hits = get("/api/search", query_string={"q": iri}).json["hits"]
    assert [hit["iri"] for hit in hits] in ([iri], [])


def test_a_page_that_is_not_there_names_what_is_like_it(get: Any) -> None:
    response = get("/page/project/osa-fy2023-fijj")
    assert response.status_code == 404
    assert "/page/project/osa-fy2023-fiji" in response.text


def test_a_view_leaves_out_what_it_does_not_know(get: Any) -> None:
    path = "/api/search?q=japan to give fiji&as-of=2022-01-01"
    for _ in range(200):
        response = get(path)
        if response.status_code != 503:
            break
    found = response.json
    everything = get("/api/search?q=japan to give fiji").json
    assert everything["total"] > 0 and everything["leftOut"] == 0
    assert (found["total"], found["leftOut"]) == (0, everything["total"])
    page = get("/search?q=japan to give fiji&as-of=2022-01-01").text
    assert "are known to other sources only" in words(page)
    assert "as-of=2022-01-01" in get("/search?q=fiji&as-of=2022-01-01").text


def test_the_endpoint_is_described(get: Any) -> None:
    described = get("/api/openapi.json").json["paths"]["/api/search"]["get"]
    assert [each["name"] for each in described["parameters"]] == [
        "q",
        "type",
        "limit",
        "as-of",
        "perspective",
    ]


def test_robots_are_kept_from_endless_searches(get: Any) -> None:
    assert "Disallow: /search?\n" in get("/robots.txt").text


@pytest.fixture
def unsearched(
    shipped_data: Callable[[], DataDirectory], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[DataDirectory, Any]]:
    """The pages of a dataset without a label index, by Flask alone."""
    data = shipped_data()
    shutil.rmtree(data.root / FOLDER)
    app = create_app(Settings(data=data.root))
    yield data, app.test_client()
    app.extensions["readers"].close()


def test_while_the_index_is_made_the_search_says_so(unsearched: tuple[DataDirectory, Any]) -> None:
    data, client = unsearched
    response = client.get("/search?q=fiji", headers=BROWSER)
    assert response.status_code == 503
    assert "The index of names is being made" in words(response.text)
    assert int(response.headers["Retry-After"]) > 0
    assert client.get("/search", headers=BROWSER).status_code == 200
    assert client.get("/page/nothing-here", headers=BROWSER).status_code == 404
    make_missing_labels(data)
    assert client.get("/search?q=fiji", headers=BROWSER).status_code == 200


def test_a_server_makes_an_index_that_is_missing_and_keeps_it_up(
    shipped_data: Callable[[], DataDirectory], serving: Callable[..., AbstractContextManager[Any]]
) -> None:
    data = shipped_data()
    shutil.rmtree(data.root / FOLDER)
    with serving(data.root) as server:
        client = server.client("admin")
        for _ in range(2000):
            response = client.get("/api/search?q=Q712")
            if response.status_code == 200:
                break
            assert response.status_code == 503
        assert [hit["iri"] for hit in response.json["hits"]] == [f"{ID}fiji"]
        path = f"/store?graph={SOURCE_GRAPH}"
        written = client.put(path, data=REPORT, content_type="text/turtle")
        assert written.status_code == 201, written.text
        # Whoever has written finds it at once.
        assert [hit["iri"] for hit in client.get("/api/search?q=zyxwv").json["hits"]] == [
            f"{ID}source/zz-report"
        ]
        assert client.delete(path).status_code < 300
        assert client.get("/api/search?q=zyxwv").json["hits"] == []
