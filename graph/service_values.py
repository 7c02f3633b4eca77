"""Solutions of a service as a VALUES block, and solutions of ours as one to send along.

Spec: https://www.w3.org/TR/sparql11-federated-query/#values
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions

from graph.errors import QueryFailedError, ServiceFailedError
from ontology.namespaces import XSD

MOST_ROWS: Final = 10_000
LARGEST_BLOCK: Final = 8 << 20

Term = object
Row = Mapping[str, Term]


@dataclass(frozen=True)
class Block:
    """Solutions as the text of a group with VALUES; `certain` are the variables that each of them binds."""

    text: str
    certain: frozenset[str] = frozenset()


class BlockWriter:
    """Writes the solutions of one clause, which may come in several answers of one service."""

    def __init__(self, service: str, mark: str) -> None:
        self._service = service
        self._mark = mark
        self._names: list[str] = []
        self._rows: list[dict[str, str]] = []
        self._size = 0

    def add(self, solutions: QuerySolutions) -> None:
        """Take the solutions of one answer.

        Raises ServiceFailedError where they cannot be read, and QueryFailedError where there are too many.
        """
        names = [variable.value for variable in solutions.variables]
        self._names += [name for name in names if name not in self._names]
        for solution in self._read(solutions):
            row = {name: self._written(term) for name, term in zip(names, solution, strict=True) if term}
            self._rows.append(row)
            self._size += sum(map(len, row.values())) + 8 * len(row)
            if len(self._rows) > MOST_ROWS or self._size > LARGEST_BLOCK:
                raise self._too_many()
        self._mark += "-"

    def _too_many(self) -> QueryFailedError:
        what = f"{self._service} has more than {MOST_ROWS:,} solutions, or {LARGEST_BLOCK >> 20} MiB of them"
        remedy = "Bind its variables by patterns before it, or ask for less in it."
        return QueryFailedError(f"{what}, for one SERVICE clause. {remedy}")

    def _read(self, solutions: QuerySolutions) -> Iterator[Iterable[Term]]:
        try:
            yield from solutions
        except (SyntaxError, ValueError, OSError, RuntimeError) as error:
            raise ServiceFailedError(f"What {self._service} answered cannot be read: {error}.") from error

    def _written(self, term: Term) -> str:
        if isinstance(term, BlankNode):
            # It cannot stand in VALUES. A name that nobody else uses joins with as little as it does.
            term = NamedNode(f"{self._service}/.well-known/genid/{self._mark}{term.value}")
        if not isinstance(term, NamedNode | Literal):
            raise ServiceFailedError(
                f"{self._service} answered a triple as a value, which VALUES cannot have."
            )
        return str(term)

    def block(self) -> Block:
        """All that was taken."""
        certain = frozenset(name for name in self._names if all(name in row for row in self._rows))
        return Block(_text(self._names, self._rows), certain)


def nothing(names: Sequence[str]) -> Block:
    """No solution, of these variables."""
    return Block(_text(names, []), frozenset(names))


def _text(names: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """`{ VALUES (?a ?b) { (<x> "y") (<z> UNDEF) } }`."""
    lines = ("(" + " ".join(row.get(name, "UNDEF") for name in names) + ")" for row in rows)
    head = " ".join(f"?{name}" for name in names)
    return "\n".join([f"{{ VALUES ({head}) {{", *lines, "} }"])


def sendable(names: Iterable[str], rows: Sequence[Row]) -> tuple[list[str], list[tuple[str, ...]]]:
    """The variables whose terms mean the same everywhere, and their distinct values as they are written.

    Numbers, dates and texts in a language are written differently by different stores, so they are not sent;
    a row with a blank node joins with nothing of another server, and is left out.
    """
    kept = [name for name in names if all(_is_plain(row.get(name)) for row in rows)]
    usable = (row for row in rows if not any(isinstance(row[name], BlankNode) for name in kept))
    return kept, list(dict.fromkeys(tuple(str(row[name]) for name in kept) for row in usable))


def _is_plain(term: Term) -> bool:
    if isinstance(term, Literal):
        return term.datatype == XSD.string
    return isinstance(term, NamedNode | BlankNode)


def values_clause(names: Sequence[str], rows: Iterable[tuple[str, ...]]) -> str:
    """The clause behind a query that joins it with these rows."""
    head = " ".join(f"?{name}" for name in names)
    return "\n".join([f"VALUES ({head}) {{", *("(" + " ".join(row) + ")" for row in rows), "}"])
