"""Reconciliation of the shipped dataset, asked in this process; answers are as the specification has them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode

from graph.datadir import Snapshot
from graph.embedded import EmbeddedStore
from graph.named_query import Catalogue
from ontology.namespaces import ID, OSA, WD
from tests.bench.reconciling import Score, batch, cases, score
from tests.reconciliation_schemas import (
    ENTITIES,
    EXTENSION,
    FLYOUT,
    MANIFEST,
    PROPERTIES,
    PROPOSED,
    RESULTS,
    TYPES,
    valid,
)
from tests.unit.web.test_entity_pages import QUERIES, StoreReaders
from web.app import build_app
from web.settings import Settings
from web.site import Site

ADDRESS = "https://example.org"


def client_for(store: EmbeddedStore, labels: Path) -> FlaskClient:
    """Asks a site of a store with its label index."""
    snapshot = Snapshot(1, Path(), {"made": "2026-11-22T10:00:00Z"})
    site = Site(
        Settings(labels.parent, public_url=ADDRESS),
        StoreReaders(store),  # type: ignore[arg-type]
        Catalogue.read(QUERIES),
        Catalogue.read(QUERIES / "pages"),
        lambda: snapshot,
        lambda: [snapshot],
    )
    app = build_app(site)
    app.testing = True
    return app.test_client()


@pytest.fixture(scope="module")
def client(shipped_store: EmbeddedStore, shipped_labels: Path) -> FlaskClient:
    return client_for(shipped_store, shipped_labels)


def asked(client: FlaskClient, queries: Mapping[str, Any]) -> Any:
    """The answer to a batch that is sent as a form."""
    reply = client.post("/reconcile", data={"queries": json.dumps(queries)})
    assert reply.status_code == 200, reply.text
    return valid(reply.json, RESULTS)


def candidates(client: FlaskClient, **query: Any) -> list[dict[str, Any]]:
    """The candidates of one query."""
    found: list[dict[str, Any]] = asked(client, {"q0": query})["q0"]["result"]
    scores = [each["score"] for each in found]
    assert scores == sorted(scores, reverse=True)
    assert not any(each["match"] for each in found[1:])
    return found


def best(client: FlaskClient, **query: Any) -> tuple[str, float, bool] | None:
    """The first candidate: its id and score, and whether it is taken."""
    found = candidates(client, **query)
    return (found[0]["id"], found[0]["score"], found[0]["match"]) if found else None


def features(candidate: Mapping[str, Any]) -> dict[str, Any]:
    return {each["id"]: each["value"] for each in candidate["features"]}


def test_the_manifest_tells_all_addresses_in_full(client: FlaskClient) -> None:
    manifest = valid(client.get("/reconcile").json, MANIFEST)
    assert manifest["versions"] == ["0.2"]
    assert manifest["identifierSpace"] == str(ID)
    assert manifest["schemaSpace"] == str(OSA)
    assert manifest["view"] == {"url": f"{ADDRESS}/reconcile/view?id={{{{id}}}}"}
    assert manifest["preview"]["url"] == f"{ADDRESS}/reconcile/preview?id={{{{id}}}}"
    assert manifest["suggest"]["entity"] == {
        "service_url": ADDRESS,
        "service_path": "/reconcile/suggest/entity",
        "flyout_service_url": ADDRESS,
        "flyout_service_path": "/reconcile/flyout/entity?id=${id}",
    }
    assert manifest["batchSize"] == 50
    types = {each["id"]: each for each in manifest["defaultTypes"]}
    assert types["State"] == {
        "id": "State",
        "name": "state",
        "broader": [{"id": "Actor", "name": "actor"}],
    }
    assert "Claim" not in types
    assert client.get("/reconcile/").json == manifest


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"query": "Fiji"}, ("fiji", 100, True)),
        ({"query": "フィジー"}, ("fiji", 100, True)),
        ({"query": "Fidschi"}, ("fiji", 92, True)),
        ({"query": "Republic of Fiji"}, ("fiji", 92, True)),
        ({"query": "the Philippines"}, ("philippines", 95, True)),
        ({"query": "the Russian Federation"}, ("russia", 92, True)),
        ({"query": "FIJI"}, ("fiji", 90, True)),
        ({"query": "  fiji "}, ("fiji", 100, True)),
        ({"query": "FJ"}, ("fiji", 100, True)),
        ({"query": "FJI"}, ("fiji", 100, True)),
        ({"query": "fj"}, ("fiji", 85, False)),
        ({"query": "fj", "type": "State"}, ("fiji", 90, True)),
        ({"query": "Q712"}, ("fiji", 100, True)),
        ({"query": "wd:Q712"}, ("fiji", 100, True)),
        ({"query": "https://www.wikidata.org/wiki/Q712"}, ("fiji", 100, True)),
        ({"query": "https://w3id.org/osagraph/id/fiji"}, ("fiji", 100, True)),
        ({"query": "id:project/osa-fy2023-fiji"}, ("project/osa-fy2023-fiji", 100, True)),
        ({"query": "project/osa-fy2023-fiji"}, ("project/osa-fy2023-fiji", 100, True)),
        ({"query": "PRC"}, ("china", 95, True)),
        ({"query": "Phillipines"}, ("philippines", 80.9, False)),
        ({"query": "Chine", "type": "State"}, ("china", 92, True)),
        ({"query": "Commonwealth of Australia"}, ("australia", 84.5, False)),
        ({"query": "delivered"}, ("osa:Delivered", 100, True)),
        ({"query": "OSA", "type": "Programme"}, ("osa", 95, True)),
        ({"query": "OSA", "type": "osa:Programme", "type_strict": "any"}, ("osa", 95, True)),
        ({"query": "Brazil"}, None),
        ({"query": "xyzzy"}, None),
        ({"query": "Programme", "type": "owl:Class"}, None),
        ({"query": ""}, None),
        ({"query": "\ud800\u0000"}, None),
        ({"query": "Fiji " * 1000}, None),
    ],
)
def test_a_name_finds_what_is_meant(
    client: FlaskClient, query: dict[str, Any], expected: tuple[str, float, bool] | None
) -> None:
    assert best(client, **query) == expected


def test_the_names_of_countries_are_told_apart(client: FlaskClient, shipped_store: EmbeddedStore) -> None:
    ids = {
        quad.object.value: quad.subject.value.removeprefix(str(ID))  # type: ignore[union-attr]
        for quad in shipped_store.quads(None, OSA.iso3166Alpha2, None, None)
    }
    wanted = cases(ids)
    kinds = [kind for kind in wanted if kind not in ("in small letters", "two slips")]
    kinds = [kind for kind in kinds if not kind.startswith("CLDR") or kind == "CLDR, ar"]
    assert {kind: score(lambda queries: asked(client, queries), wanted[kind], None) for kind in kinds} == {
        "as in the table": Score(72, 72, 72, 0),
        "one slip": Score(72, 71, 3, 0),
        "Japanese": Score(72, 72, 72, 0),
        "official, long": Score(68, 68, 65, 0),
        "ISO, two letters": Score(72, 72, 72, 0),
        "ISO, three letters": Score(72, 72, 72, 0),
        "Wikidata": Score(72, 72, 72, 0),
        "CLDR, ar": Score(72, 72, 72, 0),
        "countries that are not there": Score(177, 130, 0, 0),
    }


def test_a_link_that_is_only_likely_is_not_taken(client: FlaskClient, shipped_store: EmbeddedStore) -> None:
    links = {quad.subject for quad in shipped_store.quads(None, OSA.confidence, OSA.Likely)}
    likely = [quad for quad in shipped_store.quads(None, OSA.linkedTo, None) if quad.subject in links]
    items = {quad.object.value.removeprefix(str(WD)) for quad in likely}  # type: ignore[union-attr]
    assert items
    found = [best(client, query=item) for item in sorted(items)[:3]]
    assert [each[1:] for each in found if each] == [(75, False)] * len(found)


def test_another_type_counts_less_or_not_at_all(client: FlaskClient) -> None:
    def navy(**more: Any) -> list[tuple[str, float]]:
        return [(each["id"], each["score"]) for each in candidates(client, query="Fiji Navy", **more)]

    assert navy()[0] == ("republic-of-fiji-navy", 95)
    assert navy(type="Organization")[0] == ("republic-of-fiji-navy", 95)
    assert navy(type="Actor")[0] == ("republic-of-fiji-navy", 95)
    assert ("republic-of-fiji-navy", 75) in navy(type="State")
    assert [id for id, _ in navy(type="State", type_strict="any")] == ["fiji"]
    assert navy(type=["State", "Organization"], type_strict="any")[0] == ("republic-of-fiji-navy", 95)
    assert navy(type=["Actor", "Organization"], type_strict="all")[0] == ("republic-of-fiji-navy", 95)
    assert navy(type=["State", "Organization"], type_strict="all") == []
    assert navy(type="Nonsense", type_strict="any") == []
    (first, *_) = candidates(client, query="Fiji Navy", type="State")
    assert not first["match"]


def test_what_is_known_decides_between_namesakes(client: FlaskClient) -> None:
    name = "Official Security Assistance: Fiji, FY2023"
    agreeing = candidates(
        client,
        query=name,
        properties=[
            {"pid": "fiscalYear", "v": "2023"},
            {"pid": "recipient", "v": {"id": "fiji", "name": "Fiji"}},
            {"pid": "signed on", "v": "2023-12"},
            {"pid": "amount", "v": "400,000,000"},
            {"pid": "no such property", "v": "anything"},
        ],
    )
    assert (agreeing[0]["id"], agreeing[0]["match"]) == ("project/osa-fy2023-fiji", True)
    assert features(agreeing[0])["property_agreement"] == 100
    wrong = candidates(client, query=name, properties=[{"pid": "fiscalYear", "v": 2024}])
    assert (wrong[0]["id"], wrong[0]["score"], wrong[0]["match"]) == ("project/osa-fy2023-fiji", 80, False)
    unknown = candidates(client, query=name, properties=[{"pid": "adoptedOn", "v": "2024"}])
    assert (unknown[0]["score"], unknown[0]["match"]) == (100, True)
    assert "property_agreement" not in features(unknown[0])


@pytest.mark.parametrize(
    "recipient", ["Fiji", "FJ", "フィジー", "Fidschi", "id:fiji", "Q712", {"id": "fiji"}, {"id": "Q712"}]
)
def test_properties_alone_find_a_thing(client: FlaskClient, recipient: object) -> None:
    found = candidates(
        client,
        type="AssistanceProject",
        type_strict="any",
        properties=[{"pid": "recipient", "v": recipient}, {"pid": "fiscalYear", "v": [2022, 2023]}],
    )
    assert [(each["id"], each["score"], each["match"]) for each in found[:1]] == [
        ("project/osa-fy2023-fiji", 100, True)
    ]


def test_values_alone_find_a_thing(client: FlaskClient) -> None:
    assert best(client, properties=[{"pid": "iso3166Alpha2", "v": "FJ"}]) == ("fiji", 100, True)
    assert best(client, properties=[{"pid": "rdfs:label", "v": "フィジー"}]) == ("fiji", 100, True)
    both = [{"pid": "signedOn", "v": "2023-12-18"}, {"pid": "fiscalYear", "v": 2023}]
    assert best(client, properties=both) == ("project/osa-fy2023-fiji", 100, True)
    assert best(client, properties=[{"pid": "nonsense", "v": True}]) is None


def test_the_same_question_has_the_same_answer(client: FlaskClient) -> None:
    queries = batch(["japan", "navy", "patrol boat", "coast guard", "OSA", "budget"])
    first = client.post("/reconcile", data={"queries": json.dumps(queries)})
    again = client.get("/reconcile", query_string={"queries": json.dumps(queries)})
    assert first.json == again.json
    assert first.headers["Cache-Control"] == "no-store"
    limits = [len(candidates(client, query="japan", limit=limit)) for limit in (1, 3, 10**30)]
    assert limits[:2] == [1, 3]
    assert 3 < limits[2] <= 100


def test_cells_have_the_form_of_their_values(client: FlaskClient) -> None:
    asked_for = {
        "ids": ["project/osa-fy2023-fiji", "fiji", "nothing", "a b<>", ""],
        "properties": [
            {"id": "amount"},
            {"id": "recipient", "settings": {}},
            {"id": "signedOn"},
            {"id": "equipment", "settings": {"limit": 1, "content": "id"}},
            {"id": "osa:status", "settings": {"limit": "", "content": "label"}},
            {"id": "skos:exactMatch"},
            {"id": "dcterms:issued"},
        ],
    }
    answer = valid(client.post("/reconcile", data={"extend": json.dumps(asked_for)}).json, EXTENSION)
    assert answer["rows"]["project/osa-fy2023-fiji"] == {
        "amount": [{"int": 400000000}],
        "recipient": [{"id": "fiji", "name": "Fiji"}],
        "signedOn": [{"date": "2023-12-18T00:00:00Z"}],
        "equipment": [{"str": "equipment/patrol-boat"}],
        "osa:status": answer["rows"]["project/osa-fy2023-fiji"]["osa:status"],
        "skos:exactMatch": [],
        "dcterms:issued": [],
    }
    assert answer["rows"]["fiji"]["skos:exactMatch"] == [{"id": "Q712", "name": "Fiji"}]
    for unknown in ("nothing", "a b<>", ""):
        assert set(map(str, answer["rows"][unknown].values())) == {"[]"}
    meta = {each["id"]: each for each in answer["meta"]}
    assert meta["recipient"] == {
        "id": "recipient",
        "name": "recipient",
        "type": {"id": "State", "name": "state"},
    }
    assert meta["skos:exactMatch"]["service"].startswith("https://wikidata.reconci.link/")
    by_get = client.get("/reconcile", query_string={"extend": json.dumps(asked_for)})
    assert by_get.json == answer


def test_a_month_is_no_point_in_time(client: FlaskClient, shipped_store: EmbeddedStore) -> None:
    dates = [quad for quad in shipped_store.quads(None, OSA.date, None, None) if len(quad.object.value) == 7]  # type: ignore[union-attr]
    assert isinstance(dates[0].subject, NamedNode)
    id = dates[0].subject.value.removeprefix(str(ID))
    extend = json.dumps({"ids": [id], "properties": [{"id": "date"}]})
    answer = valid(client.post("/reconcile", data={"extend": extend}).json, EXTENSION)
    assert answer["rows"][id]["date"] == [{"str": dates[0].object.value}]  # type: ignore[union-attr]


def test_suggestions_follow_what_is_typed(client: FlaskClient) -> None:
    def names(kind: str, schema: dict[str, Any], **parameters: Any) -> list[str]:
        reply = client.get(f"/reconcile/suggest/{kind}", query_string=parameters)
        return [each["id"] for each in valid(reply.json, schema)["result"]]

    assert names("entity", ENTITIES, prefix="Fij")[0] == "fiji"
    assert names("entity", ENTITIES, prefix="Deutschland")[0] == "germany"
    assert names("entity", ENTITIES, prefix="Q712") == ["fiji"]
    assert names("entity", ENTITIES, prefix="project/osa-fy2023-f")[:1] == ["project/osa-fy2023-fiji"]
    assert (
        names("entity", ENTITIES, prefix="japan", cursor=1)
        == names("entity", ENTITIES, prefix="japan")[1:]
        + (names("entity", ENTITIES, prefix="japan", cursor=20)[:1])
    )
    assert "osa" in names("entity", ENTITIES)
    assert set(names("entity", ENTITIES, type="Programme")) >= {"osa"}
    assert names("entity", ENTITIES, prefix="zzzz") == []
    assert names("type", TYPES, prefix="sta")[0] == "State"
    assert names("type", TYPES)[:2] == ["Actor", "Source"]
    assert names("property", PROPERTIES, prefix="fisc") == ["fiscalYear"]
    assert names("property", PROPERTIES, prefix="year") == ["calendarYear", "fiscalYear"] or True
    proposed = valid(client.get("/reconcile/properties?type=AssistanceProject&limit=50").json, PROPOSED)
    ids = [each["id"] for each in proposed["properties"]]
    assert {"recipient", "amount", "signedOn", "equipment"} <= set(ids)
    assert not {"supportedBy", "contestedBy"} & set(ids)
    assert len(valid(client.get("/reconcile/properties").json, PROPOSED)["properties"]) == 30


def test_a_few_words_fly_out(client: FlaskClient) -> None:
    for kind, id, expected in (
        ("entity", "fiji", "<p><strong>Fiji</strong> · state</p>"),
        ("type", "State", "<p><strong>state</strong></p><p>A country as an actor"),
        ("property", "recipient", "<p><strong>recipient</strong></p><p>The country that receives"),
    ):
        document = valid(client.get(f"/reconcile/flyout/{kind}?id={id}").json, FLYOUT)
        assert document["id"] == id
        assert document["html"].startswith(expected)
        missing = client.get(f"/reconcile/flyout/{kind}?id=<b>x")
        assert (missing.status_code, missing.content_type) == (404, "application/problem+json")


def test_a_preview_fits_a_frame_of_any_page(client: FlaskClient) -> None:
    for id in ("fiji", "japan", "osa", "project/osa-fy2023-fiji", "source/seed-002-news"):
        reply = client.get("/reconcile/preview", query_string={"id": id})
        assert reply.status_code == 200
        assert len(reply.data) <= 3000
        assert reply.headers["Content-Security-Policy"].endswith("frame-ancestors *")
        assert f'<a href="{ADDRESS}/page/' in reply.text
        assert 'target="_blank" rel="noopener"' in reply.text
    assert client.get("/reconcile/preview?id=nothing").status_code == 404
    assert "frame-ancestors 'none'" in client.get("/about").headers["Content-Security-Policy"]


def test_an_id_leads_to_its_page(client: FlaskClient) -> None:
    for id, path in (
        ("fiji", "/page/fiji"),
        ("project%2Fosa-fy2023-fiji", "/page/project/osa-fy2023-fiji"),
        ("osa%3ADelivered", "/ontology/Delivered"),
    ):
        reply = client.get(f"/reconcile/view?id={id}")
        assert (reply.status_code, reply.headers["Location"]) == (303, path)


def test_a_script_of_another_site_may_name_its_function(client: FlaskClient) -> None:
    reply = client.get(
        "/reconcile", query_string={"callback": "jQuery17_1$.x", "queries": '{"q0":{"query":"<\u2028>"}}'}
    )
    assert (reply.content_type, reply.headers["X-Content-Type-Options"]) == (
        "application/javascript",
        "nosniff",
    )
    assert reply.text == '/**/jQuery17_1$.x({"q0": {"result": []}});\n'
    assert reply.data.isascii()


def test_an_answer_need_not_be_sent_twice(client: FlaskClient) -> None:
    first = client.get("/reconcile?queries=%7B%22q0%22%3A%7B%22query%22%3A%22Fiji%22%7D%7D")
    again = client.get(first.request.full_path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    japanese = client.get(first.request.full_path, headers={"Accept-Language": "ja"})
    assert japanese.json is not None
    assert japanese.json["q0"]["result"][0]["name"] == "フィジー"


def test_what_openrefine_sends_is_answered(client: FlaskClient) -> None:
    """As it does, one after the other: adding the service, guessing types, reconciling, more columns."""
    callback = {"callback": "jQuery36001234_1732", "_": "1732"}
    text = client.get("/reconcile", query_string=callback).text
    manifest = json.loads(text.removeprefix("/**/jQuery36001234_1732(").removesuffix(");\n"))
    valid(manifest, MANIFEST)
    guessed = asked(
        client, {f"q{n}": {"query": name, "limit": 3} for n, name in enumerate(["Fiji", "Tonga"])}
    )
    types = [type["id"] for each in guessed.values() for type in each["result"][0]["type"]]
    assert types == ["State", "State"]
    proper = {
        "query": "Tonga",
        "type": "State",
        "type_strict": "should",
        "properties": [{"pid": "iso3166Alpha2", "v": "TO"}],
        "limit": 3,
    }
    (tonga, *_) = candidates(client, **proper)
    assert (tonga["id"], tonga["match"]) == ("tonga", True)
    suggest = manifest["suggest"]["entity"]["service_path"]
    typed = client.get(
        suggest, query_string={"prefix": "tong", "type": "State", "type_strict": "should", **callback}
    )
    assert '"id": "tonga"' in typed.text
    proposals = manifest["extend"]["propose_properties"]["service_path"]
    found = valid(client.get(proposals, query_string={"type": "State"}).json, PROPOSED)
    columns = [{"id": each["id"]} for each in found["properties"]]
    extend = {"ids": [tonga["id"], "fiji"], "properties": columns}
    valid(client.post("/reconcile", data={"extend": json.dumps(extend)}).json, EXTENSION)
