"""The SPARQL endpoint: the operations of the protocol, from a request to a reply.

Runs on the event loop of the server. Pages for browsers are left to Flask.
Spec: https://www.w3.org/TR/sparql11-protocol/
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

from werkzeug.exceptions import BadRequest, MethodNotAllowed, NotAcceptable

from graph.errors import ComputedGraphError, StoreError, UnsupportedFormatError, ViewPendingError
from graph.reader_protocol import ReadRequest
from graph.readers import Answer, ReaderPool
from graph.snapshot_pointer import SnapshotPointer
from graph.view_desk import ViewDesk
from web.answer_cache import AnswerCache, Cached, Key, entity_tag, is_known, is_repeatable
from web.dataset_description import PATH, parameters_of
from web.exchange import Exchange, Headers, Reply
from web.headers import CROSS_ORIGIN, NO_SNIFF
from web.negotiation import GRAPHS, HTML, RESULTS, accepts_gzip, choose, content_type, prefers_html
from web.operation import Fields, graph_names, only, read_fields, read_request, the_one
from web.receipts import ONLY_JSON, PLAIN_DATASET
from web.service_description import KEPT_GRAPHS, Service, describe_service
from web.settings import Settings
from web.views import choice_at, snapshot_of, view_headers
from web.writes import UpdateOrder, Writer, Writes

METHODS: Final = ("GET", "HEAD", "POST")
LONG_BODY: Final = 100_000
VARY: Final = ("vary", "accept, accept-encoding, origin")
# The current snapshot is looked at every time; a client that has the answer sends If-None-Match.
REVALIDATE: Final = ("cache-control", "no-cache")
NONE_FITS: Final = (
    f"None of the formats asked for fits. SELECT and ASK can be had as {', '.join(RESULTS)}, "
    f"CONSTRUCT and DESCRIBE as {', '.join(GRAPHS)}."
)

InThread = Callable[..., Coroutine[Any, Any, Any]]


class SparqlEndpoint:
    """Queries, updates and the service description, at the paths of the whole dataset and of views."""

    def __init__(
        self,
        settings: Settings,
        pool: ReaderPool,
        pointer: SnapshotPointer,
        cache: AnswerCache,
        views: ViewDesk,
        writes: Writes,
        in_thread: InThread,
    ) -> None:
        self._settings = settings
        self._pool = pool
        self._pointer = pointer
        self._cache = cache
        self._views = views
        self._writes = writes
        self._in_thread = in_thread

    def remembered(self, key: Key) -> Cached | None:
        """An answer that was given before, by the snapshot that is still current."""
        return self._cache.get(key, self._pointer.current().number)

    async def reply(self, exchange: Exchange, key: Key) -> Reply | None:
        """The reply to a request; None where it is for Flask, to be shown as a page.

        Raises KnowledgeGraphError and HTTPException.
        """
        if exchange.method not in METHODS:
            raise MethodNotAllowed(valid_methods=[*METHODS, "OPTIONS"])
        choice = choice_at(exchange.path)
        fields = await self._fields(exchange)
        accept = exchange.header("accept")
        if "update" in fields:
            return await self._update(exchange, fields)
        if not choice.is_whole:
            exchange.view = await self._views.open(choice, exchange.client)
        if exchange.method != "POST" and not fields:
            return self._described(exchange, accept)
        if not self._settings.raw and prefers_html(accept, only(fields, "format")):
            return None
        return await self._query(exchange, fields, accept, key)

    async def _fields(self, exchange: Exchange) -> Fields:
        """The parameters; those of a long body are read in a thread, while others are served."""
        media_type = exchange.header("content-type") or ""
        given = (exchange.method, exchange.query, media_type, exchange.body)
        if len(exchange.body) < LONG_BODY:
            return read_fields(*given)
        return await asyncio.to_thread(read_fields, *given)

    async def _query(self, exchange: Exchange, fields: Fields, accept: str | None, key: Key) -> Reply:
        is_union = exchange.path.startswith("/union/")
        request = read_request(
            fields,
            accept,
            exchange.base + exchange.path,
            known_prefixes=not self._settings.raw,
            is_union=is_union,
            is_packed=accepts_gzip(exchange.header("accept-encoding")),
        )
        if request.receipts and self._settings.raw:
            raise BadRequest(PLAIN_DATASET)
        if not request.media_types:
            raise UnsupportedFormatError(ONLY_JSON if request.receipts else NONE_FITS)
        current = self._pointer.current()
        snapshot = current.number
        # Where another dataset takes the place of this one, numbers may begin anew.
        mark = (*key, current.made or "")
        tag = entity_tag(mark, snapshot) if key and is_repeatable(request.text) else None
        if tag and exchange.method != "POST" and is_known(tag, exchange.header("if-none-match")):
            return Reply(HTTPStatus.NOT_MODIFIED, unchanged(tag), outcome="cached", snapshot=snapshot)
        found = self._cache.get(key, snapshot)
        if found is not None:
            return Reply(HTTPStatus.OK, [*found.headers], found.body, outcome="cached", snapshot=snapshot)
        answer = await self._ask(request, exchange)
        headers = answer_headers(answer.media_type, answer.snapshot, request.is_packed)
        headers += view_headers(exchange.view)
        if tag and answer.snapshot == snapshot:
            headers.append(("etag", tag))
            if answer.whole is not None:
                self._cache.put(key, snapshot, Cached(tag, [*headers], answer.whole))
        return Reply(
            HTTPStatus.OK,
            headers,
            answer.whole or b"",
            None if answer.whole is not None else answer,
            outcome="ok",
            query=request.text,
            snapshot=answer.snapshot,
        )

    async def _ask(self, request: ReadRequest, exchange: Exchange) -> Answer:
        try:
            return await self._pool.query(request, exchange.client, snapshot_of(exchange.view))
        except UnsupportedFormatError as error:
            raise UnsupportedFormatError(NONE_FITS) from error
        except StoreError as error:
            if exchange.view is None:
                raise
            raise ViewPendingError("The view was removed: the dataset has changed. Ask again.", 1) from error

    async def _update(self, exchange: Exchange, fields: Fields) -> Reply:
        if "query" in fields:
            raise BadRequest("Send a query or an update, not both.")
        if exchange.method != "POST":
            raise MethodNotAllowed(["POST"], "An update is sent with POST.")
        if not choice_at(exchange.path).is_whole:
            raise ComputedGraphError(
                "A view is computed from the claims and never written. Send updates to /sparql."
            )
        text = the_one(fields, "update")
        default, named = fields.get("using-graph-uri"), fields.get("using-named-graph-uri")
        has_dataset = bool(default or named)
        order = UpdateOrder(
            text,
            exchange.base + exchange.path,
            graph_names(default or ()) if has_dataset else None,
            graph_names(named or ()) if has_dataset else None,
        )
        by = Writer(exchange.header("authorization"), exchange.client, exchange.request_id)
        receipt = await self._in_thread(self._writes.update, order, by)
        headers = [*CROSS_ORIGIN, NO_SNIFF, ("x-osagraph-snapshot", str(receipt.snapshot))]
        return Reply(HTTPStatus.NO_CONTENT, headers, outcome="ok", query=text, snapshot=receipt.snapshot)

    def _described(self, exchange: Exchange, accept: str | None) -> Reply | None:
        """The form for people is Flask's, the service description for machines is here."""
        offers = GRAPHS if self._settings.raw else (*GRAPHS, HTML)
        media_type = choose(accept, offers)
        if media_type is None:
            raise NotAcceptable("The service description can be had as HTML or RDF.")
        if media_type == HTML:
            return None
        is_union = exchange.path.startswith("/union/")
        view = exchange.view
        note = f"A view: {view.text}." if view else ""
        writes = not is_union and view is None
        service = Service(exchange.base + exchange.path, is_union, writes, note)
        headers = [*CROSS_ORIGIN, NO_SNIFF, VARY, ("content-type", content_type(media_type))]
        headers += view_headers(view)
        if not self._settings.raw:
            dataset = exchange.base + PATH + parameters_of(view)
            federates = bool(self._settings.services)
            service = replace(service, federates=federates, dataset=dataset, graphs=KEPT_GRAPHS)
            headers.append(("link", f'<{dataset}>; rel="describedby"'))
        return Reply(HTTPStatus.OK, headers, describe_service(service, media_type))


def answer_headers(media_type: str, snapshot: int, is_packed: bool) -> Headers:
    """The headers of an answer to a query."""
    headers = [
        *CROSS_ORIGIN,
        NO_SNIFF,
        VARY,
        REVALIDATE,
        ("content-type", content_type(media_type)),
        ("x-osagraph-snapshot", str(snapshot)),
    ]
    if is_packed:
        headers.append(("content-encoding", "gzip"))
    return headers


def unchanged(tag: str) -> Headers:
    """The headers of a 304."""
    return [*CROSS_ORIGIN, NO_SNIFF, VARY, REVALIDATE, ("etag", tag)]
