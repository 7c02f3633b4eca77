"""Answers of the readers as HTTP responses, and as tables for pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from flask import Response

from graph.blocking_readers import BlockingAnswer, QueryReaders
from graph.datadir import Snapshot
from graph.reader_protocol import ReadRequest
from graph.results import Solutions, read_results
from web.negotiation import JSON, TURTLE, content_type
from web.receipts import read_receipts

# A page shows so much at most; whoever wants all of it takes another format.
PAGE_ROWS: Final = 1000
PAGE_BYTES: Final = 4 << 20


@dataclass(frozen=True)
class Shown:
    """An answer as a page shows it: one of `solutions`, `truth` and `graph`, or none if it is too large.

    `form` is `select`, `ask` or `graph`. `receipts` belong to the solutions, if they were asked for; see
    `graph.receipts`.
    """

    form: str
    solutions: Solutions | None = None
    truth: bool | None = None
    graph: str | None = None
    is_cut: bool = False
    receipts: dict[str, Any] | None = None


def respond(answer: BlockingAnswer) -> Response:
    """The answer, in one piece with its length, or streamed and closed when the client leaves."""
    body = iter(answer) if answer.whole is None else answer.whole
    response = Response(body, content_type=content_type(answer.media_type))
    response.headers["X-Osagraph-Snapshot"] = str(answer.snapshot)
    response.vary.add("Accept")
    response.call_on_close(answer.close)
    return response


def show(
    readers: QueryReaders,
    request: ReadRequest,
    *,
    rows: int = PAGE_ROWS,
    client: str = "",
    snapshot: Snapshot | None = None,
) -> Shown:
    """The answer to a query for a page, cut after so many rows; `snapshot` as in `ReaderPool.query`.

    Raises what `ReaderPool.query` raises.
    """
    media_types = {"select": JSON, "ask": JSON, "graph": TURTLE}
    answer = readers.query(replace(request, media_types=media_types), client, snapshot)
    body = _read(answer)
    if body is None:
        return Shown(answer.form, is_cut=True)
    if request.receipts:
        solutions, receipts = read_receipts(body)
        return Shown(answer.form, solutions, receipts=receipts)
    if answer.form == "graph":
        return Shown(answer.form, graph=body.decode())
    results = read_results(body)
    if isinstance(results, bool):
        return Shown(answer.form, truth=results)
    solutions = Solutions(results.variables, results.rows[:rows])
    return Shown(answer.form, solutions, is_cut=len(results.rows) > rows)


def _read(answer: BlockingAnswer) -> bytes | None:
    """All of the answer, or None where it is too large for a page."""
    body = bytearray()
    try:
        for chunk in answer:
            body += chunk
            if len(body) > PAGE_BYTES:
                return None
    finally:
        answer.close()
    return bytes(body)
