"""The report of a containment run: a table by family, what was wrong, and the same as JSON."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from tests.hostile.neighbours import Latency
from tests.hostile.verdicts import VERDICTS, Result

COLUMNS: Final = ("family", "attacks", *VERDICTS, "wrong", "longest s", "p95 ms")


@dataclass
class Report:
    """Everything that was seen. `violations` are those of the whole run; each result has its own."""

    settings: dict[str, object]
    results: list[Result] = field(default_factory=list)
    latencies: dict[str, Latency] = field(default_factory=dict)
    measures: dict[str, float | None] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not self.violations and not any(result.violations for result in self.results)

    def table(self) -> Iterator[str]:
        """One line for each family, under a heading."""
        families: dict[str, list[Result]] = defaultdict(list)
        for result in self.results:
            families[result.family].append(result)
        yield _line(COLUMNS)
        for family, results in families.items():
            yield self._family_line(family, results)
        yield self._family_line("in all", self.results)

    def _family_line(self, family: str, results: Sequence[Result]) -> str:
        found = [result.verdict for result in results]
        counts = [found.count(verdict) or "" for verdict in VERDICTS]
        wrong = sum(bool(result.violations) for result in results)
        longest = max((result.seconds for result in results), default=0)
        latency = self.latencies.get(family)
        cells = (family, len(results), *counts, wrong or "", f"{longest:.1f}", latency.p95 if latency else "")
        return _line(cells)

    def text(self) -> str:
        """The whole report, to be read."""
        lines = [*self.table(), ""]
        lines += [f"{name}: {value}" for name, value in self.measures.items()]
        lines += ["", "neighbours (ms)"]
        lines += [f"  {phase:20} {_latency(latency)}" for phase, latency in self.latencies.items()]
        wrong = [(result, what) for result in self.results for what in result.violations]
        lines += ["", *(f"VIOLATION {result.name}: {what}" for result, what in wrong)]
        lines += [f"VIOLATION {what}" for what in self.violations]
        return "\n".join([*lines, "contained" if self.is_good else "NOT contained"])

    def write(self, path: Path) -> None:
        content = {"is_good": self.is_good, **asdict(self)}
        path.write_text(json.dumps(content, indent=1) + "\n", "utf-8")


def _latency(latency: Latency) -> str:
    times = f"p50 {latency.p50:7.2f}  p95 {latency.p95:7.2f}  worst {latency.worst:8.2f}"
    return f"{times}  answered {latency.answered:6}  failed {latency.failed}"


def _line(cells: Sequence[object]) -> str:
    first, *rest = (str(cell) for cell in cells)
    return f"{first:20}" + "".join(f"{cell:>10}" for cell in rest)
