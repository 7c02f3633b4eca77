"""The scratch graphs of a publication in another engine: what a switch needs and no reader should meet.

In them every IRI has a prefix before it, also those of graphs, so that only a pattern without any IRI
(`GRAPH ?g { ?s ?p ?o }`) finds what is there. The switch takes the prefix away. Blank nodes and triple terms
are never staged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final, TypeVar

from pyoxigraph import (
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QuerySolutions,
    RdfFormat,
    Triple,
    serialize,
)

from graph.engine_access import Engine
from graph.errors import RemoteStoreError
from graph.publishing_difference import Difference
from graph.query_parameters import ParameterTerm
from graph.remote import QUERIES, quad_pattern
from graph.remote_client import RemoteClient
from graph.remote_numbers import foreign_lines
from graph.substitution import substitute

STAGED: Final = "urn:osagraph:staged:"
UPDATE: Final = "application/sparql-update"
N_QUADS: Final = "application/n-quads"
# So many quads are written at a time, and so many graphs dropped.
BATCH: Final = 10_000
DROPPED: Final = 200
T = TypeVar("T")


def staged_quad(quad: Quad, prefix: str) -> Quad:
    """The quad as it waits in a graph of a name, or of that name, a colon and the name of its own graph.

    Raises RemoteStoreError for blank nodes and triple terms.

    >>> staged_quad(Quad(*[NamedNode("a:x")] * 4), "urn:b").graph_name
    <NamedNode value=urn:b:a:x>
    """
    value = quad.object if isinstance(quad.object, Literal) else _staged(quad.object)
    return Quad(_staged(quad.subject), _staged(quad.predicate), value, _staged_graph(quad, prefix))


def _staged(term: object) -> NamedNode:
    if isinstance(term, NamedNode):
        return NamedNode(STAGED + term.value)
    what = "triple terms" if isinstance(term, Triple) else "blank nodes"
    raise RemoteStoreError(f"So large a publication cannot have {what} in it, on this kind of engine.")


def _staged_graph(quad: Quad, prefix: str) -> NamedNode:
    graph = quad.graph_name
    return NamedNode(prefix if isinstance(graph, DefaultGraph) else f"{prefix}:{graph.value}")


class Staging:
    """What one publication stages in an engine."""

    def __init__(self, engine: Engine, sender: RemoteClient, id: str) -> None:
        self._engine = engine
        self._sender = sender
        self._own = f"{STAGED}{id}:"
        self._removed, self._added = f"{self._own}-", f"{self._own}+"
        self.ready = NamedNode(f"{STAGED}{id}")

    def send(self, difference: Difference, body_bytes: int, tell: Callable[[int, int], None]) -> int:
        """Stage what is to be removed and added; how many quads that is.

        Raises RemoteStoreError where the engine has not got all of it.
        """
        total = difference.removed_count + difference.added_count
        quads = _told(self._quads(difference), lambda done: tell(done, total))
        if self._engine.ability.added_whole:
            parts = _batches(quads, BATCH)
            lines = (foreign_lines(serialize(part, format=RdfFormat.N_QUADS) or b"") for part in parts)
            self._sender.post(self._engine.bulk_address, lines, N_QUADS)
        else:
            for text in _texts(quads, body_bytes):
                self._sender.post(self._engine.addresses.update, foreign_lines(text.encode()), UPDATE)
        found = self._count()
        if found != total:
            raise RemoteStoreError(f"The engine has {found} quads of {total} that it acknowledged.")
        return total

    def _quads(self, difference: Difference) -> Iterator[Quad]:
        for quad in difference.removed_quads():
            yield staged_quad(quad, self._removed)
        for quad in difference.added_quads():
            yield staged_quad(quad, self._added)

    def _count(self) -> int:
        solutions = self._engine.store.query(self._counted)
        assert isinstance(solutions, QuerySolutions)
        return int(next(solutions)["n"].value)

    @property
    def _counted(self) -> str:
        text = (QUERIES / "staged-counted.rq").read_text(encoding="utf-8")
        return substitute(text, {"prefix": Literal(self._own)})

    def switch(self, guard: str, total: int) -> str:
        """The operations that make what is staged take effect, where the guard holds and all of it is there.

        Afterwards the graph `ready` has something in it if they did.
        """
        count = f"{{ {self._counted} }} FILTER(?n = {total})"
        begin = f"INSERT {{ {self.is_ready} }} WHERE {{ {guard} {count} }} ;\n"
        terms: dict[str, ParameterTerm | Triple] = {
            "ready": self.ready,
            "removed": NamedNode(self._removed),
            "added": NamedNode(self._added),
            "removedFrom": Literal(f"{self._removed}:"),
            "addedTo": Literal(f"{self._added}:"),
        }
        text = (QUERIES / "switch-staged.rq").read_text(encoding="utf-8")
        return f"{begin}{substitute(text, terms)} ;\n"

    @property
    def is_ready(self) -> str:
        """What holds, once, when what is staged has taken effect."""
        return f"GRAPH {self.ready} {{ {self.ready} {self.ready} {self.ready} }}"


def clear_staging(engine: Engine, sender: RemoteClient) -> None:
    """Drop what any publication has staged, graph by graph."""
    solutions = engine.store.query((QUERIES / "staged-graphs.rq").read_text(encoding="utf-8"))
    assert isinstance(solutions, QuerySolutions)
    for names in _batches((row["g"] for row in solutions), DROPPED):
        text = " ;\n".join(f"DROP SILENT GRAPH {name}" for name in names)
        sender.post(engine.addresses.update, text.encode(), UPDATE)


def _texts(quads: Iterable[Quad], most: int) -> Iterator[str]:
    """Updates that insert the quads, none longer than an engine takes."""
    part: list[Quad] = []
    size = 0
    for quad in quads:
        # With as much for the graph's name again, for it may stand alone in it.
        size += len(str(quad).encode()) + 40
        if part and size > most:
            yield _insertion(part)
            part, size = [], len(str(quad).encode()) + 40
        part.append(quad)
    if part:
        yield _insertion(part)


def _told(quads: Iterable[Quad], tell: Callable[[int], None]) -> Iterator[Quad]:
    """The same quads; every so many it is told how many there were."""
    for number, quad in enumerate(quads, 1):
        if number % BATCH == 0:
            tell(number)
        yield quad


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The same in lists of that size."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part


def _insertion(quads: Iterable[Quad]) -> str:
    return f"INSERT DATA {{\n{quad_pattern(quads)}}}"
