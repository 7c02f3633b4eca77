"""Asks a SPARQL service over HTTP, by the client that checks addresses.

Spec: https://www.w3.org/TR/sparql11-protocol/#query-via-post-urlencoded
"""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

from graph.errors import (
    OutboundFailedError,
    OutboundRefusedError,
    OutboundTooLargeError,
    QueryFailedError,
    ServiceFailedError,
)
from graph.outbound import DEADLINE_SECONDS, Outbound, Reply, Request

ACCEPTED: Final = "application/sparql-results+json, application/sparql-results+xml;q=0.8"
FORM: Final = "application/x-www-form-urlencoded"
LARGEST_ANSWER_BYTES: Final = 32 << 20


class ServiceClient:
    """Asks services, all of them together for no longer than so many seconds from now."""

    def __init__(
        self,
        outbound: Outbound,
        seconds: float = DEADLINE_SECONDS,
        largest_bytes: int = LARGEST_ANSWER_BYTES,
    ) -> None:
        self._outbound = outbound
        self._end = time.monotonic() + seconds
        self._largest = largest_bytes

    def ask(self, address: str, query: str) -> QuerySolutions:
        """The solutions of a query, from the SPARQL service at an http(s) address.

        Raises ServiceFailedError where it does not answer in time, refuses, redirects, or answers something
        else; QueryFailedError where it may not be asked, or answers too much.
        """
        request = Request(
            "POST", address, {"Accept": ACCEPTED, "Content-Type": FORM}, urlencode({"query": query}).encode()
        )
        try:
            reply = self._outbound.fetch(request, max(self._end - time.monotonic(), 0), self._largest)
        except (OutboundRefusedError, OutboundTooLargeError) as error:
            raise QueryFailedError(str(error)) from error
        except OutboundFailedError as error:
            raise ServiceFailedError(str(error)) from error
        return _solutions(address, reply)


def _solutions(address: str, reply: Reply) -> QuerySolutions:
    if reply.status != HTTPStatus.OK:
        raise ServiceFailedError(f"{address} answered {_status(reply.status)} instead of solutions.")
    media_type = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    form = QueryResultsFormat.from_media_type(media_type)
    if form is None:
        raise ServiceFailedError(f"{address} answered {media_type!r} instead of SPARQL results.")
    try:
        results = parse_query_results(reply.body, format=form)
    except (SyntaxError, ValueError) as error:
        raise ServiceFailedError(f"What {address} answered cannot be read: {error}.") from error
    if not isinstance(results, QuerySolutions):
        raise ServiceFailedError(f"{address} answered yes or no instead of solutions.")
    return results


def _status(number: int) -> str:
    """The number and its phrase, where it has one."""
    try:
        return f"{number} ({HTTPStatus(number).phrase})"
    except ValueError:
        return str(number)
