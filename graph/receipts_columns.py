"""What a query selects, or is grouped by."""

from __future__ import annotations

from typing import NamedTuple

from graph.receipts_cursor import Cursor
from graph.receipts_pattern import is_variable


class Column(NamedTuple):
    """Something selected, or grouped by: its variable, with its sign, and how it is written."""

    name: str
    text: str

    @property
    def is_plain(self) -> bool:
        """Whether it is a variable and nothing else."""
        return is_variable(self.text)


def read_columns(cursor: Cursor) -> tuple[Column, ...] | None:
    """What stands behind SELECT at this place; None for `*`."""
    if cursor.accept("*"):
        return None
    columns = []
    while cursor.token.kind == "variable" or cursor.token.text == "(":
        columns.append(read_column(cursor))
    return tuple(columns)


def read_column(cursor: Cursor) -> Column:
    """A variable, or an expression in brackets; one without a name has none."""
    if cursor.token.kind == "variable":
        name = f"?{cursor.take().text[1:]}"
        return Column(name, name)
    start = cursor.place
    cursor.skip_brackets()
    found = cursor.taken_since(start)
    if len(found) < 5 or not found[-3].is_word("AS") or found[-2].kind != "variable":
        return Column("", cursor.since(start))
    return Column(f"?{found[-2].text[1:]}", cursor.since(start))
