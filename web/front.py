"""The server's application: the SPARQL paths and the graph store on the event loop, pages in threads.

Answers that are remembered are given before anything is parsed. granian calls this by RSGI.
Spec: https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md
"""

from __future__ import annotations

import asyncio
import functools
import json
import os
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any, Final, TypeVar

from werkzeug.exceptions import BadRequest, HTTPException, RequestTimeout

from graph.blocking_readers import BlockingReaders
from graph.confinement import give_back_memory
from graph.datadir import DataDirectory
from graph.errors import (
    ClientBusyError,
    KnowledgeGraphError,
    ReadersBusyError,
    StoreBusyError,
    ViewPendingError,
)
from graph.mirror_follower import Follower
from graph.readers import CHANGES, ReaderPool
from graph.snapshot_pointer import SnapshotPointer
from graph.view_desk import ViewDesk
from web.answer_cache import LARGEST_ENTRY, AnswerCache, Key, is_known
from web.answer_spool import SpoolBudget
from web.endpoint import SparqlEndpoint, unchanged
from web.errors import CHANGED, PLAIN, PROBLEM, form_of, problem_of, written
from web.exchange import Exchange, Reply, joined, read_head
from web.freshness import FreshnessWatch
from web.gateway import WsgiApp, run_page
from web.graph_store import PATH as STORE
from web.graph_store import GraphStore
from web.headers import AT_LEAST, CROSS_ORIGIN, NO_SNIFF, PREFLIGHT
from web.negotiation import HTML
from web.observer import Observer
from web.request_log import request_id
from web.server_state import Machine, ServerState, counted, made_at
from web.settings import Settings
from web.streaming import ClientLeftError, send_stream
from web.uploads import read_body
from web.views import COMPARISON, WHOLE, choice_in, compared_in, is_of_a_view, is_sparql
from web.writes import Writes

# What is said of a view that is there in a moment.
PENDING: Final = (ViewPendingError, ClientBusyError)
# Relative names in a query are relative to the address that the client used.
KEY_HEADERS: Final = ("accept", "accept-encoding", "host", "x-forwarded-host", "x-forwarded-proto")
THREADS: Final = 16
WRITES: Final = 64
# A client that leaves is looked out for once its query has taken so long.
WATCH_SECONDS: Final = 0.2
LAST_SECONDS: Final = 1.0
LARGE_BODY: Final = 1 << 20
UPLOAD_SECONDS: Final = 3600
# No snapshot has a longer number, and very long ones are costly to read.
LONGEST_NUMBER: Final = 18
JSON: Final = ("content-type", "application/json")

Result = TypeVar("Result")


