"""The process that answers one query with receipts: a reader of its own, because few readers ever do.

`graph.readers` starts it as `python -m graph.receipts_child MEMORY_BYTES` for each request.
"""

from __future__ import annotations

from dataclasses import replace
from typing import IO

from pyoxigraph import DefaultGraph, NamedNode

from graph.reader_child import Dataset, begin, run
from graph.reader_protocol import Frame, ReadRequest
from graph.receipts import results_with_receipts, written
from graph.receipts_finder import Dataset as MatchedDataset
from graph.store import Results


def answer_with_receipts(store: Dataset, request: ReadRequest, output: IO[bytes]) -> Frame:
    """Send the rows of a query with their receipts but for the last frame, which is returned."""

    def ask(text: str) -> Results:
        return store.ask(replace(request, text=text))

    document = results_with_receipts(store, ask, request.text, dataset_of(request))
    store.settle()
    writer = begin("select", request, output)
    writer.write(written(document))
    return writer.finish()


def dataset_of(request: ReadRequest) -> MatchedDataset:
    """What the query's patterns are matched against, unless it says so itself."""
    if request.default_graphs is not None:
        return MatchedDataset(tuple(NamedNode(graph) for graph in request.default_graphs), is_chosen=True)
    return MatchedDataset((DefaultGraph(),), request.is_union, is_chosen=request.is_union)


if __name__ == "__main__":
    run(answer_with_receipts)
