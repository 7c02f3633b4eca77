"""A store behind the SPARQL 1.1 Protocol and the Graph Store Protocol: any engine that speaks the standards.

What differs between engines is in `tests/contract`. Blank nodes have names only within one answer there: they
can be read, but not looked up, inserted as they are, or deleted.
"""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import IO, Final
from urllib.parse import quote

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    Variable,
    parse,
    parse_query_results,
    serialize,
)

from graph.embedded import EmbeddedStore
from graph.errors import QueryFailedError, RemoteMissingError, RemoteStoreError
from graph.own_prefixes import declarations
from graph.remote_client import Body, RemoteClient
from graph.remote_numbers import foreign_lines, foreign_text, own_results, own_term
from graph.store import AnyTerm, GraphName, Results
from graph.substitution import substitute
from graph.terms import Term
from ontology.namespaces import PREFIXES

QUERIES: Final = Path(__file__).parents[1] / "queries" / "store"
RESULTS: Final = "application/sparql-results+json, application/n-triples;q=0.9"
N_TRIPLES: Final = "application/n-triples"
DEFAULT: Final = DefaultGraph()


@dataclass(frozen=True)
class RemoteAddresses:
    """Where an engine answers queries, takes updates, and has its graphs."""

    query: str
    update: str
    graphs: str


