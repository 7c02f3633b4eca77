"""Tables for terminals: aligned columns, terms in a few signs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pyoxigraph import NamedNode

from ontology.namespaces import prefixed_name


def aligned(names: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a table with its heading; columns are as wide as their longest cell.

    >>> list(aligned(["a", "b"], [["one", "x"]]))
    ['a    b', '---  -', 'one  x']
    """
    widths = [max(len(row[place]) for row in [names, *rows]) for place in range(len(names))]
    for row in [names, ["-" * width for width in widths], *rows]:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def short(term: object) -> str:
    """A term as a cell: an IRI by its prefix, a literal by its value, nothing for None."""
    if term is None:
        return ""
    if isinstance(term, NamedNode):
        return prefixed_name(term.value) or str(term)
    return str(getattr(term, "value", term))
