"""Reads a SELECT query as far as receipts need it, and writes the two queries that find them.

The one has the query's own rows, with the values of all its patterns beside them. Where rows were put
together, by DISTINCT or in groups, the other has the solutions that they were made of.
Spec: https://www.w3.org/TR/sparql11-query/#convertSolMod
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from graph.receipts_columns import Column, read_column, read_columns
from graph.receipts_cursor import UNKNOWN, Cursor
from graph.receipts_groups import GroupReader, skip_values
from graph.receipts_pattern import FreshNames, NotFollowedError, Pattern, is_variable

AGGREGATES: Final = ("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT")
# Give another value each time.
FLEETING: Final = ("RAND", "NOW", "UUID", "STRUUID", "BNODE")
# With these a query has not all the rows that it could have.
SOME: Final = re.compile(r"\b(HAVING|LIMIT|OFFSET)\b", re.IGNORECASE)
MODIFIERS: Final = ("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES")
HIDDEN: Final = "DISTINCT hides what it is grouped by: write the group's variables into the SELECT"
CHANGING: Final = "it has a function that gives another value each time"
NESTED: Final = "it has an EXISTS beside an aggregate"


@dataclass(frozen=True)
class Select:
    """A SELECT query.

    `columns` are None for `*`; `dataset` are its FROM clauses, `graphs` the terms of those that make the
    default graph, None where there are none at all. `where` has marks, see `graph.receipts_groups`; `certain`
    variables are bound in each of its solutions. `keys` are what it is grouped by, None where it is not.
    `modifiers` and `values` stand behind it.
    """

    prologue: str
    is_distinct: bool
    columns: tuple[Column, ...] | None
    dataset: str
    graphs: tuple[str, ...] | None
    where: str
    patterns: tuple[Pattern, ...]
    certain: frozenset[str]
    keys: tuple[Column, ...] | None
    modifiers: str
    values: str

    @property
    def is_direct(self) -> bool:
        """Whether each of its rows is one solution."""
        return not self.is_distinct and self.keys is None

    @property
    def has_all_rows(self) -> bool:
        """Whether each of its solutions is a part of one of its rows."""
        return not SOME.search(self.modifiers)

    @property
    def bound(self) -> tuple[str, ...]:
        """The variables that tell which triples a solution rests upon, and the marks."""
        parts = ((each.marker, *each.columns, *sorted(each.terms)) for each in self.patterns)
        terms = [term for part in parts for term in part]
        return tuple(dict.fromkeys(term for term in terms if is_variable(term)))

    def rows_query(self, columns: Sequence[Column], beside: Sequence[Column]) -> str:
        """The query itself, selecting more beside its columns."""
        selected = _selection([*columns, *beside], "DISTINCT " if self.is_distinct else "")
        return f"{self.prologue}{selected}\n{self.dataset} WHERE {self.where}\n{self.modifiers} {self.values}"

    def solutions_query(self, columns: Sequence[Column], beside: Sequence[Column], only: str) -> str:
        """The solutions that rows are made of; `only` is a VALUES block that says of which rows."""
        selected = _selection([*columns, *beside], "")
        where = f"{{ {self.where} {only} }}"
        return f"{self.prologue}{selected}\n{self.dataset} WHERE {where}\n{self.values}"


def _selection(columns: Sequence[Column], distinct: str) -> str:
    written: dict[str, str] = {}
    for column in columns:
        written.setdefault(column.name, column.text)
    return f"SELECT {distinct}{' '.join(written.values()) or '*'}"


def read_select(text: str) -> Select:
    """The query of a text.

    Raises NotFollowedError for one that is no SELECT, or that receipts do not follow.
    """
    cursor, names = Cursor(text), FreshNames(text)
    while not cursor.token.is_word("SELECT"):
        cursor.take()
    prologue = cursor.before()
    start = cursor.place
    cursor.take()
    is_distinct = cursor.accept_word("DISTINCT", "REDUCED")
    columns = read_columns(cursor)
    chosen = cursor.taken_since(start)
    dataset, graphs = _dataset(cursor)
    cursor.accept_word("WHERE")
    reader = GroupReader(cursor, names)
    where = reader.read()
    start = cursor.place
    keys, modifiers, values = _behind(cursor, names)
    outside = [*chosen, *cursor.taken_since(start)]
    reader.note_tests(outside)
    is_grouped = keys is not None or any(token.is_word(*AGGREGATES, "HAVING") for token in outside)
    _require_steady(text, is_grouped and any(token.is_word("EXISTS") for token in outside))
    if is_distinct and not {key.name for key in keys or ()} <= {column.name for column in columns or ()}:
        raise NotFollowedError(HIDDEN)
    return Select(
        prologue, is_distinct, columns, dataset, graphs, where.text, tuple(reader.patterns), where.certain,
        (keys or ()) if is_grouped else None, modifiers, values,
    )  # fmt: skip


def inner_selects(select: Select) -> dict[Pattern, Select]:
    """The sub-queries that can be followed, as queries of their own over the same dataset."""
    found = {}
    for pattern in select.patterns:
        if pattern.inner and not pattern.graph:
            try:
                inner = read_select(f"{select.prologue}{pattern.inner}")
            except NotFollowedError:
                continue
            found[pattern] = replace(inner, dataset=select.dataset, graphs=select.graphs)
    return found


def _require_steady(text: str, is_nested: bool) -> None:
    cursor = Cursor(text)
    while cursor.token.kind != "end":
        if cursor.take().is_word(*FLEETING):
            raise NotFollowedError(CHANGING)
    if is_nested:
        raise NotFollowedError(NESTED)


def _dataset(cursor: Cursor) -> tuple[str, tuple[str, ...] | None]:
    start, graphs = cursor.place, []
    while cursor.accept_word("FROM"):
        is_named = cursor.accept_word("NAMED")
        term = cursor.take().text
        graphs += [] if is_named else [term]
    text = cursor.since(start)
    return text, tuple(graphs) if text else None


def _behind(cursor: Cursor, names: FreshNames) -> tuple[tuple[Column, ...] | None, str, str]:
    """What the query is grouped by, its modifiers, and the VALUES at its end."""
    keys = None
    written = ""
    if cursor.accept_word("GROUP"):
        if not cursor.accept_word("BY"):
            raise NotFollowedError(UNKNOWN)
        keys = tuple(_keys(cursor, names))
        written = f"GROUP BY {' '.join(key.text for key in keys)} "
    start = cursor.place
    while cursor.token.kind != "end" and not cursor.token.is_word("VALUES"):
        cursor.take()
    modifiers = written + cursor.since(start)
    start = cursor.place
    if cursor.accept_word("VALUES"):
        skip_values(cursor)
    if cursor.token.kind != "end":
        raise NotFollowedError(UNKNOWN)
    return keys, modifiers, cursor.since(start)


def _keys(cursor: Cursor, names: FreshNames) -> list[Column]:
    """The conditions of GROUP BY; one without a name gets one."""
    keys = []
    while cursor.token.kind != "end" and not cursor.token.is_word(*MODIFIERS):
        start = cursor.place
        if cursor.token.kind == "variable" or cursor.token.text == "(":
            key = read_column(cursor)
        else:
            cursor.take()
            cursor.skip_brackets()
            key = Column("", f"({cursor.since(start)})")
        name = key.name or names.new()
        keys.append(key if key.name else Column(name, f"({key.text} AS {name})"))
    return keys
