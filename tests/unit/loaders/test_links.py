"""Links and near misses: what may be said of them, what follows, and those of the shipped tables."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from graph.embedded import EmbeddedStore
from graph.projection import ASSESSMENTS
from loaders.links import Link, agreeing_sources, link_quads, relation_of, standing_links
from ontology.namespaces import DCTERMS, ID, OSA, OWL, RDF, SKOS, WD, XSD

LINK = Link("Fiji", ID.fiji, "a list", OSA.Verified, WD.Q712)
TWO = "rigour 2.6.1 territory 'fj' qid=Q712; country-coder borders.json wikidata=Q712; labels of 'Fiji'"
Row = Mapping[str, str]


@pytest.fixture(scope="module")
def rows(shipped_tables: Path) -> list[Row]:
    with (shipped_tables / "wikidata_links.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def facts(link: Link) -> set[tuple[Any, ...]]:
    quads = link_quads(link)
    return {(q.subject, q.predicate, q.object) for q in quads if q.graph_name == DefaultGraph()}


@pytest.mark.parametrize(
    "changes",
    [
        {"evidence": " "},
        {"item": None},
        {"confidence": OSA.Unresolved},
        {"confidence": OSA.Likely, "relation": OWL.sameAs},
        {"confidence": OSA.Likely, "relation": OWL.differentFrom},
        {"item": WD.P31},
        {"item": WD["Q0"]},
        {"item": NamedNode("http://example.org/Q712")},
    ],
)
def test_what_does_not_go_together_is_refused(changes: Mapping[str, Any]) -> None:
    with pytest.raises(ValueError, match="Fiji: "):
        replace(LINK, **changes)


def test_only_what_is_verified_is_a_fact() -> None:
    assert facts(LINK) == {(ID.fiji, SKOS.exactMatch, WD.Q712)}
    assert facts(replace(LINK, relation=OWL.sameAs)) == {
        (ID.fiji, SKOS.exactMatch, WD.Q712),
        (ID.fiji, OWL.sameAs, WD.Q712),
    }
    assert facts(replace(LINK, relation=OWL.differentFrom)) == {(ID.fiji, OWL.differentFrom, WD.Q712)}
    assert facts(replace(LINK, confidence=OSA.Likely)) == set()
    assert facts(replace(LINK, confidence=OSA.Unresolved, item=None)) == set()


def test_a_decision_of_a_person_has_a_name_and_a_day() -> None:
    decided = replace(LINK, decided_by=OSA.CuratorReview, curator="Kim", date="2026-12-01")
    said = {quad.predicate: quad.object for quad in link_quads(decided) if quad.graph_name == ASSESSMENTS}
    assert (said[OSA.decidedBy], said[OSA.curator]) == (OSA.CuratorReview, Literal("Kim"))
    assert said[DCTERMS.date] == Literal("2026-12-01", datatype=XSD.date)


def test_a_no_takes_back_the_link_and_a_yes_the_near_miss() -> None:
    no = replace(LINK, relation=OWL.differentFrom, evidence="another island")
    unlinked, near_miss = standing_links([LINK], [no])
    assert (unlinked.iri, unlinked.confidence, unlinked.item) == (LINK.iri, OSA.Unresolved, None)
    assert near_miss == no
    assert standing_links([LINK], [no, LINK]) == [LINK]
    assert standing_links([no], [LINK]) == [LINK]


def test_a_no_about_another_item_leaves_the_link() -> None:
    no = replace(LINK, relation=OWL.differentFrom, item=WD.Q1)
    assert standing_links([LINK], [no]) == [LINK, no]


def test_later_decisions_win_and_unknown_names_are_new() -> None:
    first, second = replace(LINK, item=WD.Q1), replace(LINK, item=WD.Q2)
    other = replace(LINK, label="Palau", subject=ID.palau)
    assert standing_links([LINK], [first, other, second]) == [second, other]


@given(
    st.lists(st.sampled_from([LINK, replace(LINK, relation=OWL.differentFrom), replace(LINK, item=WD.Q1)]))
)
def test_nothing_ever_stands_both_for_and_against_an_item(decided: list[Link]) -> None:
    standing = standing_links([LINK], decided)
    pairs = Counter((link.label, link.item) for link in standing)
    assert set(pairs.values()) == {1}
    assert len({link.iri for link in standing}) == len(standing)


@pytest.mark.parametrize(
    ("evidence", "number"),
    [
        (TWO, 2),
        ("rigour territory qid=Q712", 1),
        ("rigour qid=Q712; rigour labels Q712", 1),
        ("a qid=Q712; b qid=Q712; c says Q713", 0),
        ("a qid=Q7120; b AQ712; c Q712b", 0),
        ("a row Q712,Fiji; second file 'wd-Q712 -- Fiji';", 2),
        ("", 0),
    ],
)
def test_sources_agree_where_each_names_the_item_and_none_another(evidence: str, number: int) -> None:
    assert agreeing_sources("Q712", evidence) == number


def test_only_states_and_persons_are_the_same_as_an_item() -> None:
    assert relation_of("country", "Q712", TWO) == relation_of("person", "Q712", TWO) == OWL.sameAs
    assert relation_of("organisation", "Q712", TWO) == SKOS.exactMatch
    assert relation_of("country", "Q712", "rigour qid=Q712") == SKOS.exactMatch


def test_links_are_as_many_as_in_the_table_and_each_has_evidence(
    shipped_store: EmbeddedStore, rows: list[Row]
) -> None:
    links = [quad.subject for quad in shipped_store.quads(None, RDF.type, OSA.Link, ASSESSMENTS)]
    counted: Counter[str] = Counter()
    for link in links:
        said = {quad.predicate: quad.object for quad in shipped_store.quads(link, None, None, ASSESSMENTS)}
        assert said[OSA.evidence].value and said[OSA.decidedBy] and said[DCTERMS.date]  # type: ignore[union-attr]
        counted[str(said[OSA.confidence].value).rpartition("#")[2].lower()] += 1  # type: ignore[union-attr]
    assert counted == Counter(row["confidence"] for row in rows)
    assert len(links) == len(rows)


def test_the_facts_are_just_the_verified_links_and_the_near_misses(
    shipped_store: EmbeddedStore, shipped_tables: Path, rows: list[Row]
) -> None:
    def items(predicate: NamedNode) -> Counter[str]:
        found = shipped_store.quads(None, predicate, None, DefaultGraph())
        return Counter(_number(quad) for quad in found if quad.object in WD)

    verified = [row for row in rows if row["confidence"] == "verified"]
    same = [
        row["wikidata_qid"]
        for row in verified
        if relation_of(row["entity_kind"], row["wikidata_qid"], row["evidence"]) == OWL.sameAs
    ]
    with (shipped_tables / "near_misses.csv").open(encoding="utf-8", newline="") as file:
        missed = [row["wikidata_qid"] for row in csv.DictReader(file)]
    assert items(SKOS.exactMatch) == Counter(row["wikidata_qid"] for row in verified)
    assert items(OWL.sameAs) == Counter(same)
    assert items(OWL.differentFrom) == Counter(missed)
    assert len(same) == 70


def test_no_number_of_a_near_miss_is_made_up(shipped_tables: Path, rows: list[Row]) -> None:
    with (shipped_tables / "near_misses.csv").open(encoding="utf-8", newline="") as file:
        missed = list(csv.DictReader(file))
    known = {row["wikidata_qid"] for row in rows} | {"Q783490", "Q2475583"}
    evidence = " ".join(row["evidence"] for row in rows)
    assert {row["wikidata_qid"] for row in missed} <= known
    assert all(number in evidence for number in ("Q783490", "Q2475583"))
    linked = {(row["entity_label"], row["wikidata_qid"]) for row in rows}
    assert not linked & {(row["entity_label"], row["wikidata_qid"]) for row in missed}


def _number(quad: Quad) -> str:
    return str(quad.object.value).removeprefix(str(WD))  # type: ignore[union-attr]
