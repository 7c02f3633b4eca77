"""What the web process, the writer and its hand say to each other: messages of JSON, each after its length.

A write is one WriteRequest and is answered with one WriteReceipt, or with an error of `graph.errors`.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from graph import errors
from graph.errors import (
    InvalidParameterError,
    KnowledgeGraphError,
    QueryFailedError,
    QuerySyntaxError,
    ShapeViolationError,
    SourceError,
    StoreBusyError,
)

SOCKET_NAME: Final = "writer.sock"
LENGTH: Final = struct.Struct("!I")
# The longest text is checked where it comes in; this only ends a conversation that has lost its way.
LONGEST_MESSAGE: Final = 64 << 20
_SOURCE_FIELDS: Final = ("what", "file", "line", "column", "value", "remedy")


@dataclass(frozen=True)
class Document:
    """An RDF document in a file of DIR/incoming, which stays the sender's to remove."""

    path: str
    media_type: str
    base_iri: str | None


@dataclass(frozen=True)
class WriteRequest:
    """One write, all or nothing.

    `op` is `update` (with `text`), or `put`, `post` or `delete` of one `graph` (None: the default graph) with
    the triples of all `documents`. `using_default` and `using_named` are the protocol's dataset of an update.
    `raw`: a plain dataset, in which every graph may be written; else only source and user graphs.
    `may_describe`: whether the description of a source may change with its claims.
    """

    op: str
    who: str
    raw: bool
    text: str = ""
    base_iri: str | None = None
    using_default: tuple[str, ...] | None = None
    using_named: tuple[str, ...] | None = None
    graph: str | None = None
    documents: tuple[Document, ...] = ()
    may_describe: bool = False

    def fields(self) -> dict[str, Any]:
        """The request as JSON."""
        return asdict(self) if self.documents else {**vars(self), "documents": ()}

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> WriteRequest:
        """The request that the JSON describes."""
        given = dict(fields)
        given["documents"] = tuple(Document(**document) for document in given["documents"])
        for name in ("using_default", "using_named"):
            given[name] = None if given[name] is None else tuple(given[name])
        return cls(**given)


@dataclass(frozen=True)
class WriteReceipt:
    """What became of a write: the snapshot that shows it, if its graph is new, if anything changed."""

    snapshot: int
    created: bool
    changed: bool


def message(fields: Mapping[str, Any]) -> bytes:
    """The bytes of one message."""
    payload = json.dumps(fields, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return LENGTH.pack(len(payload)) + payload


def receive(connection: socket.socket) -> dict[str, Any] | None:
    """The next message; None where the other side has gone, half way through a message too.

    Raises TimeoutError as the socket's timeout says.
    """
    head = _receive_bytes(connection, LENGTH.size)
    if head is None:
        return None
    (length,) = LENGTH.unpack(head)
    payload = _receive_bytes(connection, length) if length <= LONGEST_MESSAGE else None
    if payload is None:
        return None
    fields: dict[str, Any] = json.loads(payload)
    return fields


def _receive_bytes(connection: socket.socket, size: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < size:
        chunk = connection.recv(min(size - len(parts), 1 << 20))
        if not chunk:
            return None
        parts += chunk
    return bytes(parts)


def error_fields(error: Exception) -> dict[str, Any]:
    """An error as JSON; one that is not ours becomes a write that failed."""
    match error:
        case SourceError():
            given: dict[str, Any] = {name: getattr(error, name) for name in _SOURCE_FIELDS}
            if isinstance(error, ShapeViolationError):
                given["violations"] = [each.fields() for each in error.violations]
        case QuerySyntaxError():
            given = {"message": str(error), "line": error.line, "column": error.column}
        case StoreBusyError():
            given = {"message": str(error), "holder": error.holder}
        case InvalidParameterError() | KnowledgeGraphError():
            given = {"message": str(error)}
        case _:
            given = {"message": f"The write could not be carried out: {error}"}
    return {"error": type(error).__name__, **given}


def read_error(fields: Mapping[str, Any]) -> KnowledgeGraphError:
    """The error that the JSON describes, to be raised."""
    given = dict(fields)
    kind = getattr(errors, given.pop("error"), None)
    if not isinstance(kind, type) or not issubclass(kind, KnowledgeGraphError):
        return QueryFailedError(given.get("message", "The write could not be carried out."))
    if issubclass(kind, SourceError):
        return kind(given.pop("what"), **given)
    if kind is InvalidParameterError:
        return QueryFailedError(given["message"])
    return kind(given.pop("message"), **given)


def address(folder_descriptor: int) -> str:
    """The writer's socket in an open data directory: short, whatever the directory is called.

    Addresses of Unix sockets have at most 108 bytes.
    """
    return str(Path("/proc/self/fd", str(folder_descriptor), SOCKET_NAME))
