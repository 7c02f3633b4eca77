"""The Graph Store Protocol: whole graphs, read and written by name.

Spec: https://www.w3.org/TR/sparql11-http-rdf-update/
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import IO, Final
from urllib.parse import quote

from pyoxigraph import NamedNode
from werkzeug.exceptions import BadRequest, MethodNotAllowed

from graph.errors import UnsupportedFormatError
from graph.reader_protocol import ReadRequest
from graph.readers import ReaderPool
from graph.rights import USER_GRAPHS
from graph.snapshot_pointer import SnapshotPointer
from graph.write_protocol import Document
from web.answer_cache import entity_tag, is_known
from web.endpoint import InThread, answer_headers, unchanged
from web.exchange import Exchange, Reply
from web.headers import CROSS_ORIGIN, NO_SNIFF
from web.metrics import WriteOp
from web.negotiation import GRAPHS, accepts_gzip, choose
from web.operation import read_pairs
from web.settings import Settings
from web.uploads import MULTIPART, incoming_file, media_type_of, read_body, split_parts
from web.writes import GraphOrder, Writer, Writes

PATH: Final = "/store"
READS: Final = ("GET", "HEAD")
WRITES: Final[dict[str, WriteOp]] = {"PUT": "put", "POST": "post", "DELETE": "delete"}
# What RFC 3986 lets stand in a path as it is.
PATH_CHARACTERS: Final = "/:@!$&'()*+,;=~-._"
# One graph is sent, so these would say no more than their plainer relatives.
FORMATS: Final = GRAPHS[:4]


UNNAMED: Final = "Name a graph: ?graph=IRI or ?default."


@dataclass(frozen=True)
class Target:
    """The graph that a request is about: None is the default graph; a new one has no name yet."""

    graph: str | None
    is_new: bool = False


def target_of(exchange: Exchange) -> Target:
    """The graph that the parameters name, or the path itself.

    Raises BadRequest where they name none, or more than one.
    """
    named = [(name, value) for name, value in read_pairs(exchange.query) if name in ("graph", "default")]
    if len(named) > 1:
        raise BadRequest("Name one graph, once: ?graph=IRI or ?default.")
    own_name = exchange.path.removeprefix(PATH).strip("/")
    if own_name:
        if named:
            raise BadRequest("This address names a graph itself: leave ?graph and ?default out.")
        return Target(exchange.base + quote(exchange.path, safe=PATH_CHARACTERS))
    if not named:
        return Target(None, is_new=True)
    name, value = named[0]
    return Target(None) if name == "default" else Target(_absolute(value))


def _absolute(name: str) -> str:
    try:
        return NamedNode(name).value
    except ValueError as error:
        raise BadRequest(f"A graph is named by an absolute IRI, not by {name!r}.") from error


class GraphStore:
    """Graphs at /store?graph=IRI, /store?default, and /store/… by their own address."""

    def __init__(
        self,
        settings: Settings,
        pool: ReaderPool,
        pointer: SnapshotPointer,
        writes: Writes,
        in_thread: InThread,
    ) -> None:
        self._settings = settings
        self._pool = pool
        self._pointer = pointer
        self._writes = writes
        self._in_thread = in_thread

    async def reply(self, exchange: Exchange, body: AsyncIterator[bytes]) -> Reply:
        """The reply to a request.

        Raises KnowledgeGraphError and HTTPException.
        """
        if exchange.method in READS:
            return await self._read(exchange)
        if exchange.method not in WRITES:
            raise MethodNotAllowed([*READS, *WRITES, "OPTIONS"])
        return await self._write(exchange, body)

    async def _read(self, exchange: Exchange) -> Reply:
        target = target_of(exchange)
        if target.is_new:
            raise BadRequest(UNNAMED)
        accept = exchange.header("accept")
        media_type = choose(accept, FORMATS)
        if media_type is None:
            raise UnsupportedFormatError(f"A graph can be had as {', '.join(FORMATS)}.")
        is_packed = accepts_gzip(exchange.header("accept-encoding"))
        current = self._pointer.current()
        snapshot, made = current.number, current.made or ""
        tag = entity_tag((exchange.path, exchange.query, media_type, str(is_packed), made), snapshot)
        request = ReadRequest(
            "",
            {"graph": media_type},
            is_packed=is_packed,
            known_prefixes=not self._settings.raw,
            graph=target.graph or "",
            is_head=exchange.method == "HEAD",
            is_checked=True,
        )
        if is_known(tag, exchange.header("if-none-match")):
            return Reply(HTTPStatus.NOT_MODIFIED, unchanged(tag), snapshot=snapshot)
        answer = await self._pool.query(request, exchange.client)
        headers = answer_headers(media_type, answer.snapshot, is_packed)
        if answer.snapshot == snapshot:
            headers.append(("etag", tag))
        whole = answer.whole
        return Reply(
            HTTPStatus.OK,
            headers,
            whole or b"",
            None if whole is not None else answer,
            snapshot=answer.snapshot,
        )

    async def _write(self, exchange: Exchange, body: AsyncIterator[bytes]) -> Reply:
        target = target_of(exchange)
        graph = target.graph
        by = Writer(exchange.header("authorization"), exchange.client, exchange.request_id)
        if target.is_new:
            if exchange.method != "POST":
                raise BadRequest(UNNAMED)
            graph = self._fresh_name(exchange)
        op = WRITES[exchange.method]
        await self._in_thread(self._writes.require_right, op, graph, by)
        if op == "delete":
            receipt = await self._in_thread(self._writes.change_graph, GraphOrder("delete", graph), by)
        else:
            async with self._documents(exchange, graph, body) as documents:
                order = GraphOrder(op, graph, documents)
                receipt = await self._in_thread(self._writes.change_graph, order, by)
        headers = [*CROSS_ORIGIN, NO_SNIFF, ("x-osagraph-snapshot", str(receipt.snapshot))]
        if target.is_new and graph:
            headers.append(("location", graph))
        status = HTTPStatus.CREATED if receipt.created or target.is_new else HTTPStatus.NO_CONTENT
        return Reply(status, headers, outcome="ok", snapshot=receipt.snapshot)

    def _fresh_name(self, exchange: Exchange) -> str:
        """A graph that nobody has named: in product mode among the user graphs, else at its own address."""
        name = uuid.uuid4().hex
        return f"{exchange.base}{PATH}/{name}" if self._settings.raw else f"{USER_GRAPHS}{name}"

    @contextlib.asynccontextmanager
    async def _documents(
        self, exchange: Exchange, graph: str | None, body: AsyncIterator[bytes]
    ) -> AsyncIterator[tuple[Document, ...]]:
        """The documents of the body, in files that are gone afterwards."""
        content_type = exchange.header("content-type")
        media_type = media_type_of(content_type)
        limit = self._settings.upload_bytes
        base_iri = graph or exchange.base + exchange.path
        with incoming_file(self._settings.data, uuid.uuid4().hex) as file, contextlib.ExitStack() as stack:
            await read_body(body, exchange.header("content-encoding"), limit, file.write)
            file.flush()
            if media_type != MULTIPART:
                yield (Document(file.name, media_type, base_iri),)
                return
            stack.callback(_remove_parts, file)
            yield await self._in_thread(split_parts, file, content_type or "", base_iri, limit)


def _remove_parts(file: IO[bytes]) -> None:
    whole = Path(file.name)
    for part in whole.parent.glob(f"{whole.name}.*"):
        part.unlink(missing_ok=True)
