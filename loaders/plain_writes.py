"""Writes to graphs that are nothing but triples: updates, and graphs replaced, merged or taken away."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from pyoxigraph import DefaultGraph, NamedNode

from graph.embedded import EmbeddedStore
from graph.errors import UnknownResourceError
from graph.query_guard import require_harmless_update
from graph.update_scan import scan_update, with_dataset
from graph.write_protocol import WriteRequest
from loaders.documents import check_document

Touch = Callable[[], None]


class Outcome(NamedTuple):
    """What a write did: whether its graph is new, and whether anything may have changed."""

    created: bool
    changed: bool


def update_plainly(store: EmbeddedStore, request: WriteRequest) -> Outcome:
    """Carry out an update.

    Raises QuerySyntaxError and UpdateFailedError; the store is as it was then.
    """
    # The process that took the request has seen to this; here it is the second of three walls.
    require_harmless_update(request.text)
    text = request.text
    if request.using_default is not None or request.using_named is not None:
        scan = scan_update(text, request.base_iri)
        text = with_dataset(text, scan, request.using_default or (), request.using_named or ())
    store.update(text, base_iri=request.base_iri)
    return Outcome(created=False, changed=True)


def write_graph(store: EmbeddedStore, request: WriteRequest, touch: Touch) -> Outcome:
    """Replace a graph, merge documents into it, or take it away.

    `touch` is called before the first of several steps: an error after that leaves traces in the store.
    Raises SourceError for a document, and UnknownResourceError where the graph to be deleted is not there.
    """
    graph = NamedNode(request.graph) if request.graph is not None else DefaultGraph()
    if request.op == "delete":
        return _delete_graph(store, graph, touch)
    documents = [check_document(document) for document in request.documents]
    created = isinstance(graph, NamedNode) and not store.has_graph(graph)
    touch()
    if request.op == "put" and not created:
        store.clear_graph(graph)
    if isinstance(graph, NamedNode):
        store.add_graph(graph)
    for document in documents:
        document.insert_into(store, graph)
    return Outcome(created, changed=True)


def _delete_graph(store: EmbeddedStore, graph: NamedNode | DefaultGraph, touch: Touch) -> Outcome:
    if isinstance(graph, NamedNode) and not store.has_graph(graph):
        raise UnknownResourceError(f"There is no graph {graph.value}.")
    touch()
    if isinstance(graph, NamedNode):
        store.drop_graph(graph)
    else:
        store.clear_graph(graph)
    return Outcome(created=False, changed=True)
