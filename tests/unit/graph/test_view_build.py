"""A view holds exactly what a build from only its sources holds; load records tell when, and may differ."""

from __future__ import annotations

import csv
import datetime
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Literal, NamedNode, Quad

from graph.bundle import bundle_triples, read_bundle
from graph.curation import NO_CURATION, Act, Curation, curation_of
from graph.embedded import EmbeddedStore
from graph.projection import META
from graph.rights import RETRACTED_GRAPHS
from graph.sources import source_id, source_iri
from graph.view_build import ViewPlan, build_view
from graph.view_sources import all_sources, choose_sources
from graph.views import ViewChoice, perspectives
from loaders.build import BuildPlan, build_store
from ontology.namespaces import GRAPH, ID, OSA, RDFS
from tests.unit.graph.revision_world import World, name_node, source

WORLD_SOURCES = 6
NOTES = GRAPH.iri("user/notes")
HEADER = "source_id,title,publisher,publisher_country,publisher_kind,url,published_on,language,author\n"
DAYS = st.dates(datetime.date(2022, 1, 1), datetime.date(2026, 8, 1))

Shipped = tuple[EmbeddedStore, list[str]]


@pytest.fixture(scope="module")
def no_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables without a row: what is built comes from bundles."""
    folder = tmp_path_factory.mktemp("tables")
    (folder / "sources.csv").write_text(HEADER)
    return folder


@pytest.fixture(scope="module")
def shipped(shipped_store: EmbeddedStore, shipped_tables: Path) -> Shipped:
    """The shipped dataset, and the ids of its sources."""
    with (shipped_tables / "sources.csv").open(encoding="utf-8", newline="") as file:
        return shipped_store, [row["source_id"] for row in csv.DictReader(file)]


def built(plan: BuildPlan) -> EmbeddedStore:
    store = EmbeddedStore()
    with tempfile.TemporaryDirectory() as scratch:
        build_store(plan, store, Path(scratch), lambda _done, _total: None)
    return store


def viewed(
    whole: EmbeddedStore, sources: Collection[NamedNode], curation: Curation = NO_CURATION, claims: int = 0
) -> EmbeddedStore:
    store = EmbeddedStore()
    with tempfile.TemporaryDirectory() as scratch:
        plan = ViewPlan(whole, tuple(sources), curation, claims)
        build_view(plan, store, Path(scratch), lambda _done, _total: None)
    return store


def canonical(store: EmbeddedStore) -> str:
    """All but the load records and what retracted sources said, in canonical order."""
    quads = (quad for quad in store.quads() if not is_aside(quad))
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return "\n".join(sorted(map(str, dataset)))


def is_aside(quad: Quad) -> bool:
    return quad.graph_name == META or str(quad.graph_name).startswith(f"<{RETRACTED_GRAPHS}")


def acts(draw: Callable[..., int], claims: list[str]) -> Curation:
    """Two decisions at random: a claim is accepted or rejected, two sources are one voice or none."""
    kinds = ("accept", "reject")
    voices = ("same-voice", "separate-voices")
    claim = claims[draw(st.integers(0, len(claims) - 1))]
    pair = (source_iri("s1").value, source_iri("s2").value)
    at = "2026-01-01T00:00:00Z"
    return curation_of(
        [
            Act(1, kinds[draw(st.integers(0, 1))], "ann", at, "so", (claim,)),
            Act(2, voices[draw(st.integers(0, 1))], "ann", at, "so", pair),
        ]
    )


@given(data=st.data(), seed=st.integers(0, 10_000), mask=st.integers(0, 2**WORLD_SOURCES - 1))
@settings(max_examples=10)
def test_a_view_of_a_random_world_equals_a_build_of_its_sources(
    data: st.DataObject, seed: int, mask: int, no_tables: Path
) -> None:
    world = World(seed)
    bundles = [world.bundle(number) for number in range(WORLD_SOURCES)]
    claims = sorted(claim.iri.value for bundle in bundles for claim in bundle.claims)
    curation = acts(data.draw, claims)
    chosen = [bundle for number, bundle in enumerate(bundles) if mask >> number & 1]
    whole = built(BuildPlan(no_tables, loaded=bundles, curation=curation))
    view = viewed(whole, [bundle.source.iri for bundle in chosen], curation, claims=50_000)
    assert canonical(view) == canonical(built(BuildPlan(no_tables, loaded=chosen, curation=curation)))


@given(day=DAYS, part=st.randoms(use_true_random=False), name=st.sampled_from([None, *perspectives()]))
@settings(max_examples=4)
def test_a_view_of_the_shipped_tables_equals_a_build_of_its_sources(
    day: datetime.date, part: object, name: object, shipped: Shipped, shipped_tables: Path
) -> None:
    store, ids = shipped
    perspective = getattr(name, "name", None)
    chosen = choose_sources(store, ViewChoice(day, perspective)).sources
    kept = [each for each in chosen if part.random() < 0.8]  # type: ignore[attr-defined]
    others = frozenset(ids) - {source_id(each) for each in kept}
    expected = built(BuildPlan(shipped_tables, replaced=others))
    assert canonical(viewed(store, kept)) == canonical(expected)


def test_a_view_of_all_sources_is_the_dataset(shipped_store: EmbeddedStore) -> None:
    sources = sorted(all_sources(shipped_store), key=str)
    assert canonical(viewed(shipped_store, sources)) == canonical(shipped_store)


def test_a_source_is_read_back_from_its_graph_as_it_was_written(shipped_store: EmbeddedStore) -> None:
    for iri in all_sources(shipped_store):
        graph = GRAPH.iri(f"source/{source_id(iri)}")
        triples = {quad.triple for quad in shipped_store.quads(graph=graph)}
        assert set(bundle_triples(read_bundle(iri, triples))) == triples


def test_names_that_only_other_sources_give_are_not_in_a_view(no_tables: Path) -> None:
    world = World(1)
    named = world.bundle(1)
    bundles = [world.bundle(0), type(named)(source(7), (), (name_node(ID.rules_z, "Rules of 7"),))]
    view = viewed(built(BuildPlan(no_tables, loaded=bundles)), [bundles[0].source.iri])
    assert not list(view.quads(ID.rules_z))


def test_user_graphs_stand_in_a_view_as_they_are_empty_ones_and_shared_blank_nodes_too(
    no_tables: Path,
) -> None:
    whole = built(BuildPlan(no_tables, loaded=[World(1).bundle(0)]))
    shared = BlankNode()
    elsewhere, empty = NamedNode("http://e.example/g"), GRAPH.iri("user/empty")
    whole.insert(
        [Quad(shared, RDFS.label, Literal("one"), NOTES), Quad(shared, OSA.party, ID.japan, elsewhere)]
    )
    whole.add_graph(empty)
    view = viewed(whole, ())
    (note,), (other,) = view.quads(graph=NOTES), view.quads(graph=elsewhere)
    assert note.subject == other.subject
    assert view.has_graph(empty)


def test_a_retracted_source_is_in_no_view(no_tables: Path) -> None:
    bundles = [World(seed).bundle(seed) for seed in (1, 2)]
    retract = curation_of(
        [Act(1, "retract", "ann", "2026-01-01T00:00:00Z", "withdrawn", (bundles[0].source.iri.value,))]
    )
    whole = built(BuildPlan(no_tables, loaded=bundles, curation=retract))
    assert set(all_sources(whole)) == {bundles[1].source.iri}
    view = viewed(whole, sorted(all_sources(whole), key=str), retract)
    assert not any(str(quad.graph_name).startswith(f"<{RETRACTED_GRAPHS}") for quad in view.quads())
    assert canonical(view) == canonical(whole)


def test_progress_goes_from_nothing_to_all(no_tables: Path, tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    whole = built(BuildPlan(no_tables, loaded=[World(1).bundle(0)]))
    plan = ViewPlan(whole, tuple(all_sources(whole)), NO_CURATION, claims=25_000)
    build_view(plan, EmbeddedStore(), tmp_path, lambda done, total: steps.append((done, total)))
    assert steps == [(done, 6) for done in range(7)]


def test_a_plain_dataset_without_the_ontology_has_views_without_it() -> None:
    plain = EmbeddedStore()
    plain.insert([Quad(ID.a, RDFS.label, Literal("a"), NOTES)])
    view = viewed(plain, ())
    assert {quad for quad in view.quads() if quad.graph_name != META} >= set(plain.quads())
