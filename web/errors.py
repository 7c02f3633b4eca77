"""Which status belongs to which error, and how an error is told: a page, a problem document or a sentence.

Spec: https://www.rfc-editor.org/rfc/rfc9457 (application/problem+json)
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException

from graph.errors import (
    AccessError,
    ClientBusyError,
    ComputedGraphError,
    CurationError,
    ForbiddenError,
    InvalidParameterError,
    KnowledgeGraphError,
    LabelsPendingError,
    LimitExceededError,
    MalformedSourceError,
    NoReceiptsError,
    NotMirroredError,
    OntologyError,
    OutboundError,
    OutboundFailedError,
    OutboundRefusedError,
    OutboundTooLargeError,
    PublicationChangedError,
    QueryError,
    QueryFailedError,
    QuerySyntaxError,
    QueryTimeoutError,
    ReadersBusyError,
    RemoteAccessError,
    RemoteMissingError,
    RemoteStoreError,
    ReplicaError,
    RetractedSourceError,
    SearchTimeoutError,
    ServiceFailedError,
    ShapeViolationError,
    SnapshotGoneError,
    SnapshotPinnedError,
    SourceError,
    SourceUnavailableError,
    StoreBusyError,
    StoreError,
    StoreFormatError,
    StoreMissingError,
    StoreWriteError,
    UnauthenticatedError,
    UnknownQueryError,
    UnknownResourceError,
    UnsupportedFormatError,
    UnsupportedMediaTypeError,
    UpdateFailedError,
    ViewPendingError,
    WriterUnavailableError,
)
from web.negotiation import HTML, choose, content_type

PROBLEM: Final = "application/problem+json"
PLAIN: Final = "text/plain"
REQUEST_ID: Final = "osagraph.request_id"
# What went wrong before Flask was asked.
EARLIER: Final = "osagraph.error"
# Whether the dataset was replaced while the page was made.
CHANGED: Final = "osagraph.changed"
# What a sentence shows of a problem's members.
SHOWN: Final = ("line", "column", "incident")
HEADERS: Final[Mapping[int, tuple[tuple[str, str], ...]]] = MappingProxyType(
    {
        HTTPStatus.UNAUTHORIZED: (("WWW-Authenticate", 'Bearer realm="osagraph"'),),
        HTTPStatus.TOO_MANY_REQUESTS: (("Retry-After", "2"),),
        HTTPStatus.SERVICE_UNAVAILABLE: (("Retry-After", "2"),),
    }
)
_log = logging.getLogger(__name__)

STATUS: Final[Mapping[type[KnowledgeGraphError], int]] = MappingProxyType(
    {
        KnowledgeGraphError: 500,
        StoreError: 500,
        StoreMissingError: 503,
        StoreBusyError: 503,
        StoreFormatError: 500,
        StoreWriteError: 507,
        SnapshotGoneError: 410,
        SnapshotPinnedError: 409,
        WriterUnavailableError: 503,
        RemoteStoreError: 502,
        RemoteMissingError: 502,
        RemoteAccessError: 502,
        PublicationChangedError: 503,
        QueryError: 400,
        QuerySyntaxError: 400,
        QueryTimeoutError: 504,
        QueryFailedError: 422,
        ServiceFailedError: 502,
        UpdateFailedError: 409,
        ReadersBusyError: 503,
        ClientBusyError: 429,
        ViewPendingError: 503,
        LabelsPendingError: 503,
        SearchTimeoutError: 503,
        UnknownQueryError: 404,
        InvalidParameterError: 400,
        NoReceiptsError: 400,
        UnsupportedFormatError: 406,
        NotMirroredError: 501,
        UnknownResourceError: 404,
        AccessError: 403,
        UnauthenticatedError: 401,
        ForbiddenError: 403,
        ComputedGraphError: 409,
        ReplicaError: 403,
        RetractedSourceError: 409,
        CurationError: 409,
        OutboundError: 502,
        OutboundRefusedError: 403,
        OutboundFailedError: 502,
        OutboundTooLargeError: 502,
        OntologyError: 500,
        SourceError: 422,
        SourceUnavailableError: 502,
        MalformedSourceError: 400,
        ShapeViolationError: 422,
        LimitExceededError: 413,
        UnsupportedMediaTypeError: 415,
    }
)
# What goes wrong inside is for the log: its sentences name folders of this machine.
INTERNAL: Final = (StoreError, OntologyError)


@dataclass(frozen=True)
class Problem:
    """What to tell about an error: status, sentence, further members, and headers that belong to it."""

    status: int
    detail: str
    members: Mapping[str, object] = field(default_factory=dict)
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        """The phrase that belongs to the status."""
        return HTTPStatus(self.status).phrase

    @property
    def sentence(self) -> str:
        """The detail, with its place and incident."""
        shown = [f"{key} {value}" for key, value in self.members.items() if key in SHOWN]
        return f"{self.detail} ({', '.join(shown)})" if shown else self.detail


def problem_of(error: Exception, incident: str) -> Problem:
    """What to tell about any error; `incident` is the request's id, which the log has too."""
    match error:
        case KnowledgeGraphError():
            return _of_ours(error, incident)
        case HTTPException() if error.code is not None:
            headers = [(name, value) for name, value in error.get_headers() if name.lower() != "content-type"]
            return Problem(error.code, error.description or "", headers=tuple(headers))
        case _:
            _log.error("unexpected error, incident %s", incident, exc_info=error)
            return Problem(
                HTTPStatus.INTERNAL_SERVER_ERROR,
                "Something went wrong here. It has been written down.",
                {"incident": incident},
            )


