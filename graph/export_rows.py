"""How exports read the dataset: rows of queries of `queries/pages/`, from a store or a server's readers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeVar

from pyoxigraph import NamedNode, QuerySolutions

from graph.named_query import NamedQuery, read_query
from graph.query_options import QUERIES
from graph.query_parameters import Given
from graph.results import ResultTerm
from graph.store import ReadableStore

Row = Mapping[str, ResultTerm]
# The rows of a query, by its name and its parameters.
Rows = Callable[[str, Mapping[str, Given]], Sequence[Row]]
Item = TypeVar("Item")
# So many things are asked for at a time.
BATCH: Final = 200


def store_rows(store: ReadableStore) -> Rows:
    """Reads from a store in this process."""
    known: dict[str, NamedQuery] = {}

    def rows(name: str, values: Mapping[str, Given]) -> Sequence[Row]:
        if name not in known:
            known[name] = read_query(QUERIES / "pages" / f"{name}.rq")
        solutions = store.query(known[name].bind(values))
        assert isinstance(solutions, QuerySolutions)
        names = [variable.value for variable in solutions.variables]
        return [
            {name: term for name, term in zip(names, solution, strict=True) if term is not None}
            for solution in solutions
        ]

    return rows


def batches(items: Iterable[Item], size: int = BATCH) -> Iterator[list[Item]]:
    """The items in lists of at most so many.

    >>> list(batches("abc", 2))
    [['a', 'b'], ['c']]
    """
    batch: list[Item] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def iri_of(row: Row, name: str) -> str:
    """The IRI in a row; nothing where there is none."""
    term = row.get(name)
    return term.value if isinstance(term, NamedNode) else ""


def text_in(row: Row, name: str) -> str:
    """The text of a term in a row; nothing where there is none."""
    return str(getattr(row.get(name), "value", ""))
