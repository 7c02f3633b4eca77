"""Packs pages for clients that unpack them: what is said in words shrinks to a fifth."""

from __future__ import annotations

import gzip
from http import HTTPStatus
from typing import Final

from flask import Response, request

from web.negotiation import accepts_gzip

# Shorter ones fit one packet anyway.
WORTH_BYTES: Final = 1400
LEVEL: Final = 5
PACKED: Final = (
    "text/",
    "application/json",
    "application/ld+json",
    "application/rdf+xml",
    "application/atom+xml",
)


def compress(response: Response) -> Response:
    """The response, gzipped where that is wanted and worth while; what is still being made stays as it is."""
    response.vary.add("Accept-Encoding")
    is_file = request.endpoint == "static"
    if (
        response.status_code != HTTPStatus.OK
        or (response.is_streamed and not is_file)
        or not _is_text(response)
    ):
        return response
    if "Content-Encoding" in response.headers or not accepts_gzip(request.headers.get("Accept-Encoding")):
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) >= WORTH_BYTES:
        response.set_data(gzip.compress(body, LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        # The same content in other bytes: https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3
        tag, _ = response.get_etag()
        if tag is not None:
            response.set_etag(tag, weak=True)
    return response


def _is_text(response: Response) -> bool:
    return (response.content_type or "").startswith(PACKED)
