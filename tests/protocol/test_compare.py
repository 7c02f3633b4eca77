"""The graph beside Wikidata over HTTP and on the command line, with an extract that is made up."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from server import create_app, main
from tests.unit.loaders.wikidata_made import entity, item, quantity, statement, string, texts, time
from web.settings import Settings

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
ID = "https://w3id.org/osagraph/id/"
WDT = "http://www.wikidata.org/prop/direct/"
RDFS_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
HOSTILE = '"><script>alert(1)</script>'
BOOK = {
    "hash": "ab" * 20,
    "snaks": {
        "P854": [
            string("P854", "https://example.org/capital", "url"),
            string("P854", "javascript:alert(1)", "url"),
        ],
        "P813": [time("P813", "+2024-05-01T00:00:00Z")],
    },
}
PHILIPPINES = entity(
    "Q928",
    {
        "P297": [statement(string("P297", "PH", "external-id"))],
        "P36": [statement(item("P36", "Q1461"), identifier="Q928$AA-1", references=[BOOK])],
        "P1082": [
            statement(
                quantity("P1082", "+109035343", lowerBound="+109035340", upperBound="+109035350"),
                "preferred",
                qualifiers={"P585": [time("P585", "+2020-05-01T00:00:00Z")]},
            ),
            statement(quantity("P1082", "+100981437")),
            statement(quantity("P1082", "+5"), "deprecated"),
        ],
        "P40": [statement({"snaktype": "novalue", "property": "P40"})],
        "P1448": [statement(string("P1448", HOSTILE))],
    },
    labels=texts(en="Philippines", ja="ピリピン"),
    modified="2026-10-01T00:00:00Z",
)
FIJI = entity("Q712", {"P297": [statement(string("P297", "XX", "external-id"))]}, labels=texts(en="Fiji"))
MANILA = entity("Q1461", labels=texts(en="Manila", ja="マニラ"))


@pytest.fixture(scope="module")
def data(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped dataset, with an extract of Wikidata."""
    folder = tmp_path_factory.mktemp("compared")
    path = shutil.copytree(built, folder / "data")
    extract = folder / "extract.json"
    extract.write_text(json.dumps({"entities": {each["id"]: each for each in (PHILIPPINES, FIJI, MANILA)}}))
    result = CliRunner().invoke(main, ["load", str(extract), "--data", str(path), "--no-validate"])
    assert result.exit_code == 0, result.output
    return path


@pytest.fixture(scope="module")
def get(data: Path) -> Iterator[Callable[..., Any]]:
    app = create_app(Settings(data=data))
    client = app.test_client()
    yield lambda path, **headers: client.get(path, headers={**BROWSER, **headers})
    app.extensions["readers"].close()


Get = Callable[..., Any]


def words(page: str) -> str:
    """The text of the main part of a page, its white space run together."""
    text = page.partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


