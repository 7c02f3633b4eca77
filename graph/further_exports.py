"""The dataset as other communities take it: FollowTheMoney for investigators, QuickStatements for Wikidata.

Both take less than the graph holds, so each comes with a report of what is left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import IO, Final

from pyoxigraph import Literal

from graph.export_rows import Rows
from graph.ftm import all_things, ftm_entities, things_around
from graph.ftm_entities import Report
from graph.quickstatement_files import as_csv, as_v1, reasons, refusals_csv
from graph.quickstatements import Statement, linked_things, quickstatements

FTM: Final = "ftm"


@dataclass(frozen=True)
class LeftOut:
    """What an export has not: in a sentence, and as the text of a report file."""

    sentence: str
    report: str


def export_ftm(rows: Rows, iris: Sequence[str], output: IO[bytes]) -> LeftOut:
    """Write things and what is around them, or without any all there are, as FollowTheMoney entities."""
    report = Report()
    things = things_around(rows, iris, report) if iris else all_things(rows)
    for entity in ftm_entities(rows, things, report):
        output.write(entity.line().encode())
    return LeftOut(report.sentence(), json.dumps(report.document(), ensure_ascii=False, indent=1) + "\n")


def export_statements(
    rows: Rows,
    iris: Sequence[str],
    retrieved: Literal | None,
    output: IO[bytes],
    write: Callable[[Sequence[Statement]], str],
) -> LeftOut:
    """Write what can be said on Wikidata of things, or without any of all that have a verified item."""
    batch = quickstatements(rows, iris or linked_things(rows), retrieved)
    output.write(write(batch.statements).encode())
    told = [f"{count:,} × {reason}" for reason, count in reasons(batch.refusals)]
    refused = f" Refused: {'; '.join(told)}." if told else ""
    return LeftOut(f"Statements: {len(batch.statements):,}.{refused}", refusals_csv(batch.refusals))


# How statements are written, by the name of the format.
STATEMENTS: Final[Mapping[str, Callable[[Sequence[Statement]], str]]] = MappingProxyType(
    {"quickstatements": as_v1, "quickstatements-csv": as_csv}
)
FURTHER: Final = (FTM, *STATEMENTS)


def export_further(
    form: str, rows: Rows, iris: Sequence[str], retrieved: Literal | None, output: IO[bytes]
) -> LeftOut:
    """Write what has a place in one of the FURTHER formats; `retrieved` is for references of statements."""
    if form == FTM:
        return export_ftm(rows, iris, output)
    return export_statements(rows, iris, retrieved, output, STATEMENTS[form])
