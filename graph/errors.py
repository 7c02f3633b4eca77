"""Every way in which osagraph tells somebody that something went wrong.

    KnowledgeGraphError
    ├── StoreError                  the dataset on disk
    │   ├── StoreMissingError       nothing has been built yet
    │   ├── StoreBusyError          another process writes, or serves, this data
    │   ├── StoreFormatError        a data directory of another version
    │   ├── StoreWriteError         disk full, read-only, unwritable
    │   ├── SnapshotGoneError       a snapshot that is no longer kept
    │   ├── SnapshotPinnedError     one that was to go, and somebody has pinned
    │   ├── WriterUnavailableError  the process that writes does not answer
    │   └── RemoteStoreError        another engine that does not answer, or not as the standard says
    │       ├── RemoteAccessError   it refuses our credentials
    │       ├── RemoteMissingError  it has nothing at that address
    │       └── PublicationChangedError  it holds another publication than the one that was asked
    ├── QueryError                  a question that cannot be answered
    │   ├── QuerySyntaxError        not SPARQL; carries line and column
    │   ├── QueryTimeoutError       not finished within its deadline
    │   ├── QueryFailedError        the reader refused it, or died on it
    │   │   └── ServiceFailedError  a SERVICE that it asks did not answer
    │   ├── UpdateFailedError       an update that cannot be carried out
    │   ├── ReadersBusyError        all readers are at work; try again shortly
    │   ├── ClientBusyError         this client has its share of the readers already
    │   ├── ViewPendingError        a view that is still being made; carries when to come back
    │   ├── LabelsPendingError      the index of names is still being made
    │   ├── SearchTimeoutError      a search for names that took too long
    │   ├── UnknownQueryError       no named query of that name
    │   ├── InvalidParameterError   a parameter of a named query is off
    │   ├── NoReceiptsError         a query, or an answer, that no receipts are given for
    │   ├── UnsupportedFormatError  no such result format
    │   └── NotMirroredError        what a server in front of another engine cannot do
    ├── UnknownResourceError        no such source, claim or entity
    ├── AccessError                 a write that is not allowed
    │   ├── UnauthenticatedError    no token, or one that is not known
    │   ├── ForbiddenError          a token without the right to this graph
    │   ├── ComputedGraphError      a graph that nobody writes: it is computed
    │   ├── ReplicaError            a read replica takes no writes
    │   └── RetractedSourceError    a source that counts nowhere until its retraction is undone
    ├── CurationError               an act of curation that cannot be: made already, nothing to undo
    ├── OutboundError               a call to another server
    │   ├── OutboundRefusedError    one that is not allowed; no connection was opened
    │   └── OutboundFailedError     one that was not answered, or not in time
    │       └── OutboundTooLargeError  one that was answered with too much
    ├── OntologyError               our own files are wrong
    └── SourceError                 a document that cannot be loaded
        ├── SourceUnavailableError  missing, a directory, unreadable
        ├── MalformedSourceError    its content is wrong; carries where
        ├── ShapeViolationError     it breaks a shape of the ontology; carries the violations
        ├── UnsupportedMediaTypeError  a format that nothing here reads
        └── LimitExceededError      too big, too deep, too slow

`graph` knows no HTTP: the status numbers live in `web/errors.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from graph.violations import Violation, read_violation


class KnowledgeGraphError(Exception):
    """Anything a person can be told in one sentence."""


class StoreError(KnowledgeGraphError):
    """The dataset on disk cannot be used."""


class StoreMissingError(StoreError):
    """Nothing has been built in the data directory yet."""


class StoreBusyError(StoreError):
    """Another process holds the lock; `holder` is its process id where known."""

    def __init__(self, message: str, holder: int | None = None) -> None:
        super().__init__(message)
        self.holder = holder


class StoreFormatError(StoreError):
    """The data directory was written by another version of osagraph."""


class StoreWriteError(StoreError):
    """The operating system refused a write."""


class SnapshotGoneError(StoreError):
    """The snapshot existed once and is no longer kept."""


class SnapshotPinnedError(StoreError):
    """The snapshot was to be removed, and somebody wants to keep it."""


class WriterUnavailableError(StoreError):
    """The process that writes does not answer; the write may be tried again."""


class RemoteStoreError(StoreError):
    """The engine behind a remote store does not answer, or not as the standards say."""


class RemoteAccessError(RemoteStoreError):
    """The engine behind a remote store refuses our credentials."""


class RemoteMissingError(RemoteStoreError):
    """The engine behind a remote store has nothing at an address, such as a graph that is not there."""


class PublicationChangedError(RemoteStoreError):
    """The engine holds another publication by now; what was read of it may be of both."""


class QueryError(KnowledgeGraphError):
    """A question that cannot be answered as asked."""


class QuerySyntaxError(QueryError):
    """The text is not SPARQL; `line` and `column` count from 1 where the parser gives them."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class QueryTimeoutError(QueryError):
    """The query did not finish within its deadline and was ended."""


class QueryFailedError(QueryError):
    """The query could not be evaluated: the reader refused it, or died on it."""


