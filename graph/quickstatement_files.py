"""Statements for Wikidata as files: QuickStatements V1 and CSV, and the refusals beside them.

V1: one command a line, fields by tabs, `!S` begins a further reference. CSV: a column for each property and
for each part of its references, `S` begins a reference and `s` goes on with it.
Spec: https://www.wikidata.org/wiki/Help:QuickStatements
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from graph.quickstatements import Batch, Refusal, Statement

REFUSED: Final = ("subject", "predicate", "value", "reason")
# What spreadsheets take for a formula begins with one of these.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def as_v1(statements: Iterable[Statement]) -> str:
    """The statements as V1 commands."""
    return "".join(f"{_command(each)}\n" for each in statements)


def _command(statement: Statement) -> str:
    fields = [statement.item, statement.property, statement.value]
    for number, reference in enumerate(statement.references):
        for place, (property, value) in enumerate(reference):
            fields += [f"{'!' if number and not place else ''}S{property}", value]
    return "\t".join(fields)


def as_csv(statements: Sequence[Statement]) -> str:
    """The statements as CSV: a row for each, with empty cells where it has no such part."""
    shapes = _shapes(statements)
    columns = [(name, shape) for name, shape in shapes.items()]
    output = io.StringIO(newline="")
    writer = csv.writer(output, lineterminator="\r\n")
    writer.writerow(["qid", *(head for name, shape in columns for head in (name, *_heads(shape)))])
    for statement in statements:
        row = [statement.item]
        for name, shape in columns:
            is_its = name == statement.property
            row += _cells(statement, shape) if is_its else [""] * (1 + sum(map(len, shape)))
        writer.writerow(row)
    return output.getvalue()


def _shapes(statements: Iterable[Statement]) -> dict[str, list[list[str]]]:
    """For each property the parts that the first, second … reference of any of its statements has."""
    shapes: dict[str, list[list[str]]] = {}
    for statement in statements:
        shape = shapes.setdefault(statement.property, [])
        for number, reference in enumerate(statement.references):
            if number == len(shape):
                shape.append([])
            shape[number] += [part for part, _ in reference if part not in shape[number]]
    return shapes


def _heads(shape: Iterable[Sequence[str]]) -> Iterator[str]:
    for parts in shape:
        for place, part in enumerate(parts):
            yield f"{'s' if place else 'S'}{part}"


def _cells(statement: Statement, shape: Sequence[Sequence[str]]) -> list[str]:
    cells = [statement.value]
    for number, parts in enumerate(shape):
        known = dict(statement.references[number]) if number < len(statement.references) else {}
        cells += [known.get(part, "") for part in parts]
    return cells


def refusals_csv(refusals: Iterable[Refusal]) -> str:
    """The refusals as CSV; a text that a spreadsheet would take for a formula has an apostrophe before it."""
    output = io.StringIO(newline="")
    writer = csv.writer(output, lineterminator="\r\n")
    writer.writerow(REFUSED)
    for each in refusals:
        fields = (each.subject, each.predicate, each.value, each.reason)
        writer.writerow([f"'{text}" if text.startswith(_FORMULA) else text for text in fields])
    return output.getvalue()


def reasons(refusals: Iterable[Refusal]) -> list[tuple[str, int]]:
    """How many facts are refused for each reason, the most frequent first."""
    counted = Counter(each.reason for each in refusals)
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))


def batch_document(batch: Batch) -> dict[str, Any]:
    """The statements and refusals in a form that JSON can hold."""
    return {
        "statements": [
            {
                "item": each.item,
                "property": each.property,
                "value": each.value,
                "references": [{f"P{part}": value for part, value in one} for one in each.references],
                "fact": dict(zip(("subject", "predicate", "value"), each.fact, strict=True)),
            }
            for each in batch.statements
        ],
        "refusals": [vars(each) for each in batch.refusals],
        "reasons": dict(reasons(batch.refusals)),
    }


def as_json(batch: Batch) -> str:
    """The statements and refusals as JSON."""
    return json.dumps(batch_document(batch), ensure_ascii=False, indent=1) + "\n"
