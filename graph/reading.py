"""The dataset for programs in Python: opened read-only, asked in SPARQL or for facts, claims and sources.

    from graph.reading import open_graph

    with open_graph("data") as graph:
        for row in graph.query("budget-by-year").values():
            print(row["fiscalYear"], row["amount"])

What is opened is one snapshot, which stays in its place and the same until it is closed, whatever a server or
a command does meanwhile. Nothing here writes.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from pyoxigraph import Literal, NamedNode, Triple

from graph.claims import Claim, read_claims
from graph.datadir import DataDirectory, Snapshot
from graph.errors import (
    InvalidParameterError,
    QueryError,
    StoreBusyError,
    StoreError,
    UnsupportedFormatError,
)
from graph.named_query import NamedQuery, read_query
from graph.query_options import QUERIES
from graph.query_parameters import Given
from graph.readers import ReaderLimits
from graph.reading_engines import Engine, IsolatedEngine, OwnEngine, Reply
from graph.reading_parameters import Argument, Iri, bound, chosen
from graph.reading_table import Table
from graph.results import ResultTerm, Solutions
from graph.sources import Source, read_source
from graph.view_options import open_view
from graph.view_retention import held_while_read
from graph.views import ViewChoice, read_choice

TRIES: Final = 3


@dataclass(frozen=True)
class Fact:
    """A triple of the default graph with its receipts.

    `decided_by` is the step of the policy that accepted it and `voices` how many independent voices state it;
    both are None for what no claims compete about: names, links, and what follows by rule.
    """

    subject: NamedNode
    predicate: NamedNode
    value: ResultTerm
    decided_by: NamedNode | None = None
    voices: int | None = None
    supported_by: tuple[NamedNode, ...] = ()
    contested_by: tuple[NamedNode, ...] = ()


def open_graph(
    folder: str | Path = "data",
    *,
    snapshot: int | None = None,
    as_of: str | datetime.date | None = None,
    perspective: str | None = None,
    isolated: bool = False,
    limits: ReaderLimits | None = None,
) -> OpenGraph:
    """The dataset in a data directory, opened read-only: the current snapshot, another one, or a view.

    `as_of` (a day) and `perspective` (a name) choose a view, which is made now unless it is there. Queries
    are evaluated in this process and no deadline ends them; `isolated` has them evaluated in processes of
    their own, with the `limits` of a server: 10 s to the first result, 60 s in all, 2 GiB.
    Raises StoreError where there is no such dataset, QueryError and UnknownResourceError where there is no
    such view.
    """
    day = as_of.isoformat() if isinstance(as_of, datetime.date) else as_of
    choice = read_choice(day, perspective)
    if snapshot is not None and not choice.is_whole:
        raise InvalidParameterError(
            "snapshot", str(snapshot), "none: there are views of the current one only"
        )
    with contextlib.ExitStack() as stack:
        found = _held(stack, DataDirectory(Path(folder)), snapshot, choice)
        engine: Engine = IsolatedEngine(found, limits) if isolated else OwnEngine(found)
        stack.callback(engine.close)
        return OpenGraph(found, choice, engine, stack.pop_all())


def _held(
    stack: contextlib.ExitStack, data: DataDirectory, number: int | None, choice: ViewChoice
) -> Snapshot:
    """The snapshot or view, whose files stay in their place until the stack is closed."""
    if choice.is_whole:
        return stack.enter_context(data.holding(number))
    for _ in range(TRIES):
        with contextlib.suppress(FileNotFoundError):
            view = open_view(data, choice, quiet=True)
            stack.enter_context(held_while_read(view.store))
            return view
    raise StoreBusyError("The dataset changes faster than a view of it is made. Try again.")


class OpenGraph:
    """One snapshot or view, to be asked; `open_graph` makes it, `close` or the end of `with` closes it."""

    def __init__(
        self, snapshot: Snapshot, choice: ViewChoice, engine: Engine, held: contextlib.ExitStack
    ) -> None:
        self.snapshot = snapshot
        self.choice = choice
        self._engine = engine
        self._held = held
        self._is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the snapshot; closing twice does no harm."""
        self._is_closed = True
        self._held.close()

    def query(self, text: str, **parameters: Argument) -> Table:
        """The answer of a SELECT query: a text, or the name of one in `queries/`, with its parameters.

        The prefixes osa:, id: … are known. In a text, a parameter takes the place of the variable of its
        name: a str is a text there, a NamedNode an IRI. Raises QuerySyntaxError, UnknownQueryError,
        InvalidParameterError, and UnsupportedFormatError for a query that has no table for an answer.
        """
        return _table(self._answer(bound(text, parameters)))

    def ask(self, text: str, **parameters: Argument) -> bool:
        """The truth of an ASK query; see `query`."""
        answer = self._answer(bound(text, parameters))
        if not isinstance(answer, bool):
            raise UnsupportedFormatError("This is no ASK query. Use query or construct.")
        return answer

    def construct(self, text: str, **parameters: Argument) -> list[Triple]:
        """The triples of a CONSTRUCT or DESCRIBE query; see `query`."""
        answer = self._answer(bound(text, parameters))
        if isinstance(answer, bool | Solutions):
            raise UnsupportedFormatError("This is no CONSTRUCT or DESCRIBE query. Use query or ask.")
        return list(answer)

    def facts(self, subject: Iri | None = None, predicate: Iri | None = None) -> list[Fact]:
        """What is accepted of a subject, of a predicate, or of both, with the claims for and against.

        Raises InvalidParameterError where neither is given, or one is no IRI.
        """
        given = chosen(subject=subject, predicate=predicate)
        receipts: dict[Triple, dict[str, list[ResultTerm]]] = defaultdict(lambda: defaultdict(list))
        query = "facts-with-receipts" if subject is not None else "facts-of-a-predicate"
        for row in self._page(query, given):
            subject_, predicate_, value = row["subject"], row["predicate"], row["value"]
            assert isinstance(subject_, NamedNode) and isinstance(predicate_, NamedNode)
            known = receipts[Triple(subject_, predicate_, value)]
            for name in ("decidedBy", "voices", "supporting", "contesting"):
                if name in row:
                    known[name].append(row[name])
        return [_fact(triple, known) for triple, known in receipts.items()]

    def claims(
        self, subject: Iri | None = None, predicate: Iri | None = None, source: Iri | None = None
    ) -> list[Claim]:
        """What sources say of a subject, with a predicate, in a source: all of those that are given.

        Raises InvalidParameterError where nothing is given, or something that is no IRI.
        """
        given = chosen(subject=subject, predicate=predicate, source=source)
        name = "claims-of-a-predicate" if predicate is not None else "claims-found"
        triples = self._answer(_query(name).bind(given))
        assert not isinstance(triples, bool | Solutions)
        return sorted(read_claims(triples), key=lambda claim: claim.iri.value)

    def sources(self) -> list[Source]:
        """Every source with claims in what is opened, by IRI."""
        triples = self._answer(_query("sources-described").bind({}))
        assert not isinstance(triples, bool | Solutions)
        described: dict[NamedNode, list[Triple]] = defaultdict(list)
        for triple in triples:
            assert isinstance(triple.subject, NamedNode)
            described[triple.subject].append(triple)
        return [read_source(iri, described[iri]) for iri in sorted(described, key=str)]

    def _page(self, name: str, given: Mapping[str, Given]) -> tuple[Mapping[str, ResultTerm], ...]:
        return _table(self._answer(_query(name).bind(given))).rows

    def _answer(self, text: str) -> Reply:
        if self._is_closed:
            raise StoreError("This graph is closed. Open it again with open_graph.")
        return self._engine.answer(text)


def _table(answer: Reply) -> Table:
    if not isinstance(answer, Solutions):
        raise UnsupportedFormatError("This query has no table for an answer. Use ask or construct.")
    return Table(answer.variables, answer.rows)


@functools.cache
def _query(name: str) -> NamedQuery:
    return read_query(QUERIES / "pages" / "reading" / f"{name}.rq")


def _fact(triple: Triple, known: Mapping[str, Sequence[ResultTerm]]) -> Fact:
    assert isinstance(triple.subject, NamedNode)
    decided = next((each for each in known.get("decidedBy", ()) if isinstance(each, NamedNode)), None)
    voices = next((int(each.value) for each in known.get("voices", ()) if isinstance(each, Literal)), None)
    sides = [
        tuple(sorted({each for each in known.get(side, ()) if isinstance(each, NamedNode)}, key=str))
        for side in ("supporting", "contesting")
    ]
    return Fact(triple.subject, triple.predicate, triple.object, decided, voices, *sides)


__all__ = ["Claim", "Fact", "OpenGraph", "QueryError", "Source", "Table", "open_graph"]
