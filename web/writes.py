"""Writes over HTTP: who asks, whether they may, and the writer's answer; everything goes into the audit log.

These functions wait for the writer, so they run in threads.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from graph.audit import AuditLog
from graph.errors import (
    AccessError,
    ComputedGraphError,
    ForbiddenError,
    KnowledgeGraphError,
    LimitExceededError,
    MalformedSourceError,
    QueryError,
    QuerySyntaxError,
    QueryTimeoutError,
    StoreBusyError,
    UnsupportedMediaTypeError,
    WriterUnavailableError,
)
from graph.query_guard import require_harmless_update
from graph.rights import ADMIN
from graph.tokens import Token, TokenFile
from graph.update_scan import UpdateScan, scan_update, without_documents
from graph.write_protocol import Document, WriteReceipt, WriteRequest
from graph.writer_client import WriterClient
from web.metrics import Metrics, WriteOp, WriteOutcome

BEARER: Final = "bearer "


@dataclass(frozen=True)
class UpdateOrder:
    """A SPARQL update as it was sent; the dataset of the protocol is None where it was not."""

    text: str
    base_iri: str
    using_default: tuple[str, ...] | None = None
    using_named: tuple[str, ...] | None = None


@dataclass(frozen=True)
class GraphOrder:
    """A write of the Graph Store Protocol: `put`, `post` or `delete` of a graph (None: the default graph)."""

    op: WriteOp
    graph: str | None
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True)
class Writer:
    """Who writes: the Authorization header, the client's address and the id of the request."""

    authorization: str | None
    client: str
    request_id: str


class Writes:
    """Carries out writes for those who may."""

    def __init__(
        self, tokens: TokenFile, audit: AuditLog, writer: WriterClient, metrics: Metrics, *, raw: bool
    ) -> None:
        self._tokens = tokens
        self._audit = audit
        self._writer = writer
        self._metrics = metrics
        self._raw = raw

    def update(self, order: UpdateOrder, by: Writer) -> WriteReceipt:
        """The receipt of an update.

        Raises AccessError, QuerySyntaxError, UpdateFailedError, QueryTimeoutError and StoreError.
        """

        def carry_out(token: Token) -> WriteReceipt:
            text = order.text
            if "load" in text.lower():
                text = without_documents(text, scan_update(text, order.base_iri))
            require_harmless_update(text)
            if self._raw:
                token.require_write(None, raw=True)
            else:
                require_targets(scan_update(text, order.base_iri), token)
            return self._writer.write(
                WriteRequest(
                    op="update",
                    who=token.name,
                    raw=self._raw,
                    text=text,
                    base_iri=order.base_iri,
                    using_default=order.using_default,
                    using_named=order.using_named,
                    may_describe=ADMIN in token.scopes,
                )
            )

        return self._recorded("update", {"text": order.text[:2000]}, by, carry_out)

    def change_graph(self, order: GraphOrder, by: Writer) -> WriteReceipt:
        """The receipt of a write to one graph.

        Raises AccessError, SourceError, UnknownResourceError and StoreError.
        """

        def carry_out(token: Token) -> WriteReceipt:
            token.require_write(order.graph, self._raw)
            return self._writer.write(
                WriteRequest(
                    op=order.op,
                    who=token.name,
                    raw=self._raw,
                    graph=order.graph,
                    documents=order.documents,
                    may_describe=ADMIN in token.scopes,
                )
            )

        return self._recorded(order.op, {"graph": order.graph}, by, carry_out)

    def require_right(self, op: WriteOp, graph: str | None, by: Writer) -> None:
        """Nothing, where this client may write this graph: asked before a body is read.

        Raises AccessError, which the audit log has then too.
        """
        who = ""
        try:
            token = self._token(by)
            who = token.name
            token.require_write(graph, self._raw)
        except AccessError as error:
            self._metrics.count_write(op, outcome_of(error), 0)
            self._write_down(op, {"graph": graph}, by, who, type(error).__name__)
            raise

    def _recorded(
        self,
        op: WriteOp,
        what: dict[str, str | None],
        by: Writer,
        carry_out: Callable[[Token], WriteReceipt],
    ) -> WriteReceipt:
        started = time.monotonic()
        who, outcome, said = "", "failed", ""
        snapshot = None
        try:
            token = self._token(by)
            who = token.name
            receipt = carry_out(token)
            outcome, snapshot = "ok", receipt.snapshot
            return receipt
        except KnowledgeGraphError as error:
            outcome, said = outcome_of(error), type(error).__name__
            raise
        finally:
            self._metrics.count_write(op, outcome, time.monotonic() - started)  # type: ignore[arg-type]
            self._write_down(op, what, by, who, said or outcome, snapshot)

    def _token(self, by: Writer) -> Token:
        header = by.authorization or ""
        is_bearer = header.lower().startswith(BEARER)
        return self._tokens.authenticate(header[len(BEARER) :].strip() if is_bearer else None)

    def _write_down(
        self,
        op: WriteOp,
        what: dict[str, str | None],
        by: Writer,
        who: str,
        outcome: str,
        snapshot: int | None = None,
    ) -> None:
        self._audit.record(
            op=op,
            who=who,
            client=by.client,
            request_id=by.request_id,
            outcome=outcome,
            snapshot=snapshot,
            **what,
        )


def require_targets(scan: UpdateScan, token: Token) -> None:
    """Nothing, where the token may write whatever the update can write.

    Raises ComputedGraphError and ForbiddenError.
    """
    if scan.writes_default or scan.writes_all:
        raise ComputedGraphError(
            "The default graph is computed from the claims and never written, so an update names the graphs "
            "that it writes: GRAPH <…> or WITH <…>."
        )
    if scan.writes_variable_graph:
        raise ForbiddenError("Name the graphs that the update writes: a variable may be any graph.")
    for graph in sorted(scan.graphs):
        token.require_write(graph, raw=False)


def outcome_of(error: KnowledgeGraphError) -> WriteOutcome:
    """The name under which the metrics count an error."""
    match error:
        case AccessError():
            return "refused"
        case QuerySyntaxError() | MalformedSourceError() | UnsupportedMediaTypeError() | LimitExceededError():
            return "malformed"
        case QueryTimeoutError():
            return "timeout"
        case StoreBusyError() | WriterUnavailableError():
            return "busy"
        case QueryError() | KnowledgeGraphError():
            return "failed"
