"""What follows from the shipped tables: the same after loads and removals as after a rebuild, and counted."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Quad

from graph.asserted import Asserted
from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from graph.grounding import read_grounding
from graph.inference import infer_all
from graph.projection import META, SHORT_CUTS
from graph.rule_records import is_rule_record, rule_iri, rule_quads
from loaders.operations import LoadOptions, build, load_files, remove
from loaders.replay import Workshop
from ontology.namespaces import ID, OSA

QuadsOf = Callable[[Workshop], set[Quad]]
DEFAULT = DefaultGraph()
COUNTS = ("sources", "claims", "facts", "open_slots", "entities", "quads")


@pytest.fixture
def shipped(workshop: Workshop, shipped_tables: Path, tmp_path: Path) -> Workshop:
    """A dataset of the shipped tables, to be changed."""
    made = replace(workshop, data=DataDirectory(tmp_path / "shipped"), tables=shipped_tables)
    build(made, lambda _done, _total: None)
    return made


def counts(workshop: Workshop) -> dict[str, object]:
    found = workshop.data.current().counts
    return {key: found[key] for key in COUNTS}


def facts_of(workshop: Workshop) -> set[Quad]:
    store = EmbeddedStore(workshop.data.current().store, read_only=True)
    return set(store.quads(graph=DEFAULT))


def write_table(path: Path, rows: Iterable[dict[str, str]]) -> Path:
    listed = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, listed[0])
        writer.writeheader()
        writer.writerows(listed)
    return path


def test_loads_and_removals_leave_what_a_rebuild_makes(
    shipped: Workshop, tmp_path: Path, quads_of: QuadsOf, shipped_tables: Path
) -> None:
    before, at_first = quads_of(shipped), counts(shipped)
    by_project: dict[str, set[str]] = defaultdict(set)
    for row in read(shipped_tables / "osa_projects.csv"):
        by_project[row["project_id"]].add(row["source_id"])
    # Whole projects go, and others lose some of their sources.
    chosen = sorted(set().union(*sorted(by_project.values(), key=len)[:5]))
    for name in chosen:
        remove(shipped, name)
    less = quads_of(shipped)
    lost = {quad for quad in before - less if quad.predicate == OSA.receives}
    assert lost
    numbers = counts(shipped)
    assert_counted(shipped)
    build(shipped, lambda _done, _total: None)
    assert quads_of(shipped) == less
    assert {**counts(shipped), "quads": 0} == {**numbers, "quads": 0}
    assert_counted(shipped)
    tables = {path.stem: path for path in shipped_tables.glob("*.csv") if path.stem not in REFERENCE_TABLES}
    again = [
        write_table(tmp_path / f"{name}.csv", found)
        for name, path in tables.items()
        if (found := [row for row in read(path) if row.get("source_id") in chosen])
    ]
    load_files(shipped, again, LoadOptions())
    assert quads_of(shipped) == before
    assert {**counts(shipped), "quads": 0} == {**at_first, "quads": 0}
    assert_counted(shipped)


def assert_counted(workshop: Workshop) -> None:
    store = EmbeddedStore(workshop.data.current().store, read_only=True)
    assert counts(workshop)["quads"] == store.quad_count()


REFERENCE_TABLES = ("aliases", "wikidata_links", "wikidata_properties", "instruments")


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_what_is_asserted_and_what_follows_is_all_there_is(shipped_store: EmbeddedStore) -> None:
    asserted = Asserted(shipped_store)
    facts = {quad.triple for quad in shipped_store.quads(graph=DEFAULT)}
    given = {triple for triple in facts if triple in asserted}
    store = EmbeddedStore()
    store.insert(Quad(t.subject, t.predicate, t.object, DEFAULT) for t in given)
    infer_all(store, read_grounding())
    assert {quad.triple for quad in store.quads()} == facts
    # Nothing that a rule gives was taken for an assertion.
    marked = {OSA.receives, OSA.recipientOf, OSA.isCommitted, OSA.suppliesKind, OSA.within, OSA.benefits}
    assert not [triple for triple in given if triple.predicate in marked]
    assert {triple.predicate for triple in facts - given} >= marked
    assert all(triple in given for triple in facts if triple.predicate in SHORT_CUTS)


def test_a_build_records_how_many_triples_follow_by_each_rule(shipped: Workshop) -> None:
    store = EmbeddedStore(shipped.data.current().store, read_only=True)
    recorded = {quad for quad in store.quads(graph=META) if is_rule_record(quad)}
    again = EmbeddedStore()
    again.insert(store.quads(graph=DEFAULT))
    assert recorded == set(rule_quads(infer_all(again, read_grounding())))
    (chains,) = store.quads(rule_iri("prp-spo2-3"), OSA.inferredCount, None, META)
    recipients = list(store.quads(None, OSA.recipientOf, None, DEFAULT))
    assert chains.object.value == str(len(recipients))  # type: ignore[union-attr]
    assert Quad(ID.philippines, OSA.recipientOf, ID.osa, DEFAULT) in recipients


def test_facts_and_records_stay_the_same_where_nothing_changes(shipped: Workshop, quads_of: QuadsOf) -> None:
    before = quads_of(shipped)
    build(shipped, lambda _done, _total: None)
    assert quads_of(shipped) == before
    assert facts_of(shipped) == {quad for quad in before if quad.graph_name == DEFAULT}
