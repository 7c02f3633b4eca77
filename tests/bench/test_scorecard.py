"""Medians, ratios and verdicts, from figures small enough to check by hand."""

from __future__ import annotations

import json

import pytest

from tests.bench.bulk_loads import TimedLoad
from tests.bench.contenders import NATIVE, OURS, RDFLIB
from tests.bench.downloads import Download
from tests.bench.rates import QUERIES, read_query, slowest
from tests.bench.report_tables import markdown
from tests.bench.results_json import as_json
from tests.bench.scorecard import CACHED, COLD, HEAVY, JOINS, Goal, Point, Results, goals, median_ratio
from tests.bench.traffic import Turn


def turns(*rates: float) -> list[Turn]:
    return [Turn(rate, 1.0, 2.0) for rate in rates]


def downloaded(seconds: float, first_byte_ms: float, before: int, peak: int) -> Download:
    return Download(seconds, first_byte_ms, 92_000_000, 1_000_001, before, peak)


RESULTS = Results(
    rates={
        Point(COLD, 1): {OURS: turns(400, 500, 300), NATIVE: turns(1000, 1000, 1000), RDFLIB: turns(200) * 3},
        Point(COLD, 8): {OURS: turns(900), NATIVE: turns(4000), RDFLIB: turns(750)},
        Point(CACHED, 8): {OURS: turns(3000), NATIVE: turns(2000)},
        Point(JOINS[0], 1): {OURS: turns(90), NATIVE: turns(100), RDFLIB: turns(10)},
        Point(JOINS[1], 8): {OURS: turns(80), NATIVE: turns(100), RDFLIB: [slowest(5)]},
        Point(HEAVY, 1): {OURS: turns(1.0), NATIVE: turns(1.0)},
    },
    downloads={
        "JSON": {
            OURS: [downloaded(11, 40, 30_000_000, 60_000_000), downloaded(13, 60, 50_000_000, 90_000_000)],
            NATIVE: [downloaded(10, 5, 0, 0), downloaded(10, 5, 0, 0)],
        },
        "CSV": {OURS: [downloaded(9, 20, 50_000_000, 60_000_000)], NATIVE: [downloaded(9, 5, 0, 0)]},
    },
    loads=[
        {OURS: TimedLoad(12, 24), NATIVE: TimedLoad(6, 6)},
        {OURS: TimedLoad(10, 30), NATIVE: TimedLoad(10, 6)},
    ],
)  # fmt: skip


def test_a_ratio_is_the_median_of_the_rounds_own_ratios() -> None:
    # A quiet round for ours alone (30 by 10) and a busy one for both (5 by 10) do not move it.
    assert median_ratio([10, 30, 5], [10, 10, 10]) == 1
    assert median_ratio([1, 4], [10, 10]) == pytest.approx(0.25)


def test_there_is_no_ratio_to_what_was_not_measured() -> None:
    assert median_ratio([1, 2], []) is None
    assert median_ratio([1], [0]) is None


def test_every_goal_gets_its_figure_and_verdict() -> None:
    assert [(goal.asked, goal.measured, goal.verdict) for goal in goals(RESULTS)] == [
        (0.95, 1.0, "reached"),  # heavy aggregation
        (0.8, 0.8, "reached"),  # the worse of the joins
        (1.1, pytest.approx(1.2), "not reached"),  # JSON, median of 1.1 and 1.3
        (50, 50.0, "reached"),  # its first byte
        (1.1, 1.0, "reached"),
        (50, 20, "reached"),
        (50, 60.0, "not reached"),  # from 30 MB to 90 MB
        (0.35, 0.4, "reached"),
        (0.25, 0.225, "not reached"),
        (1.5, 1.5, "reached"),
        (0.95, 0.75, "not reached"),  # the median of 6 by 12 and 10 by 10
        (1.5, pytest.approx(1.2), "not reached"),
        (10, 9.0, "not reached"),
    ]


def test_nothing_measured_is_no_verdict() -> None:
    assert {goal.verdict for goal in goals(Results({}, {}, []))} == {"not measured"}


def test_goals_of_a_million_rows_do_not_speak_of_fewer() -> None:
    few = [downloaded(1, 1, 0, 0)._replace(lines=1_000_000)]
    results = Results({}, {"CSV": {OURS: few, NATIVE: few}, "JSON": {OURS: few, NATIVE: few}}, [])
    assert {goal.verdict for goal in goals(results)} == {"not measured"}


def test_a_limit_turns_the_comparison_around() -> None:
    assert Goal("first byte", 50, 49.9, at_most=True).verdict == "reached"
    assert Goal("rate", 50, 49.9).verdict == "not reached"


def test_the_tables_hold_medians_ratios_and_verdicts() -> None:
    lines = markdown(RESULTS).splitlines()
    cells = f"{COLD} | 1 | 400 | 1,000 | 200 | 0.4 | 2 | 1 / 1 / 1 | 2 / 2 / 2 | 0 / 0 / 0"
    assert f"| {cells} |" in lines
    assert "| JSON | osagraph | 12 | 50 | 92 | 1,000,001 | 60 |" in lines
    assert "| osagraph load | 11 | 27 | 0.75 | 0.225 |" in lines
    assert "| tiny cold at 8 connections, of native | ≥ 0.25 | 0.225 | not reached |" in lines
    assert "| a million rows as CSV, first byte | ≤ 50 ms | 20 ms | reached |" in lines


def test_tables_of_what_was_not_measured_are_left_out() -> None:
    titles = [line for line in markdown(Results({}, {}, [])).splitlines() if line.startswith("#")]
    assert titles == ["## Goals"]


def test_the_json_keeps_every_round() -> None:
    document = json.loads(as_json(RESULTS, "2 processors", 10))
    assert document["rates"][0]["case"] == COLD
    assert [turn["rate"] for turn in document["rates"][0]["servers"][OURS]] == [400, 500, 300]
    assert document["downloads"]["CSV"][OURS][0]["lines"] == 1_000_001
    assert document["loads"][1][OURS] == {"seconds": 10, "cpu_seconds": 30}
    assert document["goals"][0]["verdict"] == "reached"


@pytest.mark.parametrize("name", sorted(path.stem for path in QUERIES.glob("*.rq")))
def test_every_query_has_a_header_and_can_be_followed_by_a_comment(name: str) -> None:
    text = read_query(name)
    assert (QUERIES / f"{name}.rq").read_text(encoding="utf-8").startswith("#+ summary: ")
    assert "#+" not in text
    assert text.endswith("\n")
