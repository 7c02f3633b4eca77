"""What the web process and its readers say to each other: frames on pipes.

A frame is one byte of kind, four bytes of length, and the payload. The web process sends a REQUEST; the
reader answers HEAD and then either WHOLE, or DATA as often as needed and END; or FAULT at
any point. LEAVING before the last of these says that the process ends after this answer.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NamedTuple

from graph.errors import (
    KnowledgeGraphError,
    NoReceiptsError,
    NotMirroredError,
    PublicationChangedError,
    QueryFailedError,
    QuerySyntaxError,
    QueryTimeoutError,
    RemoteAccessError,
    RemoteStoreError,
    ServiceFailedError,
    StoreError,
    UnknownResourceError,
    UnsupportedFormatError,
)

REQUEST, HEAD, WHOLE, DATA, END, FAULT, LEAVING = (b"Q", b"H", b"W", b"D", b"E", b"X", b"L")
PREFIX: Final = struct.Struct("!cI")
# The only errors that a reader reports; anything else is a query that failed.
FAULTS: Final[Mapping[str, type[KnowledgeGraphError]]] = MappingProxyType(
    {
        "syntax": QuerySyntaxError,
        "format": UnsupportedFormatError,
        "failed": QueryFailedError,
        "service": ServiceFailedError,
        "store": StoreError,
        "unknown": UnknownResourceError,
        "receipts": NoReceiptsError,
        "timeout": QueryTimeoutError,
        "engine": RemoteStoreError,
        "engine-access": RemoteAccessError,
        "engine-changed": PublicationChangedError,
        "not-mirrored": NotMirroredError,
    }
)


class Frame(NamedTuple):
    """One message; the payload of HEAD, REQUEST and FAULT is JSON."""

    kind: bytes
    payload: bytes = b""

    def encode(self) -> bytes:
        """The bytes on the pipe."""
        return PREFIX.pack(self.kind, len(self.payload)) + self.payload


@dataclass(frozen=True)
class ReadRequest:
    """A query and how its answer is to be written.

    `media_types`: one per form of answer (`select`, `ask`, `graph` or `explanation`), absent where no format
    fits. `default_graphs` and
    `named_graphs` are the protocol's dataset, which replaces FROM; None asks the dataset as it is.
    `known_prefixes`: whether the prefixes of `ontology/prefixes.ttl` need no declaration. `is_union`: whether
    the default graph is the union of all graphs. `store`, the snapshot's folder, is put in by the pool.
    `is_checked`: whether `require_harmless` has seen the text. `is_packed`: whether the answer is gzipped.
    `graph`: without a text, the graph that is asked for whole ("": the default graph), or, with `is_head`,
    whether it is there. `explain`: without a text, the terms of a triple in N-Triples syntax, whose
    explanation is asked for. `receipts`: whether the rows of the query are wanted with their receipts.
    `check`: whether only the syntax of the query is asked about; the answer is empty, of the form `check`.
    `seconds`: how long the answer may take in all, where that is less than usual.
    """

    text: str
    media_types: Mapping[str, str] = field(default_factory=dict)
    base_iri: str | None = None
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    known_prefixes: bool = True
    is_union: bool = False
    store: str = ""
    is_checked: bool = False
    is_packed: bool = False
    graph: str | None = None
    is_head: bool = False
    explain: tuple[str, str, str] | None = None
    receipts: bool = False
    check: bool = False
    seconds: float | None = None

    def frame(self, store: str) -> Frame:
        """The request as a message; `store` is the folder of the snapshot that it asks."""
        fields = {**vars(self), "media_types": dict(self.media_types), "store": store}
        return Frame(REQUEST, json.dumps(fields).encode())

    @classmethod
    def read(cls, payload: bytes) -> ReadRequest:
        """The request of a message."""
        return cls(**json.loads(payload))


def fault_frame(kind: str, message: str, line: int | None = None, column: int | None = None) -> Frame:
    """The message that reports an error; `kind` is one of FAULTS."""
    return Frame(
        FAULT, json.dumps({"kind": kind, "message": message, "line": line, "column": column}).encode()
    )


def fault(payload: bytes) -> KnowledgeGraphError:
    """The error that a FAULT reports, to be raised."""
    report = json.loads(payload)
    if report["kind"] == "syntax":
        return QuerySyntaxError(report["message"], report["line"], report["column"])
    return FAULTS[report["kind"]](report["message"])
