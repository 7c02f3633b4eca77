"""The answers of one query in several views as one table: each row once, and in which views it is found."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions

from graph.errors import UnsupportedFormatError
from graph.store import Results
from ontology.namespaces import prefixed_name

FOUND: Final = "✓"
# A cell is a term as SPARQL's JSON writes it, as text, so that it can be compared; empty where it is unbound.
Row = tuple[str, ...]


@dataclass(frozen=True)
class SideBySide:
    """The rows of all views in one order that keeps the order of each, and which view has which row."""

    variables: tuple[str, ...]
    views: tuple[str, ...]
    rows: tuple[Row, ...]
    found: tuple[frozenset[Row], ...]

    def marks(self, row: Row) -> list[bool]:
        """For each view whether it has the row."""
        return [row in rows for rows in self.found]

    def document(self) -> dict[str, Any]:
        """SPARQL results JSON, with the views and, for each row, whether each view has it.

        Spec: https://www.w3.org/TR/sparql11-results-json/
        """
        cells = [zip(self.variables, row, strict=True) for row in self.rows]
        bindings = [{name: json.loads(cell) for name, cell in row if cell} for row in cells]
        return {
            "head": {"vars": list(self.variables)},
            "views": list(self.views),
            "results": {"bindings": bindings},
            "held_in": [self.marks(row) for row in self.rows],
        }

    def table(self) -> tuple[list[str], list[list[str]]]:
        """The heads of the columns and the rows for people: first a column with marks for each view."""
        heads = [*self.views, *(f"?{name}" for name in self.variables)]
        rows = []
        for row in self.rows:
            marks = [FOUND if is_found else "" for is_found in self.marks(row)]
            rows.append([*marks, *map(_shown, row)])
        return heads, rows


def side_by_side(answers: Sequence[tuple[str, Results]]) -> SideBySide:
    """The answers of views by name, to one query; a row that an answer has twice counts once.

    Raises UnsupportedFormatError for an answer that is a graph.
    """
    read = [_read(results) for _, results in answers]
    rows = functools.reduce(_merged, (rows for _, rows in read))
    return SideBySide(
        variables=read[0][0],
        views=tuple(name for name, _ in answers),
        rows=tuple(rows),
        found=tuple(frozenset(rows) for _, rows in read),
    )


def _read(results: Results) -> tuple[tuple[str, ...], list[Row]]:
    """The variables and the rows of an answer, each row once."""
    if isinstance(results, QueryBoolean):
        return ("answer",), [(json.dumps({"type": "literal", "value": "true" if results else "false"}),)]
    if not isinstance(results, QuerySolutions):
        raise UnsupportedFormatError("Graphs do not stand side by side. Ask a SELECT or an ASK.")
    document = json.loads(results.serialize(format=QueryResultsFormat.JSON) or b"")
    variables = tuple(document["head"]["vars"])
    rows = (
        tuple(json.dumps(row[name], sort_keys=True) if name in row else "" for name in variables)
        for row in document["results"]["bindings"]
    )
    return variables, list(dict.fromkeys(rows))


def _merged(one: list[Row], other: list[Row]) -> list[Row]:
    """The rows of both; the order of each is kept as far as they agree, else the lesser row comes first."""
    return list(dict.fromkeys(_taken_in_turn(one, other)))


def _taken_in_turn(one: list[Row], other: list[Row]) -> Iterator[Row]:
    in_one, in_other = set(one), set(other)
    left, right = 0, 0
    while left < len(one) and right < len(other):
        first, second = one[left], other[right]
        is_awaited = first in in_other and second not in in_one
        is_alone = first not in in_other and second not in in_one
        if first != second and (is_awaited or (is_alone and _order(second) < _order(first))):
            yield second
            right += 1
        else:
            yield first
            left += 1
            right += first == second
    yield from one[left:]
    yield from other[right:]


def _order(row: Row) -> list[tuple[int, float, str]]:
    """Unbound cells first, numbers by their value, the rest by its text."""
    return [_rank(cell) for cell in row]


def _rank(cell: str) -> tuple[int, float, str]:
    if not cell:
        return (0, 0, "")
    text = _shown(cell)
    try:
        return (1, float(text), "")
    except ValueError:
        return (2, 0, text)


def _shown(cell: str) -> str:
    if not cell:
        return ""
    term = json.loads(cell)
    if term["type"] == "uri":
        return prefixed_name(term["value"]) or f"<{term['value']}>"
    return str(term["value"])
