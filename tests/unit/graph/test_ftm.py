"""Facts as entities of FollowTheMoney: valid by its own package, with sources; the rest is counted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from graph.embedded import EmbeddedStore
from graph.export_rows import Rows, store_rows
from graph.ftm import all_things, ftm_entities, things_around
from graph.ftm_entities import Entity, Report, entity_id
from ontology.namespaces import ID, OSA, RDF, RDFS

FIJI = "project/osa-fy2023-fiji"


@pytest.fixture(scope="module")
def rows(shipped_store: EmbeddedStore) -> Rows:
    return store_rows(shipped_store)


class Export:
    """The entities about some things, or all, and the report."""

    def __init__(self, rows: Rows, *names: str) -> None:
        self.report = Report()
        things = things_around(rows, [ID.iri(name).value for name in names], self.report)
        self.entities = list(ftm_entities(rows, things if names else all_things(rows), self.report))

    def one(self, id: str) -> Entity:
        (found,) = [entity for entity in self.entities if entity.id == id]
        return found

    def of(self, schema: str) -> list[Entity]:
        return [entity for entity in self.entities if entity.schema == schema]


@pytest.fixture(scope="module")
def everything(rows: Rows) -> Export:
    return Export(rows)


def faults(entities: Sequence[Entity]) -> list[str]:
    """What the package of FollowTheMoney has against some entities."""
    model: Any = pytest.importorskip(
        "followthemoney", reason="followthemoney is not installed (one of its dependencies needs libicu-dev)"
    ).model
    ids = {entity.id for entity in entities}
    found = [] if len(ids) == len(entities) else ["an id stands twice"]
    for entity in entities:
        document = json.loads(entity.line())
        model.get(entity.schema).validate(document)
        proxy = model.get_proxy(document, cleaned=False)
        kept = {name: sorted(values) for name, values in proxy.to_dict()["properties"].items()}
        written = {name: sorted(values) for name, values in document["properties"].items()}
        found += [
            f"{entity.id} {name}: {written[name]}" for name in written if written[name] != kept.get(name)
        ]
        found += [
            f"{entity.id} {property.name}: {value} is nowhere"
            for property, value in proxy.itervalues()
            if property.type.name == "entity" and value not in ids
        ]
    return found


def test_the_package_of_followthemoney_takes_every_entity_as_it_is(everything: Export) -> None:
    assert faults(everything.entities) == []
    assert len(everything.entities) > 700


@pytest.mark.parametrize("name", ["philippines", "osa", FIJI, "sanae-takaichi", "budget/osa-fy2025"])
def test_what_is_around_a_thing_is_whole_in_itself(rows: Rows, name: str) -> None:
    export = Export(rows, name)
    assert faults(export.entities) == []
    assert export.report.written.total() == len(export.entities)


def test_a_project_has_its_sum_its_dates_its_parties_and_its_sources(rows: Rows) -> None:
    export = Export(rows, FIJI)
    project = export.one("osa.project.osa-fy2023-fiji")
    told = project.properties
    assert (project.schema, told["amount"], told["currency"]) == ("Project", ["400000000"], ["JPY"])
    assert (told["startDate"], told["program"]) == (["2023-12-18"], ["Official Security Assistance"])
    assert "delivered on 2025-05-26" in told["notes"]
    assert all(each.startswith("http") for each in told["sourceUrl"])
    assert "Ministry of Foreign Affairs of Japan" in told["publisher"]
    parts = {
        (each.properties["participant"][0], each.properties["role"][0])
        for each in export.of("ProjectParticipant")
        if each.properties["project"] == [project.id]
    }
    assert {
        ("osa.japan", "provider"),
        ("osa.fiji", "recipient"),
        ("osa.republic-of-fiji-navy", "beneficiary"),
    } == parts


def test_states_have_their_code_and_item_and_other_names(everything: Export) -> None:
    fiji = everything.one("osa.fiji")
    assert (fiji.schema, fiji.properties) == (
        "PublicBody",
        {"name": ["Fiji"], "alias": ["フィジー"], "country": ["fj"], "wikidataId": ["Q712"]},
    )
    navy = everything.one("osa.republic-of-fiji-navy")
    assert (navy.schema, navy.properties["country"]) == ("PublicBody", ["fj"])
    assert everything.one("osa.kyodo-news").schema == "Organization"


def test_a_part_in_a_programme_lasts_a_fiscal_year(everything: Export) -> None:
    part = everything.one("osa.participation.osa-fiji-pilot-fy2023").properties
    assert (part["role"], part["startDate"], part["endDate"]) == (
        ["pilot recipient"],
        ["2023-04-01"],
        ["2024-03-31"],
    )


def test_an_office_is_there_once_for_all_who_hold_it(everything: Export) -> None:
    (office,) = [each for each in everything.of("Position") if each.properties["wikidataId"] == ["Q274948"]]
    held = [each for each in everything.of("Occupancy") if each.properties["post"] == [office.id]]
    assert {each.properties["holder"][0] for each in held} == {
        "osa.fumio-kishida",
        "osa.sanae-takaichi",
        "osa.shigeru-ishiba",
    }
    assert {each.properties["status"][0] for each in held} == {"unknown"}


def test_what_has_no_place_is_counted_by_class_and_by_property(everything: Export, rows: Rows) -> None:
    left = everything.report.document()["leftOut"]
    assert left["things"]["BudgetLine"] == 21
    assert left["things"]["RecipientCount"] == 7
    assert left["statements"]["instrument"] == 81
    assert everything.report.left_out == sum(sum(each.values()) for each in left.values())
    sentence = everything.report.sentence()
    assert "21 BudgetLine" in sentence and "81 × instrument" in sentence
    assert Export(rows, "budget/osa-fy2025").report.things["BudgetLine"] >= 1


def test_hearsay_is_nowhere(shipped_store: EmbeddedStore, everything: Export) -> None:
    """What only projected or denied claims say is no fact; nothing of it may come out."""
    written = "".join(entity.line() for entity in everything.entities)
    framing = [quad.object.value for quad in shipped_store.quads(None, OSA.proposition)]  # type: ignore[union-attr]
    assert framing
    assert [text for text in framing if text in written] == []


def test_ids_are_stable_and_of_the_letters_that_ids_may_have() -> None:
    assert entity_id(ID.fiji.value) == "osa.fiji"
    assert (
        entity_id(ID.iri("participation/osa-fiji-recipient").value) == "osa.participation.osa-fiji-recipient"
    )
    strange = entity_id("https://w3id.org/osagraph/id/日本 <a>")
    assert strange == entity_id("https://w3id.org/osagraph/id/日本 <a>")
    assert strange.startswith("osa.thing-") and strange.isascii()
    assert entity_id("a", "b", "c").startswith("osa.link-")
    assert entity_id("a", "bc") != entity_id("ab", "c")


def test_hostile_names_are_text_on_one_line() -> None:
    store = EmbeddedStore()
    name = 'x\n{"id": "y"}\u2028\t<script>\x00'
    thing = NamedNode(f"{ID}evil")
    store.insert(
        [
            Quad(thing, RDF.type, OSA.Organization, DefaultGraph()),
            Quad(thing, RDFS.label, Literal(name, language="en"), DefaultGraph()),
        ]
    )
    export = Export(store_rows(store), "evil")
    (entity,) = export.entities
    assert entity.line().count("\n") == 1
    assert json.loads(entity.line())["properties"]["name"] == ['x {"id": "y"} <script>']


def test_a_programme_with_more_members_than_wanted_says_so(rows: Rows) -> None:
    report = Report()
    things = things_around(rows, [ID.osa.value], report, most_members=3)
    assert "Only 3 things that belong to the programme are here." in report.remarks
    assert ID.osa.value in things
