"""The words in which a table is mapped to claims: columns, nodes and claim rules. Nothing here does I/O.

A mapping is data: which column becomes what. `loaders/mappings.py` holds one per shipped table,
`loaders/rows.py` applies them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode

from graph.terms import Term
from ontology.namespaces import OSA

# What the cells of a column hold; the parsers are in `loaders/cells.py`.
CELL_TYPES = frozenset(
    {
        "text", "slug", "integer", "year", "date", "percent", "amount", "factor", "currency", "concept",
        "country", "body", "bodies", "persons", "equipment", "equipments", "instrument", "instrument_id",
        "entity", "budget_line", "predicate", "modality", "source", "quote", "url", "language", "publisher",
        "instrument_kind", "precision", "name_kind",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the type of its cells and, for concepts, the scheme that lists them."""

    name: str
    type: str
    scheme: str = ""
    required: bool = False
    optional: bool = False
    default: str = ""

    def __post_init__(self) -> None:
        if self.type not in CELL_TYPES:
            raise ValueError(f"column {self.name}: no cell type {self.type!r}")


@dataclass(frozen=True, slots=True)
class Subject:
    """The node that a row speaks of, named by a template over the row's cells.

    `{country}` stands for the last part of an individual's IRI or for the cell as a slug; a part in
    square brackets is left out where a cell in it is empty. `frame` is what identifies the node.
    """

    path: str
    cls: NamedNode
    label: str
    frame: Mapping[NamedNode, str | Term] = field(default_factory=dict)
    parties: tuple[str, ...] = ()
    root: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One claim per value of a column (or one with a constant value).

    `about` is the column with the subject, empty for the section's own subject. `when` keeps the rule to
    rows whose cells have one of the listed values. `plan` lets a projected plan state its own existence:
    that somebody is selected is asserted even while the goods are still to come.
    """

    predicate: NamedNode | str | None
    value: str | Term = ""
    about: str = ""
    when: Mapping[str, Collection[str]] = field(default_factory=dict)
    unless: Mapping[str, Collection[str]] = field(default_factory=dict)
    qualifiers: Mapping[NamedNode, str | Term] = field(default_factory=dict)
    figure: str = ""
    multiplier: str = ""
    hedge: str = ""
    note: str = ""
    proposition: str = ""
    stance: str = ""
    topic: str = ""
    framing_kind: str | NamedNode = ""
    claimant_kind: str = ""
    attributed: str = "attributed_to"
    modality: str | NamedNode = "modality"
    plan: bool = False
    framing_when: Mapping[str, Collection[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Section:
    """The claims of a row about one subject, or about each of several (`each` names a derived list)."""

    rules: tuple[Rule, ...]
    subject: Subject | None = None
    each: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV table: its columns and what its rows say."""

    name: str
    columns: tuple[Column, ...]
    sections: tuple[Section, ...] = ()
    derive: tuple[str, ...] = ()

    @property
    def column(self) -> Mapping[str, Column]:
        """The columns by name."""
        return {column.name: column for column in self.columns}


ASSERTED = OSA.Asserted
JAPAN = "Japan"
PROGRAMME = "Official Security Assistance"


def constant(text: str) -> Literal:
    """A constant English text as a term."""
    return Literal(text, language="en")
