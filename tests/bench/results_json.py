"""What was measured, as JSON: every round of it, the medians' ratios are in the goals."""

from __future__ import annotations

import json
from typing import Any

from tests.bench.scorecard import Results, goals


def as_json(results: Results, machine: str, factor: int) -> str:
    """All rounds of everything, and the goals."""
    document: dict[str, Any] = {
        "machine": machine,
        "factor": factor,
        "rates": [
            {**point._asdict(), "servers": {name: _all(turns) for name, turns in servers.items()}}
            for point, servers in results.rates.items()
        ],
        "downloads": {
            form: {name: _all(turns) for name, turns in servers.items()}
            for form, servers in results.downloads.items()
        },
        "loads": [{name: load._asdict() for name, load in turn.items()} for turn in results.loads],
        "goals": [{**goal._asdict(), "verdict": goal.verdict} for goal in goals(results)],
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _all(turns: Any) -> list[dict[str, float]]:
    return [turn._asdict() for turn in turns]
