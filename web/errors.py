"""Which status belongs to which error, and how an error is told: a page, a problem document or a sentence.

Spec: https://www.rfc-editor.org/rfc/rfc9457 (application/problem+json)
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException

from graph.errors import (
    AccessError,
    ClientBusyError,
    ComputedGraphError,
    ForbiddenError,
    InvalidParameterError,
    KnowledgeGraphError,
    LimitExceededError,
    MalformedSourceError,
    OntologyError,
    QueryError,
    QueryFailedError,
    QuerySyntaxError,
    QueryTimeoutError,
    ReadersBusyError,
    SnapshotGoneError,
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
    UpdateFailedError,
    WriterUnavailableError,
)
from web.negotiation import HTML, choose, content_type

PROBLEM: Final = "application/problem+json"
PLAIN: Final = "text/plain"
RETRY_SECONDS: Final = 2

STATUS: Final[Mapping[type[KnowledgeGraphError], int]] = MappingProxyType(
    {
        KnowledgeGraphError: 500,
        StoreError: 500,
        StoreMissingError: 503,
        StoreBusyError: 503,
        StoreFormatError: 500,
        StoreWriteError: 507,
        SnapshotGoneError: 410,
        WriterUnavailableError: 503,
        QueryError: 400,
        QuerySyntaxError: 400,
        QueryTimeoutError: 504,
        QueryFailedError: 400,
        UpdateFailedError: 500,
        ReadersBusyError: 503,
        ClientBusyError: 429,
        UnknownQueryError: 404,
        InvalidParameterError: 400,
        UnsupportedFormatError: 406,
        UnknownResourceError: 404,
        AccessError: 403,
        UnauthenticatedError: 401,
        ForbiddenError: 403,
        ComputedGraphError: 409,
        OntologyError: 500,
        SourceError: 422,
        SourceUnavailableError: 502,
        MalformedSourceError: 400,
        LimitExceededError: 413,
    }
)
# What goes wrong inside is for the log: its sentences name folders of this machine.
INTERNAL: Final = (StoreError, OntologyError)


def register_errors(app: Flask) -> None:
    """Answer every error of ours and of HTTP in the form that the client reads."""
    app.register_error_handler(KnowledgeGraphError, answer_error)
    app.register_error_handler(HTTPException, answer_http_error)
    app.register_error_handler(Exception, answer_unexpected)


def answer_error(error: KnowledgeGraphError) -> Response:
    """The answer to an error of our own tree."""
    status = STATUS[type(error)]
    members: dict[str, object] = {}
    detail = str(error)
    if isinstance(error, INTERNAL):
        logging.getLogger(__name__).error("%s", error)
        detail = "The dataset cannot be read at the moment."
    if isinstance(error, QuerySyntaxError):
        members = {"line": error.line, "column": error.column}
    if isinstance(error, InvalidParameterError):
        members = {"name": error.name, "value": error.value, "expected": error.expected}
    response = problem(status, detail, members)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def answer_http_error(error: HTTPException) -> Response:
    """The answer to an error of HTTP itself, with the headers that belong to it, such as Allow."""
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return Response(error.get_body(), error.code, error.get_headers())
    response = problem(error.code, error.description or "", {})
    for name, value in error.get_headers():
        if name.lower() != "content-type":
            response.headers[name] = value
    return response


def answer_unexpected(error: Exception) -> Response:
    """The answer to a mistake of ours: nothing about it goes outside."""
    logging.getLogger(__name__).error("unexpected error", exc_info=error)
    return problem(
        HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here. It has been written down.", {}
    )


def problem(status: int, detail: str, members: Mapping[str, object]) -> Response:
    """An error as HTML, problem document or text, whichever the Accept header likes best; text if none."""
    title = HTTPStatus(status).phrase
    known = {key: value for key, value in members.items() if value is not None}
    header = request.headers.get("Accept")
    form = choose(header, (PLAIN, PROBLEM, HTML)) or (PROBLEM if "json" in (header or "") else PLAIN)
    if form == HTML:
        body = render_template("error.html", status=status, title=title, detail=detail, members=known)
    elif form == PROBLEM:
        body = json.dumps({"title": title, "status": status, "detail": detail, **known})
    else:
        place = ", ".join(f"{key} {value}" for key, value in known.items() if key in ("line", "column"))
        body = f"{detail} ({place})\n" if place else f"{detail}\n"
    response = Response(body, status, content_type=content_type(form))
    response.vary.add("Accept")
    return response
