"""The interface of a store: what the rest of the house may ask of an RDF dataset.

Two implementations share one contract test-suite: the embedded store, and a store behind the SPARQL
protocol. Terms, triples and quads are pyoxigraph's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Protocol

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Triple,
    Variable,
)

from graph.terms import Term

Results = QuerySolutions | QueryBoolean | QueryTriples
AnyTerm = Term | Triple
GraphName = NamedNode | BlankNode | DefaultGraph


class ReadableStore(Protocol):
    """A dataset that can be asked."""

    def query(self, text: str, *, bindings: Mapping[Variable, Term] | None = None) -> Results:
        """The results of a SPARQL query, `bindings` put in place of variables.

        The results belong to the calling thread. Raises QuerySyntaxError with line and column.
        Spec: https://www.w3.org/TR/sparql11-query/
        """
        ...

    def quads(
        self,
        subject: AnyTerm | None = None,
        predicate: NamedNode | None = None,
        value: AnyTerm | None = None,
        graph: GraphName | None = None,
    ) -> Iterator[Quad]:
        """The quads that match a pattern; None matches anything, `DefaultGraph()` the default graph."""
        ...

    def dump(self, output: IO[bytes], format: RdfFormat, graph: GraphName | None = None) -> None:
        """Write the dataset, or one graph of it, in a format."""
        ...


class WritableStore(ReadableStore, Protocol):
    """A dataset that one writer changes."""

    def insert(self, quads: Iterable[Quad]) -> None:
        """Add quads, all or none."""
        ...

    def delete(self, quads: Iterable[Quad]) -> None:
        """Take quads away; those that are not there are passed over."""
        ...

    def flush(self) -> None:
        """Return when everything written is on disk."""
        ...
