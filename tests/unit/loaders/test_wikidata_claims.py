"""What an entity says: rank, qualifiers and references stay, and only what is known here speaks to a slot."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from graph.claims import PQ, WIKIBASE, Claim, claim_triples, read_claims
from graph.votes import slot_of
from loaders.wikidata import local_properties
from loaders.wikidata_claims import PR, SOURCE, LocalProperty, Reading, Said, outside_names
from loaders.wikidata_values import Linked
from ontology.namespaces import DCTERMS, ID, OSA, PROV, RDFS, SCHEMA, SKOS, WD, WDT, XSD
from ontology.vocabulary import Vocabulary
from tests.unit.loaders.wikidata_made import entity, item, quantity, statement, string, texts, time

LINKED: Linked = {"Q17": ID.japan, "Q1": ID.asean}
PART_OF = LocalProperty(OSA.partOf, True, None)
DATE = LocalProperty(OSA.date, False, None)
COUNT = LocalProperty(OSA.count, False, XSD.integer)
READING = Reading(LINKED, {"P361": PART_OF, "P585": DATE, "P1114": COUNT})
BOOK = {"P248": [item("P248", "Q5")], "P813": [time("P813", "+2024-05-01T00:00:00Z")]}


def said(*statements: dict[str, Any], number: str = "Q17", **parts: Any) -> Said:
    claims: dict[str, list[dict[str, Any]]] = {}
    for each in statements:
        claims.setdefault(each["mainsnak"]["property"], []).append(each)
    return READING.said(entity(number, claims, **parts))


def one(*statements: dict[str, Any], number: str = "Q17") -> Claim:
    (claim,) = said(*statements, number=number).claims
    return claim


def test_a_statement_keeps_its_rank_its_qualifiers_and_the_statement_that_it_is() -> None:
    start = time("P580", "+2012-00-00T00:00:00Z", 9)
    claim = one(statement(item("P6", "Q9"), identifier="Q17$4A-5B", qualifiers={"P580": [start]}))
    assert claim == Claim(
        SOURCE,
        ID.japan,
        OSA.Asserted,
        WDT.P6,
        WD.Q9,
        qualifiers=((PQ.P580, Literal("2012", datatype=XSD.gYear)),),
        details=(
            (WIKIBASE.rank, WIKIBASE.NormalRank),
            (DCTERMS.source, NamedNode(f"{WD}statement/Q17-4A-5B")),
        ),
    )
    assert list(read_claims(claim_triples(claim))) == [claim]


def test_statements_that_differ_in_a_qualifier_are_two_claims() -> None:
    terms = [time("P580", f"+{year}-00-00T00:00:00Z", 9) for year in (2006, 2012)]
    found = said(*(statement(item("P6", "Q9"), qualifiers={"P580": [term]}) for term in terms)).claims
    assert len({claim.iri for claim in found}) == 2


def test_several_values_of_a_qualifier_stay() -> None:
    both = [string("P1545", "2"), string("P1545", "1")]
    claim = one(statement(item("P6", "Q9"), qualifiers={"P1545": both}))
    assert claim.qualifiers == ((PQ.P1545, Literal("1")), (PQ.P1545, Literal("2")))
    assert list(read_claims(claim_triples(claim))) == [claim]


def test_a_reference_is_a_node_that_the_claim_is_derived_from() -> None:
    reference = NamedNode("http://www.wikidata.org/reference/" + "ab" * 20)
    found = said(statement(item("P6", "Q9"), references=[{"hash": "ab" * 20, "snaks": BOOK}]))
    assert (PROV.wasDerivedFrom, reference) in found.claims[0].details
    day = Literal("2024-05-01", datatype=XSD.date)
    assert found.references == {
        reference: (Triple(reference, PR.P248, WD.Q5), Triple(reference, PR.P813, day))
    }


def test_a_reference_without_a_hash_gets_one_from_what_it_says() -> None:
    again = [list(said(statement(item("P6", "Q9"), references=[{"snaks": BOOK}])).references) for _ in "ab"]
    assert again[0] == again[1]
    assert len(again[0][0].value.rpartition("/")[2]) == 40


def test_the_point_in_time_and_the_wording_are_said_as_other_claims_say_them() -> None:
    told = {
        "P585": [time("P585", "+2020-05-00T00:00:00Z", 10)],
        "P1932": [string("P1932", "some 125 million")],
    }
    claim = one(statement(quantity("P1082", "+125000000"), qualifiers=told))
    assert claim.qualifier(OSA.asOf) == Literal("2020-05", datatype=XSD.gYearMonth)
    assert claim.verbatim == (Literal("some 125 million"),)


@pytest.mark.parametrize(
    ("ranks", "predicates"),
    [
        (["normal", "normal"], [OSA.partOf, OSA.partOf]),
        (["normal", "preferred"], [WDT.P361, OSA.partOf]),
        (["deprecated", "normal"], [OSA.partOf, OSA.partOf]),
    ],
)
def test_only_statements_of_the_best_rank_speak_to_a_slot(
    ranks: list[str], predicates: list[NamedNode]
) -> None:
    found = said(
        *(statement(item("P361", number), rank) for number, rank in zip(["Q1", "Q17"], ranks, strict=True))
    )
    assert [claim.predicate for claim in found.claims] == predicates


def test_a_deprecated_statement_is_denied_and_the_others_are_asserted() -> None:
    found = said(statement(item("P361", "Q1"), "deprecated"), statement(item("P361", "Q17"), "preferred"))
    assert [claim.modality for claim in found.claims] == [OSA.Denied, OSA.Asserted]


@pytest.mark.parametrize(
    ("main", "number", "predicate"),
    [
        (item("P361", "Q1"), "Q17", OSA.partOf),
        (item("P361", "Q99"), "Q17", WDT.P361),  # no individual of ours
        (item("P361", "Q1"), "Q99", WDT.P361),  # said of something else
        (item("P463", "Q1"), "Q17", WDT.P463),  # no property of ours
        (string("P361", "x"), "Q17", WDT.P361),  # no individual at all
        ({"snaktype": "somevalue", "property": "P361"}, "Q17", WDT.P361),
        ({"snaktype": "novalue", "property": "P361"}, "Q17", WDT.P361),
        (time("P585", "+2020-05-01T00:00:00Z"), "Q17", OSA.date),
        (string("P585", "2020"), "Q17", WDT.P585),
        (quantity("P1114", "+5"), "Q17", OSA.count),
        (quantity("P1114", "+5.5"), "Q17", WDT.P1114),
        (quantity("P1114", "+5", unit=f"{WD}Q3"), "Q17", WDT.P1114),
    ],
)
def test_a_predicate_is_ours_where_subject_property_and_value_are(
    main: dict[str, Any], number: str, predicate: NamedNode, vocabulary: Vocabulary
) -> None:
    claim = one(statement(main), number=number)
    assert claim.predicate == predicate
    assert (slot_of(claim, vocabulary) is not None) == (predicate in OSA)


def test_names_in_english_and_japanese_are_claims_about_our_things() -> None:
    names: dict[str, Any] = {"labels": texts(en="Japan", fr="Japon"), "descriptions": texts(ja="国")}
    found = said(**names, aliases={"en": [{"language": "en", "value": "Nippon"}]}).claims
    assert {(claim.predicate, claim.value) for claim in found} == {
        (RDFS.label, Literal("Japan", language="en")),
        (SCHEMA.description, Literal("国", language="ja")),
        (SKOS.altLabel, Literal("Nippon", language="en")),
    }


def test_names_of_other_things_are_plain_triples() -> None:
    found = said(number="Q99", labels=texts(en="X"))
    assert found.claims == []
    assert list(outside_names(found)) == [Triple(WD.Q99, RDFS.label, Literal("X", language="en"))]


def test_what_php_writes_for_nothing_is_nothing() -> None:
    found = READING.said({"id": "Q17", "claims": [], "labels": [], "aliases": [], "descriptions": []})
    assert (found.claims, found.passed_over.total()) == ([], 0)


def test_what_is_passed_over_is_counted_by_reason() -> None:
    found = said(
        statement(time("P571", "-0660-00-00T00:00:00Z", 9)),
        statement(item("P6", "Q9"), "best"),
        statement(
            item("P36", "Q8"), qualifiers={"P585": [time("P585", "+1990-00-00T00:00:00Z", 7)], "x": []}
        ),
    )
    assert dict(found.passed_over) == {
        "dates before the year 1": 1,
        "statements not in Wikidata's form": 1,
        "dates coarser than a year (in qualifiers and references)": 1,
        "qualifiers and references not in Wikidata's form": 1,
    }
    assert [claim.predicate for claim in found.claims] == [WDT.P36]


JSON = st.recursive(
    st.none() | st.booleans() | st.text(max_size=4) | st.sampled_from(["value", "normal", "P6", "Q9"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                ["P6", "mainsnak", "snaktype", "rank", "qualifiers", "references", "snaks", "en"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=10,
)


@given(JSON, JSON)
def test_whatever_stands_in_an_entity_nothing_is_raised(claims: Any, labels: Any) -> None:
    found = READING.said({"id": "Q17", "claims": claims, "labels": labels})
    assert all(claim.subject == ID.japan for claim in found.claims)


def test_the_properties_that_are_ours_are_those_of_the_alignments(vocabulary: Vocabulary) -> None:
    found = local_properties(vocabulary)
    assert found["P361"] == PART_OF
    assert found["P1114"] == COUNT
    assert found["P585"] == DATE
    assert "P38" not in found  # a currency narrows a claim
    assert all(each.iri in vocabulary.resolution for each in found.values())
