"""Tallies that are kept up with every revision are those of a new count."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, Quad

from graph.curation import NO_CURATION, Curation
from graph.embedded import EmbeddedStore
from graph.projection import ASSESSMENTS
from graph.revision import Revision
from graph.sources import source_iri
from graph.tallies import (
    CLASSES,
    CONTRADICTIONS,
    DATES,
    LINKS,
    MATCHES,
    NAME,
    NAMES,
    OTHERS,
    OURS,
    OUTSIDE_CLASSES,
    PROPERTIES,
    PUBLISHERS,
    SUBJECTS,
    YEARS,
    gained,
    tallies_in,
    tally,
    with_gain,
)
from ontology.namespaces import DCTERMS, ID, OSA, PROV, RDF, SKOS, WD, XSD
from ontology.vocabulary import Vocabulary
from tests.unit.graph.revision_world import World

NUMBERS = range(5)
STEPS = st.lists(st.sampled_from(["load", "remove", "retract", "restore"]), min_size=1, max_size=10)
SOURCE, CLASH = ID.iri("source/s"), ID.iri("contradiction/c")
DEFAULT = DefaultGraph()
LINK = ((RDF.type, OSA.Link), (OSA.confidence, OSA.Likely))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), steps=STEPS)
def test_after_any_sequence_of_loads_removals_and_retractions_the_tallies_are_those_of_a_new_count(
    seed: int, steps: list[str], vocabulary: Vocabulary
) -> None:
    world, store, curation = World(seed), EmbeddedStore(), NO_CURATION
    tallies = tally(store)
    for step in steps:
        revision = Revision(store, vocabulary, curation)
        number = world.random.choice(NUMBERS)
        if step == "load":
            revision.replace(world.bundle(number))
            revision.replace(world.bundle((number + 1) % len(NUMBERS)))
        elif step == "remove":
            revision.remove(source_iri(f"s{number}"))
        else:
            retracted = {source_iri(f"s{number}").value} if step == "retract" else set()
            curation = Curation(retracted=frozenset(retracted))
            revision.decide(curation)
        tallies = with_gain(tallies, revision.finish().tallied)
        assert tallies == tally(store)


def test_a_new_count_counts_each_under_what_pages_ask_for() -> None:
    store = EmbeddedStore()
    year = Literal("2025", datatype=XSD.integer)
    said = ((OSA.publisherKind, OSA.Newspaper), (OSA.publisherCountry, ID.japan), (DCTERMS.issued, year))
    store.insert(
        [Quad(SOURCE, RDF.type, OSA.Source, DEFAULT), *(Quad(SOURCE, p, o, DEFAULT) for p, o in said)]
    )
    store.insert([Quad(ID.iri("source/t"), OSA.publisherKind, OSA.Blog, DEFAULT)])
    clash = ((RDF.type, OSA.Contradiction), (OSA.kind, OSA.ValueClash), (OSA.fiscalYear, year))
    store.insert(Quad(CLASH, p, o, ASSESSMENTS) for p, o in clash)
    store.insert(Quad(ID.iri("link/s"), p, o, ASSESSMENTS) for p, o in LINK)
    store.insert([Quad(ID.iri("near-miss/s-q1"), RDF.type, OSA.NearMiss, ASSESSMENTS)])
    store.insert(
        [Quad(SOURCE, RDF.type, PROV.Entity, DEFAULT), Quad(SOURCE, SKOS.exactMatch, WD.Q1, DEFAULT)]
    )
    store.insert([Quad(BlankNode(), SKOS.exactMatch, OSA.Source, DEFAULT)])
    assert tally(store) == {
        CLASSES: {OSA.Source.value: 1},
        PUBLISHERS: {f"{OSA.Newspaper.value} {ID.japan.value}": 1, f"{OSA.Blog.value} ": 1},
        DATES: {"": 1},
        CONTRADICTIONS: {OSA.ValueClash.value: 1},
        YEARS: {"2025": 1},
        OUTSIDE_CLASSES: {PROV.Entity.value: 1},
        PROPERTIES: {
            DCTERMS.issued.value: 1,
            OSA.publisherCountry.value: 1,
            OSA.publisherKind.value: 2,
            RDF.type.value: 2,
            SKOS.exactMatch.value: 2,
        },
        SUBJECTS: {OURS: 2, OTHERS: 1},
        MATCHES: {SKOS.exactMatch.value: 1},
        LINKS: {OSA.Likely.value: 1, OSA.NearMiss.value: 1},
    }


def test_what_there_is_none_of_any_more_is_not_counted() -> None:
    one = with_gain({}, {(YEARS, "2025"): 1})
    assert one == {**{name: {} for name in NAMES}, YEARS: {"2025": 1}}
    assert with_gain(one, {(YEARS, "2025"): -1}) == {name: {} for name in NAMES}


@pytest.mark.parametrize("kept", [None, 3, {}, {CLASSES: {}}, {name: {"a": "b"} for name in NAMES}])
def test_tallies_that_are_not_whole_are_none(kept: Any) -> None:
    assert tallies_in({NAME: kept}) is None
    assert gained({NAME: kept}, {(YEARS, "2025"): 1}) == {}


def test_tallies_are_read_as_they_were_kept() -> None:
    kept = with_gain({}, {(DATES, ""): 2})
    assert tallies_in({NAME: kept, "quads": 3}) == kept
