"""What curators decide, and undo, leaves the dataset that a full run over claims and standing acts makes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, Quad

from graph.bundle import Bundle, bundle_triples, source_graph
from graph.claims import Claim
from graph.curation import (
    ACCEPT,
    GRADE,
    NO_CURATION,
    REJECT,
    RETRACT,
    SAME_VOICE,
    SEPARATE_VOICES,
    UNDO,
    Act,
    Curation,
    curation_of,
)
from graph.curation_quads import curation_quads, retracted_graph, retracted_quads, retracted_triples
from graph.embedded import EmbeddedStore
from graph.projection import ASSESSMENTS
from graph.revision import Change, Revision
from graph.sources import source_iri
from graph.terms import date_literal
from ontology.namespaces import ID, OSA, RDF, XSD
from ontology.vocabulary import Vocabulary
from tests.unit.graph.full_run import full_run
from tests.unit.graph.revision_world import PALAU, PROJECT, World, claim, project_node, source

AT = "2026-11-01T09:30:00Z"
SOURCES = 5
KINDS = (ACCEPT, REJECT, GRADE, SAME_VOICE, SEPARATE_VOICES, RETRACT, UNDO, "load")


@pytest.fixture
def store() -> EmbeddedStore:
    return EmbeddedStore()


def act(number: int, kind: str, *of: str, **fields: object) -> Act:
    return Act(number, kind, "Mori", AT, "It is so.", of, **fields)  # type: ignore[arg-type]


def decide(store: EmbeddedStore, vocabulary: Vocabulary, before: Curation, after: Curation) -> Change:
    revision = Revision(store, vocabulary, before)
    revision.decide(after)
    return revision.finish()


class Desk:
    """A dataset that is loaded and curated, step by step, and what it should come to."""

    def __init__(self, seed: int, vocabulary: Vocabulary) -> None:
        self.world = World(seed)
        self.vocabulary = vocabulary
        self.store = EmbeddedStore()
        self.bundles = {number: self.world.bundle(number) for number in range(SOURCES)}
        self.acts: list[Act] = []
        self._load(*self.bundles.values())

    @property
    def curation(self) -> Curation:
        return curation_of(self.acts)

    def _load(self, *bundles: Bundle) -> None:
        revision = Revision(self.store, self.vocabulary, self.curation)
        for bundle in bundles:
            revision.replace(bundle)
        revision.finish()

    def step(self, kind: str) -> None:
        if kind == "load":
            number = self.world.random.randrange(SOURCES)
            self.bundles[number] = self.world.bundle(number)
            self._load(self.bundles[number])
        else:
            self.do(self.drawn(kind))

    def do(self, act: Act) -> None:
        before = self.curation
        self.acts.append(act)
        decide(self.store, self.vocabulary, before, self.curation)

    def drawn(self, kind: str) -> Act:
        number, draw = len(self.acts) + 1, self.world.random
        if kind == UNDO:
            standing = [act.number for act in self.curation.acts]
            return act(number, UNDO, undoes=draw.choice(standing) if standing else 0)
        if kind in (ACCEPT, REJECT):
            claims = [each.iri.value for bundle in self.bundles.values() for each in bundle.claims]
            return act(number, kind, draw.choice(claims))
        sources = [bundle.source.iri.value for bundle in self.bundles.values()]
        wanted = draw.randrange(2, 4) if kind in (SAME_VOICE, SEPARATE_VOICES) else 1
        grade = OSA.ReliabilityB.value if kind == GRADE else ""
        return act(number, kind, *draw.sample(sources, wanted), grade=grade)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=8))
def test_any_sequence_of_acts_equals_the_full_run_and_undoing_all_of_them_brings_everything_back(
    seed: int, kinds: list[str], tmp_path: Path, vocabulary: Vocabulary
) -> None:
    desk = Desk(seed, vocabulary)
    for kind in kinds:
        desk.step(kind)
        assert (
            set(desk.store.quads()) == full_run(tmp_path, vocabulary, desk.bundles.values(), desk.curation)[0]
        )
    for standing in desk.curation.acts[::-1]:
        desk.do(act(len(desk.acts) + 1, UNDO, undoes=standing.number))
    assert set(desk.store.quads()) == full_run(tmp_path, vocabulary, desk.bundles.values())[0]


SIGNED = claim(PROJECT, OSA.signedOn, date_literal("2023-11-03"), 1)
RIVAL = claim(PROJECT, OSA.signedOn, date_literal("2023-11-04"), 2)
WHOM = claim(PROJECT, OSA.recipient, PALAU, 2)


@pytest.fixture
def signed(store: EmbeddedStore, vocabulary: Vocabulary) -> EmbeddedStore:
    """Two newspapers that give two days, the second one being alone in naming the recipient."""
    revision = Revision(store, vocabulary)
    revision.replace(Bundle(source(1, issued=date_literal("2023-11-05")), (SIGNED,), (project_node(),)))
    revision.replace(Bundle(source(2, issued=date_literal("2023-11-06")), (RIVAL, WHOM), (project_node(),)))
    revision.finish()
    return store


def known(store: EmbeddedStore) -> set[Claim]:
    """The claims that the default graph says to be true."""
    stated = {(quad.predicate, quad.object) for quad in store.quads(PROJECT, graph=DefaultGraph())}
    return {said for said in (SIGNED, RIVAL, WHOM) if (said.predicate, said.value) in stated}


def contradictions(store: EmbeddedStore) -> list[Quad]:
    return list(store.quads(None, RDF.type, OSA.Contradiction, ASSESSMENTS))


def test_what_rests_on_a_retracted_source_alone_goes_and_its_claims_stay_readable(
    signed: EmbeddedStore, vocabulary: Vocabulary
) -> None:
    assert known(signed) == {RIVAL, WHOM}
    assert len(contradictions(signed)) == 1
    held = {quad.triple for quad in signed.quads(graph=source_graph(source_iri("s2")))}
    change = decide(signed, vocabulary, NO_CURATION, Curation(retracted=frozenset({source_iri("s2").value})))
    assert change.sources_retracted == [source_iri("s2").value]
    assert (change.sources, change.claims_removed, change.contradictions) == (-1, 2, -1)
    assert list(signed.quads(graph=source_graph(source_iri("s2")))) == []
    assert retracted_triples(signed, source_iri("s2")) == held
    assert {quad.graph_name for quad in signed.quads(RIVAL.iri)} == set()
    assert known(signed) == {SIGNED}
    assert contradictions(signed) == []


def test_a_retracted_source_that_is_loaded_again_still_counts_nowhere(
    signed: EmbeddedStore, vocabulary: Vocabulary
) -> None:
    retracted = Curation(retracted=frozenset({source_iri("s2").value}))
    decide(signed, vocabulary, NO_CURATION, retracted)
    before = {quad for quad in signed.quads() if quad.graph_name != retracted_graph(source_iri("s2"))}
    again = Bundle(source(2), (WHOM,), (project_node(),))
    revision = Revision(signed, vocabulary, retracted)
    revision.replace(again)
    change = revision.finish()
    assert change.sources_retracted == [source_iri("s2").value]
    assert not change.is_empty
    written = set(retracted_quads(source_iri("s2"), bundle_triples(again)))
    assert set(signed.quads()) == before | written


def test_a_retracted_source_can_be_removed(signed: EmbeddedStore, vocabulary: Vocabulary) -> None:
    retracted = Curation(retracted=frozenset({source_iri("s2").value}))
    decide(signed, vocabulary, NO_CURATION, retracted)
    revision = Revision(signed, vocabulary, retracted)
    assert revision.remove(source_iri("s2"))
    assert revision.finish().sources == 0
    assert list(signed.quads(graph=retracted_graph(source_iri("s2")))) == []


def test_a_rejected_claim_is_in_no_resolution_and_no_assessment(
    signed: EmbeddedStore, vocabulary: Vocabulary
) -> None:
    decide(signed, vocabulary, NO_CURATION, Curation(rejected=frozenset({RIVAL.iri.value})))
    naming = [quad for quad in signed.quads(None, None, RIVAL.iri) if quad.graph_name == ASSESSMENTS]
    assert naming == []
    assert {quad.object for quad in signed.quads(PROJECT, OSA.signedOn)} == {SIGNED.value}


def test_each_act_that_stands_is_a_node_with_who_when_and_why() -> None:
    graded = act(3, GRADE, ID.iri("source/s1").value, grade=OSA.ReliabilityB.value)
    node = ID.iri("curation/3")
    assert set(curation_quads(curation_of([graded]))) == {
        Quad(node, RDF.type, OSA.Grading, ASSESSMENTS),
        Quad(node, OSA.subject, ID.iri("source/s1"), ASSESSMENTS),
        Quad(node, OSA.grade, OSA.ReliabilityB, ASSESSMENTS),
        Quad(node, OSA.gradedBy, Literal("Mori"), ASSESSMENTS),
        Quad(node, OSA.curator, Literal("Mori"), ASSESSMENTS),
        Quad(node, OSA.reason, Literal("It is so."), ASSESSMENTS),
        Quad(node, OSA.decidedOn, Literal(AT, datatype=XSD.dateTime), ASSESSMENTS),
    }
