"""Who may write which graph: scopes, kinds of graph, and the one rule that joins them.

A scope is `admin` (everything that may be written), `user` (all graphs graph/user/…) or `source:{id}` (the
claims of one source). Nothing here does I/O.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import Enum
from typing import Final

from graph.errors import ComputedGraphError, ForbiddenError
from ontology.namespaces import GRAPH

ADMIN: Final = "admin"
USER: Final = "user"
SOURCE: Final = "source:"
SOURCE_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
SOURCE_GRAPHS: Final = f"{GRAPH}source/"
RETRACTED_GRAPHS: Final = f"{GRAPH}retracted/"
# What a source says of things that are none of ours: claims that never count.
OUTSIDE_GRAPHS: Final = f"{GRAPH}outside/"
USER_GRAPHS: Final = f"{GRAPH}user/"
COMPUTED: Final = frozenset(f"{GRAPH}{name}" for name in ("assessments", "meta", "reference"))
# A client that tidies such a path up would speak of another graph than we do.
_DOT_SEGMENT: Final = re.compile(r"(?:^|/)\.\.?(?:/|$)")


class GraphKind(Enum):
    """What a graph of the dataset is for."""

    COMPUTED = "computed"
    SOURCE = "source"
    USER = "user"
    ELSEWHERE = "elsewhere"


def require_scope(scope: str) -> None:
    """Raises ValueError, with a sentence for people, unless the scope is one that there is."""
    if scope in (ADMIN, USER):
        return
    if not scope.startswith(SOURCE) or not SOURCE_ID.fullmatch(scope.removeprefix(SOURCE)):
        raise ValueError(f"{scope!r} is no scope. Use admin, user, or source:ID with the id of one source.")


def graph_kind(graph_iri: str | None) -> GraphKind:
    """What a graph is for; None is the default graph.

    >>> graph_kind("https://w3id.org/osagraph/graph/user/notes")
    <GraphKind.USER: 'user'>
    """
    if graph_iri is None or graph_iri in COMPUTED or graph_iri.startswith((RETRACTED_GRAPHS, OUTSIDE_GRAPHS)):
        return GraphKind.COMPUTED
    if graph_iri.startswith(SOURCE_GRAPHS) and SOURCE_ID.fullmatch(graph_iri.removeprefix(SOURCE_GRAPHS)):
        return GraphKind.SOURCE
    name = graph_iri.removeprefix(USER_GRAPHS)
    if name not in ("", graph_iri) and not _DOT_SEGMENT.search(name):
        return GraphKind.USER
    return GraphKind.ELSEWHERE


def require_write(
    scopes: Collection[str], graph_iri: str | None, raw: bool, describes_source: bool = False
) -> None:
    """Nothing, where these scopes allow a write to this graph.

    `describes_source` says that the write makes or changes the description of a source, a new source
    included: its publisher kind decides what its voice counts, so that is for administrators.
    Raises ComputedGraphError, in product mode and for everybody, and ForbiddenError.
    """
    if raw:
        _require_admin(scopes, "This server is a plain dataset")
        return
    kind = graph_kind(graph_iri)
    if kind is GraphKind.COMPUTED and str(graph_iri).startswith(RETRACTED_GRAPHS):
        raise ComputedGraphError(
            f"{_named(graph_iri)} keeps what a retracted source said, and is never written."
        )
    if kind is GraphKind.COMPUTED and str(graph_iri).startswith(OUTSIDE_GRAPHS):
        raise ComputedGraphError(
            f"{_named(graph_iri)} keeps what a source says of things that are none of ours. "
            "It comes and goes with a load of the source."
        )
    if kind is GraphKind.COMPUTED:
        raise ComputedGraphError(
            f"{_named(graph_iri)} is computed from the claims and never written. "
            "Write to the graph of a source, and it follows."
        )
    if kind is GraphKind.ELSEWHERE:
        raise ForbiddenError(
            f"{_named(graph_iri)} is no graph for writing. Write to {SOURCE_GRAPHS}ID or {USER_GRAPHS}NAME."
        )
    if describes_source:
        _require_admin(scopes, "A source's description decides what its voice counts")
    needed = USER if kind is GraphKind.USER else f"{SOURCE}{str(graph_iri).removeprefix(SOURCE_GRAPHS)}"
    if ADMIN not in scopes and needed not in scopes:
        raise ForbiddenError(f"{_named(graph_iri)} needs a token with the scope {needed} or admin.")


def _require_admin(scopes: Collection[str], because: str) -> None:
    if ADMIN not in scopes:
        raise ForbiddenError(f"{because}: writing needs a token with the scope admin.")


def _named(graph_iri: str | None) -> str:
    return "The default graph" if graph_iri is None else f"The graph {graph_iri}"
