"""A revision leaves exactly the dataset that a full run over the same sources makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Triple

from graph.bundle import Bundle, Node, in_graph, source_graph
from graph.curation import Curation
from graph.embedded import EmbeddedStore
from graph.errors import MalformedSourceError
from graph.projection import ASSESSMENTS, REFERENCE
from graph.revision import Change, Revision, is_entity_type
from graph.sources import source_iri
from graph.spool import Tally
from graph.terms import date_literal
from ontology.namespaces import ID, OSA, RDFS
from ontology.vocabulary import Vocabulary, ontology_triples
from tests.unit.graph.full_run import full_run as run_fully
from tests.unit.graph.revision_world import (
    COUNT,
    ITEM,
    LINE,
    PALAU,
    PROJECT,
    RADAR,
    RULES,
    World,
    claim,
    count_node,
    described,
    integer,
    item_node,
    line_node,
    name_node,
    project_node,
    source,
    year,
)

GRAPH_OF_USER = NamedNode("https://w3id.org/osagraph/graph/user/copy")

FullRun = Callable[[Iterable[Bundle]], tuple[set[Quad], Tally]]


@pytest.fixture
def full_run(tmp_path: Path, vocabulary: Vocabulary) -> FullRun:
    """The quads and counts of a build over bundles."""

    return lambda bundles: run_fully(tmp_path, vocabulary, bundles)


@pytest.fixture
def store() -> EmbeddedStore:
    return EmbeddedStore()


def revise(
    store: EmbeddedStore, vocabulary: Vocabulary, *put: Bundle, remove: tuple[NamedNode, ...] = ()
) -> Change:
    revision = Revision(store, vocabulary)
    for bundle in put:
        revision.replace(bundle)
    for gone in remove:
        assert revision.remove(gone)
    return revision.finish()


def entity_count(store: EmbeddedStore) -> int:
    return len({quad.subject for quad in store.quads(graph=DefaultGraph()) if is_entity_type(quad)})


@pytest.mark.parametrize("seed", range(20))
def test_any_sequence_of_loads_and_removals_equals_the_full_run(
    seed: int, store: EmbeddedStore, full_run: FullRun, vocabulary: Vocabulary
) -> None:
    world = World(seed)
    known: dict[int, Bundle] = {}
    tally = Tally()
    for _ in range(12):
        numbers = world.random.sample(range(6), world.random.randrange(1, 3))
        leave = tuple(n for n in numbers if n in known and world.random.random() < 0.4)
        come = {n: world.bundle(n) for n in numbers if n not in leave}
        quads_before, entities_before = store.quad_count(), entity_count(store)
        change = revise(store, vocabulary, *come.values(), remove=tuple(source_iri(f"s{n}") for n in leave))
        known = {n: bundle for n, bundle in (known | come).items() if n not in leave}
        wanted, full = full_run(known.values())
        assert set(store.quads()) == wanted
        assert change.facts == full.facts - tally.facts
        assert change.open_slots == full.open_slots - tally.open_slots
        assert change.resolutions == full.resolutions - tally.resolutions
        assert change.contradictions == full.contradictions - tally.contradictions
        assert change.corroborations == full.corroborations - tally.corroborations
        assert change.sources == full.sources - tally.sources
        assert change.claims_added - change.claims_removed == full.claims - tally.claims
        assert change.quads == store.quad_count() - quads_before
        assert change.entities == entity_count(store) - entities_before
        tally = full


@pytest.mark.parametrize("seed", range(5))
def test_the_order_in_which_sources_are_loaded_does_not_matter(
    seed: int, store: EmbeddedStore, vocabulary: Vocabulary
) -> None:
    bundles = [World(seed).bundle(number) for number in range(6)]
    revise(store, vocabulary, *bundles)
    one_by_one = EmbeddedStore()
    for bundle in reversed(bundles):
        revise(one_by_one, vocabulary, bundle)
    assert set(store.quads()) == set(one_by_one.quads())


@pytest.mark.parametrize("seed", range(5))
def test_removing_every_source_leaves_an_empty_dataset(
    seed: int, store: EmbeddedStore, vocabulary: Vocabulary
) -> None:
    bundles = [World(seed).bundle(number) for number in range(6)]
    revise(store, vocabulary, *bundles)
    revise(store, vocabulary, remove=tuple(bundle.source.iri for bundle in bundles))
    assert list(store.quads()) == []


def signed_project(number: int = 1) -> Bundle:
    claims = (claim(PROJECT, OSA.status, OSA.Signed, number), claim(PROJECT, OSA.recipient, PALAU, number))
    return Bundle(source(number), claims, (project_node(),), new_names=("palau",))


def test_loading_the_same_source_twice_changes_nothing(store: EmbeddedStore, vocabulary: Vocabulary) -> None:
    first = revise(store, vocabulary, signed_project())
    before = set(store.quads())
    second = revise(store, vocabulary, signed_project())
    assert not first.is_empty
    assert second.is_empty
    assert (second.quads, second.slots, second.facts, second.new_names) == (0, 0, 0, [])
    assert set(store.quads()) == before


def test_the_change_tells_what_was_added_and_removed(store: EmbeddedStore, vocabulary: Vocabulary) -> None:
    added = revise(store, vocabulary, signed_project())
    assert added.sources_added == [source_iri("s1").value]
    assert (added.claims_added, added.facts, added.slots, added.open_slots) == (2, 2, 2, 0)
    assert added.new_names == ["palau"]
    facts = [
        f"{Triple(PROJECT, OSA.status, OSA.Signed)} .",
        f"{Triple(PROJECT, OSA.recipient, PALAU)} .",
    ]
    assert sorted(added.facts_added) == sorted(facts)
    removed = revise(store, vocabulary, remove=(source_iri("s1"),))
    assert removed.sources_removed == [source_iri("s1").value]
    assert (removed.claims_removed, removed.facts, removed.quads) == (2, -2, -added.quads)
    assert sorted(removed.facts_removed) == sorted(facts)


def test_a_corrected_source_is_listed_as_changed(store: EmbeddedStore, vocabulary: Vocabulary) -> None:
    revise(store, vocabulary, signed_project())
    delivered = Bundle(source(), (claim(PROJECT, OSA.status, OSA.Delivered),), (project_node(),))
    change = revise(store, vocabulary, delivered)
    assert change.sources_changed == [source_iri("s1").value]
    assert (change.claims_added, change.claims_removed, change.facts) == (1, 2, -1)


def test_removing_an_unknown_source_answers_false(store: EmbeddedStore, vocabulary: Vocabulary) -> None:
    revision = Revision(store, vocabulary)
    assert revision.remove(source_iri("nobody")) is False
    assert revision.finish().is_empty


def test_a_new_quote_changes_no_slot(store: EmbeddedStore, vocabulary: Vocabulary) -> None:
    old = claim(RULES[0], OSA.supersedes, RULES[1], quotes=(Literal("replaces"),))
    new = claim(RULES[0], OSA.supersedes, RULES[1], quotes=(Literal("takes the place of"),))
    revise(store, vocabulary, Bundle(source(), (old,)))
    change = revise(store, vocabulary, Bundle(source(), (new,)))
    assert (change.claims_added, change.claims_removed, change.facts, change.facts_added) == (0, 0, 0, [])
    assert set(store.quads(new.iri, OSA.quote, None, source_graph(source_iri("s1")))) == {
        Quad(new.iri, OSA.quote, Literal("takes the place of"), source_graph(source_iri("s1")))
    }


@pytest.mark.parametrize("seed", range(5))
def test_a_new_description_of_a_source_equals_a_load_with_it(
    seed: int, store: EmbeddedStore, full_run: FullRun, vocabulary: Vocabulary
) -> None:
    world = World(seed)
    known = {number: world.bundle(number) for number in range(4)}
    revise(store, vocabulary, *known.values())
    for number in range(4):
        known[number] = replace(known[number], source=world.source(number))
        revision = Revision(store, vocabulary)
        revision.describe(replace(known[number], claims=(), nodes=()))
        revision.finish()
        assert set(store.quads()) == full_run(known.values())[0]


def test_describing_a_source_anew_is_listed_as_a_change(store: EmbeddedStore, vocabulary: Vocabulary) -> None:
    revise(store, vocabulary, signed_project())
    for title, changed in (("Source 1", []), ("Another title", [source_iri("s1").value])):
        revision = Revision(store, vocabulary)
        revision.describe(Bundle(replace(source(), title=Literal(title))))
        assert revision.finish().sources_changed == changed


def test_a_source_that_becomes_weak_loses_its_facts(store: EmbeddedStore, vocabulary: Vocabulary) -> None:
    said = (claim(PROJECT, OSA.status, OSA.Signed),)
    revise(store, vocabulary, Bundle(source(), said, (project_node(),)))
    change = revise(store, vocabulary, Bundle(source(kind=OSA.Blog), said, (project_node(),)))
    assert (change.facts, change.open_slots) == (-1, 1)
    assert list(store.quads(PROJECT, None, None, DefaultGraph())) == []


def test_a_carrier_is_described_among_the_facts_only_while_a_fact_touches_it(
    store: EmbeddedStore, vocabulary: Vocabulary
) -> None:
    projected = claim(PROJECT, OSA.status, OSA.Signed, modality=OSA.Projected)
    revise(store, vocabulary, Bundle(source(), (projected,), (project_node(),)))
    assert list(store.quads(PROJECT, None, None, DefaultGraph())) == []
    revise(store, vocabulary, Bundle(source(2), (claim(PROJECT, OSA.status, OSA.Signed, 2),)))
    label = Quad(PROJECT, RDFS.label, Literal("Project", language="en"), DefaultGraph())
    assert label in set(store.quads(PROJECT))
    revise(store, vocabulary, remove=(source_iri("s2"),))
    assert list(store.quads(PROJECT, None, None, DefaultGraph())) == []


def test_a_part_is_described_together_with_its_whole(store: EmbeddedStore, vocabulary: Vocabulary) -> None:
    said = Bundle(source(), (claim(PROJECT, OSA.item, ITEM),), (project_node(), item_node()))
    revise(store, vocabulary, said)
    assert Quad(ITEM, OSA.equipmentClass, RADAR, DefaultGraph()) in set(store.quads(ITEM))
    revise(store, vocabulary, remove=(source_iri("s1"),))
    assert list(store.quads(ITEM)) == []


def test_the_reference_tables_keep_a_carrier_s_other_name(
    store: EmbeddedStore, vocabulary: Vocabulary
) -> None:
    alias = Triple(LINE, RDFS.label, Literal("OSA budget", language="en"))
    fixed = [Quad(alias.subject, alias.predicate, alias.object, g) for g in (REFERENCE, DefaultGraph())]
    store.insert(fixed)
    revise(store, vocabulary, Bundle(source(), (claim(LINE, OSA.amount, integer(5)),), (line_node(),)))
    revise(store, vocabulary, remove=(source_iri("s1"),))
    assert set(store.quads()) == set(fixed)


def test_a_name_stays_as_long_as_some_source_gives_it(store: EmbeddedStore, vocabulary: Vocabulary) -> None:
    label = Quad(ID.palau, RDFS.label, Literal("Palau", language="en"), DefaultGraph())
    for number in (1, 2):
        revise(store, vocabulary, Bundle(source(number), (), (name_node(ID.palau, "Palau"),)))
    revise(store, vocabulary, remove=(source_iri("s1"),))
    assert label in set(store.quads(ID.palau))
    revise(store, vocabulary, remove=(source_iri("s2"),))
    assert list(store.quads(ID.palau)) == []


def test_a_fact_of_two_periods_stays_while_one_of_them_holds(
    store: EmbeddedStore, vocabulary: Vocabulary
) -> None:
    fact = Quad(RULES[0], OSA.supersedes, RULES[1], DefaultGraph())
    for number in (1, 2):
        said = claim(RULES[0], OSA.supersedes, RULES[1], number, qualifiers=year(2024 + number))
        revise(store, vocabulary, Bundle(source(number), (said,)))
    revise(store, vocabulary, remove=(source_iri("s1"),))
    assert fact in set(store.quads())
    revise(store, vocabulary, remove=(source_iri("s2"),))
    assert list(store.quads()) == []


def test_a_fact_that_another_period_keeps_is_not_reported_as_removed(
    store: EmbeddedStore, vocabulary: Vocabulary
) -> None:
    for number in (1, 2):
        said = claim(RULES[0], OSA.supersedes, RULES[1], number, qualifiers=year(2024 + number))
        revise(store, vocabulary, Bundle(source(number), (said,)))
    change = revise(store, vocabulary, remove=(source_iri("s1"),))
    assert change.facts_removed == []


def test_what_the_ontology_says_of_a_name_outlives_every_source(
    store: EmbeddedStore, vocabulary: Vocabulary
) -> None:
    ontology = {Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in ontology_triples()}
    store.insert(ontology)
    sensor = ID.iri("equipment/sensor")
    made_up = Node(sensor, described(sensor, OSA.EquipmentClass, "sensor"))
    revise(store, vocabulary, Bundle(source(), (), (made_up,)))
    revise(store, vocabulary, remove=(source_iri("s1"),))
    assert set(store.quads(sensor)) == {quad for quad in ontology if quad.subject == sensor}


def test_the_rule_of_a_count_is_told_with_it(store: EmbeddedStore, vocabulary: Vocabulary) -> None:
    rule = ((OSA.countingRule, OSA.CumulativeSelected),)
    said = claim(COUNT, OSA.recipientCount, integer(12), qualifiers=rule)
    revise(store, vocabulary, Bundle(source(), (said,), (count_node(),)))
    stands = Quad(COUNT, OSA.countingRule, OSA.CumulativeSelected, DefaultGraph())
    assert stands in set(store.quads(COUNT))


def test_a_curator_s_acceptance_decides(store: EmbeddedStore, vocabulary: Vocabulary) -> None:
    rejected = [claim(PROJECT, OSA.signedOn, date_literal("2023-11-04"), number) for number in (1, 2)]
    accepted = claim(PROJECT, OSA.signedOn, date_literal("2023-11-03"), 3)
    revision = Revision(store, vocabulary, curation=Curation(accepted=frozenset({accepted.iri.value})))
    for number, said in enumerate((*rejected, accepted), start=1):
        revision.replace(Bundle(source(number), (said,), (project_node(),)))
    revision.finish()
    assert accepted.value is not None
    assert list(store.quads(PROJECT, OSA.signedOn, None, DefaultGraph())) == [
        Quad(PROJECT, OSA.signedOn, accepted.value, DefaultGraph())
    ]
    assert {quad.object for quad in store.quads(None, OSA.decidedBy, None, ASSESSMENTS)} == {
        OSA.CuratorAcceptance
    }


def test_a_claim_in_a_graph_that_is_no_source_does_not_vote(
    store: EmbeddedStore, vocabulary: Vocabulary
) -> None:
    said = signed_project()
    revise(store, vocabulary, said)
    copied = (quad.triple for quad in store.quads(said.claims[0].iri))
    store.insert(list(in_graph(copied, GRAPH_OF_USER)))
    other = Bundle(source(2), (claim(PROJECT, OSA.status, OSA.Signed, 2),))
    revise(store, vocabulary, other)
    voices = {quad.object for quad in store.quads(None, OSA.voices, None, ASSESSMENTS)}
    assert voices == {integer(1), integer(2)}


def test_a_source_graph_without_its_description_is_refused(
    store: EmbeddedStore, vocabulary: Vocabulary
) -> None:
    said = signed_project()
    revise(store, vocabulary, said)
    store.delete(list(store.quads(said.source.iri, None, None, source_graph(said.source.iri))))
    with pytest.raises(MalformedSourceError, match=r"source s1 has no dcterms:title or no osa:publisherKind"):
        revise(store, vocabulary, Bundle(source(2), (claim(PROJECT, OSA.status, OSA.Signed, 2),)))