class RemoteStore:
    """A dataset in another engine."""

    def __init__(self, addresses: RemoteAddresses, client: RemoteClient) -> None:
        self._addresses = addresses
        self._client = client
        self._texts = {path.stem: path.read_text(encoding="utf-8") for path in QUERIES.glob("*.rq")}

    def query(self, text: str, *, bindings: Mapping[Variable, Term] | None = None) -> Results:
        """See `ReadableStore.query`; the prefixes of `ontology/prefixes.ttl` are known.

        Raises QueryFailedError where the engine refuses the query, QueryTimeoutError, RemoteStoreError.
        """
        terms = {variable.value: _askable(term) for variable, term in (bindings or {}).items()}
        return self._ask(substitute(text, terms))

    def _ask(self, text: str) -> Results:
        # The engine does not know our prefixes; what the query declares itself comes later, and so counts.
        fields = {"query": declarations(text) + foreign_text(text)}
        return self._results(self._client.post_form(self._addresses.query, RESULTS, fields))

    def _results(self, body: Body) -> Results:
        try:
            if results := QueryResultsFormat.from_media_type(body.media_type):
                if results == QueryResultsFormat.JSON:
                    own_results(body.file)
                return _whole_results(body.file, results)
            if graph := RdfFormat.from_media_type(body.media_type):
                # What the engine gives for a graph is a set of triples, as a query over that set is.
                copy = EmbeddedStore()
                copy.load(body.file, graph, None, DEFAULT)
                return copy.query("CONSTRUCT WHERE { ?s ?p ?o }")
        except (SyntaxError, ValueError) as error:
            who = self._client.named(self._addresses.query)
            raise RemoteStoreError(f"What {who} answered is broken: {error}.") from error
        raise self._misunderstood(self._addresses.query, body, "SPARQL results")

    def quads(
        self,
        subject: AnyTerm | None = None,
        predicate: NamedNode | None = None,
        value: AnyTerm | None = None,
        graph: GraphName | None = None,
    ) -> Iterator[Quad]:
        """See `ReadableStore.quads`."""
        name = "quads" if graph is None else "default-graph" if graph == DEFAULT else "named-graph"
        given = {"s": subject, "p": predicate, "o": value, "g": None if graph == DEFAULT else graph}
        terms = {key: _askable(term) for key, term in given.items() if term is not None}
        solutions = self._ask(substitute(self._texts[name], terms))
        assert isinstance(solutions, QuerySolutions)
        for row in solutions:
            found = DEFAULT if graph == DEFAULT else row["g"] or DEFAULT
            yield Quad(row["s"], row["p"], row["o"], found)

    def dump(self, output: IO[bytes], format: RdfFormat, graph: GraphName | None = None) -> None:
        """See `ReadableStore.dump`."""
        if graph is not None:
            quads: Iterable[Triple] | Iterable[Quad] = (quad.triple for quad in self._graph(graph))
        else:
            quads = (quad for name in self._graphs() for quad in self._graph(name))
        serialize(quads, output, format=format, prefixes=dict(PREFIXES))

    def _graphs(self) -> Iterator[GraphName]:
        yield DEFAULT
        solutions = self.query(self._texts["graphs"])
        assert isinstance(solutions, QuerySolutions)
        yield from sorted((row["g"] for row in solutions), key=str)

    def _graph(self, graph: GraphName, settle: Callable[[], None] = lambda: None) -> Iterator[Quad]:
        """The quads of one graph, by the Graph Store Protocol; `settle` is called once they are here."""
        with tempfile.TemporaryFile() as file:
            try:
                body = self._client.get(self._graph_address(graph), N_TRIPLES, file)
            except RemoteMissingError:
                # Some engines know no empty graph; the default graph is always there.
                if graph == DEFAULT:
                    raise
                settle()
                return
            format = RdfFormat.from_media_type(body.media_type)
            if format is None:
                raise self._misunderstood(self._addresses.graphs, body, "RDF")
            settle()
            try:
                for quad in parse(file, format=format):
                    yield Quad(quad.subject, quad.predicate, own_term(quad.object), graph)
            except SyntaxError as error:
                raise RemoteStoreError(
                    f"What {self._client.named(self._addresses.graphs)} answered is broken: {error}."
                ) from error

    def _misunderstood(self, address: str, body: Body, wanted: str) -> RemoteStoreError:
        what = body.media_type or "something of no media type"
        who = self._client.named(address)
        return RemoteStoreError(f"{who} answered {what} instead of {wanted}. Is it the right address?")

    def _graph_address(self, graph: GraphName) -> str:
        which = f"graph={quote(graph.value, safe='')}" if isinstance(graph, NamedNode) else "default"
        return f"{self._addresses.graphs}?{which}"

    def insert(self, quads: Iterable[Quad]) -> None:
        """See `WritableStore.insert`; blank nodes become new ones."""
        self._update("INSERT DATA", quads)

    def delete(self, quads: Iterable[Quad]) -> None:
        """See `WritableStore.delete`."""
        self._update("DELETE DATA", [_deletable(quad) for quad in quads])

    def _update(self, operation: str, quads: Iterable[Quad]) -> None:
        """One request, so that all of it is done or nothing."""
        text = quad_pattern(quads)
        if text:
            text = f"{operation} {{\n{text}}}"
            self._client.post(self._addresses.update, text.encode(), "application/sparql-update")

    def flush(self) -> None:
        """Nothing: what the engine acknowledged is its own to keep."""

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _whole_results(file: IO[bytes], format: QueryResultsFormat) -> QuerySolutions | QueryBoolean:
    """The results, once all of them have been read: some engines end an answer well that they broke off."""
    first = parse_query_results(file, format=format)
    if isinstance(first, QueryBoolean):
        return first
    try:
        deque(first, maxlen=0)
    finally:
        # A traceback that outlives this would let go of it in whatever thread.
        del first
    file.seek(0)
    return parse_query_results(file, format=format)


def _askable(term: AnyTerm | GraphName) -> NamedNode | Literal | Triple:
    """The term, where one may ask for it. Raises QueryFailedError."""
    if isinstance(term, BlankNode | DefaultGraph):
        raise QueryFailedError("An engine's blank nodes have no names that one could ask for.")
    return term


def _deletable(quad: Quad) -> Quad:
    if any(isinstance(term, BlankNode) for term in (quad.subject, quad.object)):
        raise QueryFailedError("An engine's blank nodes have no names by which one could delete them.")
    return quad


def quad_pattern(quads: Iterable[Quad]) -> str:
    """Quads as they stand between the brackets of an update; an empty text for none."""
    ordered = sorted(quads, key=lambda quad: str(quad.graph_name))
    groups = groupby(ordered, lambda quad: quad.graph_name)
    return foreign_lines("".join(_written(graph, of) for graph, of in groups).encode()).decode()


def _written(graph: GraphName, quads: Iterable[Quad]) -> str:
    triples = "".join(f"{quad.triple} .\n" for quad in quads)
    return f"GRAPH {graph} {{\n{triples}}}\n" if isinstance(graph, NamedNode) else triples
