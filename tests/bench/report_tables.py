"""What was measured, as Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence

from tests.bench.contenders import NATIVE, OURS, RDFLIB
from tests.bench.scorecard import (
    MEGABYTE,
    Downloads,
    Goal,
    Loads,
    Point,
    Rates,
    Results,
    by_clock,
    by_processor,
    goals,
    load_ratio,
    rate_ratio,
    web_growth,
)
from tests.bench.traffic import Turn

MISSING = "-"
RATE_HEAD = (
    "query", "connections", *(f"{name} 1/s" for name in (OURS, NATIVE, RDFLIB)), "of native", "of rdflib",
    "p50 ms", "p99 ms", "failures",
)  # fmt: skip
DOWNLOAD_HEAD = ("format", "server", "seconds", "first byte ms", "MB", "lines", "web process grows MB")
LOAD_HEAD = ("command", "seconds", "cpu seconds", "native's seconds by it", "native's cpu by it")
GOAL_HEAD = ("goal", "asked", "measured", "verdict")


def markdown(results: Results) -> str:
    """The tables of all that was measured, and the goals."""
    rates = [_rate_cells(point, servers) for point, servers in results.rates.items()]
    tables = [
        ("Requests per second", RATE_HEAD, rates),
        ("A million rows, one client", DOWNLOAD_HEAD, list(_download_rows(results.downloads))),
        ("One large file", LOAD_HEAD, list(_load_rows(results.loads))),
        ("Goals", GOAL_HEAD, [_goal_cells(goal) for goal in goals(results)]),
    ]
    return "\n\n".join(f"## {title}\n\n{table(head, rows)}" for title, head, rows in tables if rows)


def _rate_cells(point: Point, servers: Mapping[str, Sequence[Turn]]) -> list[str]:
    every = [servers.get(name, ()) for name in (OURS, NATIVE, RDFLIB)]
    rates: Rates = {point: servers}
    return [
        point.case,
        str(point.connections),
        *(_median([turn.rate for turn in turns]) for turns in every),
        _number(rate_ratio(rates, point, NATIVE)),
        _number(rate_ratio(rates, point, RDFLIB)),
        " / ".join(_median([turn.p50_ms for turn in turns]) for turns in every),
        " / ".join(_median([turn.p99_ms for turn in turns]) for turns in every),
        " / ".join(str(sum(turn.errors for turn in turns)) if turns else MISSING for turns in every),
    ]


def _download_rows(downloads: Downloads) -> Iterable[list[str]]:
    for form, servers in downloads.items():
        for name, turns in servers.items() if all(servers.values()) else ():
            yield [
                form,
                name,
                _median([turn.seconds for turn in turns]),
                _median([turn.first_byte_ms for turn in turns]),
                _median([turn.bytes / MEGABYTE for turn in turns]),
                f"{turns[-1].lines:,}",
                _number(web_growth(turns)),
            ]


def _load_rows(loads: Loads) -> Iterable[list[str]]:
    for name in (OURS, NATIVE) if loads else ():
        turns = [load[name] for load in loads]
        ratios = [load_ratio(loads, taken) if name == OURS else None for taken in (by_clock, by_processor)]
        yield [
            f"{name} load",
            _median([turn.seconds for turn in turns]),
            _median([turn.cpu_seconds for turn in turns]),
            *map(_number, ratios),
        ]


def _goal_cells(goal: Goal) -> list[str]:
    sign = "≤" if goal.at_most else "≥"
    measured = MISSING if goal.measured is None else f"{_number(goal.measured)} {goal.unit}".strip()
    return [goal.name, f"{sign} {goal.asked:g} {goal.unit}".strip(), measured, goal.verdict]


def _median(values: Sequence[float]) -> str:
    return _number(statistics.median(values) if values else None)


def _number(value: float | None) -> str:
    """Three digits at least, so that what just misses a goal does not look like it."""
    if value is None:
        return MISSING
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Markdown of one table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
