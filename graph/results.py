"""Answers of queries as Python values, read back from what a reader serialised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    Triple,
    parse_query_results,
)

ResultTerm = NamedNode | Literal | BlankNode | Triple


@dataclass(frozen=True)
class Solutions:
    """The answer of a SELECT query: its variables in order, and the bound terms of each row."""

    variables: tuple[str, ...]
    rows: tuple[Mapping[str, ResultTerm], ...]


def read_results(text: bytes) -> Solutions | bool:
    """The solutions, or the truth, in a SPARQL results JSON document.

    Spec: https://www.w3.org/TR/sparql11-results-json/
    """
    results = parse_query_results(text, QueryResultsFormat.JSON)
    if isinstance(results, QueryBoolean):
        return bool(results)
    variables = tuple(variable.value for variable in results.variables)
    rows = []
    for solution in results:
        terms = zip(variables, solution, strict=True)
        rows.append({name: term for name, term in terms if term is not None})
    return Solutions(variables, tuple(rows))
