"""Asks a SPARQL service over HTTP: no redirects, a deadline, and no more than a query can use.

Spec: https://www.w3.org/TR/sparql11-protocol/#query-via-post-urlencoded
"""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.parse
import urllib.request
from email.message import Message
from typing import IO, Final

from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

from graph.errors import QueryFailedError

ACCEPTED: Final = "application/sparql-results+json, application/sparql-results+xml;q=0.8"
AGENT: Final = "osagraph (https://w3id.org/osagraph)"
PART_BYTES: Final = 1 << 16
LARGEST_ANSWER_BYTES: Final = 32 << 20
DEADLINE_SECONDS: Final = 60.0


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """The user allowed one address, and not where it points to."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        return None


def ask_service(address: str, query: str, *, seconds: float = DEADLINE_SECONDS) -> QuerySolutions:
    """The solutions of a query, from the SPARQL service at an http(s) address.

    Raises QueryFailedError where it does not answer in time, refuses, redirects, or answers something else.
    """
    body = urllib.parse.urlencode({"query": query}).encode()
    request = urllib.request.Request(address, body, {"Accept": ACCEPTED, "User-Agent": AGENT})
    opener = urllib.request.build_opener(_NoRedirects)
    deadline = time.monotonic() + seconds
    try:
        with opener.open(request, timeout=seconds) as response:
            return _solutions(address, response, deadline)
    except urllib.error.HTTPError as error:
        with error:
            reason = f"it answered {error.code} {error.reason}"
        raise QueryFailedError(f"{address} did not answer the query: {reason}.") from error
    except (OSError, http.client.HTTPException) as error:
        cause = getattr(error, "reason", None) or error
        raise QueryFailedError(f"{address} did not answer the query: {cause}.") from error


def _solutions(address: str, response: http.client.HTTPResponse, deadline: float) -> QuerySolutions:
    media_type = response.headers.get_content_type()
    form = QueryResultsFormat.from_media_type(media_type)
    if form is None:
        raise QueryFailedError(f"{address} answered {media_type} instead of SPARQL results.")
    try:
        results = parse_query_results(_body(address, response, deadline), format=form)
    except (SyntaxError, ValueError) as error:
        raise QueryFailedError(f"What {address} answered cannot be read: {error}.") from error
    if not isinstance(results, QuerySolutions):
        raise QueryFailedError(f"{address} answered yes or no instead of solutions.")
    return results


def _body(address: str, response: http.client.HTTPResponse, deadline: float) -> bytes:
    parts, size = [], 0
    while part := response.read1(PART_BYTES):
        parts.append(part)
        size += len(part)
        if size > LARGEST_ANSWER_BYTES:
            raise QueryFailedError(f"{address} answered more than {LARGEST_ANSWER_BYTES >> 20} MiB.")
        if time.monotonic() > deadline:
            raise QueryFailedError(f"{address} did not finish its answer in time.")
    if response.length:
        raise QueryFailedError(f"{address} did not answer the query: its answer breaks off.")
    return b"".join(parts)