def problem_here(error: Exception) -> Problem:
    """What to tell about an error in the request that Flask is at."""
    return problem_of(error, request.environ.get(REQUEST_ID, "none"))


def _of_ours(error: KnowledgeGraphError, incident: str) -> Problem:
    status = STATUS[type(error)]
    members: dict[str, object] = {}
    detail = str(error)
    if isinstance(error, INTERNAL):
        _log.error("%s, incident %s", error, incident)
    if isinstance(error, INTERNAL) and not isinstance(error, RemoteStoreError):
        detail = "The dataset cannot be used at the moment."
    if isinstance(error, QuerySyntaxError | SourceError):
        members = {"line": error.line, "column": error.column}
    if isinstance(error, ShapeViolationError):
        detail = error.what
        members["violations"] = [violation.fields() for violation in error.violations]
    if isinstance(error, InvalidParameterError):
        members = {"name": error.name, "value": error.value, "expected": error.expected}
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        members["incident"] = incident
    headers = HEADERS.get(status, ())
    if isinstance(error, ViewPendingError):
        headers = (("Retry-After", str(error.retry_seconds)),)
    return Problem(
        status, detail, {key: value for key, value in members.items() if value is not None}, headers
    )


def written(problem: Problem, accept: str | None) -> tuple[str, bytes]:
    """The media type and text of a problem: a problem document where JSON is asked for, else a sentence."""
    if form_of(accept, (PLAIN, PROBLEM)) == PROBLEM:
        document = {"title": problem.title, "status": problem.status, "detail": problem.detail}
        return PROBLEM, json.dumps({**document, **problem.members}).encode()
    return content_type(PLAIN), f"{problem.sentence}\n".encode()


def form_of(accept: str | None, offers: tuple[str, ...]) -> str:
    """The form that an Accept header likes best, text if none."""
    return choose(accept, offers) or (PROBLEM if "json" in (accept or "") else PLAIN)


def register_errors(app: Flask) -> None:
    """Answer every error of ours and of HTTP in the form that the client reads."""
    app.register_error_handler(Exception, answer_error)

    @app.before_request
    def raise_earlier() -> None:
        error = request.environ.get(EARLIER)
        if error is not None:
            raise error


def answer_error(error: Exception) -> Response:
    """The answer to an error, as a page where the client is a browser."""
    if isinstance(error, HTTPException) and (error.code is None or error.code < HTTPStatus.BAD_REQUEST):
        return Response(error.get_body(), error.code, error.get_headers())
    problem = problem_here(error)
    if isinstance(error, PublicationChangedError):
        request.environ[CHANGED] = True
    accept = request.headers.get("Accept")
    if form_of(accept, (PLAIN, PROBLEM, HTML)) == HTML:
        page = render_template("error.html", problem=problem)
        response = Response(page, problem.status, content_type=content_type(HTML))
    else:
        media_type, body = written(problem, accept)
        response = Response(body, problem.status, content_type=media_type)
    response.headers.extend(problem.headers)
    response.vary.add("Accept")
    return response
