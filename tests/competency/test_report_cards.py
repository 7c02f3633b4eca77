"""Report cards of the shipped tables: those by source, by publisher and of one source tell the same."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions

from graph.embedded import EmbeddedStore
from graph.named_query import read_query

QUERIES = Path(__file__).parents[2] / "queries"
COUNTED = ("claims", "corroborated", "contradicted", "unclear", "overtaken", "alone", "first")
STANCES = ("supportive", "critical", "mixed", "neutral")
SOURCES = "https://w3id.org/osagraph/id/source/"
Card = Mapping[str, str]


def cards(store: EmbeddedStore, name: str, **values: str) -> list[Card]:
    results = store.query(read_query(QUERIES / f"{name}.rq").bind(values))
    assert isinstance(results, QuerySolutions)
    names = [variable.value for variable in results.variables]
    return [{name: term.value for name in names if (term := row[name]) is not None} for row in results]


@pytest.fixture(scope="module")
def by_source(shipped_store: EmbeddedStore) -> dict[str, Card]:
    return {card["source"]: card for card in cards(shipped_store, "report-cards-by-source")}


def test_every_source_has_one_card_and_no_claim_is_on_two(by_source: dict[str, Card]) -> None:
    assert len(by_source) == 343
    for card in by_source.values():
        met = sum(int(card[name]) for name in ("corroborated", "contradicted", "unclear", "overtaken"))
        assert int(card["claims"]) - int(card["alone"]) <= met
        assert all(0 <= int(card[name]) <= int(card["claims"]) for name in (*COUNTED[:-1], *STANCES))


@pytest.mark.parametrize(
    "source", ["seed-000-pla-ams", "nippon-com-2025-12-24-en", "mof-jp-2025-12-26-osa-table"]
)
def test_a_card_of_one_source_is_its_row_among_all(
    source: str, by_source: dict[str, Card], shipped_store: EmbeddedStore
) -> None:
    card = {
        row["measure"]: row
        for row in cards(shipped_store, "report-card-of-a-source", source=SOURCES + source)
    }
    row = by_source[SOURCES + source]
    assert {name: card[name]["number"] for name in (*COUNTED, *STANCES)} == {
        name: row[name] for name in (*COUNTED, *STANCES)
    }
    shares = {"corroborated": "shareCorroborated", "contradicted": "shareContradicted", "alone": "shareAlone"}
    assert {name: card[name]["share"] for name in shares} == {name: row[key] for name, key in shares.items()}
    assert card["published"].get("date") == row.get("issued")


def test_the_cards_of_publishers_add_up_those_of_their_sources(
    by_source: dict[str, Card], shipped_store: EmbeddedStore
) -> None:
    publishers = cards(shipped_store, "report-cards-by-publisher")
    assert sum(int(card["sources"]) for card in publishers) == len(by_source)
    for name in (*COUNTED[:-1], *STANCES):  # two sources of one publisher may be the first of one value
        added = sum(int(card[name]) for card in publishers)
        assert added == sum(int(card[name]) for card in by_source.values()), name


def test_stances_are_those_of_the_table_of_positions(
    by_source: dict[str, Card], shipped_tables: Path
) -> None:
    with (shipped_tables / "positions.csv").open(encoding="utf-8-sig", newline="") as file:
        told = Counter(row["stance_toward_osa"] for row in csv.DictReader(file))
    assert told == {stance: sum(int(card[stance]) for card in by_source.values()) for stance in STANCES}
