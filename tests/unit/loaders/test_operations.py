"""Load, remove and build on a small dataset: a rebuild gives what the single steps gave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, Quad

from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from graph.errors import StoreMissingError, UnknownResourceError
from graph.projection import META
from graph.sources import source_iri
from loaders.operations import LoadOptions, build, load_files, publish_empty, remove
from loaders.replay import Workshop
from ontology.namespaces import DCTERMS, GRAPH, ID, OSA, RDF

QuadsOf = Callable[[Workshop], set[Quad]]
DEFAULT = DefaultGraph()
ON_LAW = Quad(ID.osa, OSA.basedOn, ID.law, DEFAULT)
TRIPLE = "<http://e.example/s> <http://e.example/p> <http://e.example/o> .\n"


def rebuilt(workshop: Workshop, quads_of: QuadsOf) -> set[Quad]:
    build(workshop, lambda _done, _total: None)
    return quads_of(workshop)


def described(workshop: Workshop, folder: Path, row: str) -> Path:
    header = (workshop.tables / "sources.csv").read_text().splitlines()[0]
    path = folder / "sources.csv"
    path.write_text(f"{header}\n{row}\n")
    return path


@pytest.mark.parametrize(
    "row", ["s2,Two,New Press,,blog,,2025,en,Ann Lee", "s2,Deux,Kyodo,,academic,,2024,en,"]
)
def test_a_new_description_with_a_new_publisher_keeps_the_claims(
    workshop: Workshop, tmp_path: Path, quads_of: QuadsOf, row: str
) -> None:
    before = quads_of(workshop)
    report = load_files(workshop, [described(workshop, tmp_path, row)], LoadOptions())
    after = quads_of(workshop)
    assert (report.change["claims_removed"], report.counts["claims"]) == (0, 2)
    assert (ON_LAW in after) == ("blog" not in row)
    assert not any(ID.reuters in (quad.subject, quad.object) for quad in after)
    assert report.counts["quads"] == stored(workshop).quad_count()
    assert rebuilt(workshop, quads_of) == after
    load_files(
        workshop, [described(workshop, tmp_path, "s2,Two,Reuters,,news_agency,,2025,en,")], LoadOptions()
    )
    assert quads_of(workshop) == rebuilt(workshop, quads_of) == before


def stored(workshop: Workshop) -> EmbeddedStore:
    return EmbeddedStore(workshop.data.current().store, read_only=True)


def test_a_loaded_source_may_be_described_anew(workshop: Workshop, tmp_path: Path, quads_of: QuadsOf) -> None:
    path = described(workshop, tmp_path, "s9,Nine,Old Press,,newspaper,,2025,en,")
    rows = (workshop.tables / "relations.csv").read_text().splitlines()
    (tmp_path / "relations.csv").write_text(f"{rows[0]}\n{rows[1].replace('s1', 's9')}\n")
    load_files(workshop, [path, tmp_path / "relations.csv"], LoadOptions())
    load_files(
        workshop, [described(workshop, tmp_path, "s9,Neuf,New Press,,newspaper,,2025,en,")], LoadOptions()
    )
    after = quads_of(workshop)
    assert Quad(source_iri("s9"), DCTERMS.title, Literal("Neuf", language="en"), DEFAULT) in after
    assert any(quad.graph_name == GRAPH.iri("source/s9") and quad.object == ID.rules for quad in after)
    assert not any(quad.subject == ID.iri("old-press") for quad in after)
    assert rebuilt(workshop, quads_of) == after


def test_a_source_that_was_removed_stays_away_and_may_come_back(
    workshop: Workshop, tmp_path: Path, quads_of: QuadsOf
) -> None:
    remove(workshop, "s2")
    after = quads_of(workshop)
    assert GRAPH.iri("source/s2") not in set(stored(workshop).graph_names())
    assert rebuilt(workshop, quads_of) == after
    load_files(
        workshop, [described(workshop, tmp_path, "s2,Two,Reuters,,news_agency,,2025,en,")], LoadOptions()
    )
    back = quads_of(workshop)
    assert Quad(source_iri("s2"), RDF.type, OSA.Source, DEFAULT) in back and ON_LAW not in back
    assert rebuilt(workshop, quads_of) == back


def test_the_removal_of_a_user_graph_leaves_a_source_of_that_name(
    workshop: Workshop, tmp_path: Path, quads_of: QuadsOf
) -> None:
    before = quads_of(workshop)
    (tmp_path / "s1.nt").write_text(TRIPLE)
    load_files(workshop, [tmp_path / "s1.nt"], LoadOptions())
    remove(workshop, "user/s1")
    assert quads_of(workshop) == before


@pytest.mark.parametrize(
    "name",
    ["s3", "user/s1", "meta", "source/s1", "assessments", str(source_iri("s1").value), "a b", "a b/c", ""],
)
def test_what_is_neither_source_nor_user_graph_is_not_removed(
    workshop: Workshop, quads_of: QuadsOf, name: str
) -> None:
    before = quads_of(workshop)
    with pytest.raises(UnknownResourceError) as caught:
        remove(workshop, name)
    assert str(caught.value).startswith(f"There is no source or user graph {name!r}.")
    assert (quads_of(workshop), workshop.data.current().number) == (before, 1)


def test_every_operation_is_recorded_and_a_rebuild_keeps_the_records(
    workshop: Workshop, tmp_path: Path
) -> None:
    (tmp_path / "x.nt").write_text(TRIPLE)
    load_files(workshop, [tmp_path / "x.nt"], LoadOptions())
    remove(workshop, "user/x")
    report = load_files(workshop, [tmp_path / "x.nt"], LoadOptions())
    assert report.counts["quads"] == stored(workshop).quad_count()
    build(workshop, lambda _done, _total: None)
    loads = {quad.subject for quad in stored(workshop).quads(None, RDF.type, OSA.Load, META)}
    assert loads == {ID.iri(f"load/{number}") for number in range(1, 6)}


def test_a_dry_run_of_rdf_tells_the_graphs_and_changes_nothing(
    workshop: Workshop, tmp_path: Path, quads_of: QuadsOf
) -> None:
    before = quads_of(workshop)
    (tmp_path / "x.nt").write_text(TRIPLE)
    report = load_files(workshop, [tmp_path / "x.nt"], LoadOptions(dry_run=True))
    assert (report.snapshot, report.change["user_graphs"]) == (None, [GRAPH.iri("user/x").value])
    assert (quads_of(workshop), workshop.data.current().number) == (before, 1)
    assert not workshop.data.staging.exists()
    assert not list(workshop.data.sources.iterdir())


def test_an_empty_dataset_takes_loads(workshop: Workshop, tmp_path: Path) -> None:
    empty = replace(workshop, data=DataDirectory(tmp_path / "empty"))
    (tmp_path / "x.nt").write_text(TRIPLE)
    with pytest.raises(StoreMissingError):
        load_files(empty, [tmp_path / "x.nt"], LoadOptions())
    assert publish_empty(empty).counts["quads"] == 0
    report = load_files(empty, [tmp_path / "x.nt"], LoadOptions())
    assert report.counts["quads"] == stored(empty).quad_count()
    assert remove(empty, "user/x").counts["quads"] == stored(empty).quad_count()
