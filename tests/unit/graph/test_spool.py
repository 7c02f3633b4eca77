"""A build's way through files: the graphs of bundles, and facts from votes in buckets."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Triple

from graph.bundle import (
    Bundle,
    Node,
    bundle_triples,
    currencies_of,
    in_graph,
    parties_of,
    source_graph,
)
from graph.claims import Claim
from graph.curation import Curation
from graph.embedded import EmbeddedStore
from graph.projection import ASSESSMENTS
from graph.sources import Source, source_iri, source_triples
from graph.spool import BundleWriter, Tally, write_facts
from ontology.namespaces import GRAPH, ID, OSA, RDF, RDFS, UNIT
from ontology.vocabulary import Vocabulary

PROJECT, ITEM = ID.iri("project/p"), ID.iri("project/p/item/radar")
PROJECT_NODE = Node(
    PROJECT,
    (
        Triple(PROJECT, RDF.type, OSA.AssistanceProject),
        Triple(PROJECT, OSA.currency, UNIT.CCY_JPY),
        Triple(PROJECT, OSA.party, ID.japan),
    ),
    carrier=True,
)
ITEM_NODE = Node(ITEM, (Triple(ITEM, RDF.type, OSA.EquipmentItem),), carrier=True, root=PROJECT)
NAME_NODE = Node(ID.palau, (Triple(ID.palau, RDFS.label, Literal('Palau\n"\r\u2028')),))


def bundle(where: str, *statements: tuple[NamedNode, NamedNode, NamedNode], kind: NamedNode) -> Bundle:
    source = Source(source_iri(where), Literal(where), kind)
    claims = tuple(Claim(source.iri, s, OSA.Asserted, predicate=p, value=o) for s, p, o in statements)
    return Bundle(source, claims, (PROJECT_NODE, ITEM_NODE, NAME_NODE), new_names=(ID.palau.value,))


SIGNED = bundle("a", (PROJECT, OSA.status, OSA.Signed), (PROJECT, OSA.item, ITEM), kind=OSA.Newspaper)
BLOG = bundle("b", (PROJECT, OSA.status, OSA.Delivered), (PROJECT, OSA.actor, ID.palau), kind=OSA.Blog)


def build(
    folder: Path, vocabulary: Vocabulary, *bundles: Bundle, buckets: int = 2, accept: tuple[str, ...] = ()
) -> tuple[set[Quad], Tally]:
    quads, store = folder / "quads.nq", EmbeddedStore()
    votes = [folder / f"votes-{number}" for number in range(buckets)]
    with BundleWriter(quads, votes, vocabulary) as writer:
        for each in bundles:
            writer.write(each)
    store.bulk_load(quads)
    tally = Tally()
    tally.add(writer.tally)
    for path in votes:
        tally.add(write_facts([path], quads, vocabulary, Curation(accepted=frozenset(accept))))
        store.bulk_load(quads)
    return set(store.quads()), tally


def test_the_graph_of_a_source_holds_description_nodes_and_claims(
    tmp_path: Path, vocabulary: Vocabulary
) -> None:
    quads, _ = build(tmp_path, vocabulary, SIGNED)
    name = GRAPH.iri("source/a")
    assert source_graph(SIGNED.source.iri) == name
    assert {quad for quad in quads if quad.graph_name == name} == set(in_graph(bundle_triples(SIGNED), name))


def test_sources_and_names_are_described_among_the_facts(tmp_path: Path, vocabulary: Vocabulary) -> None:
    quads, _ = build(tmp_path, vocabulary, BLOG)
    facts = {quad.triple for quad in quads if quad.graph_name == DefaultGraph()}
    assert facts == {*source_triples(BLOG.source), *NAME_NODE.triples}


def test_carriers_are_described_only_where_a_fact_touches_them(
    tmp_path: Path, vocabulary: Vocabulary
) -> None:
    quads, _ = build(tmp_path, vocabulary, SIGNED, BLOG)
    facts = {quad.triple for quad in quads if quad.graph_name == DefaultGraph()}
    assert facts >= {*PROJECT_NODE.triples, *ITEM_NODE.triples}


def test_the_tally_counts_what_was_written(tmp_path: Path, vocabulary: Vocabulary) -> None:
    _, tally = build(tmp_path, vocabulary, SIGNED, BLOG)
    counted = (tally.sources, tally.claims, tally.facts, tally.open_slots, tally.resolutions)
    assert counted == (2, 4, 2, 1, 3)
    assert tally.new_names == {ID.palau.value}


def test_an_acceptance_reaches_the_facts(tmp_path: Path, vocabulary: Vocabulary) -> None:
    delivered = BLOG.claims[0].iri.value
    quads, _ = build(tmp_path, vocabulary, SIGNED, BLOG, accept=(delivered,))
    assert Quad(PROJECT, OSA.status, OSA.Delivered, DefaultGraph()) in quads
    assert OSA.CuratorAcceptance in {quad.object for quad in quads if quad.graph_name == ASSESSMENTS}


@pytest.mark.parametrize("buckets", [1, 2, 7])
def test_the_number_of_buckets_does_not_matter(tmp_path: Path, vocabulary: Vocabulary, buckets: int) -> None:
    wanted, _ = build(tmp_path, vocabulary, SIGNED, BLOG, buckets=1)
    assert build(tmp_path, vocabulary, SIGNED, BLOG, buckets=buckets)[0] == wanted


def test_the_votes_of_several_writers_are_counted_together(tmp_path: Path, vocabulary: Vocabulary) -> None:
    for name, each in (("one", SIGNED), ("two", BLOG)):
        with BundleWriter(tmp_path / f"{name}.nq", [tmp_path / name], vocabulary) as writer:
            writer.write(each)
    tally = write_facts([tmp_path / "one", tmp_path / "two"], tmp_path / "facts.nq", vocabulary)
    assert (tally.facts, tally.open_slots) == (2, 1)


def test_no_bundle_gives_no_quad(tmp_path: Path, vocabulary: Vocabulary) -> None:
    assert build(tmp_path, vocabulary) == (set(), Tally())


def test_the_parties_and_the_currency_of_a_node_come_from_its_frame() -> None:
    other = Node(PROJECT, (Triple(PROJECT, OSA.party, ID.palau),), carrier=True)
    nodes = (PROJECT_NODE, other, ITEM_NODE)
    assert parties_of(nodes) == {PROJECT.value: {ID.japan, ID.palau}, ITEM.value: frozenset()}
    assert currencies_of(nodes) == {PROJECT.value: UNIT.CCY_JPY}