class ServiceFailedError(QueryFailedError):
    """A server that the query asks by SERVICE did not answer, or not with solutions."""


class UpdateFailedError(QueryError):
    """The update is SPARQL but cannot be carried out: it creates a graph that is there, say."""


class ReadersBusyError(QueryError):
    """Every reader was at work for as long as a query may wait for one."""


class ClientBusyError(QueryError):
    """This client's other queries hold its share of the readers."""


class ViewPendingError(QueryError):
    """The view that is asked is not made yet; `retry_seconds` says when to ask again."""

    def __init__(self, message: str, retry_seconds: int) -> None:
        super().__init__(message)
        self.retry_seconds = retry_seconds


class LabelsPendingError(QueryError):
    """The index of names is being made; search again shortly."""


class SearchTimeoutError(QueryError):
    """A search for names looked at too many of them."""


class NoReceiptsError(QueryError):
    """Receipts are not given for such a query, or not for so many rows."""


class UnknownQueryError(QueryError):
    """There is no named query of that name."""


class InvalidParameterError(QueryError):
    """A parameter of a named query has the wrong form; keeps its name, value and what was expected."""

    def __init__(self, name: str, value: str | None, expected: str) -> None:
        given = "is missing" if value is None else f"is {value!r}"
        super().__init__(f"Parameter {name} {given}; expected {expected}.")
        self.name = name
        self.value = value
        self.expected = expected


class UnsupportedFormatError(QueryError):
    """None of the asked-for result formats can be written for this query form."""


class NotMirroredError(QueryError):
    """A server, or a command, in front of another engine cannot do this: the dataset is not here."""


class UnknownResourceError(KnowledgeGraphError):
    """There is no such source, claim or entity in the dataset."""


class AccessError(KnowledgeGraphError):
    """A write that this client may not do."""


class UnauthenticatedError(AccessError):
    """No token was sent, or one that is unknown or revoked."""


class ForbiddenError(AccessError):
    """The token does not have the right to this."""


class ComputedGraphError(AccessError):
    """The graph is computed from claims: nobody writes it."""


class ReplicaError(AccessError):
    """A read replica takes no writes; write to the dataset that it follows."""


class RetractedSourceError(AccessError):
    """The source was retracted: nobody writes it until that is undone."""


class CurationError(KnowledgeGraphError):
    """An act of curation that cannot be recorded: it stands already, or there is nothing to undo."""


class OutboundError(KnowledgeGraphError):
    """Another server was to be called, and there is no answer to use."""


class OutboundRefusedError(OutboundError):
    """The address is not one that may be called; no connection was opened."""


class OutboundFailedError(OutboundError):
    """The other server did not answer, not in time, with too much, or with what cannot be read."""


class OutboundTooLargeError(OutboundFailedError):
    """The other server answered with more than may be kept."""


class OntologyError(KnowledgeGraphError):
    """A file of our own ontology or query catalogue is wrong."""


class SourceError(KnowledgeGraphError):
    """A document that cannot be loaded, with the place and the remedy where they are known."""

    def __init__(
        self,
        what: str,
        *,
        file: Path | str | None = None,
        line: int | None = None,
        column: int | str | None = None,
        value: str | None = None,
        remedy: str | None = None,
    ) -> None:
        self.what = what
        self.file = None if file is None else Path(file).name
        self.line = line
        self.column = column
        self.value = None if value is None else shorten(value)
        self.remedy = remedy
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        place = [self.file] if self.file else []
        place += [f"line {self.line}"] if self.line is not None else []
        place += [f"column {self.column}"] if self.column is not None else []
        head = f"{', '.join(place)}: " if place else ""
        value = f" (value: {self.value!r})" if self.value is not None else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{head}{self.what}{value}.{remedy}".replace("..", ".")


class SourceUnavailableError(SourceError):
    """The file is missing, is a directory or cannot be read."""


class MalformedSourceError(SourceError):
    """The content is not what its format or table asks for."""


class ShapeViolationError(SourceError):
    """The content breaks shapes of the ontology; `violations` are the first of them, `what` says how many."""

    def __init__(
        self, what: str, *, violations: Iterable[Violation | Mapping[str, Any]] = (), **place: Any
    ) -> None:
        self.violations = tuple(
            each if isinstance(each, Violation) else read_violation(each) for each in violations
        )
        super().__init__(what, **place)

    def _sentence(self) -> str:
        return "\n".join([super()._sentence(), *(f"  {each.sentence}" for each in self.violations)])


class UnsupportedMediaTypeError(SourceError):
    """The document came as a media type that is no RDF format known here."""


class LimitExceededError(SourceError):
    """The document needs more time, memory, size or depth than a load may take."""


def shorten(text: str, limit: int = 80) -> str:
    """The text, cut in the middle where it is longer than `limit` characters.

    >>> shorten("a" * 200, 9)
    'aaaa…aaaa'
    """
    if len(text) <= limit:
        return text
    half = (limit - 1) // 2
    return f"{text[:half]}…{text[-half:]}"
