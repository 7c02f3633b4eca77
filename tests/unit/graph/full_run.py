"""The oracle of revisions: all quads and counts that a build over bundles makes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import DefaultGraph, Quad

from graph.bundle import Bundle, in_graph
from graph.curation import NO_CURATION, Curation
from graph.curation_quads import curation_quads
from graph.embedded import EmbeddedStore
from graph.grounding import read_grounding
from graph.inference import infer_all
from graph.rule_records import rule_quads
from graph.spool import BundleWriter, Tally, write_facts, write_rates
from graph.wholes import all_wholes
from ontology.vocabulary import Vocabulary

BUCKETS = 3


def full_run(
    folder: Path, vocabulary: Vocabulary, bundles: Iterable[Bundle], curation: Curation = NO_CURATION
) -> tuple[set[Quad], Tally]:
    """The quads and counts of a build over bundles; `folder` is for files in between."""
    quads = folder / "quads.nq"
    votes = [folder / f"votes-{bucket}" for bucket in range(BUCKETS)]
    store, tally = EmbeddedStore(), Tally()
    with BundleWriter(quads, votes, vocabulary, curation) as writer:
        for bundle in bundles:
            writer.write(bundle)
    store.bulk_load(quads)
    tally.add(writer.tally)
    wholes = all_wholes(store, curation.rejected)
    for bucket in votes:
        tally.add(write_facts([bucket], quads, vocabulary, curation, lambda body: wholes.get(body, ())))
        store.bulk_load(quads)
    write_rates(tally.pairs, quads)
    store.bulk_load(quads)
    store.insert(curation_quads(curation))
    grounding = read_grounding()
    store.insert(rule_quads(infer_all(store, grounding)))
    # A revision finds the ontology there; here is none.
    store.delete(in_graph(grounding.axioms, DefaultGraph()))
    return set(store.quads()), tally
