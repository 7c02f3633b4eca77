"""Projection: which triples an accepted or an open slot leaves in the dataset."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from graph.projection import ASSESSMENTS, fact_quad, fact_quads, read_term, resolution_iri, resolution_quads
from graph.resolution import Resolution
from graph.terms import Term, date_literal, decimal_literal
from graph.votes import Slot
from ontology.namespaces import ID, OSA, RDF, XSD

COUNT = ID.iri("recipient-count/osa-fy2025")
CLAIMS = (ID.iri("claim/a"), ID.iri("claim/b"), ID.iri("claim/c"))
TWELVE = Literal("12", datatype=XSD.integer)
SLOT = Slot(COUNT.value, OSA.recipientCount.value, "2025")
ACCEPTED = Resolution(
    SLOT,
    str(TWELVE),
    (CLAIMS[0].value, CLAIMS[1].value),
    (CLAIMS[2].value,),
    2,
    OSA.MostVoices,
    str(OSA.CumulativeSelected),
)
OPEN = Resolution(SLOT, None, (), (CLAIMS[2].value,), 1, OSA.OnlyWeakSources)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def fact(predicate: NamedNode, value: Term) -> Quad:
    return Quad(COUNT, predicate, value, DefaultGraph())


def test_an_accepted_slot_gives_a_fact_with_short_cuts_to_its_claims() -> None:
    assert list(fact_quads(ACCEPTED)) == [
        fact(OSA.recipientCount, TWELVE),
        fact(OSA.countingRule, OSA.CumulativeSelected),
        fact(OSA.supportedBy, CLAIMS[0]),
        fact(OSA.supportedBy, CLAIMS[1]),
        fact(OSA.contestedBy, CLAIMS[2]),
    ]


def test_an_open_slot_gives_no_fact() -> None:
    assert fact_quad(OPEN) is None
    assert list(fact_quads(OPEN)) == []


def described(resolution: Resolution) -> dict[NamedNode, set[object]]:
    found: dict[NamedNode, set[object]] = {}
    for quad in resolution_quads(resolution):
        assert (quad.subject, quad.graph_name) == (resolution_iri(resolution.slot), ASSESSMENTS)
        found.setdefault(quad.predicate, set()).add(quad.object)
    return found


def test_a_resolution_tells_value_claims_voices_and_step() -> None:
    assert described(ACCEPTED) == {
        RDF.type: {OSA.Resolution},
        OSA.subject: {COUNT},
        OSA.predicate: {OSA.recipientCount},
        OSA.fiscalYear: {Literal("2025", datatype=XSD.integer)},
        OSA.accepted: {TWELVE},
        OSA.countingRule: {OSA.CumulativeSelected},
        OSA.state: {OSA.Accepted},
        OSA.decidedBy: {OSA.MostVoices},
        OSA.voices: {Literal("2", datatype=XSD.integer)},
        OSA.supportedBy: {CLAIMS[0], CLAIMS[1]},
        OSA.contestedBy: {CLAIMS[2]},
    }


def test_an_open_resolution_tells_why() -> None:
    found = described(OPEN)
    assert (found[OSA.state], found[OSA.decidedBy]) == ({OSA.Open}, {OSA.OnlyWeakSources})
    assert OSA.accepted not in found and OSA.supportedBy not in found


def test_a_member_of_a_set_is_named_while_it_is_open_too() -> None:
    slot = Slot(COUNT.value, OSA.equipment.value, "", str(ID.iri("equipment/radar")))
    found = described(OPEN._replace(slot=slot))
    assert found[OSA.candidate] == {ID.iri("equipment/radar")}
    assert OSA.fiscalYear not in found


def test_the_iri_of_a_resolution_depends_on_its_slot_alone() -> None:
    assert resolution_iri(ACCEPTED.slot) == resolution_iri(OPEN.slot)
    slots = [SLOT, *(SLOT._replace(**{part: "x"}) for part in SLOT._fields)]
    assert len({resolution_iri(slot) for slot in slots}) == len(slots)


@pytest.mark.parametrize(
    "term",
    [
        ID.iri("防衛省"),
        decimal_literal(12),
        date_literal("2025-12"),
        Literal("二", language="ja"),
        Literal('"\\\n\r\t\u0000\u0085\u2028'),
    ],
)
def test_a_term_comes_back_from_its_text(term: Term) -> None:
    assert read_term(str(term)) == term


@given(TEXT, st.none() | st.sampled_from(["en", "zh-hant"]))
def test_any_literal_comes_back_from_its_text(text: str, language: str | None) -> None:
    term = Literal(text, language=language)
    assert read_term(str(term)) == term
