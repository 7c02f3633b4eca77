"""Synthetic growth: the shipped tables many times over, each copy a world of its own with its own conflicts.

Copy 0 is the shipped tables. In copy 7 sources, projects, events, instruments, bodies, persons and concepts
carry the mark x0007; countries, regions and equipment classes are shared, since reality bounds their number.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from loaders.names import Names, read_names
from loaders.table import PROGRAMME

# Stand for the mark of a copy in a name (" x0007") and in an identifier ("-x0007") until the copy is written.
IN_NAME, IN_ID = "\ue000", "\ue001"
SHARED_KINDS = frozenset({"country", "region", "equipment_class"})
VARIED_SHARE = 0.1
VARIED_COLUMNS = ("amount_jpy", "amount", "count")
VARIED_PERCENT = (90, 95, 105, 110)

Row = dict[str, str]
Renamer = Callable[[str], str]

ADDED_COLUMNS: Mapping[str, str] = {
    "osa_projects": "programme",
    "recipients": "programme",
    "recipient_counts": "programme",
    "positions": "about",
}


class CopiedTable(NamedTuple):
    """A table: the rows of copy 0, and those of every other copy with marks in them."""

    name: str
    columns: Sequence[str]
    shipped: Sequence[Row]
    marked: Sequence[Row]


def write_tables(shipped: Path, target: Path, factor: int) -> None:
    """Write `factor` copies of the shipped tables into a folder; memory does not grow with the factor.

    Raises ValueError for a factor below 1.
    """
    if factor < 1:
        raise ValueError(f"a factor of {factor}")
    for table in copied_tables(shipped):
        with (target / f"{table.name}.csv").open("w", encoding="utf-8", newline="") as file:
            file.write(_as_csv([dict(zip(table.columns, table.columns, strict=True)), *table.shipped]))
            for number in range(1, factor):
                file.write(_copy(table, number))


def copied_tables(shipped: Path) -> Iterator[CopiedTable]:
    """Every table of a folder, ready to be copied."""
    tables = {path.stem: _read(path) for path in sorted(shipped.glob("*.csv"))}
    marks = _Marks(read_names(shipped), frozenset(row["source_id"] for row in tables["sources"]))
    for name, rows in tables.items():
        if added := ADDED_COLUMNS.get(name):
            rows = [{**row, added: row.get(added, PROGRAMME)} for row in rows]
        marked = [row for row in (marks.mark(name, row) for row in rows) if row is not None]
        if name == "instruments":
            marked += _budget_line_instruments(tables["budgets"], rows, marks)
        yield CopiedTable(name, list(rows[0]), rows, marked)


class _Marks:
    """Puts the marks into the cells of a row."""

    def __init__(self, names: Names, sources: frozenset[str]) -> None:
        self.names = names
        self.sources = sources
        self._columns: Mapping[str, Mapping[str, Renamer]] = {
            "sources": {"publisher": self.publisher, "author": self.bodies},
            "osa_projects": {"project_id": _identifier, "beneficiary_org": self.bodies},
            "budgets": {"budget_line": _identifier},
            "policy_events": {"event_id": _identifier, "actor": self.bodies, "instrument": self.name},
            "instruments": {
                "instrument_id": _identifier,
                "name_en": self.name,
                "issued_by": self.bodies,
                "superseded_by": _identifier,
            },
            "positions": {"claimant": self.bodies, "about": self.name},
            "relations": {"subject": self.entity, "object": self.entity},
            "aliases": {"name": self.name, "canonical": self.name},
            "wikidata_links": {"entity_label": self.name},
            "identities": {"label": self.name, "path": _path},
            "governments": {"name": self.name},
            "comparisons": {"name": self.name, "other": self.name},
            "wikidata_properties": {},
        }
        self._everywhere: Mapping[str, Renamer] = {
            "source_id": _identifier,
            "attributed_to": self.bodies,
            "programme": self.name,
        }

    def mark(self, table: str, row: Row) -> Row | None:
        """The row of a copy, or None where all copies share the shipped row."""
        columns = {**self._everywhere, **self._columns.get(table, {})}
        marked = {key: columns[key](text) if key in columns and text else text for key, text in row.items()}
        return None if marked == row else marked

    def name(self, name: str) -> str:
        """One name; the mark stands before a remark in brackets that is no part of the name."""
        known = self.names.find_person_or_body(name)
        if known is not None and self._is_shared(known.value, self.names.kinds.get(known, "")):
            return name
        head, bracket, remark = name.partition(" (")
        if name in self.names.by_label or not (bracket and remark.endswith(")")):
            return name + IN_NAME
        return f"{head}{IN_NAME}{bracket}{remark}"

    def bodies(self, text: str) -> str:
        """Names joined by semicolons, commas or "and"."""
        return ";".join(self._joined(part) for part in text.split(";"))

    def publisher(self, text: str) -> str:
        """A publisher, perhaps "via" another; "unknown" has no name."""
        if text.startswith("unknown"):
            return text
        return " via ".join(self.name(part) for part in text.split(" via ", maxsplit=1))

    def entity(self, text: str) -> str:
        """A name or a source."""
        return _identifier(text) if text in self.sources else self.name(text)

    def _joined(self, text: str) -> str:
        marked, rest = "", text
        for part in self.names.parts(text.strip()):
            before, _, rest = rest.partition(part)
            marked += before + self.name(part)
        return marked + rest

    def _is_shared(self, iri: str, kind: str) -> bool:
        return kind in SHARED_KINDS or "/id/equipment/" in iri


def _identifier(text: str) -> str:
    return text + IN_ID


def _path(path: str) -> str:
    """The path of an identity: the mark follows the line of a budget, else it ends the path."""
    line, year, rest = path.partition("-fy") if path.startswith("budget/") else (path, "", "")
    return f"{line}{IN_ID}{year}{rest}"


def _budget_line_instruments(budgets: Sequence[Row], instruments: Sequence[Row], marks: _Marks) -> list[Row]:
    """One programme per budget line that is no instrument yet: a copy's budget lines are named after them."""
    known = {row["instrument_id"] for row in instruments}
    first = {row["budget_line"]: row for row in reversed(budgets)}
    return [
        {
            **dict.fromkeys(instruments[0], ""),
            "instrument_id": _identifier(line),
            "name_en": f"Budget line {line.replace('_', ' ')}{IN_NAME}",
            "kind": "programme",
            "issued_by": marks.bodies("Government of Japan"),
            "source_id": _identifier(row["source_id"]),
        }
        for line, row in first.items()
        if line not in known
    ]


def _copy(table: CopiedTable, number: int) -> str:
    """The lines of one copy, some amounts shifted so that copies disagree in different places."""
    chance = random.Random(number)
    text = _as_csv([_varied(row, chance) for row in table.marked])
    return text.replace(IN_NAME, f" x{number:04d}").replace(IN_ID, f"-x{number:04d}")


def _varied(row: Row, chance: random.Random) -> Row:
    column = next((name for name in VARIED_COLUMNS if row.get(name)), None)
    if column is None or chance.random() >= VARIED_SHARE:
        return row
    return {**row, column: str(int(row[column]) * chance.choice(VARIED_PERCENT) // 100)}


def _as_csv(rows: Sequence[Row]) -> str:
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerows(row.values() for row in rows)
    return output.getvalue()


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
