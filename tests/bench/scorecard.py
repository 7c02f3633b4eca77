"""From turns to ratios and goals: plain arithmetic on what was measured."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from tests.bench.bulk_loads import TimedLoad
from tests.bench.contenders import NATIVE, OURS, RDFLIB
from tests.bench.downloads import Download
from tests.bench.traffic import Turn

COLD, CACHED = "lookup-cold", "lookup-cached"
JOINS = ("join-deliveries", "join-large-projects", "join-contested-amounts")
HEAVY = "aggregate-claims"
MEGABYTE = 1e6
# In CSV, with the line of names.
MILLION_LINES = 1_000_001


class Point(NamedTuple):
    """What was asked, and over how many connections."""

    case: str
    connections: int


Rates = Mapping[Point, Mapping[str, Sequence[Turn]]]
Downloads = Mapping[str, Mapping[str, Sequence[Download]]]
Loads = Sequence[Mapping[str, TimedLoad]]


class Results(NamedTuple):
    """All that was measured: turns by point and server, downloads by format and server, loads by round."""

    rates: Rates
    downloads: Downloads
    loads: Loads


class Goal(NamedTuple):
    """A goal, and what was measured of it: None where it was not. `at_most` turns the comparison around."""

    name: str
    asked: float
    measured: float | None
    unit: str = ""
    at_most: bool = False

    @property
    def verdict(self) -> str:
        if self.measured is None:
            return "not measured"
        reached = self.measured <= self.asked if self.at_most else self.measured >= self.asked
        return "reached" if reached else "not reached"


def median_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float | None:
    """The median over the rounds of ours by theirs in the same round, which busy minutes hurt alike."""
    ratios = [one / other for one, other in zip(ours, theirs, strict=False) if other > 0]
    return statistics.median(ratios) if ratios else None


def rate_ratio(rates: Rates, point: Point, other: str) -> float | None:
    """Our requests per second by another server's."""
    servers = rates.get(point, {})
    ours, theirs = servers.get(OURS, ()), servers.get(other, ())
    return median_ratio([turn.rate for turn in ours], [turn.rate for turn in theirs])


def goals(results: Results) -> list[Goal]:
    """Each goal with what was measured; of several points it is the worst."""
    rates = results.rates
    joins = [point for point in rates if point.case in JOINS]
    heavy = [point for point in rates if point.case == HEAVY]
    few = [Point(COLD, 1), Point(COLD, 8)]
    return [
        Goal("heavy aggregation, of native", 0.95, worst(rates, heavy, NATIVE)),
        Goal("joins, of native: the worst", 0.8, worst(rates, joins, NATIVE)),
        *(_download_goals(results.downloads)),
        Goal("tiny cold at 1 connection, of native", 0.35, rate_ratio(rates, Point(COLD, 1), NATIVE)),
        Goal("tiny cold at 8 connections, of native", 0.25, rate_ratio(rates, Point(COLD, 8), NATIVE)),
        Goal("tiny cached at 8 connections, of native", 1.5, rate_ratio(rates, Point(CACHED, 8), NATIVE)),
        Goal("bulk load, of `oxigraph load`", 0.95, load_ratio(results.loads, by_clock)),
        Goal("tiny cold, of rdflib-endpoint: the worst", 1.5, worst(rates, few, RDFLIB)),
        Goal("joins, of rdflib-endpoint: the worst", 10, worst(rates, joins, RDFLIB)),
    ]


def worst(rates: Rates, points: Iterable[Point], other: str) -> float | None:
    """The smallest ratio of ours to another server's at some points."""
    ratios = [rate_ratio(rates, point, other) for point in points]
    return min((ratio for ratio in ratios if ratio is not None), default=None)


def load_ratio(loads: Loads, taken: Callable[[TimedLoad], float]) -> float | None:
    """What Oxigraph's load takes by what ours takes."""
    return median_ratio([taken(turn[NATIVE]) for turn in loads], [taken(turn[OURS]) for turn in loads])


def by_clock(load: TimedLoad) -> float:
    return load.seconds


def by_processor(load: TimedLoad) -> float:
    return load.cpu_seconds


def web_growth(turns: Sequence[Download]) -> float | None:
    """By how many megabytes a web process grew at most, from the start of some answer to its peak."""
    if not turns:
        return None
    return (max(turn.web_peak for turn in turns) - min(turn.web_before for turn in turns)) / MEGABYTE


def _download_goals(downloads: Downloads) -> list[Goal]:
    found: list[Goal] = []
    every: list[Download] = []
    rows = max((turn.lines for turn in downloads.get("CSV", {}).get(OURS, ())), default=0)
    if rows < MILLION_LINES:
        downloads = {}  # the dataset is too small for the goals to speak of it
    for form in ("JSON", "CSV"):
        servers = downloads.get(form, {})
        ours, theirs = servers.get(OURS, ()), servers.get(NATIVE, ())
        ratio = median_ratio([turn.seconds for turn in ours], [turn.seconds for turn in theirs])
        first = statistics.median(turn.first_byte_ms for turn in ours) if ours else None
        found.append(Goal(f"a million rows as {form}, time by native's", 1.1, ratio, at_most=True))
        found.append(Goal(f"a million rows as {form}, first byte", 50, first, "ms", at_most=True))
        every += ours
    growth = web_growth(every)
    return [*found, Goal("a million rows, growth of the web process", 50, growth, "MB", at_most=True)]
