"""Synthetic tables must be as good as the shipped ones, or a benchmark on them says nothing."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from graph.embedded import EmbeddedStore
from loaders.build import BuildPlan, BuildReport, build_store
from loaders.names import read_names
from tests.bench.generate import copied_tables, write_tables

SHIPPED = Path(__file__).resolve().parents[2] / "loaders" / "data"
FACTOR = 3


def build(tables: Path, folder: Path) -> BuildReport:
    (folder / "scratch").mkdir(parents=True)
    return build_store(BuildPlan(tables), EmbeddedStore(), folder / "scratch", lambda done, total: None)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    write_tables(SHIPPED, folder, FACTOR)
    return folder


@pytest.fixture(scope="module")
def shipped_report(shipped_build: tuple[Path, BuildReport]) -> BuildReport:
    return shipped_build[1]


@pytest.fixture(scope="module")
def grown_report(tables: Path, tmp_path_factory: pytest.TempPathFactory) -> BuildReport:
    return build(tables, tmp_path_factory.mktemp("grown"))


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_tables_of_claims_grow_by_the_factor(shipped_report: BuildReport, grown_report: BuildReport) -> None:
    reference = {"instruments", "aliases", "wikidata_links", "wikidata_properties"}
    expected = {name: FACTOR * rows for name, rows in shipped_report.rows.items() if name not in reference}
    assert {name: grown_report.rows[name] for name in expected} == expected


def test_reference_tables_grow_by_what_copies_do_not_share(
    shipped_report: BuildReport, grown_report: BuildReport
) -> None:
    marked = {table.name: len(table.marked) for table in copied_tables(SHIPPED)}
    shared_kinds = {"country", "region", "equipment_class"}
    own_links = [
        row for row in read(SHIPPED / "wikidata_links.csv") if row["entity_kind"] not in shared_kinds
    ]
    lines_that_are_no_instruments = 9
    assert marked["wikidata_links"] == len(own_links)
    assert marked["wikidata_properties"] == 0
    assert marked["instruments"] == shipped_report.rows["instruments"] + lines_that_are_no_instruments
    for name in ("instruments", "aliases", "wikidata_links", "wikidata_properties"):
        assert grown_report.rows[name] == shipped_report.rows[name] + (FACTOR - 1) * marked[name]


def test_copy_0_is_the_shipped_tables(tables: Path) -> None:
    for path in SHIPPED.glob("*.csv"):
        shipped = read(path)
        grown = read(tables / path.name)[: len(shipped)]
        assert [{column: row[column] for column in shipped[0]} for row in grown] == shipped


def test_each_copy_brings_its_own_sources_claims_and_facts(
    shipped_report: BuildReport, grown_report: BuildReport
) -> None:
    claims_of_added_instruments = 9
    assert grown_report.tally.sources == FACTOR * shipped_report.tally.sources
    assert (
        grown_report.tally.claims
        == FACTOR * shipped_report.tally.claims + (FACTOR - 1) * claims_of_added_instruments
    )
    assert grown_report.tally.open_slots > 2.5 * shipped_report.tally.open_slots


def test_unreviewed_names_are_the_shipped_ones_once_per_copy(
    shipped_report: BuildReport, grown_report: BuildReport
) -> None:
    shipped = {name for name in shipped_report.tally.new_names}
    own = {name for name in shipped if "/id/equipment/" not in name}
    copies = {f"{name}-x{number:04d}" for name in own for number in range(1, FACTOR)}
    assert grown_report.tally.new_names == shipped | copies


def test_no_two_copies_share_an_individual_that_is_not_shared_on_purpose(tables: Path) -> None:
    own = {iri.value for iri in read_names(SHIPPED).by_label.values()}
    kinds = Counter(
        "-x0001" in iri or "-x0002" in iri
        for iri in {iri.value for iri in read_names(tables).by_label.values()}
    )
    assert kinds[False] == len(own)
    assert kinds[True] % (FACTOR - 1) == 0


def test_amounts_differ_in_about_a_tenth_of_the_rows(tables: Path) -> None:
    shipped = [row["amount"] for row in read(SHIPPED / "budgets.csv")]
    copy = [row["amount"] for row in read(tables / "budgets.csv")][len(shipped) : 2 * len(shipped)]
    different = sum(one != other for one, other in zip(shipped, copy, strict=True))
    assert 0.03 < different / len(shipped) < 0.2


def test_the_same_factor_gives_the_same_tables(tables: Path, tmp_path: Path) -> None:
    write_tables(SHIPPED, tmp_path, FACTOR)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {
        p.name: p.read_bytes() for p in tables.iterdir()
    }


def test_a_factor_below_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a factor of 0"):
        write_tables(SHIPPED, tmp_path, 0)