class Front:
    """One server process."""

    def __init__(
        self,
        settings: Settings,
        pointer: SnapshotPointer,
        writes: Writes,
        pages: Callable[[BlockingReaders], WsgiApp],
        observer: Observer,
        follower: Follower | None = None,
    ) -> None:
        self._settings = settings
        self._pointer = pointer
        self._writes = writes
        self._make_pages = pages
        self._observer = observer
        self._follower = follower
        self._cache = AnswerCache(settings.cache_bytes)
        self._budget = SpoolBudget(settings.spool_bytes)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="page")
        # Writes wait for each other; pages must not wait for them.
        self._write_threads = ThreadPoolExecutor(WRITES, thread_name_prefix="write")
        self._writing = 0

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """The server is about to begin."""
        self._loop = loop
        self._pool = ReaderPool(
            self._pointer.current,
            self._settings.limits(),
            self._settings.allowed_services(),
            self._follower,
        )
        self._views = ViewDesk(
            DataDirectory(self._settings.data),
            self._pointer.current,
            self._pool,
            self._settings.view_limits(),
        )
        self._pages = self._make_pages(BlockingReaders(self._pool, loop))
        self._sparql = SparqlEndpoint(
            self._settings,
            self._pool,
            self._pointer,
            self._cache,
            self._views,
            self._writes,
            self._write,
        )
        self._store = GraphStore(self._settings, self._pool, self._pointer, self._writes, self._write)
        self._machine = Machine(DataDirectory(self._settings.data))
        self._freshness = FreshnessWatch(BlockingReaders(self._pool, loop), self._threads.submit)
        self._observer.watch(self._state)
        loop.call_soon(self._pool.warm)

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        """The server has ended."""
        self._views.close()
        self._pool.close()
        for threads in (self._threads, self._write_threads):
            threads.shutdown(wait=False, cancel_futures=True)
        self._observer.close()
        # A thread that waits for somebody who has gone must not keep this process.
        end = threading.Timer(LAST_SECONDS, os._exit, (0,))
        end.daemon = True
        end.start()

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Answer one request."""
        if scope.method == "GET" and is_sparql(scope.path) and self._answer_from_cache(scope, protocol):
            return
        started = time.monotonic()
        exchange = read_head(scope, self._settings, request_id(scope.headers.get("x-request-id")))
        try:
            reply = await self._reply(exchange, protocol)
        except asyncio.CancelledError:
            self._observer.left(exchange, time.monotonic() - started)
            return
        except Exception as error:
            reply = await self._fault(exchange, error)
        reply.headers.append(("x-request-id", exchange.request_id))
        sent = await self._send(exchange, reply, protocol)
        self._observer.answered(exchange, reply, sent, time.monotonic() - started)
        if len(exchange.body) > LARGE_BODY:
            exchange.body = b""
            give_back_memory()

    def _answer_from_cache(self, scope: Any, protocol: Any) -> bool:
        """Whether the answer was remembered, and has been sent."""
        headers = scope.headers
        key = (scope.path, scope.query_string, *[joined(headers, name) or "" for name in KEY_HEADERS])
        try:
            found = self._sparql.remembered(key)
        except KnowledgeGraphError:
            return False
        if found is None or AT_LEAST in headers:
            return False
        if is_known(found.etag, joined(headers, "if-none-match")):
            protocol.response_empty(304, unchanged(found.etag))
        else:
            protocol.response_bytes(200, found.headers, found.body)
        self._observer.remembered()
        return True

    async def _reply(self, exchange: Exchange, protocol: Any) -> Reply:
        if exchange.method == "OPTIONS":
            return Reply(HTTPStatus.NO_CONTENT, [*PREFLIGHT])
        if exchange.path == "/healthz":
            return self._health()
        if exchange.path == "/readyz":
            return self._readiness()
        if exchange.path == "/metrics":
            body, media_type = self._observer.render()
            return Reply(HTTPStatus.OK, [NO_SNIFF, ("content-type", media_type)], body)
        self._require_snapshot(exchange.header(AT_LEAST))
        if exchange.path == STORE or exchange.path.startswith(f"{STORE}/"):
            return await self._while_client_waits(
                self._store.reply(exchange, _timely(protocol, UPLOAD_SECONDS)), protocol
            )
        if exchange.method not in ("GET", "HEAD"):
            exchange.body = await self._body(exchange, protocol)
        if self._is_sparql(exchange.path):
            query = self._sparql.reply(exchange, self._key(exchange))
            reply = await self._while_client_waits(query, protocol)
            if reply is not None:
                return reply
        elif not self._settings.raw:
            # A page would hold a thread while it waits.
            await self._while_client_waits(self._open_views(exchange), protocol)
        return await self._page(exchange)

    async def _page(self, exchange: Exchange) -> Reply:
        """The page; made anew where the dataset was replaced meanwhile."""
        for _ in range(CHANGES):
            before = self._pointer.current()
            reply = await self._in_thread(run_page, self._pages, exchange)
            if reply.outcome != CHANGED:
                return reply
            await self._pool.changed(before)
        return await self._in_thread(run_page, self._pages, exchange)

    async def _open_views(self, exchange: Exchange) -> None:
        """The view, or the views, that a page is about."""
        if exchange.path == COMPARISON:
            choices = compared_in(exchange.query)
            opened = [self._views.open(choice, exchange.client) for choice in choices]
            views = await asyncio.gather(*opened, return_exceptions=True)
            for view in views:
                if isinstance(view, BaseException) and not isinstance(view, PENDING):
                    raise view
            exchange.compared = dict(zip(choices, views, strict=True))
        elif is_of_a_view(exchange.path) and not (choice := choice_in(exchange.query)).is_whole:
            exchange.view = await self._views.open(choice, exchange.client)

    def _is_sparql(self, path: str) -> bool:
        return path in WHOLE or (not self._settings.raw and is_sparql(path))

    async def _body(self, exchange: Exchange, protocol: Any) -> bytes:
        body = bytearray()
        chunks = _timely(protocol, self._settings.upload_seconds)
        await read_body(chunks, exchange.header("content-encoding"), self._settings.body_bytes, body.extend)
        return bytes(body)

    def _key(self, exchange: Exchange) -> Key:
        """All that an answer depends on, besides the snapshot; nothing where it is too long to be kept."""
        if len(exchange.body) > LARGEST_ENTRY:
            return ()
        key = (exchange.path, exchange.query, *[exchange.header(name) or "" for name in KEY_HEADERS])
        if exchange.method != "POST":
            return key
        return (*key, exchange.header("content-type") or "", exchange.body.decode("latin-1"))

    async def _while_client_waits(self, work: Awaitable[Result], protocol: Any) -> Result:
        """The result; the work is cancelled when the client leaves."""
        task = asyncio.current_task()
        watch: list[asyncio.Future[None]] = []

        def look_out() -> None:
            left = asyncio.ensure_future(protocol.client_disconnect())
            left.add_done_callback(lambda done: None if done.cancelled() or task is None else task.cancel())
            watch.append(left)

        timer = self._loop.call_later(WATCH_SECONDS, look_out)
        try:
            return await work
        finally:
            timer.cancel()
            for each in watch:
                each.cancel()

    async def _send(self, exchange: Exchange, reply: Reply, protocol: Any) -> int:
        """The number of bytes of the body that were sent."""
        if reply.answer is None:
            if exchange.method == "HEAD" or not reply.body:
                length = [("content-length", str(len(reply.body)))] if reply.body else []
                protocol.response_empty(reply.status, [*reply.headers, *length])
                return 0
            protocol.response_bytes(reply.status, reply.headers, reply.body)
            return len(reply.body)
        try:
            if exchange.method == "HEAD":
                protocol.response_empty(reply.status, reply.headers)
                return 0
            chunks = reply.answer.chunks()
            return await send_stream(
                protocol, exchange.peer, reply.status, reply.headers, chunks, self._budget
            )
        except ClientLeftError:
            reply.outcome = "client_left"
        except KnowledgeGraphError:
            reply.outcome = "cut"
        finally:
            reply.answer.close()
        return 0

    async def _fault(self, exchange: Exchange, error: Exception) -> Reply:
        """The reply to an error, with its incident in the log where the fault is ours."""
        outcome = type(error).__name__ if isinstance(error, KnowledgeGraphError | HTTPException) else "error"
        accept = exchange.header("accept")
        if form_of(accept, (PLAIN, PROBLEM, HTML)) == HTML:
            reply = await self._in_thread(run_page, self._pages, exchange, error)
            reply.outcome = outcome
            return reply
        problem = problem_of(error, exchange.request_id)
        media_type, body = written(problem, accept)
        headers = [*CROSS_ORIGIN, NO_SNIFF, ("vary", "accept"), ("content-type", media_type)]
        headers += [(name.lower(), value) for name, value in problem.headers]
        return Reply(problem.status, headers, body, outcome=outcome)

    def _require_snapshot(self, at_least: str | None) -> None:
        """Nothing, where the current snapshot is the one asked for or a later one.

        Raises ReadersBusyError where it is yet to come, BadRequest for what is no number.
        """
        if at_least is None:
            return
        if not (at_least.isascii() and at_least.isdigit() and len(at_least) <= LONGEST_NUMBER):
            raise BadRequest(f"{AT_LEAST} is the number of a snapshot.")
        if self._pointer.current().number < int(at_least):
            raise ReadersBusyError(f"Snapshot {at_least} is not here yet. Try again in a moment.")

    def _health(self) -> Reply:
        """This process answers."""
        return Reply(HTTPStatus.OK, [NO_SNIFF, JSON], b'{"status":"ok"}\n')

    def _readiness(self) -> Reply:
        """There is a dataset, the engine that holds it answers, and a reader is free.

        Raises StoreMissingError and StoreFormatError.
        """
        snapshot = self._pointer.current().number
        if self._follower is not None and self._follower.trouble:
            told = {"status": "engine", "snapshot": snapshot, "reason": self._follower.trouble}
            return Reply(HTTPStatus.SERVICE_UNAVAILABLE, [NO_SNIFF, JSON], f"{json.dumps(told)}\n".encode())
        state = self._pool.state
        is_ready = state.working < self._settings.readers
        status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
        word = "ready" if is_ready else "busy"
        return Reply(status, [NO_SNIFF, JSON], f'{{"status":"{word}","snapshot":{snapshot}}}\n'.encode())

    def _state(self) -> ServerState:
        """What is told to whoever watches.

        Raises StoreMissingError and StoreFormatError.
        """
        now, snapshot = self._pool.state, self._pointer.current()
        data, memory = self._machine.look(snapshot.number)
        return ServerState(
            idle=now.idle,
            busy=now.working,
            killed=now.killed,
            waiting=now.waiting,
            snapshot=snapshot.number,
            made=made_at(snapshot),
            counts=counted(snapshot),
            views=self._views.state,
            child_bytes=memory,
            is_ready=self._readiness().status == HTTPStatus.OK,
            has_engine=None if self._follower is None else not self._follower.trouble,
            data=data,
            # A plain dataset has sources in no sense that we know.
            freshness=None if self._settings.raw else self._freshness.look(snapshot),
        )

    async def _write(self, function: Callable[..., Result], *arguments: Any) -> Result:
        """The result of a write, or of what belongs to it.

        Raises StoreBusyError where too many are under way.
        """
        if self._writing >= WRITES:
            raise StoreBusyError("Too many writes are under way. Try again shortly.")
        self._writing += 1
        try:
            work = functools.partial(function, *arguments)
            return await self._loop.run_in_executor(self._write_threads, work)
        finally:
            self._writing -= 1
            self._pointer.look_again()

    async def _in_thread(self, function: Callable[..., Result], *arguments: Any) -> Result:
        return await self._loop.run_in_executor(self._threads, functools.partial(function, *arguments))


async def _timely(protocol: Any, seconds: float) -> AsyncIterator[bytes]:
    """The pieces of a request's body.

    Raises RequestTimeout where they are not all there in time.
    """
    try:
        async with asyncio.timeout(seconds):
            async for chunk in protocol:
                yield chunk
    except TimeoutError as error:
        raise RequestTimeout("The body of the request did not come in time.") from error