def lines(get: Get, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = get(path).json["lines"]
    return found


def test_the_list_has_what_is_linked_and_loaded_with_counts(get: Get) -> None:
    document = get("/api/compare").json
    assert {each["iri"]: each["counts"]["different"] for each in document["things"]} == {
        f"{ID}fiji": 1,
        f"{ID}philippines": 1,
    }
    page = words(get("/compare").text)
    assert "Fiji wd:Q712 1 1 " in page
    assert "2 things" in page


def test_values_are_told_with_their_verdict(get: Get) -> None:
    document = get("/api/compare?iri=id:philippines").json
    assert document["isLoaded"] is document["isComplete"] is True
    assert document["items"] == ["http://www.wikidata.org/entity/Q928"]
    told = {
        (line["verdict"], line["predicate"], line["there"]["value"]["value"])
        for line in document["lines"]
        if line["here"] and line["there"]
    }
    assert told == {
        ("different", RDFS_LABEL, "ピリピン"),
        ("equal", RDFS_LABEL, "Philippines"),
        ("equal", "https://w3id.org/osagraph/ontology#iso3166Alpha2", "PH"),
    }
    assert document["counts"]["only-there"] == sum(line["here"] is None for line in document["lines"])
    assert document["counts"]["only-here"] == sum(line["there"] is None for line in document["lines"])


def test_rank_bounds_qualifiers_and_references_stand_beside_a_value(get: Get) -> None:
    found = lines(get, "/api/compare?iri=id:philippines&verdict=only-there")
    population = [line for line in found if line["property"] == f"{WDT}P1082"]
    assert [
        (line["there"]["value"]["value"], line["there"]["rank"], line["note"]) for line in population
    ] == [
        ("109035343", "preferred", ""),
        ("100981437", "normal", "Wikidata prefers another value"),
        ("5", "deprecated", "Wikidata has deprecated this"),
    ]
    best = population[0]["there"]
    assert (best["lowerBound"], best["upperBound"]) == ("109035340", "109035350")
    assert [part["value"]["value"] for part in best["qualifiers"]] == ["2020-05-01"]
    (capital,) = (line["there"] for line in found if line["property"] == f"{WDT}P36")
    assert capital["statement"] == "http://www.wikidata.org/entity/statement/Q928-AA-1"
    assert {part["property"] for part in capital["references"][0]} == {f"{WDT}P813", f"{WDT}P854"}


def test_a_page_names_items_that_are_none_of_ours_and_links_nothing_but_the_web(get: Get) -> None:
    page = get("/compare?iri=Philippines").text
    assert re.search(r'href="https://www.wikidata.org/wiki/Q1461"[^>]*>Manila</a>', page)
    assert 'href="https://example.org/capital"' in page
    assert 'href="javascript:' not in page
    assert "<script>alert" not in page
    assert "no value" in words(page)
    assert "109,035,343" in words(page)


def test_both_sides_lead_to_their_receipts(get: Get) -> None:
    page = get("/compare?iri=id:philippines&verdict=equal").text
    (claim,) = set(re.findall(r'href="(/page/claim/[0-9a-f]+)"', page)[:1])
    assert get(claim).status_code == 200
    (why,) = re.findall(r'href="(/explain\?[^"]*iso3166Alpha2[^"]*)"', page)
    assert get(html.unescape(why)).status_code == 200


def test_a_verdict_can_be_chosen(get: Get) -> None:
    assert {line["verdict"] for line in lines(get, "/api/compare?iri=id:fiji&verdict=different")} == {
        "different"
    }
    assert lines(get, "/api/compare?iri=id:fiji&verdict=different")[0]["there"]["value"]["value"] == "XX"


def test_what_is_not_loaded_or_not_linked_says_how_to_change_that(get: Get) -> None:
    assert "osagraph load Q17.json" in words(get("/compare?iri=id:japan").text)
    assert "Nobody has linked" in words(get("/compare?iri=id:osa").text)
    assert get("/api/compare?iri=id:japan").json["isLoaded"] is False


def test_without_an_extract_the_list_says_how_to_load_one(built: Path) -> None:
    app = create_app(Settings(data=built))
    try:
        page = app.test_client().get("/compare", headers=BROWSER).text
        assert "No extract of Wikidata is loaded here" in words(page)
    finally:
        app.extensions["readers"].close()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/compare?verdict=worse", 400),
        ("/compare?iri=nothing-is-called-so", 400),
        ("/compare?page=2", 404),
        ("/compare?x=1", 400),
        ("/api/compare?verdict=worse", 400),
        (f"/compare?iri={HOSTILE}", 400),
    ],
)
def test_what_cannot_be_compared_is_an_error_in_words(path: str, status: int, get: Get) -> None:
    response = get(path)
    assert response.status_code == status
    assert "<script>alert" not in response.text


def test_an_answer_need_not_be_sent_twice_and_names_its_twin(get: Get) -> None:
    first = get("/compare?iri=id:fiji")
    assert '</api/compare?iri=id%3Afiji>; rel="alternate"; type="application/json"' in first.headers["Link"]
    again = get("/compare?iri=id:fiji", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_page_of_a_thing_leads_here_and_is_not_filled_by_wikidata(get: Get) -> None:
    page = get("/page/philippines").text
    assert 'href="/compare?iri=id%3Aphilippines"' in page
    assert "109,035,343" not in words(page)


def run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["compare", *arguments, "--data", str(data)])


def test_the_command_lists_all_that_is_loaded(data: Path) -> None:
    result = run(data)
    assert result.exit_code == 0
    first, second = result.output.splitlines()
    assert first.startswith("Fiji (Q712): 1 different, 1 equal, ")
    assert second.startswith("Philippines (Q928): 1 different, 2 equal, ")


def test_the_command_tells_values_line_by_line(data: Path) -> None:
    told = run(data, "Philippines", "--verdict", "different").output.splitlines()
    assert told[1:] == ["  different   label: フィリピン  |  ピリピン"]
    assert "  only there  wdt:P40: –  |  no value" in run(data, "id:philippines").output


def test_the_command_speaks_json_and_csv(data: Path) -> None:
    (document,) = json.loads(run(data, "id:fiji", "--json").output)
    assert document["counts"]["different"] == 1
    rows = list(csv.DictReader(io.StringIO(run(data, "--csv", "--verdict", "different").output)))
    assert [(row["item"].rsplit("/", 1)[-1], row["there"]) for row in rows] == [
        ("Q712", '"XX"'),
        ("Q928", '"ピリピン"@ja'),
    ]
    assert run(data, "--csv", "--json").exit_code == 2


def test_the_command_says_what_is_not_there(data: Path, built: Path) -> None:
    assert "not in a loaded extract" in run(data, "Japan").output
    nothing = run(built)
    assert (nothing.exit_code, "No extract of Wikidata is loaded" in nothing.output) == (5, True)
