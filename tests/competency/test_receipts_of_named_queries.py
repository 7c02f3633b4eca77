"""Receipts on the named queries: every row traced to claims, and ten rows followed by hand to the tables."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pyoxigraph import DefaultGraph, NamedNode, QueryResultsFormat, QuerySolutions, parse_query_results

from graph.embedded import EmbeddedStore
from graph.named_query import Catalogue
from graph.receipts import results_with_receipts, written
from graph.receipts_finder import Dataset
from graph.receipts_pattern import TESTED

QUERIES = Path(__file__).parents[2] / "queries"
CATALOGUE = Catalogue.read(QUERIES, QUERIES / "competency")
# Nobody claims these: they are ours, and reviewed.
OURS = ("reference", "ontology")
TRACED = (
    "budget-by-year",
    "claims-on-recipient-numbers",
    "contested-facts",
    "pilot-recipients",
    "projects-by-kind-of-equipment",
    "projects-by-recipient",
    "recipients-of-a-programme",
    "what-all-hold-by-voice",
    "cq-03-list-pilot-recipients",
    "cq-08-list-heads-of-government-at-milestones",
    "cq-11-list-export-categories",
    "cq-16-list-supplied-equipment",
    "cq-28-compute-share-of-defence-budget",
    "cq-30-list-timeline",
    "cq-31-list-exchanges-of-notes",
    "cq-60-measure-months-to-delivery",
)
# What of these queries is not traced, and nothing else.
PARTLY_TRACED = {
    "claims-of-a-source": [("EXISTS { ?claim a osa:FramingClaim }", TESTED)],
    "cq-22-list-wikidata-classes": [("NOT EXISTS { ?equipment skos:exactMatch ?own . }", TESTED)],
}
COMPETENCY = Catalogue.read(QUERIES / "competency")
ANSWERED = [query.name for query in COMPETENCY if "SELECT" in query.text and "SERVICE" not in query.text]


def answer(store: EmbeddedStore, name: str) -> dict[str, Any]:
    return dict(traced(store, name))


# Several tests ask the same, and tracing takes its time.
@cache
def traced(store: EmbeddedStore, name: str) -> Mapping[str, Any]:
    return results_with_receipts(store, store.query, CATALOGUE[name].bind({}), Dataset())


def facts_of(receipts: Mapping[str, Any], row: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [receipts["facts"][number] for number in row["facts"]]


@pytest.mark.parametrize("name", TRACED)
def test_every_row_is_traced_to_claims_or_to_what_needs_none(name: str, shipped_store: EmbeddedStore) -> None:
    receipts = answer(shipped_store, name)["receipts"]
    assert receipts["covered"]
    assert receipts["rows"]
    for row in receipts["rows"]:
        facts = facts_of(receipts, row)
        assert (row["untraced"], row["more"]) == ([], 0)
        assert all(fact["claims"] or fact["sources"] or fact["kind"] in OURS for fact in facts)
        assert any(fact["claims"] for fact in facts)


@pytest.mark.parametrize("name", PARTLY_TRACED)
def test_what_is_not_traced_is_listed_with_its_reason(name: str, shipped_store: EmbeddedStore) -> None:
    receipts = answer(shipped_store, name)["receipts"]
    untraced = [each for each in receipts["patterns"] if not each["traced"]]
    assert not receipts["covered"]
    assert [(each["pattern"], each["because"]) for each in untraced] == PARTLY_TRACED[name]
    numbers = [receipts["patterns"].index(each) for each in untraced]
    # Rows of another branch of UNION have nothing to do with it.
    assert {tuple(row["untraced"]) for row in receipts["rows"]} - {()} == {tuple(numbers)}
    assert all(row["facts"] for row in receipts["rows"])


@pytest.mark.parametrize("name", sorted({*TRACED, *PARTLY_TRACED, *ANSWERED}))
def test_the_results_are_those_without_receipts(name: str, shipped_store: EmbeddedStore) -> None:
    document = answer(shipped_store, name)
    document.pop("receipts")
    plain = shipped_store.query(CATALOGUE[name].bind({}))
    assert isinstance(plain, QuerySolutions)
    found = parse_query_results(written(document), QueryResultsFormat.JSON)
    assert isinstance(found, QuerySolutions)
    assert found.variables == plain.variables
    assert [tuple(row) for row in found] == [tuple(row) for row in plain]


@pytest.mark.parametrize("name", [*TRACED, *PARTLY_TRACED])
def test_every_fact_is_in_the_graph_that_it_is_said_to_be_in(name: str, shipped_store: EmbeddedStore) -> None:
    for fact in answer(shipped_store, name)["receipts"]["facts"]:
        graph = NamedNode(fact["graph"]) if fact["graph"] else DefaultGraph()
        subject, predicate = (NamedNode(fact[part]["value"]) for part in ("subject", "predicate"))
        held = [quad.object for quad in shipped_store.quads(subject, predicate, None, graph)]
        assert fact["object"]["value"] in [term.value for term in held]  # type: ignore[union-attr]


class Followed(NamedTuple):
    """A row of an answer, one of its facts, and the line of a table that a claim behind it was taken from."""

    query: str
    row: Mapping[str, str]
    predicate: str
    source: str
    table: str
    line: Mapping[str, str]


FOLLOWED = [
    Followed(
        "budget-by-year",
        {"fiscalYear": "2023", "amount": "2000000000"},
        "amount",
        "asahi-2025-12-27",
        "budgets",
        {
            "budget_line": "osa",
            "fiscal_year": "2023",
            "amount": "2000000000",
            "printed_figure": "2 billion yen",
        },
    ),
    Followed(
        "budget-by-year",
        {"fiscalYear": "2024", "amount": "5000000000"},
        "amount",
        "mof-jp-2025-12-26-osa-table",
        "budgets",
        {"budget_line": "osa", "fiscal_year": "2024", "amount": "5000000000", "printed_figure": "50億円"},
    ),
    Followed(
        "projects-by-recipient",
        {"fiscalYear": "2023", "amount": "575000000"},
        "amount",
        "daily-star-2023-11-16",
        "osa_projects",
        {"project_id": "osa-fy2023-bangladesh", "amount_jpy": "575000000"},
    ),
    Followed(
        "projects-by-recipient",
        {"fiscalYear": "2024", "amount": "1100000000"},
        "amount",
        "j-defense-2024-12-27-djibouti",
        "osa_projects",
        {"project_id": "osa-fy2024-djibouti", "amount_original_text": "11億円"},
    ),
    Followed(
        "pilot-recipients",
        {"name": "Fiji"},
        "actor",
        "fijilive-2023-12-17",
        "recipients",
        {"country": "Fiji", "role": "pilot", "quote": "one of four pilot countries"},
    ),
    Followed(
        "cq-30-list-timeline",
        {"date": "2023-04-05"},
        "date",
        "japan-press-2023-04-09",
        "policy_events",
        {"event_id": "ev-2023-04-05-osa-guidelines", "date": "2023-04-05"},
    ),
    Followed(
        "cq-31-list-exchanges-of-notes",
        {"signedOn": "2023-11-03"},
        "signedOn",
        "nhk-2023-11-04",
        "osa_projects",
        {"project_id": "osa-fy2023-philippines", "event_date": "2023-11-03"},
    ),
    Followed(
        "cq-16-list-supplied-equipment",
        {"recipient": "https://w3id.org/osagraph/id/fiji"},
        "equipment",
        "mofa-jp-2023-12-18-fiji",
        "osa_projects",
        {"project_id": "osa-fy2023-fiji", "equipment": "patrol boat"},
    ),
    Followed(
        "cq-28-compute-share-of-defence-budget",
        {"osaAmount": "18100000000"},
        "amount",
        "seed-002-news",
        "budgets",
        {"budget_line": "osa", "fiscal_year": "2026", "amount": "18100000000"},
    ),
    Followed(
        "cq-11-list-export-categories",
        {"category": "https://w3id.org/osagraph/id/rescue"},
        "limitsExportsTo",
        "seed-000-pla-ams",
        "relations",
        {"predicate": "limits_exports_to", "object": "rescue"},
    ),
]


@pytest.mark.parametrize("followed", FOLLOWED, ids=lambda each: f"{each.query}-{each.source}")
def test_a_row_is_followed_to_the_line_of_a_table(
    followed: Followed, shipped_store: EmbeddedStore, shipped_tables: Path
) -> None:
    document = answer(shipped_store, followed.query)
    receipts = document["receipts"]
    quotes = {
        quote["text"]
        for binding, row in zip(document["results"]["bindings"], receipts["rows"], strict=True)
        if all(binding[name]["value"] == value for name, value in followed.row.items())
        for fact in facts_of(receipts, row)
        if fact["predicate"]["value"].endswith(f"#{followed.predicate}") and fact["kind"] == "accepted"
        if followed.predicate != "amount" or fact["object"]["value"] in followed.row.values()
        for claim in (receipts["claims"][iri] for iri in fact["claims"])
        if claim["source"] == f"https://w3id.org/osagraph/id/source/{followed.source}"
        for quote in claim["quotes"] or [{"text": ""}]
    }
    with (shipped_tables / f"{followed.table}.csv").open(encoding="utf-8", newline="") as file:
        lines = [line for line in csv.DictReader(file) if line["source_id"] == followed.source]
    [line] = [line for line in lines if followed.line.items() <= line.items()]
    assert quotes == {line["quote"]}
    with (shipped_tables / "sources.csv").open(encoding="utf-8", newline="") as file:
        [described] = [line for line in csv.DictReader(file) if line["source_id"] == followed.source]
    source = receipts["sources"][f"https://w3id.org/osagraph/id/source/{followed.source}"]
    assert (source["title"]["text"], source["issued"]) == (
        described["title"],
        described["published_on"] or None,
    )
