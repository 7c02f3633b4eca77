"""What a SPARQL update may write, found in its text: the engine has no syntax tree for us.

The scan names every graph that the engine could change, or refuses the text. It reads the structure only:
a text that it accepts may still be no SPARQL, and then the engine says so.
Spec: https://www.w3.org/TR/sparql11-update/#mappingRequestsToOperations
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode

from graph.errors import QuerySyntaxError
from graph.sparql_tokens import place
from graph.update_cursor import Cursor
from graph.update_operation import Operation, read_operation

# The engine has no way to such an address.
NOWHERE: Final = "<about:load-is-switched-off>"


@dataclass(frozen=True)
class UpdateScan:
    """The operations of an update, in order."""

    operations: tuple[Operation, ...]

    @property
    def graphs(self) -> frozenset[str]:
        """Every named graph that some operation names as one that it writes."""
        return frozenset().union(*(operation.graphs for operation in self.operations))

    @property
    def writes_default(self) -> bool:
        """Whether the default graph can change."""
        return any(operation.writes_default for operation in self.operations)

    @property
    def writes_all(self) -> bool:
        """Whether every named graph can change."""
        return any(operation.writes_all for operation in self.operations)

    @property
    def writes_variable_graph(self) -> bool:
        """Whether the data decide which named graphs change."""
        return any(operation.writes_variable_graph for operation in self.operations)


def scan_update(text: str, base_iri: str | None = None) -> UpdateScan:
    """What each operation of the update can write; relative IRIs are resolved against `base_iri`.

    Raises QuerySyntaxError, with line and column, where it is not certain how the engine reads the text.
    """
    cursor = Cursor(text, base_iri)
    operations = []
    cursor.prologue()
    while cursor.peek() is not None:
        operations.append(read_operation(cursor))
        following = cursor.peek()
        if following is None:
            break
        if cursor.take().text != ";":
            raise cursor.refused("Expected ; between two operations.", following)
        cursor.prologue()
    return UpdateScan(tuple(operations))


def with_dataset(
    text: str, scan: UpdateScan, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
) -> str:
    """The update with the dataset of the protocol as USING clauses of every operation that has a WHERE.

    With named graphs alone the default graph of each WHERE is empty. Raises QuerySyntaxError where an
    operation says WITH or USING itself, and for what is no absolute IRI.
    Spec: https://www.w3.org/TR/sparql11-protocol/#update-operation
    """
    clauses = [f"USING {_node(iri)} " for iri in default_graphs]
    clauses += [f"USING NAMED {_node(iri)} " for iri in named_graphs]
    if not clauses:
        return text
    pieces, done = [], 0
    for operation in scan.operations:
        if operation.dataset_at is not None:
            message = "An update with using-graph-uri or using-named-graph-uri must not say WITH or USING."
            raise QuerySyntaxError(message, *place(text, operation.dataset_at))
        if operation.using_at is not None:
            start, end = operation.template or (0, 0)
            pieces += [text[done : operation.using_at], text[start:end], " ", *clauses]
            done = operation.using_at
    return "".join([*pieces, text[done:]])


def without_documents(text: str, scan: UpdateScan) -> str:
    """The update with an address that leads nowhere in place of each that a LOAD names.

    So it fails without asking another server, or does nothing where it is SILENT, and whatever else is wrong
    with the text is told first.
    """
    pieces, done = [], 0
    for operation in scan.operations:
        if operation.document is not None:
            start, end = operation.document
            pieces += [text[done:start], NOWHERE]
            done = end
    return "".join([*pieces, text[done:]])


def _node(iri: str) -> NamedNode:
    try:
        return NamedNode(iri)
    except ValueError as error:
        raise QuerySyntaxError(f"A graph of the dataset has no absolute IRI: {error}.") from None
