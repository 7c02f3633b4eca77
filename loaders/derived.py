"""Values that a row implies: items with their number, sums in other currencies, readable names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from graph.terms import decimal_literal
from loaders.cells import EMPTY, Cell, CellReader, parts
from loaders.figures import counted_goods, other_sums
from loaders.table import Column, constant
from ontology.namespaces import ID, UNIT, XSD

Cells = dict[str, Cell]

# The cell in which a row finds the country of its source's publisher.
SOURCE_COUNTRY = "source country"


class Derived(NamedTuple):
    """What a derivation adds to a row: cells, and lists of cells to repeat a section for."""

    cells: Mapping[str, Cell]
    lists: Mapping[str, list[Cells]]


def derive(names: tuple[str, ...], row: Cells, reader: CellReader) -> Derived:
    """The derived cells and lists that a table asks for."""
    cells: Cells = {}
    lists: dict[str, list[Cells]] = {}
    for name in names:
        made = _DERIVATIONS[name](row, reader)
        if isinstance(made, list):
            lists[name] = made
        else:
            cells[name] = made
    return Derived(cells, lists)


def _items(row: Cells, reader: CellReader) -> list[Cells]:
    """One item per class of equipment, with its number where the remark counts it."""
    classes = row["equipment"]
    project = ID.iri(f"project/{row['project_id'].text}")
    spellings = reader.names.equipment_spellings
    nouns = reader.names.equipment_nouns
    found: list[Cells] = []
    for text, node in zip(parts(classes.text), classes.terms, strict=True):
        assert isinstance(node, NamedNode)
        names = [text, *spellings.get(node, ())]
        counted = counted_goods(row["equipment_text"].text, names, nouns, alone=len(classes.terms) == 1)
        item = ID.iri(f"{project.value.removeprefix(str(ID))}/item/{node.value.rsplit('/', 1)[-1]}")
        found.append(
            {
                "project": Cell(row["project_id"].text, (project,)),
                "class": Cell(text, (node,)),
                "item": Cell(text, (item,)),
                "count": _integer(counted.number) if counted else EMPTY,
                "count_hedge": _hedge(counted.hedge if counted else "", reader),
            }
        )
    return found


def _sums(row: Cells, reader: CellReader) -> list[Cells]:
    """The sums that the printed text gives in other currencies than yen."""
    return [
        {
            "sum": Cell(format(each.amount, "f"), (decimal_literal(each.amount),)),
            "sum_currency": Cell(each.currency, (UNIT[f"CCY_{each.currency}"],)),
            "sum_text": Cell(each.printed, (constant(each.printed),)),
            "sum_hedge": _hedge("about" if each.approximate else "", reader),
        }
        for each in other_sums(row["amount_original_text"].text, row[SOURCE_COUNTRY].text)
    ]


def _quoted_sums(row: Cells, reader: CellReader) -> list[Cells]:
    """The sums in other currencies that stand beside a sum in yen: "18.1 billion yen ($116 million)"."""
    if row["currency"].term != UNIT.CCY_JPY:
        return []
    found = other_sums(row["quote"].text, row[SOURCE_COUNTRY].text)
    return [
        {
            "sum": Cell(format(each.amount, "f"), (decimal_literal(each.amount),)),
            "sum_currency": Cell(each.currency, (UNIT[f"CCY_{each.currency}"],)),
            "sum_text": Cell(each.printed, (constant(each.printed),)),
            # "More than 9 trillion yen ($85.9 billion)" is more than either.
            "sum_hedge": _hedge("about" if each.approximate else row["hedge"].text, reader),
        }
        for each in found
    ]


def _line_programme(row: Cells, reader: CellReader) -> Cell:
    """The programme after which a budget line is named: `osa`, or `oda` of `oda_mofa`."""
    identifier = row["budget_line"].text
    for name in (identifier, identifier.split("_")[0]):
        if name in reader.names.instruments:
            return Cell(name, (reader.names.instruments[name],))
    return EMPTY


def _count_period(row: Cells, _: CellReader) -> Cell:
    """What tells one count from the next: the fiscal year, else the day it holds for."""
    if row["fiscal_year"].text:
        return Cell(f"fy{row['fiscal_year'].text}")
    return Cell(row["as_of_date"].text or "undated")


def _event_name(row: Cells, reader: CellReader) -> Cell:
    """The name of an event with its date; `ev-2014-04-01-new-rules`, not reviewed, is "New rules"."""
    match = re.fullmatch(r"(?:ev-)?(\d{4}(?:-\d{2}){0,2}|undated)-(.+)", row["event_id"].text)
    if match is None:
        return row["event_id"]
    words = match.group(2).replace("-", " ")
    name = reader.names.events.get(row["event_id"].text, f"{words[0].upper()}{words[1:]}")
    return Cell(f"{name} ({match.group(1)})")


def _related(row: Cells, reader: CellReader) -> Cell:
    """What a relation points at: a source after `author_of`, else something with a name."""
    text = row["object"].text
    if row["predicate"].text == "author_of":
        return reader.read(text, Column("object", "source"))
    return reader.read(text, Column("object", "entity"))


def _integer(number: int) -> Cell:
    return Cell(str(number), (Literal(str(number), datatype=XSD.integer),))


def _hedge(notation: str, reader: CellReader) -> Cell:
    concept = reader.vocabulary.concepts.get(("Hedge", notation))
    return Cell(notation, (concept,)) if concept is not None else EMPTY


_DERIVATIONS: Mapping[str, Callable[[Cells, CellReader], Cell | list[Cells]]] = {
    "items": _items,
    "sums": _sums,
    "quoted_sums": _quoted_sums,
    "line_programme": _line_programme,
    "count_period": _count_period,
    "event_name": _event_name,
    "related": _related,
}
