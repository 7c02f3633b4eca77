"""Runs a query, and finds for each of its rows the triples that its patterns matched.

Where a row is one solution, its own values tell. Where rows were put together, by DISTINCT or in groups, each
solution belongs to the rows that have its values, or its group's. Sub-queries are traced first, on their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from pyoxigraph import Literal, NamedNode, QuerySolutions

from graph.errors import NoReceiptsError
from graph.receipts_columns import Column
from graph.receipts_finder import MOST_OF_ROW, MOST_TRIPLES, TOO_MANY, Dataset, Finder, Row, Traced
from graph.receipts_pattern import is_variable
from graph.receipts_select import Select, inner_selects
from graph.store import AnyTerm, ReadableStore, Results

MOST_ROWS: Final = 1000
MOST_SOLUTIONS: Final = 100_000
TOO_MANY_ROWS: Final = f"Receipts are given for at most {MOST_ROWS:,} rows. Ask with a LIMIT."
ONLY_SELECT: Final = "Receipts are given for SELECT queries."

# The results of a query's text, over the dataset that was asked for.
Asking = Callable[[str], Results]


class Limits(NamedTuple):
    """How many rows a query may have, and how many triples may be told of for all of them."""

    rows: int = MOST_ROWS
    triples: int = MOST_TRIPLES


OUTER: Final = Limits()
# Of the rows of a sub-query few may be wanted in the end.
INNER: Final = Limits(MOST_SOLUTIONS, MOST_SOLUTIONS * MOST_OF_ROW)


def plain_rows(results: Results) -> Traced:
    """The rows of a query that is not followed."""
    solutions = require_select(results)
    names = tuple(variable.value for variable in solutions.variables)
    return Traced(names, tuple(Row(tuple(solution)) for solution in _few(solutions, MOST_ROWS)))


def require_select(results: Results) -> QuerySolutions:
    """The solutions.

    Raises NoReceiptsError for the answer to another form of query.
    """
    if not isinstance(results, QuerySolutions):
        raise NoReceiptsError(ONLY_SELECT)
    return results


def trace(
    store: ReadableStore,
    ask: Asking,
    select: Select,
    names: Sequence[str],
    dataset: Dataset,
    limits: Limits = OUTER,
) -> Traced:
    """The rows of a query, `names` being its columns, with the triples behind each.

    Raises NoReceiptsError where there are too many.
    """
    columns = select.columns or tuple(Column(f"?{name}", f"?{name}") for name in names)
    terms = _constants(ask, select)
    if select.graphs is not None and not dataset.is_chosen:
        dataset = Dataset(tuple(terms[graph] for graph in select.graphs))  # type: ignore[misc]
    inner = {
        pattern: trace(store, ask, each, (), dataset, INNER)
        for pattern, each in inner_selects(select).items()
    }
    finder = Finder(store, select.patterns, terms, dataset, inner, limits.triples)
    beside = [Column(name, name) for name in select.bound]
    if select.is_direct:
        rows = _direct(ask(select.rows_query(columns, beside)), len(columns), finder, limits.rows)
    else:
        rows = _matched(ask, select, columns, beside, finder, limits.rows)
    patterns = [inner[each].patterns if each in inner else (each,) for each in select.patterns]
    flat = tuple(dict.fromkeys(pattern for part in patterns for pattern in part))
    return Traced(tuple(column.name[1:] for column in columns), tuple(rows), flat)


def _direct(results: Results, width: int, finder: Finder, most_rows: int) -> list[Row]:
    solutions, rows = require_select(results), []
    places = _places(solutions)
    for solution in _few(solutions, most_rows):
        terms = tuple(solution)
        rows.append(Row(terms[:width]))
        finder.follow(terms, places, rows[-1])
    return rows


def _matched(
    ask: Asking,
    select: Select,
    columns: Sequence[Column],
    beside: Sequence[Column],
    finder: Finder,
    most_rows: int,
) -> list[Row]:
    """The rows, and the triples of each solution with those rows that have the same values."""
    keys = list(columns if select.keys is None else select.keys)
    known = {column.name for column in columns}
    hidden = [Column(key.name, key.name) for key in keys if key.name not in known]
    first = require_select(ask(select.rows_query(columns, hidden)))
    places, rows = _places(first), []
    by_values: dict[tuple[AnyTerm | None, ...], list[Row]] = defaultdict(list)
    for solution in _few(first, most_rows):
        terms = tuple(solution)
        # A group of no solutions at all has a row as well, if nothing else can be a group.
        rows.append(Row(terms[: len(columns)], is_lost=bool(keys)))
        by_values[tuple(terms[places[key.name]] for key in keys)].append(rows[-1])
    # To look for rows among very many takes longer than to find all of them.
    only = "" if select.has_all_rows else _values_block(select, keys, list(by_values))
    found = require_select(ask(select.solutions_query(keys, beside, only)))
    places = _places(found)
    for number, solution in enumerate(found):
        if number >= MOST_SOLUTIONS:
            raise NoReceiptsError(TOO_MANY)
        terms = tuple(solution)
        for row in by_values.get(tuple(terms[places[key.name]] for key in keys), ()):
            finder.follow(terms, places, row)
    return rows


def _few(solutions: QuerySolutions, most: int) -> Iterator[Sequence[AnyTerm | None]]:
    for number, solution in enumerate(solutions):
        if number >= most:
            raise NoReceiptsError(TOO_MANY_ROWS)
        yield solution


def _places(solutions: QuerySolutions) -> Mapping[str, int]:
    return {f"?{variable.value}": place for place, variable in enumerate(solutions.variables)}


def _values_block(
    select: Select, keys: Sequence[Column], wanted: Sequence[tuple[AnyTerm | None, ...]]
) -> str:
    """The rows' values as a VALUES block, of those keys only that have one in every solution."""
    numbers = [
        number
        for number, key in enumerate(keys)
        if key.is_plain
        and key.name in select.certain
        and all(isinstance(values[number], NamedNode | Literal) for values in wanted)
    ]
    if not numbers:
        return ""
    rows = dict.fromkeys(" ".join(str(values[number]) for number in numbers) for values in wanted)
    names = " ".join(keys[number].name for number in numbers)
    return f"VALUES ({names}) {{ {' '.join(f'({row})' for row in rows)} }}"


def _constants(ask: Asking, select: Select) -> Mapping[str, AnyTerm]:
    """The constants of the patterns, as the engine reads them."""
    graphs = set(select.graphs or ())
    wanted = set().union(graphs, *(pattern.terms for pattern in select.patterns))
    texts = sorted(term for term in wanted if not is_variable(term))
    if not texts:
        return {}
    selected = " ".join(f"({text} AS ?term{number})" for number, text in enumerate(texts))
    [solution] = require_select(ask(f"{select.prologue}SELECT {selected} {{}}"))
    return dict(zip(texts, solution, strict=True))
