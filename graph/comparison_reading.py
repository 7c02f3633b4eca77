"""Reads what is compared: the facts of things, and what Wikidata says of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from pyoxigraph import NamedNode

from graph.comparison import Alignment, Compared, Fact, Statement, Verdict, compare, counted
from graph.export_rows import Row, Rows, iri_of, text_in
from graph.results import ResultTerm
from ontology.namespaces import OSA

# As the queries have it: beyond that, an answer is not whole.
MOST_ROWS: Final = 20_000


@dataclass(frozen=True)
class Comparison:
    """A thing beside its items; `is_cut` where not everything was read, `is_loaded` where Wikidata says
    anything of it here."""

    thing: str
    items: tuple[str, ...]
    lines: tuple[Compared, ...]
    is_loaded: bool
    is_cut: bool

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """How many lines have each verdict."""
        return counted(self.lines)


def read_comparisons(rows: Rows, things: Sequence[str], alignment: Alignment) -> list[Comparison]:
    """Each of the things compared, in their order; what is linked to no item has no lines.

    Raises what `rows` raises.
    """
    given = {"thing": [NamedNode(thing) for thing in things]}
    items = _items(rows, given["thing"])
    found = [rows(name, given) for name in ("compared-facts", "compared-support", "compared-claims")]
    facts = _facts(found[0], found[1])
    statements: dict[str, list[Statement]] = defaultdict(list)
    for row in found[2]:
        statements[iri_of(row, "thing")].append(_statement(row))
    values = {
        fact.value.value for about in facts.values() for fact in about if isinstance(fact.value, NamedNode)
    }
    linked = {**_items(rows, [NamedNode(iri) for iri in sorted(values - items.keys())]), **items}
    is_cut = any(len(each) >= MOST_ROWS for each in found)
    return [
        Comparison(
            thing,
            tuple(sorted(items.get(thing, ()))),
            tuple(compare(facts[thing], statements[thing], alignment, linked)) if thing in items else (),
            bool(statements[thing]),
            is_cut,
        )
        for thing in things
    ]


def _items(rows: Rows, things: Sequence[NamedNode]) -> dict[str, frozenset[str]]:
    """The items that things are linked to."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows("compared-items", {"thing": things}) if things else ():
        found[iri_of(row, "thing")].add(iri_of(row, "item"))
    return {thing: frozenset(items) for thing, items in found.items()}


def _facts(found: Sequence[Row], support: Sequence[Row]) -> dict[str, list[Fact]]:
    """The facts of each thing, but for those that Wikidata alone supports."""
    supported = {_key(row): (_number(row, "claims"), _number(row, "ofWikidata")) for row in support}
    facts: dict[str, list[Fact]] = defaultdict(list)
    for row in found:
        claims, theirs = supported.get(_key(row), (0, 0))
        if not claims or claims > theirs:
            facts[iri_of(row, "thing")].append(
                Fact(NamedNode(iri_of(row, "predicate")), row["value"], claims - theirs)
            )
    return facts


def _key(row: Row) -> tuple[str, str, ResultTerm]:
    return iri_of(row, "thing"), iri_of(row, "predicate"), row["value"]


def _number(row: Row, name: str) -> int:
    return int(text_in(row, name) or 0)


def _statement(row: Row) -> Statement:
    rank, unit = row.get("rank"), row.get("unit")
    lower, upper = (Decimal(text) if (text := text_in(row, name)) else None for name in ("lower", "upper"))
    return Statement(
        claim=iri_of(row, "claim"),
        predicate=NamedNode(iri_of(row, "predicate")),
        value=row["value"],
        rank=rank if isinstance(rank, NamedNode) else None,
        is_denied=row["modality"] == OSA.Denied,
        lower=lower,
        upper=upper,
        unit=unit if isinstance(unit, NamedNode) else None,
        address=iri_of(row, "statement"),
    )
