"""Names become IRIs: through the reviewed tables, else as a new individual."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from loaders.names import KIND_CLASSES, Names, mint, name_triples, read_names, slug
from ontology.namespaces import ID, OSA, RDF, RDFS

TABLES = {
    "aliases": "name,canonical,kind,note\n"
    "Tokyo,Japan,country,\nOSA,Official Security Assistance,instrument,\n"
    "MOFA,Ministry of Foreign Affairs,organisation,\nradars,radar,equipment_class,\nGhost,Nobody,person,\n",
    "wikidata_links": "entity_label,entity_kind,iso3166_alpha2,wikidata_qid,label_ja,evidence,confidence\n"
    "Japan,country,JP,Q17,,,verified\nMinistry of Foreign Affairs,organisation,,,,,unresolved\n"
    "Cook Islands,country,,,,,verified\nRules 2014,instrument,,,,,verified\nAnn Lee,person,,,,,likely\n"
    "Bob Ito,person,,,,,likely\n",
    "identities": "label,path,note\nRules 2014,three-principles-2014,\nradar,equipment/the-radar,\n",
    "instruments": "instrument_id,name_en,name_ja,kind,issued_by,adopted_on,superseded_by,source_id\n"
    "osa,Official Security Assistance,,programme,,,,\nrules,Rules 2014,,policy,,,,\n",
    "equipment": "equipment_class,parent_class,note,lethality,source_id,modality\n"
    "radar,sensor,,,,\nRescue boats,vessel,,,,\n",
}


@pytest.fixture
def names(tmp_path: Path) -> Names:
    for name, text in TABLES.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8-sig")
    return read_names(tmp_path)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("Japan", "japan"),
        ("Tokyo", "japan"),
        ("Cook Islands", "cook-islands"),
        ("Official Security Assistance", "osa"),
        ("OSA", "osa"),
        ("Rules 2014", "three-principles-2014"),
        ("radar", "equipment/the-radar"),
        ("radars", "equipment/the-radar"),
        ("Rescue boats", "equipment/rescue-boats"),
        ("sensor", "equipment/sensor"),
        ("vessel", "equipment/vessel"),
    ],
)
def test_a_reviewed_spelling_stands_for_its_individual(names: Names, name: str, path: str) -> None:
    assert names.find(name) == ID.iri(path)


@pytest.mark.parametrize("name", ["japan", "Ghost", "Nobody", ""])
def test_an_unreviewed_spelling_stands_for_nothing(names: Names, name: str) -> None:
    assert names.find(name) is None


def test_the_tables_say_of_what_kind_a_name_is(names: Names) -> None:
    assert names.kinds[ID.japan] == "country"
    assert names.instruments == {"osa": ID.osa, "rules": ID.iri("three-principles-2014")}
    assert set(names.equipment_spellings[ID.iri("equipment/the-radar")]) == {"radar", "radars"}
    assert names.equipment_spellings[ID.iri("equipment/sensor")] == ("sensor",)
    assert names.equipment_nouns == {"radar", "boat", "sensor", "vessel", "system"}


def test_a_reviewed_name_has_its_label(names: Names) -> None:
    assert names.labels == {
        ID.japan: "Japan",
        ID.iri("ministry-of-foreign-affairs"): "Ministry of Foreign Affairs",
        ID.iri("cook-islands"): "Cook Islands",
        ID.iri("three-principles-2014"): "Rules 2014",
        ID.iri("ann-lee"): "Ann Lee",
        ID.iri("bob-ito"): "Bob Ito",
    }


def test_without_tables_no_name_is_known(tmp_path: Path) -> None:
    assert read_names(tmp_path).by_label == {}


@pytest.mark.parametrize("name", ["MOFA", "the MOFA", "MOFA (Tokyo)", "Ministry of Foreign Affairs (press)"])
def test_a_body_is_known_without_its_article_and_remark(names: Names, name: str) -> None:
    assert names.find_person_or_body(name) == ID.iri("ministry-of-foreign-affairs")


def test_an_unknown_body_stays_unknown(names: Names) -> None:
    assert names.find_person_or_body("the Unknown Agency (branch)") is None


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Japan", ["Japan"]),
        ("Ann Lee and Bob Ito", ["Ann Lee", "Bob Ito"]),
        ("Ann Lee, Bob Ito", ["Ann Lee", "Bob Ito"]),
        ("X One and Y Two", ["X One", "Y Two"]),
        ("X One and Y Two (Some Institute)", ["X One", "Y Two"]),
        ("Representatives of X and Y", ["Representatives of X and Y"]),
        ("Ann Lee and a friend", ["Ann Lee and a friend"]),
        ("Unknown Agency (branch)", ["Unknown Agency"]),
    ],
)
def test_names_joined_by_and_are_read_one_by_one(names: Names, text: str, parts: list[str]) -> None:
    assert names.parts(text) == parts


@pytest.mark.parametrize(
    ("name", "kind", "path"),
    [
        ("Coastal surveillance radar", "equipment_class", "equipment/coastal-surveillance-radar"),
        ("防衛省", "organisation", "防衛省"),
        ("José Ñu", "person", "josé-ñu"),
        ("...", "concept", "unnamed"),
    ],
)
def test_a_new_name_makes_a_readable_iri(name: str, kind: str, path: str) -> None:
    assert mint(name, kind) == ID.iri(path)


@given(st.text(), st.sampled_from(sorted(KIND_CLASSES)))
def test_any_text_makes_an_iri(name: str, kind: str) -> None:
    assert isinstance(mint(name, kind), NamedNode)
    assert slug(slug(name)) == slug(name)


def test_a_new_individual_has_a_class_and_a_label() -> None:
    assert list(name_triples(ID.palau, "Palau", "country")) == [
        Triple(ID.palau, RDF.type, OSA.State),
        Triple(ID.palau, RDFS.label, Literal("Palau", language="en")),
    ]
