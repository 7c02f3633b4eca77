"""The controlled lists cover the tables, and the equipment classes are all classified."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from loaders.names import read_names
from ontology.namespaces import ID, OSA, SKOS
from ontology.vocabulary import ontology_triples, read_vocabulary

TABLES = Path(__file__).parents[2] / "loaders" / "data"
VOCABULARY = read_vocabulary()
TRIPLES = ontology_triples()

COLUMNS = [
    ("osa_projects", "status", "Status"),
    ("osa_projects", "event", "ProjectEvent"),
    ("osa_projects", "modality", "Modality"),
    ("osa_projects", "hedge", "Hedge"),
    ("budgets", "budget_line", "BudgetLine"),
    ("budgets", "stage", "Stage"),
    ("budgets", "modality", "Modality"),
    ("budgets", "hedge", "Hedge"),
    ("recipients", "role", "Role"),
    ("recipients", "modality", "Modality"),
    ("recipient_counts", "counting_rule", "CountingRule"),
    ("recipient_counts", "modality", "Modality"),
    ("recipient_counts", "hedge", "Hedge"),
    ("policy_events", "event_type", "PolicyEventType"),
    ("positions", "claimant_kind", "ClaimantKind"),
    ("positions", "stance_toward_osa", "Stance"),
    ("positions", "kind", "FramingKind"),
    ("positions", "modality", "Modality"),
    ("equipment", "lethality", "Lethality"),
    ("equipment", "modality", "Modality"),
    ("relations", "modality", "Modality"),
    ("sources", "publisher_kind", "PublisherKind"),
    ("wikidata_links", "confidence", "Confidence"),
]

# Words of the tables' description that no row uses at present, and words of the design.
BEYOND_THE_TABLES = {
    "CountingRule": {"cumulative_notes_exchanged", "cumulative_delivered"},
    "FramingKind": {"purpose", "concern"},
    "Modality": {"attributed_intent"},
    "Role": {"provider"},
}


def column(table: str, name: str) -> set[str]:
    with (TABLES / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return {row[name] for row in csv.DictReader(file)} - {""}


def notations(scheme: str) -> set[str]:
    return {notation for name, notation in VOCABULARY.concepts if name == scheme}


def slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def subjects(predicate: NamedNode) -> set[object]:
    return {triple.subject for triple in TRIPLES if triple.predicate == predicate}


def objects(subject: NamedNode, predicate: NamedNode) -> set[object]:
    return {
        triple.object for triple in TRIPLES if triple.subject == subject and triple.predicate == predicate
    }


@pytest.mark.parametrize(("table", "name", "scheme"), COLUMNS)
def test_every_value_of_a_column_has_a_concept(table: str, name: str, scheme: str) -> None:
    assert column(table, name) - notations(scheme) == set()


@pytest.mark.parametrize("scheme", sorted({scheme for _, _, scheme in COLUMNS}))
def test_no_concept_is_made_up_beside_the_tables_and_the_design(scheme: str) -> None:
    used = set().union(*(column(table, name) for table, name, found in COLUMNS if found == scheme))
    assert notations(scheme) - used == BEYOND_THE_TABLES.get(scheme, set())


def test_every_kind_of_instrument_is_a_class() -> None:
    classes = {OSA[kind.capitalize()] for kind in column("instruments", "kind")}
    assert {node for node in classes if node not in VOCABULARY.labels} == set()


def test_every_relation_is_a_set_property() -> None:
    words = [name.split("_") for name in column("relations", "predicate")]
    properties = {OSA[first + "".join(word.capitalize() for word in rest)] for first, *rest in words}
    assert {VOCABULARY.resolution.get(node) for node in properties} == {"set"}


def test_no_concept_is_in_two_schemes() -> None:
    assert [node for node, count in Counter(VOCABULARY.concepts.values()).items() if count > 1] == []


def test_no_notation_stands_for_two_concepts_of_a_scheme() -> None:
    schemes = subjects(SKOS.notation)
    assert len(VOCABULARY.concepts) == len(schemes)


@pytest.mark.parametrize(
    ("scheme", "ordered"),
    [
        ("Status", ["selected", "planned", "signed", "delivered", "completed"]),
        ("Stage", ["request", "draft", "cabinet_approved", "enacted"]),
        ("Reliability", ["E", "D", "C", "B", "A"]),
        ("Credibility", ["5", "4", "3", "2", "1"]),
        ("Confidence", ["unresolved", "likely", "verified"]),
    ],
)
def test_ranks_put_a_scheme_in_its_order(scheme: str, ordered: list[str]) -> None:
    ranks = {notation: VOCABULARY.ranks.get(VOCABULARY.concepts[scheme, notation]) for notation in ordered}
    assert ranks == {notation: rank for rank, notation in enumerate(ordered, 1)}


def test_unknown_grades_have_no_rank() -> None:
    assert OSA.ReliabilityF not in VOCABULARY.ranks
    assert OSA.Credibility6 not in VOCABULARY.ranks


def test_the_register_has_seven_categories_and_one() -> None:
    assert notations("Unroca") == {"I", "II", "III", "IV", "V", "VI", "VII", "SALW"}


@pytest.mark.parametrize(
    ("collection", "members"),
    [
        (OSA.FiveExportCategories, {"rescue", "transport", "vigilance", "surveillance", "mine-sweeping"}),
        (OSA.ThreeExportCategories, {"rescue", "surveillance", "humanitarian operations"}),
    ],
)
def test_the_lists_of_export_categories_are_as_sources_give_them(
    collection: NamedNode, members: set[str]
) -> None:
    expected = {VOCABULARY.concepts["ExportCategory", notation] for notation in members}
    assert objects(collection, SKOS.member) == expected


def test_the_aid_lines_of_the_budget_name_their_programme() -> None:
    assert objects(OSA.OsaLine, OSA.programme) == {ID.osa}
    assert objects(OSA.OdaMofaLine, OSA.programme) == {ID.oda}


def test_every_equipment_class_and_group_of_the_tables_is_described() -> None:
    names = (column("equipment", "equipment_class") - {"patrol vessel"}) | column("equipment", "parent_class")
    kinds = read_names(TABLES).kinds  # of all that the table of links names
    linked = {node for node, kind in kinds.items() if kind == "equipment_class"}
    expected = {ID.iri(f"equipment/{slug(name)}") for name in names} | linked
    assert {node for node in subjects(SKOS.inScheme) if node in ID} == expected


def test_every_equipment_class_is_either_in_the_register_or_outside() -> None:
    classes = {node for node in subjects(SKOS.inScheme) if node in ID}
    inside, outside = subjects(OSA.unrocaCategory), subjects(OSA.outsideUNROCA)
    assert inside | outside == classes
    assert inside & outside == set()
    true = {triple.object for triple in TRIPLES if triple.predicate == OSA.outsideUNROCA}
    assert true == {Literal(True)}


def test_the_arms_among_the_classes_are_in_the_register() -> None:
    found = {
        str(triple.subject).strip("<>").rpartition("/")[2]: triple.object
        for triple in TRIPLES
        if triple.predicate == OSA.unrocaCategory
    }
    assert found == {
        "destroyer-escort": OSA.UnrocaWarships,
        "frigate": OSA.UnrocaWarships,
        "combat-drone": OSA.UnrocaCombatAircraft,
        "next-generation-fighter": OSA.UnrocaCombatAircraft,
        "destroyer": OSA.UnrocaWarships,
        "submarine": OSA.UnrocaWarships,
        "anti-ship-missile": OSA.UnrocaMissiles,
        "intercontinental-ballistic-missile": OSA.UnrocaMissiles,
        "surface-to-air-missile": OSA.UnrocaMissiles,
    }


def test_export_categories_of_equipment_are_among_the_five() -> None:
    used = {triple.object for triple in TRIPLES if triple.predicate == OSA.exportCategory}
    assert used - objects(OSA.FiveExportCategories, SKOS.member) == set()
