"""The reviewed reference tables: names and classes, aliases, and links with their evidence."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from graph.errors import MalformedSourceError
from graph.projection import ASSESSMENTS, REFERENCE
from graph.terms import Term
from loaders.fiscal_years import fiscal_year_triples
from loaders.links import TABLE_DATE, Link
from loaders.names import read_names
from loaders.reference import reference_quads
from ontology.namespaces import DCTERMS, ID, OSA, OWL, RDF, RDFS, SKOS, WD, WDT, XSD
from ontology.vocabulary import Vocabulary

TABLES = {
    "wikidata_links": "entity_label,entity_kind,iso3166_alpha2,wikidata_qid,label_ja,evidence,confidence\n"
    "Japan,country,JP,Q17,日本,seen,verified\n"
    "Ann Lee,person,,Q5,,guess,likely\nNobody,person,,,,none,unresolved\n"
    "OSA budget FY2023,concept,,,,x,unresolved\nradar,equipment_class,,,,x,unresolved\n"
    "radar set,equipment_class,,,,x,unresolved\n",
    "aliases": "name,canonical,kind,note\n"
    "Tokyo,Japan,country,capital\n日本国,Japan,country,\nradars,radar,equipment_class,\n",
    "identities": "label,path,note\nOSA budget FY2023,budget/osa-fy2023,\nradar set,equipment/radar,\n",
    "equipment": "equipment_class,parent_class,note,lethality,source_id,modality\nradar,sensor,,,,\n",
    "instruments": "instrument_id,name_en,name_ja,kind,issued_by,adopted_on,superseded_by,source_id\n"
    "osa,Official Security Assistance,支援,programme,Japan,,,s1\n",
    "wikidata_properties": "pid,label_en,datatype,use_here,local_or_standard_target,evidence,confidence\n"
    "P31,instance of,WikibaseItem,typing,,seen,verified\n",
}
NEAR_MISSES = "entity_label,wikidata_qid,reason,evidence\n"
BOTH = (REFERENCE, DefaultGraph())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in TABLES.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def read(folder: Path, vocabulary: Vocabulary) -> tuple[set[Quad], Counter[str]]:
    counted: Counter[str] = Counter()
    quads = reference_quads(folder, read_names(folder), vocabulary, lambda table: counted.update([table]))
    return set(quads), counted


@pytest.fixture
def quads(folder: Path, vocabulary: Vocabulary) -> set[Quad]:
    return read(folder, vocabulary)[0]


def english(text: str) -> Literal:
    return Literal(text, language="en")


@pytest.mark.parametrize(
    ("subject", "predicate", "value"),
    [
        (ID.japan, RDF.type, OSA.State),
        (ID.japan, RDFS.label, english("Japan")),
        (ID.japan, RDFS.label, Literal("日本", language="ja")),
        (ID.japan, OSA.iso3166Alpha2, Literal("JP")),
        (ID.japan, SKOS.altLabel, english("Tokyo")),
        (ID.japan, SKOS.altLabel, Literal("日本国")),
        (ID.osa, RDF.type, OSA.Programme),
        (ID.osa, RDFS.label, english("Official Security Assistance")),
        (ID.osa, RDFS.label, Literal("支援", language="ja")),
        (ID.iri("budget/osa-fy2023"), SKOS.altLabel, english("OSA budget FY2023")),
        (ID.iri("equipment/radar"), SKOS.inScheme, OSA.EquipmentScheme),
        (WDT.P31, RDF.type, OSA.WikidataProperty),
        (WDT.P31, OSA.useHere, Literal("typing")),
    ],
)
def test_a_name_is_told_in_the_reference_graph_and_among_the_facts(
    quads: set[Quad], subject: NamedNode, predicate: NamedNode, value: Term
) -> None:
    assert {Quad(subject, predicate, value, graph) for graph in BOTH} <= quads


def test_each_individual_has_one_preferred_english_label(quads: set[Quad]) -> None:
    labels = Counter(
        quad.subject
        for quad in quads
        if quad.predicate == RDFS.label and quad.graph_name == REFERENCE and quad.object.language == "en"  # type: ignore[union-attr]
    )
    assert set(labels.values()) == {1}


def test_an_alias_is_a_node_of_the_reference_graph_alone(quads: set[Quad]) -> None:
    alias = ID.iri("alias/tokyo")
    assert {quad for quad in quads if quad.subject == alias} == {
        Quad(alias, RDF.type, OSA.Alias, REFERENCE),
        Quad(alias, OSA.aliasOf, ID.japan, REFERENCE),
        Quad(alias, SKOS.note, english("capital"), REFERENCE),
    }


def test_a_verified_link_is_a_fact_with_its_evidence(quads: set[Quad]) -> None:
    link = ID.iri("link/japan")
    assert {quad for quad in quads if quad.subject == link} == {
        Quad(link, RDF.type, OSA.Link, ASSESSMENTS),
        Quad(link, OSA.subject, ID.japan, ASSESSMENTS),
        Quad(link, OSA.linkedTo, WD.Q17, ASSESSMENTS),
        Quad(link, OSA.evidence, english("seen"), ASSESSMENTS),
        Quad(link, OSA.confidence, OSA.Verified, ASSESSMENTS),
        Quad(link, OSA.linkRelation, SKOS.exactMatch, ASSESSMENTS),
        Quad(link, OSA.decidedBy, OSA.ReviewedTable, ASSESSMENTS),
        Quad(link, DCTERMS.date, Literal(TABLE_DATE, datatype=XSD.date), ASSESSMENTS),
    }
    assert {quad for quad in quads if quad.predicate == SKOS.exactMatch} == {
        Quad(ID.japan, SKOS.exactMatch, WD.Q17, DefaultGraph())
    }


def test_a_likely_link_is_no_fact_and_an_open_one_leads_nowhere(quads: set[Quad]) -> None:
    linked = {quad.subject for quad in quads if quad.predicate == OSA.linkedTo}
    assert linked == {ID.iri("link/japan"), ID.iri("link/ann-lee")}


def test_a_near_miss_is_a_fact_and_no_link(folder: Path, vocabulary: Vocabulary) -> None:
    (folder / "near_misses.csv").write_text(f"{NEAR_MISSES}Japan,Q27092,the item is a sea,a list of seas\n")
    quads, _ = read(folder, vocabulary)
    node = ID.iri("near-miss/japan-q27092")
    assert {quad for quad in quads if quad.subject == node} == {
        Quad(node, RDF.type, OSA.NearMiss, ASSESSMENTS),
        Quad(node, OSA.subject, ID.japan, ASSESSMENTS),
        Quad(node, OSA.notLinkedTo, WD.Q27092, ASSESSMENTS),
        Quad(node, OSA.evidence, english("the item is a sea; a list of seas"), ASSESSMENTS),
        Quad(node, OSA.linkRelation, OWL.differentFrom, ASSESSMENTS),
        Quad(node, OSA.decidedBy, OSA.ReviewedTable, ASSESSMENTS),
        Quad(node, DCTERMS.date, Literal(TABLE_DATE, datatype=XSD.date), ASSESSMENTS),
    }
    assert {quad for quad in quads if WD.Q27092 in (quad.subject, quad.object)} == {
        Quad(node, OSA.notLinkedTo, WD.Q27092, ASSESSMENTS),
        Quad(ID.japan, OWL.differentFrom, WD.Q27092, DefaultGraph()),
    }


def test_a_decision_takes_the_place_of_the_link_in_the_table(folder: Path, vocabulary: Vocabulary) -> None:
    said = Link(
        "Ann Lee",
        ID.iri("ann-lee"),
        "an official page",
        OSA.Verified,
        WD.Q5,
        decided_by=OSA.CuratorReview,
        curator="Kim",
        date="2026-12-01",
    )
    quads = set(reference_quads(folder, read_names(folder), vocabulary, lambda _: None, [said]))
    about = {quad.predicate: quad.object for quad in quads if quad.subject == ID.iri("link/ann-lee")}
    assert (about[OSA.confidence], about[OSA.curator]) == (OSA.Verified, Literal("Kim"))
    assert Quad(ID.iri("ann-lee"), SKOS.exactMatch, WD.Q5, DefaultGraph()) in quads


@pytest.mark.parametrize(
    ("table", "row", "said"),
    [
        ("wikidata_links", "Ghost,person,,Q6,,seen,unresolved", "a link without an item is unresolved"),
        ("wikidata_links", "Ghost,person,,,,seen,verified", "a link without an item is unresolved"),
        ("wikidata_links", "Ghost,person,,P6,,seen,verified", "is no item of Wikidata"),
        ("near_misses", "Japan,Japan,x,y", "is no item of Wikidata"),
        ("near_misses", "Nowhere,Q6,x,y", "this is a label that is in no table"),
    ],
)
def test_a_link_that_cannot_be_is_refused(
    folder: Path, vocabulary: Vocabulary, table: str, row: str, said: str
) -> None:
    path = folder / f"{table}.csv"
    path.write_text((path.read_text() if path.exists() else NEAR_MISSES) + row + "\n")
    with pytest.raises(MalformedSourceError, match=said) as caught:
        read(folder, vocabulary)
    assert str(caught.value).startswith(f"{table}.csv, ")


def test_an_alias_of_an_unknown_label_is_refused(folder: Path, vocabulary: Vocabulary) -> None:
    (folder / "aliases.csv").write_text("name,canonical,kind,note\nGhost,Nowhere,country,\n")
    with pytest.raises(MalformedSourceError) as caught:
        read(folder, vocabulary)
    assert str(caught.value) == (
        "aliases.csv, line 2, column canonical: this alias stands for a label that is in no table "
        "(value: 'Nowhere'). Add the label to wikidata_links.csv."
    )


def test_without_reference_tables_there_are_only_fiscal_years(tmp_path: Path, vocabulary: Vocabulary) -> None:
    quads, rows = read(tmp_path, vocabulary)
    assert {quad.triple for quad in quads} == set(fiscal_year_triples())
    assert {quad.graph_name for quad in quads} == {DefaultGraph(), REFERENCE}
    assert rows == Counter()


def test_every_row_is_counted_once(folder: Path, vocabulary: Vocabulary) -> None:
    assert read(folder, vocabulary)[1] == {"wikidata_links": 6, "aliases": 3, "wikidata_properties": 1}


def test_every_row_of_the_shipped_reference_tables_is_read(
    shipped_tables: Path, vocabulary: Vocabulary
) -> None:
    quads, counted = read(shipped_tables, vocabulary)
    assert counted == {"wikidata_links": 683, "aliases": 261, "wikidata_properties": 78}
    subjects = Counter(quad.object for quad in quads if quad.predicate == RDF.type)
    assert subjects[OSA.Link] == 683
    names = read_names(shipped_tables)
    assert names.by_label["Three Principles on Transfer of Defense Equipment and Technology"] == ID.iri(
        "three-principles-2014"
    )
