"""Makes the dataset of a view out of a snapshot, as a build would of the view's sources alone.

Nothing is read but the snapshot: claims as they stand in the graphs of sources, reference tables and user
graphs as they are. Facts, assessments and inferences are computed anew. Memory stays bounded: so many sources
at a time, and then one bucket of votes at a time.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyoxigraph import DefaultGraph, NamedNode, Quad, QuerySolutions

from graph.asserted import KEPT_APART
from graph.bundle import in_graph, read_bundle, source_graph
from graph.curation import Curation
from graph.curation_quads import curation_quads
from graph.embedded import EmbeddedStore
from graph.grounding import read_grounding
from graph.inference import infer_on_disk
from graph.links import all_links, link_facts
from graph.projection import ASSESSMENTS, META, REFERENCE
from graph.rights import OUTSIDE_GRAPHS, RETRACTED_GRAPHS, SOURCE_GRAPHS
from graph.rule_records import is_rule_record, rule_quads
from graph.spool import BundleWriter, Tally, write_facts, write_rates
from graph.store import ReadableStore
from graph.topics import matters_of
from graph.wholes import all_wholes
from ontology.namespaces import OSA, OWL, RDF
from ontology.vocabulary import ontology_triples, read_vocabulary

Progress = Callable[[int, int], None]

SOURCES_AT_A_TIME: Final = 2000
CLAIMS_IN_A_BUCKET: Final = 20_000
# Copying the rest, inferring and bringing the files into order count as a part of the work each.
OTHER_STEPS: Final = 3


@dataclass(frozen=True)
class ViewPlan:
    """What a view is made of: a snapshot's store and number of claims, the sources, what curators decided."""

    snapshot: EmbeddedStore
    sources: tuple[NamedNode, ...]
    curation: Curation
    claims: int = 0

    @property
    def buckets(self) -> int:
        """How many buckets keep each at a size that fits into memory several times over."""
        return 1 + self.claims // CLAIMS_IN_A_BUCKET


def build_view(plan: ViewPlan, target: EmbeddedStore, scratch: Path, progress: Progress) -> Tally:
    """Write the dataset of a view into an empty store; `scratch` is a folder for files in between."""
    return _Making(plan, target, scratch).run(progress)


class _Making:
    """A view while it is made."""

    def __init__(self, plan: ViewPlan, target: EmbeddedStore, scratch: Path) -> None:
        self.plan = plan
        self.target = target
        self.quads = scratch / "quads.nq"
        self.scratch = scratch
        self.vocabulary = read_vocabulary()
        self.starts = range(0, len(plan.sources), SOURCES_AT_A_TIME)
        self.tally = Tally()

    def run(self, progress: Progress) -> Tally:
        total = len(self.starts) + self.plan.buckets + OTHER_STEPS
        for done, step in enumerate(self.steps()):
            progress(done, total)
            step()
        progress(total, total)
        return self.tally

    def steps(self) -> Iterator[Callable[[], None]]:
        yield self.copy_the_rest
        for number in range(len(self.starts)):
            yield functools.partial(self.copy_sources, number)
        for bucket in range(self.plan.buckets):
            yield functools.partial(self.decide, bucket)
        yield self.infer
        yield self.finish

    def votes(self, number: int, bucket: int) -> Path:
        """The votes of so many sources at a time that belong into a bucket."""
        return self.scratch / f"votes-{number}-{bucket}"

    def copy_the_rest(self) -> None:
        """Copy what does not depend on the sources; by one file, since graphs may share blank nodes."""
        store = self.plan.snapshot
        # What began as an empty dataset is without the ontology.
        if next(store.quads(None, RDF.type, OWL.Ontology, DefaultGraph()), None) is not None:
            # Not by way of a file: the engine would give its blank nodes names of its own.
            self.target.insert(in_graph(ontology_triples(), DefaultGraph()))
        with self.quads.open("w", encoding="utf-8") as file:
            file.writelines(f"{quad} .\n" for quad in _common_quads(self.plan))
            for name in _other_graphs(store):
                self.target.add_graph(name)
                file.writelines(f"{quad} .\n" for quad in store.quads(graph=name))
        self.target.bulk_load(self.quads)

    def copy_sources(self, number: int) -> None:
        """Copy the graphs of some sources, and spread their votes over buckets."""
        start = self.starts[number]
        votes = [self.votes(number, bucket) for bucket in range(self.plan.buckets)]
        with BundleWriter(self.quads, votes, self.vocabulary, self.plan.curation, self.matters) as writer:
            for source in self.plan.sources[start : start + SOURCES_AT_A_TIME]:
                triples = (quad.triple for quad in self.plan.snapshot.quads(graph=source_graph(source)))
                writer.write(read_bundle(source, triples))
        self.target.bulk_load(self.quads)
        self.tally.add(writer.tally)

    @functools.cached_property
    def matters(self) -> Mapping[str, str]:
        """By what values of several subjects are compared, as the reference tables say."""
        predicates = self.vocabulary.compared.values()
        found = (self.plan.snapshot.quads(None, predicate, None, REFERENCE) for predicate in predicates)
        return matters_of((quad.triple for quads in found for quad in quads), self.vocabulary)

    def decide(self, bucket: int) -> None:
        """Resolve and assess what one bucket of votes is about."""
        votes = [self.votes(number, bucket) for number in range(len(self.starts))]
        known, curation = self.wholes, self.plan.curation
        done = write_facts(votes, self.quads, self.vocabulary, curation, lambda body: known.get(body, ()))
        self.target.bulk_load(self.quads)
        self.tally.add(done)
        for path in votes:
            path.unlink()

    @functools.cached_property
    def wholes(self) -> Mapping[str, Collection[str]]:
        """The wholes that bodies are part of; asked for once all sources are there."""
        return all_wholes(self.target, self.plan.curation.rejected)

    def infer(self) -> None:
        write_rates(self.tally.pairs, self.quads)
        self.target.bulk_load(self.quads)
        self.target.insert(rule_quads(infer_on_disk(self.target, read_grounding())))

    def finish(self) -> None:
        # Written in several rounds, the dataset would be read a fifth to a half slower for good.
        self.target.optimize()
        self.target.flush()


def _common_quads(plan: ViewPlan) -> Iterator[Quad]:
    """Reference tables, links, curation and load records."""
    store = plan.snapshot
    for quad in store.quads(graph=REFERENCE):
        yield quad
        if quad.predicate not in KEPT_APART and quad.object != OSA.Alias:
            yield Quad(quad.subject, quad.predicate, quad.object, DefaultGraph())
    for link in all_links(store):
        yield from link
        yield from in_graph(link_facts(link), DefaultGraph())
    yield from curation_quads(plan.curation)
    yield from (quad for quad in store.quads(graph=META) if not is_rule_record(quad))


def _other_graphs(store: ReadableStore) -> list[NamedNode]:
    """The graphs that users wrote, empty ones too."""
    graphs = store.query("SELECT ?graph { GRAPH ?graph {} }")
    assert isinstance(graphs, QuerySolutions)
    return [name for each in graphs if isinstance(name := each["graph"], NamedNode) and _is_other(name)]


def _is_other(name: NamedNode) -> bool:
    computed = name in (ASSESSMENTS, META, REFERENCE)
    return not computed and not name.value.startswith((SOURCE_GRAPHS, RETRACTED_GRAPHS, OUTSIDE_GRAPHS))
