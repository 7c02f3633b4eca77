"""How fresh each publisher is: its latest day, however exact, and its last load; all others as one."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from graph.backup_time import last_backup, remember_backup
from graph.embedded import EmbeddedStore
from graph.export_rows import store_rows
from graph.freshness import (
    LEADING,
    Freshness,
    FreshnessReport,
    day_seconds,
    moment_seconds,
    publishers_described,
    read_freshness,
)
from graph.projection import META
from ontology.namespaces import DCTERMS, GRAPH, ID, OSA, PROV, RDF, RDFS, XSD

BUILT, LOADED = "2026-11-01T00:00:00Z", "2026-11-20T09:30:00Z"


def source(name: str, publisher: str, issued: Literal | None = None) -> list[Quad]:
    iri = ID.iri(f"source/{name}")
    quads = [Quad(iri, RDF.type, OSA.Source), Quad(iri, DCTERMS.publisher, ID.iri(publisher))]
    return quads + ([Quad(iri, DCTERMS.issued, issued)] if issued is not None else [])


def load(number: int, what: str, ended: str, *graphs: NamedNode) -> list[Quad]:
    activity = ID.iri(f"load/{number}")
    moment = Literal(ended, datatype=XSD.dateTime)
    said: list[tuple[NamedNode, NamedNode | Literal]] = [
        (RDF.type, OSA.Load),
        (RDFS.label, Literal(what, language="en")),
        (PROV.endedAtTime, moment),
    ]
    quads = [Quad(activity, predicate, value, META) for predicate, value in said]
    return quads + [Quad(graph, PROV.wasGeneratedBy, activity, META) for graph in graphs]


def day(text: str) -> Literal:
    kinds = {4: XSD.gYear, 7: XSD.gYearMonth, 10: XSD.date}
    return Literal(text, datatype=kinds[len(text)])


@pytest.fixture
def store(tmp_path: Path) -> EmbeddedStore:
    """Three publishers: one dated to the day and the year, one by a month, one without a date."""
    store = EmbeddedStore(tmp_path / "store")
    for quads in (
        source("a1", "desk", day("2025-11-03")),
        source("a2", "desk", day("2025")),
        source("a3", "desk"),
        source("b1", "wire", day("2025-02")),
        source("b2", "wire", day("2025-02-27")),
        source("c1", "blog"),
        load(1, "build", BUILT),
        load(2, "load", LOADED, GRAPH.iri("source/b1"), GRAPH.iri("user/notes")),
    ):
        store.insert(quads)
    return store


def report(store: EmbeddedStore, leading: int) -> FreshnessReport:
    rows = store_rows(store)
    return read_freshness(rows, rows("publishers-by-sources", {})[:leading])


def test_each_publisher_has_its_latest_day_and_its_last_load(store: EmbeddedStore) -> None:
    desk = Freshness(ID.iri("desk").value, 3, "2025", "2025-12-31", BUILT)
    wire = Freshness(ID.iri("wire").value, 2, "2025-02", "2025-02-31", LOADED)
    blog = Freshness(ID.iri("blog").value, 1, loaded=BUILT)
    assert report(store, LEADING) == FreshnessReport([desk, wire, blog], 0, Freshness("", 0))


def test_all_beyond_the_leading_ones_are_one(store: EmbeddedStore) -> None:
    found = report(store, 1)
    assert [each.sources for each in found.leading] == [3]
    assert (found.further, found.others) == (2, Freshness("", 3, "2025-02", "2025-02-31"))


def test_without_sources_there_is_nothing_to_tell(tmp_path: Path) -> None:
    empty = EmbeddedStore(tmp_path / "empty")
    assert report(empty, LEADING) == FreshnessReport([], 0, Freshness("", 0))
    assert publishers_described(store_rows(empty), []) == []


def test_every_source_of_the_shipped_tables_is_counted_once(shipped_store: EmbeddedStore) -> None:
    found = report(shipped_store, LEADING)
    rows = store_rows(shipped_store)("publishers-by-sources", {})
    assert len(found.leading) == LEADING and found.further == len(rows) - LEADING
    assert sum(each.sources for each in (*found.leading, found.others)) == sum(
        int(str(getattr(row["sources"], "value", ""))) for row in rows
    )


@pytest.mark.parametrize("text", ["", "soon", "2025", "2025-13-01", "0000-01-01", "99999-01-01", "2025-1-x"])
def test_what_is_no_day_has_no_second(text: str) -> None:
    assert day_seconds(text) is None


@pytest.mark.parametrize("text", ["", "now", "2025-13-01T00:00:00Z"])
def test_what_is_no_moment_has_no_second(text: str) -> None:
    assert moment_seconds(text) is None


def test_a_backup_is_remembered_and_what_is_damaged_is_not_known(tmp_path: Path) -> None:
    assert last_backup(tmp_path) is None
    remember_backup(tmp_path, datetime.datetime(1970, 1, 2, tzinfo=datetime.UTC))
    assert last_backup(tmp_path) == 86_400
    (tmp_path / "backed-up").write_bytes(b"\xff")
    assert last_backup(tmp_path) is None


def test_who_may_not_write_a_directory_may_back_it_up(tmp_path: Path) -> None:
    remember_backup(tmp_path / "nowhere", datetime.datetime(1970, 1, 2, tzinfo=datetime.UTC))
    assert last_backup(tmp_path / "nowhere") is None
