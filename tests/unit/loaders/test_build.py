"""A build: tables and loaded bundles in, one dataset out, the same whatever the workers and buckets."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from graph.bundle import Bundle
from graph.curation import Curation
from graph.embedded import EmbeddedStore
from graph.errors import MalformedSourceError, SourceUnavailableError
from graph.projection import ASSESSMENTS
from graph.revision import Revision
from graph.sources import Source, source_iri
from loaders import build
from loaders.build import BuildPlan, BuildReport, build_store
from loaders.cells import RELATIONS as PREDICATES
from loaders.csv_rows import read_rows
from loaders.loader import LoadContext
from loaders.mappings import TABLES
from loaders.names import read_names
from loaders.tables import bundles, group_by_source, table_of
from ontology.namespaces import ID, OSA, PROV, RDF
from ontology.vocabulary import Vocabulary, ontology_triples

SOURCES = (
    "source_id,title,publisher,publisher_country,publisher_kind,url,published_on,language,author\n"
    "s1,One,Kyodo,,news_agency,,2025,en,\ns2,Two,Reuters,,news_agency,,2025,en,\n"
)
RELATIONS = (
    "subject,predicate,object,modality,attributed_to,fiscal_year,source_id,quote\n"
    "OSA,based_on,Rules,asserted,,,s1,\nOSA,based_on,Law,asserted,,, s2 ,\n"
)
BASED_ON_RULES = Quad(ID.osa, OSA.basedOn, ID.rules, DefaultGraph())
BASED_ON_LAW = Quad(ID.osa, OSA.basedOn, ID.law, DefaultGraph())


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "sources.csv").write_text(SOURCES)
    (folder / "relations.csv").write_text(RELATIONS)
    (folder / "unrelated.csv").write_text("a,b\n1,2\n")
    return folder


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    return tmp_path / "scratch"


def run(plan: BuildPlan, scratch: Path) -> tuple[set[Quad], BuildReport, list[tuple[int, int]]]:
    store, steps = EmbeddedStore(), list[tuple[int, int]]()
    report = build_store(plan, store, scratch, lambda done, total: steps.append((done, total)))
    return set(store.quads()), report, steps


def test_a_build_holds_the_ontology_the_claims_and_the_facts(tables: Path, scratch: Path) -> None:
    quads, report, steps = run(BuildPlan(tables), scratch)
    assert {Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in ontology_triples()} <= quads
    assert {BASED_ON_RULES, BASED_ON_LAW} <= quads
    assert report.rows == {"sources": 2, "relations": 2}
    assert (report.tally.sources, report.tally.claims, report.tally.facts) == (2, 2, 2)
    assert steps == [(1, 3), (2, 3), (3, 3)]


def test_what_the_user_replaced_is_not_taken_from_the_tables(tables: Path, scratch: Path) -> None:
    quads, _, _ = run(BuildPlan(tables, replaced=frozenset({"s1"})), scratch)
    assert BASED_ON_LAW in quads and BASED_ON_RULES not in quads
    assert not any(quad.subject == source_iri("s1") for quad in quads)


def test_a_padded_source_id_is_replaced_like_the_plain_one(tables: Path, scratch: Path) -> None:
    quads, _, _ = run(BuildPlan(tables, replaced=frozenset({"s2"})), scratch)
    assert BASED_ON_RULES in quads and BASED_ON_LAW not in quads


def test_what_the_user_loaded_is_built_with_the_tables(
    tables: Path, scratch: Path, vocabulary: Vocabulary
) -> None:
    context = LoadContext(read_names(tables), vocabulary)
    rows = [
        row for name in ("sources", "relations") for row in read_rows(tables / f"{name}.csv", TABLES[name])
    ]
    loaded = list(bundles(group_by_source(rows, context), context))
    wanted, _, _ = run(BuildPlan(tables), scratch)
    plan = BuildPlan(tables, loaded=loaded[:1], replaced=frozenset({"s1"}))
    assert run(plan, scratch)[0] == wanted


def test_a_new_description_stands_in_place_of_the_table_s(tables: Path, scratch: Path) -> None:
    blog = Source(source_iri("s1"), Literal("Retitled"), OSA.Blog)
    quads, _, _ = run(BuildPlan(tables, redescribed={blog.iri: blog}), scratch)
    assert BASED_ON_RULES not in quads
    types = {quad.object for quad in quads if quad.subject == blog.iri and quad.predicate == RDF.type}
    assert types == {OSA.Source, PROV.Entity}


def test_acceptances_and_files_of_quads_go_in(tables: Path, scratch: Path, tmp_path: Path) -> None:
    extra = Quad(ID.japan, OSA.note, Literal("extra"), NamedNode("https://w3id.org/osagraph/graph/meta"))
    (tmp_path / "extra.nq").write_text(f"{extra} .\n")
    (tables / "sources.csv").write_text(SOURCES.replace("news_agency", "blog"))
    quads, _, _ = run(BuildPlan(tables), scratch)
    assert BASED_ON_RULES not in quads
    claims = [quad.subject for quad in quads if quad.predicate == OSA.object and quad.object == ID.rules]
    accepted = frozenset(claim.value for claim in claims if isinstance(claim, NamedNode))
    curation = Curation(accepted=accepted)
    quads, _, _ = run(BuildPlan(tables, extra=(tmp_path / "extra.nq",), curation=curation), scratch)
    assert {extra, BASED_ON_RULES} <= quads and BASED_ON_LAW not in quads


def test_the_first_wrong_row_ends_the_build(tables: Path, scratch: Path) -> None:
    (tables / "relations.csv").write_text(RELATIONS.replace("based_on,Law", "likes,Law"))
    with pytest.raises(MalformedSourceError) as caught:
        run(BuildPlan(tables), scratch)
    assert str(caught.value) == (
        "relations.csv, line 3, column predicate: not one of the known values (value: 'likes'). "
        f"Use one of: {', '.join(PREDICATES)}."
    )


def test_a_folder_without_tables_is_refused(tmp_path: Path, scratch: Path) -> None:
    with pytest.raises(SourceUnavailableError) as caught:
        run(BuildPlan(tmp_path), scratch)
    assert str(caught.value) == (f"{tmp_path.name}: the folder has no sources.csv. Name a folder of tables.")


@pytest.mark.parametrize(("buckets", "workers"), [(5, 1), (4, 2)])
def test_buckets_and_workers_do_not_change_the_dataset(
    shipped_tables: Path,
    shipped_store: EmbeddedStore,
    scratch: Path,
    monkeypatch: pytest.MonkeyPatch,
    buckets: int,
    workers: int,
) -> None:
    monkeypatch.setattr(build, "bucket_count", lambda paths: buckets)
    quads, report, steps = run(BuildPlan(shipped_tables, workers=workers), scratch)
    assert quads == set(shipped_store.quads())
    assert report.tally.sources == 343
    assert steps[-1] == (2 * buckets + 1, 2 * buckets + 1)


def test_an_error_in_a_worker_ends_the_build(
    tables: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "bucket_count", lambda paths: 3)
    (tables / "sources.csv").write_text(SOURCES.replace("2025", "2025-02-30"))
    with pytest.raises(
        MalformedSourceError, match=r"sources\.csv, line [23], column published_on: not a date"
    ):
        run(BuildPlan(tables, workers=2), scratch)


def test_the_shipped_dataset_holds_every_row(
    shipped_tables: Path, shipped_build: tuple[Path, BuildReport]
) -> None:
    report = shipped_build[1]
    wanted = {
        path.stem: len(list(read_rows(path, table_of(path))))
        for path in shipped_tables.glob("*.csv")
        if path.stem in TABLES
    }
    assert {table: count for table, count in report.rows.items() if table in TABLES} == wanted
    others = {table: count for table, count in report.rows.items() if table not in TABLES}
    assert others == {"wikidata_links": 683, "aliases": 261, "wikidata_properties": 78}


def test_every_source_that_the_shipped_dataset_names_is_described(shipped_store: EmbeddedStore) -> None:
    prefix = source_iri("").value
    named = {
        quad.object.value
        for quad in shipped_store.quads()
        if isinstance(quad.object, NamedNode) and quad.object.value.startswith(prefix)
    }
    described = {
        quad.subject.value  # type: ignore[union-attr]
        for quad in shipped_store.quads(None, RDF.type, OSA.Source, DefaultGraph())
    }
    assert named <= described
    assert len(described) == 343


@pytest.mark.parametrize(
    ("line", "amount"),
    [
        ("osa-fy2023", 2_000_000_000),
        ("osa-fy2024", 5_000_000_000),
        ("osa-fy2025", 8_100_000_000),
        ("osa-fy2026", 18_100_000_000),
    ],
)
def test_the_budget_line_of_the_programme_reads_as_designed(
    shipped_store: EmbeddedStore, line: str, amount: int
) -> None:
    found = shipped_store.quads(ID.iri(f"budget/{line}"), OSA.amount, None, DefaultGraph())
    assert [int(quad.object.value) for quad in found] == [amount]  # type: ignore[union-attr]


def test_the_defence_budget_of_2026_is_given_to_three_digits_at_least(shipped_store: EmbeddedStore) -> None:
    found = shipped_store.quads(ID.iri("budget/defence-fy2026"), OSA.amount, None, DefaultGraph())
    amounts = {quad.object.value for quad in found}  # type: ignore[union-attr]
    assert amounts in ({"9035300000000"}, {"9040000000000"})


def test_removing_and_loading_a_shipped_source_again_restores_the_dataset(
    shipped_build: tuple[Path, BuildReport], shipped_tables: Path, tmp_path: Path, vocabulary: Vocabulary
) -> None:
    shutil.copytree(shipped_build[0], tmp_path / "store")
    store = EmbeddedStore(tmp_path / "store")
    before = set(store.quads())
    bundle = shipped_bundle(shipped_tables, vocabulary, "manila-shimbun-2024-12-06")
    removal = Revision(store, vocabulary)
    assert removal.remove(bundle.source.iri)
    removal.finish()
    assert store.quad_count() < len(before)
    again = Revision(store, vocabulary)
    again.replace(bundle)
    again.finish()
    assert set(store.quads()) == before


def shipped_bundle(tables: Path, vocabulary: Vocabulary, source_id: str) -> Bundle:
    context = replace(LoadContext(read_names(tables), vocabulary))
    paths = sorted(path for path in tables.glob("*.csv") if path.stem in TABLES)
    rows = (row for path in paths for row in read_rows(path, table_of(path)))
    cited = [row for row in rows if row.fields["source_id"] == source_id]
    (bundle,) = bundles({source_id: cited}, context)
    return bundle


def test_every_slot_of_the_shipped_dataset_is_resolved_once(shipped_store: EmbeddedStore) -> None:
    resolutions = list(shipped_store.quads(None, RDF.type, OSA.Resolution, ASSESSMENTS))
    for predicate in (OSA.state, OSA.decidedBy, OSA.voices, OSA.subject, OSA.predicate):
        found = list(shipped_store.quads(None, predicate, None, ASSESSMENTS))
        subjects = [quad.subject for quad in found]
        of_resolutions = {quad.subject for quad in resolutions}
        assert len([each for each in subjects if each in of_resolutions]) == len(resolutions)
