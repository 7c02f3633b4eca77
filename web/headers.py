"""The headers that every answer carries, and those for scripts of other sites."""

from __future__ import annotations

from typing import Final

from flask import Response

SECURITY: Final = (
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)
# Reading is free for everybody and takes no cookies, so any site's script may read.
CROSS_ORIGIN: Final = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS"),
    ("Access-Control-Allow-Headers", "Accept, Content-Type"),
    ("Access-Control-Max-Age", "86400"),
)


def add_headers(response: Response) -> Response:
    """The response with what protects its reader; a header that is set already stays."""
    for name, value in (*SECURITY, *CROSS_ORIGIN):
        response.headers.setdefault(name, value)
    return response
