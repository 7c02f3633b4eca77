"""A part of the dataset as nodes and links between them, to be written down for other programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

# What every node has by itself; a further value of the same name is told apart from it.
RESERVED: Final = ("id", "iri", "label", "name", "type", "value", "start", "end")


@dataclass(frozen=True)
class GraphNode:
    """A thing: `kind` is its class in words, `type` that class's IRI, `family` a number of FAMILIES.

    `start` and `end` are days; `values` are further texts and numbers by name.
    """

    iri: str
    label: str
    kind: str = ""
    family: int | None = None
    start: str = ""
    end: str = ""
    type: str = ""
    values: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class GraphLink:
    """A statement between two nodes, with the name of its property.

    `weight` is the number of independent voices that state it, 1 where it follows by rule or is reference
    data; or what a query says that it is.
    """

    source: str
    target: str
    predicate: str
    label: str
    is_contested: bool = False
    weight: float = 1


@dataclass(frozen=True)
class ExportedGraph:
    """Nodes and links, where they come from, and in `remarks` what is left out."""

    title: str
    origin: str
    made: str
    nodes: Sequence[GraphNode]
    links: Sequence[GraphLink]
    remarks: Sequence[str] = ()

    @property
    def is_cut(self) -> bool:
        """Whether something is left out that was asked for."""
        return bool(self.remarks)

    def description(self, *further: str) -> str:
        """What a reader of the file should know."""
        return " ".join((self.title + ".", self.origin, *self.remarks, *further))

    def columns(self) -> dict[str, str]:
        """The names of the further values of nodes, each with `double` or `string`."""
        texts: dict[str, bool] = {}
        for node in self.nodes:
            for name, value in node.values.items():
                texts[name] = texts.get(name, True) and is_numeric(value)
        return {name: "double" if texts[name] else "string" for name in sorted(texts)}


def is_numeric(text: str) -> bool:
    """Whether a text is a number as every program reads it.

    >>> is_numeric("-1.5"), is_numeric("1e5"), is_numeric("nan"), is_numeric("١")
    (True, False, False, False)
    """
    digits = text.removeprefix("-").replace(".", "", 1)
    return digits.isascii() and digits.isdigit() and len(digits) <= 15 and text[-1:] != "."


def written_weight(weight: float) -> str:
    """A weight without an idle fraction.

    >>> written_weight(3.0), written_weight(0.5)
    ('3', '0.5')
    """
    return f"{weight:.10g}" if abs(weight) < 1e10 else repr(float(weight))
