"""What is asked of a service for one SERVICE clause, and the asking of it; all that an envoy has to know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pyoxigraph import QuerySolutions

from graph.service_values import Block, BlockWriter

# The solutions of a query, from the service at an address. Raises ServiceFailedError.
Asking = Callable[[str, str], QuerySolutions]


@dataclass(frozen=True)
class Inquiry:
    """What is asked of a service for one clause; `mark` tells its blank nodes from those of others."""

    service: str
    address: str
    queries: tuple[str, ...]
    mark: str


def answered(inquiry: Inquiry, ask: Asking) -> Block:
    """The solutions of a service to all queries of an inquiry.

    Raises ServiceFailedError, and QueryFailedError where there are too many.
    """
    writer = BlockWriter(inquiry.service, inquiry.mark)
    for query in inquiry.queries:
        writer.add(ask(inquiry.address, query))
    return writer.block()
