"""The headers that every answer carries, and those for scripts of other sites."""

from __future__ import annotations

from typing import Final

from flask import Response, request

from web.views import VIEW, view_headers

# A read asks with this for a snapshot that shows an earlier write.
AT_LEAST: Final = "x-osagraph-at-least"
NO_SNIFF: Final = ("x-content-type-options", "nosniff")
SECURITY: Final = (
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    NO_SNIFF,
    ("referrer-policy", "strict-origin-when-cross-origin"),
    ("cross-origin-opener-policy", "same-origin"),
)
# Nobody is known by a cookie here, so any site's script may do what any client may.
CROSS_ORIGIN: Final = (
    ("access-control-allow-origin", "*"),
    # The names that scripts may see, besides those that they always may.
    (
        "access-control-expose-headers",
        "content-length, etag, link, location, retry-after, x-osagraph-snapshot, x-osagraph-truncated, "
        "x-osagraph-view, x-request-id",
    ),
)
# What a browser asks before it sends anything out of the ordinary.
PREFLIGHT: Final = (
    *CROSS_ORIGIN,
    ("access-control-allow-methods", "GET, HEAD, POST, PUT, DELETE, OPTIONS"),
    (
        "access-control-allow-headers",
        "accept, authorization, content-type, if-none-match, x-osagraph-at-least, x-request-id, "
        "x-requested-with",
    ),
    ("access-control-max-age", "86400"),
)


def add_headers(response: Response) -> Response:
    """The response with what protects its reader; a header that is set already stays."""
    for name, value in (*SECURITY, *CROSS_ORIGIN, *view_headers(request.environ.get(VIEW))):
        response.headers.setdefault(name, value)
    return response
