"""The dataset opened by a program: what it is told, in which types, and that it holds what it reads."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from graph.errors import (
    InvalidParameterError,
    QuerySyntaxError,
    QueryTimeoutError,
    SnapshotGoneError,
    StoreError,
    StoreMissingError,
    UnknownQueryError,
    UnknownResourceError,
    UnsupportedFormatError,
)
from graph.readers import ReaderLimits
from graph.reading import OpenGraph, open_graph
from graph.reading_table import Table, python_value
from graph.retention import KEPT_SNAPSHOTS
from ontology.namespaces import GRAPH, ID, OSA, RDFS, XSD

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@dataclass
class Budget:
    fiscal_year: int
    amount: Decimal
    note: str | None = None


@pytest.fixture(scope="module")
def root(shipped_data: Callable[[], DataDirectory]) -> Path:
    return shipped_data().root


@pytest.fixture(scope="module")
def graph(root: Path) -> Iterator[OpenGraph]:
    with open_graph(root) as opened:
        yield opened


def test_rows_become_dataclasses_with_types_of_their_own(graph: OpenGraph) -> None:
    budgets = graph.query("budget-by-year").into(Budget)
    assert budgets[2:] == [Budget(2025, Decimal(8_100_000_000)), Budget(2026, Decimal(18_100_000_000))]


def test_rows_are_terms_or_values_of_python(graph: OpenGraph) -> None:
    table = graph.query("SELECT ?amount ?none { ?line osa:amount ?amount }", line=ID.iri("budget/osa-fy2025"))
    assert (len(table), table.columns) == (1, ("amount", "none"))
    assert [row["amount"] for row in table] == [Literal("8100000000", datatype=XSD.decimal)]
    assert table.values() == [{"amount": Decimal(8_100_000_000), "none": None}]
    assert table.column("amount") == [Decimal(8_100_000_000)]


def test_a_table_becomes_a_frame_of_pandas(graph: OpenGraph) -> None:
    pytest.importorskip("pandas", reason="pandas is not installed")
    frame = graph.query("budget-by-year").frame()
    assert list(frame["fiscalYear"]) == [2023, 2024, 2025, 2026]
    assert str(frame["amount"].sum()) == "33200000000"


def test_without_pandas_one_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> Any:
        raise ImportError

    monkeypatch.setattr("graph.reading_table.importlib.import_module", missing)
    with pytest.raises(UnsupportedFormatError, match="pip install pandas"):
        Table((), ()).frame()


@pytest.mark.parametrize(
    ("term", "value"),
    [
        (Literal(7), 7),
        (Literal("7.50", datatype=XSD.decimal), Decimal("7.50")),
        (Literal("1e3", datatype=XSD.double), 1000.0),
        (Literal("true", datatype=XSD.boolean), True),
        (Literal("2025-12-05", datatype=XSD.date), datetime.date(2025, 12, 5)),
        (Literal("2025-12", datatype=XSD.gYearMonth), "2025-12"),
        (Literal("soon", datatype=XSD.date), "soon"),
        (Literal("many", datatype=XSD.integer), "many"),
        (Literal("フィジー", language="ja"), "フィジー"),
        (ID.fiji, "https://w3id.org/osagraph/id/fiji"),
        (None, None),
    ],
)
def test_a_term_is_what_it_says_and_else_its_text(term: Any, value: object) -> None:
    assert python_value(term) == value
    assert type(python_value(term)) is type(value)


def test_a_value_of_another_type_than_the_field_is_an_error_with_its_place() -> None:
    @dataclass
    class Wrong:
        year: int

    table = Table(("year",), ({"year": Literal("2025")},))
    with pytest.raises(UnsupportedFormatError, match=r"^Wrong\.year is int, and a row has '2025'\.$"):
        table.into(Wrong)
    with pytest.raises(UnsupportedFormatError, match=r"^There is no column for Budget\.fiscal_year\.$"):
        table.into(Budget)
    with pytest.raises(UnsupportedFormatError, match="there are year"):
        table.column("amount")


def test_a_parameter_is_a_term_and_never_part_of_the_text(graph: OpenGraph) -> None:
    asked = "SELECT ?thing { ?thing rdfs:label ?label }"
    assert graph.query(asked, label=Literal("Fiji", language="en")).column("thing") == [ID.fiji.value]
    assert len(graph.query(asked, label='" } #')) == 0
    named = graph.query("projects-by-recipient", recipient="id:fiji")
    assert len(named) > 0
    assert named.rows == graph.query("projects-by-recipient", recipient=ID.fiji).rows


def test_each_form_of_query_has_its_answer(graph: OpenGraph) -> None:
    assert graph.ask("ASK { id:fiji a ?class }", **{"class": OSA.State}) is True
    triples = graph.construct("CONSTRUCT WHERE { id:fiji osa:iso3166Alpha2 ?code }")
    assert [str(triple.object) for triple in triples] == ['"FJ"']
    for ask, text in ((graph.query, "ASK {}"), (graph.ask, "SELECT * {}"), (graph.construct, "ASK {}")):
        with pytest.raises(UnsupportedFormatError):
            ask(text)


def test_a_fact_comes_with_the_claims_for_and_against_it(graph: OpenGraph) -> None:
    (fact,) = graph.facts("id:budget/osa-fy2025", "osa:amount")
    assert (fact.subject, fact.value) == (
        ID.iri("budget/osa-fy2025"),
        Literal("8100000000", datatype=XSD.decimal),
    )
    assert (len(fact.supported_by), len(fact.contested_by)) == (6, 1)
    assert fact.voices is not None and fact.voices >= 2
    assert fact.decided_by is not None
    assert fact in graph.facts(predicate="osa:amount")
    assert fact in graph.facts("id:budget/osa-fy2025")
    known = {claim.iri for claim in graph.claims("id:budget/osa-fy2025", OSA.amount)}
    assert {*fact.supported_by, *fact.contested_by} <= known


def test_what_nobody_decides_has_no_receipts(graph: OpenGraph) -> None:
    labels = graph.facts(ID.fiji, RDFS.label)
    assert {fact.value for fact in labels} == {
        Literal("Fiji", language="en"),
        Literal("フィジー", language="ja"),
    }
    assert {(fact.decided_by, fact.supported_by) for fact in labels} == {(None, ())}


def test_claims_are_found_by_source_by_thing_and_by_property(graph: OpenGraph) -> None:
    source = graph.claims(source="id:source/seed-000-pla-ams")
    counted = "SELECT (COUNT(*) AS ?n) { GRAPH ?source { ?claim a osa:Claim } }"
    assert graph.query(counted, source=GRAPH.iri("source/seed-000-pla-ams")).column("n") == [len(source)]
    chosen = graph.claims("id:osa", source="id:source/seed-000-pla-ams")
    assert {claim.iri for claim in chosen} == {c.iri for c in source if c.subject == ID.osa}
    assert len(chosen) > 0


def test_every_source_is_listed_once(graph: OpenGraph) -> None:
    sources = graph.sources()
    assert len({source.iri for source in sources}) == len(sources) == 343
    assert next(source for source in sources if source.iri.value.endswith("/seed-000-pla-ams")).kind == (
        OSA.MilitaryInstitute
    )


def test_errors_are_those_of_the_house(graph: OpenGraph, tmp_path: Path) -> None:
    with pytest.raises(QuerySyntaxError) as found:
        graph.query("SELECT ?x {")
    assert found.value.line == 1
    with pytest.raises(QuerySyntaxError, match="SERVICE"):
        graph.query("SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }")
    with pytest.raises(UnknownQueryError):
        graph.query("no-such-query")
    with pytest.raises(InvalidParameterError):
        graph.query("SELECT ?s { ?s ?p ?o }", nowhere=1)
    with pytest.raises(InvalidParameterError):
        graph.facts()
    with pytest.raises(InvalidParameterError, match="an IRI or a name"):
        graph.claims("no iri")
    with pytest.raises(StoreMissingError):
        open_graph(tmp_path / "nothing")


def test_views_are_of_the_current_snapshot_and_must_exist(root: Path) -> None:
    with pytest.raises(InvalidParameterError):
        open_graph(root, snapshot=1, perspective="china-state")
    with pytest.raises(UnknownResourceError):
        open_graph(root, perspective="nobody")
    with pytest.raises(InvalidParameterError):
        open_graph(root, as_of="yesterday")


def test_a_view_holds_its_own_sources_only(root: Path, graph: OpenGraph) -> None:
    with open_graph(root, perspective="china-state", as_of=datetime.date(2026, 6, 30)) as view:
        seen = {source.iri for source in view.sources()}
        assert (view.choice.perspective, view.snapshot.number) == ("china-state", 1)
        held = list((root / "views").glob("000001-*"))
        assert len(held) == 1
    assert 0 < len(seen) < len(graph.sources())


def test_isolated_readers_give_the_same_and_end_what_takes_too_long(root: Path, graph: OpenGraph) -> None:
    limits = ReaderLimits(readers=1, spares=0, first_byte_seconds=0.5)
    with open_graph(root, isolated=True, limits=limits) as hasty, pytest.raises(QueryTimeoutError):
        hasty.query(ENDLESS)
    with open_graph(root, isolated=True) as isolated:
        assert isolated.query("budget-by-year").rows == graph.query("budget-by-year").rows
        assert isolated.facts(ID.fiji, RDFS.label) == graph.facts(ID.fiji, RDFS.label)
        assert isolated.ask("ASK { id:fiji a osa:State }")


def test_a_closed_graph_says_so_and_closing_twice_does_no_harm(root: Path) -> None:
    opened = open_graph(root)
    opened.close()
    opened.close()
    with pytest.raises(StoreError, match="closed"):
        opened.query("ASK {}")


def published(data: DataDirectory) -> None:
    """One more snapshot, the first with a triple, and the old ones forgotten."""
    with data.writer():
        stage = data.stage()
        if data.next_number() == 1:
            store = EmbeddedStore(stage / "store")
            store.insert([Quad(ID.osa, RDFS.label, Literal(1), DefaultGraph())])
            store.flush()
            store.close()
        data.publish(stage, {}, "update")
    data.forget_old()


def test_a_snapshot_stays_while_it_is_open_and_goes_afterwards(tmp_path: Path) -> None:
    data = DataDirectory(tmp_path / "data")
    published(data)
    with open_graph(data.root) as first:
        for _ in range(KEPT_SNAPSHOTS + 1):
            published(data)
        assert first.snapshot.folder.exists()
        assert first.query("SELECT ?n { id:osa rdfs:label ?n }").column("n") == [1]
    data.forget_old()
    with pytest.raises(SnapshotGoneError):
        open_graph(data.root, snapshot=1)


def test_parameters_of_every_kind_become_terms(graph: OpenGraph) -> None:
    for value in (7, True, "text", Decimal("8.1"), datetime.date(2026, 1, 2), NamedNode("http://a.example/")):
        assert len(graph.query("SELECT (?given AS ?same) {}", given=value)) == 1
    with pytest.raises(InvalidParameterError):
        graph.query("SELECT (?given AS ?same) {}", given=[])
