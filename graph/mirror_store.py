"""A published snapshot in another engine, asked as a snapshot of ours is: by readers, pages and commands.

Whatever is asked, `settle` says afterwards whether all of it came from one publication.
"""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Final, cast

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolutions,
    RdfFormat,
    Triple,
    serialize,
)

from graph.axiom_names import with_known_names
from graph.bundle import in_graph
from graph.confinement import leave_network
from graph.embedded import EmbeddedStore
from graph.engine_access import credentials, trusted
from graph.engine_kinds import ABILITIES, EngineKind
from graph.errors import NotMirroredError, PublicationChangedError
from graph.own_prefixes import declarations
from graph.reader_child import SnapshotStore
from graph.reader_protocol import ReadRequest
from graph.remote import RESULTS, RemoteStore
from graph.remote_client import RemoteClient, RemoteLimits
from graph.remote_mirror import Stub, publication_id, read_stub
from graph.remote_numbers import foreign_text
from graph.sparql_tokens import tokens
from graph.store import AnyTerm, GraphName, Results
from ontology.vocabulary import ontology_triples

# An answer that is larger waits in a file.
SPOOLED_BYTES: Final = 1 << 20
NO_UNION: Final = (
    "The engine behind this server has no way to ask for the union of all graphs. "
    "Name the graphs instead, at /sparql."
)
NO_GRAPHS_IN_UNION: Final = (
    "Within the union, the engine behind this server finds nothing by GRAPH. Ask at /sparql instead."
)
NO_BLANK_NODES: Final = (
    "This rests on blank nodes, which the engine behind this server cannot be asked for. "
    "Ask a server that has the dataset itself."
)
Pattern = tuple[AnyTerm | None, NamedNode | None, AnyTerm | None, GraphName | None]


