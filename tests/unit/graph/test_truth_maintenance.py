"""After any sequence of changes the graph and its counts are those of a full run over what is asserted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Quad, Triple

from graph.bundle import in_graph
from graph.embedded import EmbeddedStore
from graph.grounding import read_grounding
from graph.inference import infer_all
from graph.truth_maintenance import Consequences, TruthMaintenance
from ontology.namespaces import ID, OSA, PROV, RDF, SKOS

DEFAULT = DefaultGraph()
PROJECTS, STATES, PROGRAMMES = (ID.p1, ID.p2), (ID.palau, ID.fiji), (ID.osa, ID.oda)
BODIES, GOODS = (ID.navy, ID.forces, ID.ministry), (ID.radar, ID.sensor, ID.goods)
STATUSES = (OSA.Planned, OSA.Signed, OSA.Delivered)


def triples(subjects: Iterable[object], predicate: object, values: Iterable[object]) -> list[Triple]:
    return [Triple(s, predicate, o) for s in subjects for o in values]  # type: ignore[arg-type]


# What facts are made of, and some triples that also follow from them.
UNIVERSE = (
    *triples(PROJECTS, OSA.recipient, STATES),
    *triples(PROJECTS, OSA.programme, PROGRAMMES),
    *triples(PROJECTS, OSA.status, STATUSES),
    *triples(PROJECTS, OSA.equipment, GOODS),
    *triples(PROJECTS, OSA.beneficiary, BODIES),
    *triples(BODIES, OSA.partOf, BODIES),
    *triples(GOODS, SKOS.broader, GOODS),
    *triples(PROGRAMMES, OSA.supersedes, PROGRAMMES),
    *triples(PROGRAMMES, OSA.supersededBy, PROGRAMMES),
    *triples(STATES, RDF.type, (OSA.State, OSA.Actor, PROV.Agent)),
    *triples(STATES, OSA.recipientOf, PROGRAMMES[:1]),
    *triples(PROJECTS, OSA.isCommitted, PROJECTS),
    *triples(BODIES[:2], OSA.within, BODIES),
)
STATES_OF_AFFAIRS = st.lists(st.sets(st.sampled_from(UNIVERSE), max_size=25), min_size=1, max_size=5)


class Graph:
    """A graph of asserted triples with what follows from them."""

    def __init__(self) -> None:
        self.store = EmbeddedStore()
        self.asserted: set[Triple] = set()
        self.counts: Counter[str] = Counter()

    def assert_only(self, wanted: set[Triple]) -> Consequences:
        """Add and remove triples as a revision does: it does not touch what is there already."""
        removed = self.asserted - wanted
        self.store.delete(in_graph(removed, DEFAULT))
        added = wanted - self.facts - removed
        self.store.insert(in_graph(added, DEFAULT))
        self.asserted = wanted
        done = TruthMaintenance(self.store, read_grounding(), wanted).revise(added, removed)
        self.counts.update(done.counts)
        return done

    @property
    def facts(self) -> set[Triple]:
        return {quad.triple for quad in self.store.quads()}


def full_run(asserted: set[Triple]) -> tuple[set[Triple], Counter[str]]:
    store = EmbeddedStore()
    store.insert(in_graph(asserted, DEFAULT))
    counts = infer_all(store, read_grounding())
    return {quad.triple for quad in store.quads()} - read_grounding().axioms, counts


@given(STATES_OF_AFFAIRS)
def test_any_sequence_of_changes_equals_the_full_run(sequence: list[set[Triple]]) -> None:
    graph = Graph()
    for wanted in sequence:
        before = graph.facts
        removed = graph.asserted - wanted
        done = graph.assert_only(wanted)
        facts, counts = full_run(wanted)
        assert graph.facts == facts
        assert graph.counts == counts
        # What the report says is what a reader of the graph sees.
        asserted_anew = {triple for triple in wanted if triple not in before}
        assert done.added == facts - (before - removed) - asserted_anew
        assert done.removed == before - removed - facts


def test_what_follows_in_a_circle_alone_does_not_hold_itself_up() -> None:
    graph = Graph()
    graph.assert_only(set(triples(BODIES[:2], OSA.partOf, BODIES[:2])))
    graph.assert_only(set())
    assert graph.facts == set()


def test_what_follows_another_way_stays() -> None:
    graph = Graph()
    two = set(triples(PROJECTS, OSA.recipient, STATES[:1]))
    two |= set(
        triples(PROJECTS, OSA.programme, PROGRAMMES[:1]) + triples(PROJECTS, OSA.status, STATUSES[1:2])
    )
    graph.assert_only(two)
    done = graph.assert_only({triple for triple in two if triple.subject == PROJECTS[0]})
    assert Triple(STATES[0], OSA.recipientOf, PROGRAMMES[0]) in graph.facts
    assert Triple(STATES[0], OSA.receives, PROJECTS[1]) in done.removed


def test_an_asserted_triple_that_follows_is_inferred_once_it_is_retracted() -> None:
    graph = Graph()
    fact, other = Triple(ID.osa, OSA.supersedes, ID.oda), Triple(ID.oda, OSA.supersededBy, ID.osa)
    graph.assert_only({fact, other})
    assert graph.assert_only({fact}).added == {other}
    assert other in graph.facts
    graph.assert_only(set())
    assert graph.facts == set()


def test_what_was_never_inferred_is_not_reported_as_removed() -> None:
    store = EmbeddedStore()
    removed = Triple(PROJECTS[0], OSA.recipient, STATES[0])
    done = TruthMaintenance(store, read_grounding(), frozenset()).revise([], [removed])
    assert (done.added, done.removed) == (set(), set())
    assert list(store.quads()) == []


def test_the_cost_of_a_change_does_not_grow_with_the_graph() -> None:
    assert look_ups_beside(1000) == look_ups_beside(10)


def look_ups_beside(others: int) -> int:
    """How often a change looks into a graph that holds so many other projects."""
    graph = Graph()
    graph.assert_only(set(triples([ID.iri(f"p{n}") for n in range(others)], OSA.programme, PROGRAMMES)))
    asked: list[object] = []

    class Counted(EmbeddedStore):
        def quads(self, *pattern: Any, **options: Any) -> Iterator[Quad]:
            asked.append(pattern)
            return graph.store.quads(*pattern, **options)

    status = Triple(ID.p0, OSA.status, OSA.Planned)
    done = TruthMaintenance(Counted(), read_grounding(), frozenset()).revise([status], [])
    assert done.added == {
        Triple(ID.p0, RDF.type, OSA.AssistanceProject),
        Triple(OSA.Planned, RDF.type, SKOS.Concept),
    }
    return len(asked)
