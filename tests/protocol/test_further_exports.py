"""Files for FollowTheMoney and Wikidata over HTTP, and the page that tells what is in them."""

from __future__ import annotations

import csv
import json
from typing import Any

import pytest

from tests.unit.graph.quickstatement_reader import read_csv, read_v1

TYPES = {
    "/export/ftm.json?iri=id:fiji": ("application/json+ftm", "osagraph-fiji.ftm.json"),
    "/export/ftm-report.json?iri=id:fiji": ("application/json", "osagraph-fiji.ftm-report.json"),
    "/export/quickstatements.txt?iri=id:sanae-takaichi": (
        "text/plain; charset=utf-8",
        "osagraph-sanae-takaichi.quickstatements.txt",
    ),
    "/export/quickstatements.csv": ("text/csv; charset=utf-8", "osagraph-all.quickstatements.csv"),
    "/export/quickstatements.json": ("application/json", "osagraph-all.quickstatements.json"),
    "/export/quickstatements-refusals.csv?iri=id:japan": (
        "text/csv; charset=utf-8",
        "osagraph-japan.refusals.csv",
    ),
}


@pytest.mark.parametrize("path", TYPES)
def test_a_file_has_a_type_a_name_and_a_tag(client: Any, path: str) -> None:
    media_type, name = TYPES[path]
    response = client.get(path)
    assert (response.status_code, response.content_type) == (200, media_type)
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert "x-osagraph-truncated" not in response.headers
    again = client.get(path, headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_entities_are_lines_of_json_and_the_report_counts_them(client: Any) -> None:
    entities = [json.loads(line) for line in client.get("/export/ftm.json?iri=id:fiji").text.splitlines()]
    report = client.get("/export/ftm-report.json?iri=id:fiji").json
    assert {"osa.fiji", "osa.project.osa-fy2023-fiji"} <= {entity["id"] for entity in entities}
    assert sum(report["written"].values()) == len(entities)
    assert report["leftOut"]["statements"]["basedOn"] == 2


def test_statements_are_the_same_in_all_formats(client: Any) -> None:
    asked = "retrieved=2026-11-20"
    lines = list(read_v1(client.get(f"/export/quickstatements.txt?{asked}").text))
    table = client.get(f"/export/quickstatements.csv?{asked}").text
    document = client.get(f"/export/quickstatements.json?{asked}").json
    assert lines == list(read_csv(list(csv.reader(table.splitlines()))))
    assert [(line.item, line.property) for line in lines] == [
        (each["item"], each["property"]) for each in document["statements"]
    ]
    assert {each["references"][0]["P813"] for each in document["statements"]} == {"+2026-11-20T00:00:00Z/11"}
    # Nobody has said when the sources were looked at: the day of the snapshot.
    assert "\tS813\t+2026-01-01T00:00:00Z/11" in client.get("/export/quickstatements.txt").text
    refused = client.get(f"/export/quickstatements-refusals.csv?{asked}").text.splitlines()
    assert len(refused) == 1 + len(document["refusals"])


def test_the_page_lists_statements_and_refusals_of_a_thing_by_its_name(client: Any) -> None:
    page = client.get("/export?iri=Sanae+Takaichi").text
    assert "1 statement, 0 facts refused" in page and "Q274948" in page
    japan = client.get("/export?iri=id:japan&lang=ja").text
    assert "no property of Wikidata is mapped to the property" in japan
    assert 'lang="ja" dir="auto" title="https://w3id.org/osagraph/id/japan">日本</a>' in japan
    assert "/export/ftm.json?iri=https%3A%2F%2Fw3id.org%2Fosagraph%2Fid%2Fjapan&amp;lang=ja" in japan
    assert "3 statements" in client.get("/export").text


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/export/ftm.json", 400, "osagraph export --format ftm"),
        ("/export/ftm.json?iri=fiji", 400, "a prefixed name such as id:osa"),
        ("/export/ftm.json?iri=id:nobody-at-all", 404, "Nothing is known of"),
        ("/export/ftm.json?iri=id:fiji&depth=2", 400, "depth"),
        ("/export/ftm.json?" + "&".join(["iri=id:fiji"] * 21), 400, "at most 20"),
        ("/export/quickstatements.txt?retrieved=soon", 400, "a day of the calendar"),
        ("/export?iri=nobody+at+all", 400, "the name or IRI of a thing"),
        ("/export/quickstatements.xml", 404, ""),
    ],
)
def test_mistakes_are_told_in_words(client: Any, path: str, status: int, said: str) -> None:
    response = client.get(path)
    assert (response.status_code, said in response.text) == (status, True)


def test_a_thing_links_to_its_exports_and_the_api_describes_them(client: Any) -> None:
    assert "/export?iri=id%3Afiji" in client.get("/page/fiji").text
    paths = client.get("/api/openapi.json").json["paths"]
    assert {"/export/ftm.json", "/export/ftm-report.json", "/export/quickstatements.json"} <= paths.keys()