class MirrorStore(RemoteStore):
    """One publication in an engine; `named` is what messages call the engine instead of its address."""

    def __init__(self, stub: Stub, limits: RemoteLimits | None = None, named: str | None = None) -> None:
        super().__init__(stub.addresses, RemoteClient(credentials(), limits, trusted(), named))
        self._stub = stub
        self._ability = ABILITIES[stub.kind]
        self._seen: dict[Pattern, list[Quad]] = {}
        self.seconds: float | None = None
        # This process has a network, and what a stranger wrote must not find it, whatever it may be.
        self._reading = ThreadPoolExecutor(1, "reading", leave_network)

    def ask(self, request: ReadRequest) -> Results:
        """The results of a request's query, over its dataset.

        Raises QuerySyntaxError with line and column, NotMirroredError, RemoteStoreError, QueryTimeoutError
        and QueryFailedError.
        """
        # Our own engine reads the query first, over no data: what it does not like, it says as ever.
        self._reading.submit(_read, request).result()
        url, fields = self._addresses.query, dict[str, str | list[str]]()
        if request.default_graphs is not None or request.named_graphs is not None:
            fields["default-graph-uri"] = list(request.default_graphs or ())
            fields["named-graph-uri"] = list(request.named_graphs or ())
        elif request.is_union:
            url = self._union(request.text, fields)
        if self._ability.seconds_field and self.seconds is not None:
            fields[self._ability.seconds_field] = f"{self.seconds:g}"
        base = f"BASE <{request.base_iri}>\n" if request.base_iri else ""
        known = declarations(request.text) if request.known_prefixes else ""
        fields["query"] = base + known + foreign_text(request.text)
        # The results read on in it after this; it goes with them.
        file = tempfile.SpooledTemporaryFile(SPOOLED_BYTES)  # noqa: SIM115
        return self._results(self._client.post_form(url, RESULTS, fields, cast(IO[bytes], file)))

    def _union(self, text: str, fields: dict[str, str | list[str]]) -> str:
        """Where the union is asked for; what else is needed is put into the fields."""
        if not self._ability.has_union:
            raise NotMirroredError(NO_UNION)
        if self._stub.kind is EngineKind.FUSEKI and any(token.is_word("GRAPH") for token in tokens(text)):
            raise NotMirroredError(NO_GRAPHS_IN_UNION)
        fields |= {name: list(values) for name, values in self._ability.union_fields.items()}
        path = self._ability.union_path
        return self._addresses.query.removesuffix("/sparql") + path if path else self._addresses.query

    def quads(
        self,
        subject: AnyTerm | None = None,
        predicate: NamedNode | None = None,
        value: AnyTerm | None = None,
        graph: GraphName | None = None,
    ) -> Iterator[Quad]:
        """See `ReadableStore.quads`; the same is asked once, and blank nodes of axioms keep their names.

        Raises NotMirroredError for other blank nodes.
        """
        if not isinstance(subject, NamedNode):
            return iter(self._known((subject, predicate, value, graph)))
        # Who asks one thing of a node mostly asks more, and each question is a way to the engine and back.
        wanted = (predicate, value, graph)
        return (quad for quad in self._known((subject, None, None, None)) if _fits(quad, wanted))

    def _known(self, pattern: Pattern) -> list[Quad]:
        if pattern not in self._seen:
            self._seen[pattern] = self._found(pattern)
        return self._seen[pattern]

    def _found(self, pattern: Pattern) -> list[Quad]:
        if any(isinstance(term, BlankNode) for term in pattern):
            return list(self._axioms.quads(*pattern))
        found = list(super().quads(*pattern))
        named = [quad for quad in found if not _has_blank(quad)]
        if len(named) == len(found):
            return found
        axioms = [quad for quad in self._axioms.quads(*pattern) if _has_blank(quad)]
        if len(named) + len(axioms) != len(found):
            raise NotMirroredError(NO_BLANK_NODES)
        return [*named, *axioms]

    @functools.cached_property
    def _axioms(self) -> EmbeddedStore:
        """What has blank nodes, from one answer: there they have names."""
        rows = self.query(self._texts["blank-nodes"])
        assert isinstance(rows, QuerySolutions)
        found = [Triple(row["s"], row["p"], row["o"]) for row in rows]
        store = EmbeddedStore()
        store.insert(in_graph(with_known_names(found, ontology_triples()), DefaultGraph()))
        return store

    def holds(self, graph: str) -> bool:
        """Whether there is such a graph; one without triples is none, but for the default graph ("")."""
        if not graph:
            return True
        found = self._ask(f"ASK {{ GRAPH {NamedNode(graph)} {{ ?s ?p ?o }} }}")
        assert isinstance(found, QueryBoolean)
        return bool(found)

    def write_graph(
        self, output: IO[bytes], format: RdfFormat, graph: GraphName, prefixes: Mapping[str, str]
    ) -> None:
        """Serialise one graph, once it is known to be of this publication."""
        triples = (quad.triple for quad in self._graph(graph, self.settle))
        serialize(triples, output, format=format, prefixes=dict(prefixes))

    def close(self) -> None:
        """Close the connections."""
        self._reading.shutdown()
        super().close()

    def settle(self) -> None:
        """Nothing, where all that was asked since the last time came from this publication.

        Raises PublicationChangedError where the engine holds another one by now, or none.
        """
        self._seen.clear()
        is_same = publication_id(self) == self._stub.publication
        self._seen.clear()
        if not is_same:
            raise PublicationChangedError(
                "The dataset was replaced while it was being asked. Ask again in a moment."
            )


def _read(request: ReadRequest) -> None:
    """Raises what is wrong with a query; nothing that belongs to this thread leaves it."""
    SnapshotStore(None).ask(request)


def _fits(quad: Quad, wanted: tuple[NamedNode | None, AnyTerm | None, GraphName | None]) -> bool:
    found = (quad.predicate, quad.object, quad.graph_name)
    return all(term is None or term == each for each, term in zip(found, wanted, strict=True))


def _has_blank(quad: Quad) -> bool:
    return isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode)


def open_mirror(folder: Path, limits: RemoteLimits | None = None, named: str | None = None) -> MirrorStore:
    """The store of a stub, given the folder of the snapshot.

    Raises PublicationChangedError where the stub is gone, RemoteAccessError where the environment is wrong.
    """
    return MirrorStore(read_stub(folder), limits, named)
