"""Runs a WSGI application, Flask's pages, behind the front: each request in a thread.

Spec: https://peps.python.org/pep-3333/
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import urlsplit

from web.errors import CHANGED, EARLIER, REQUEST_ID
from web.exchange import Exchange, Headers, Reply
from web.views import COMPARED, VIEW

HEADERS: Final = (
    "accept",
    "accept-encoding",
    "accept-language",
    "authorization",
    "if-modified-since",
    "if-none-match",
    "range",
    "user-agent",
)

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def run_page(app: WsgiApp, exchange: Exchange, error: Exception | None = None) -> Reply:
    """The reply of the application, all of it: pages are small; `error` is what it has to tell of instead."""
    started: list[tuple[str, Headers]] = []

    def start_response(status: str, headers: Headers, exc_info: object = None) -> Callable[[bytes], None]:
        started.append((status, headers))
        return _write

    environ = {**environment(exchange), EARLIER: error}
    result = app(environ, start_response)
    try:
        body = b"".join(result)
    finally:
        close = getattr(result, "close", None)
        if close:
            close()
    status, headers = started[-1]
    names = [(name.lower(), value) for name, value in headers]
    kept = [(name, value) for name, value in names if name != "content-length"]
    return Reply(int(status[:3]), kept, body, outcome=CHANGED if environ.get(CHANGED) else "")


def environment(exchange: Exchange) -> dict[str, Any]:
    """The WSGI environment of a request."""
    base = urlsplit(exchange.base)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": exchange.method,
        "SCRIPT_NAME": "",
        # WSGI holds bytes in strings.
        "PATH_INFO": exchange.path.encode().decode("latin-1"),
        "QUERY_STRING": exchange.query,
        "CONTENT_TYPE": exchange.header("content-type") or "",
        "CONTENT_LENGTH": str(len(exchange.body)),
        "SERVER_NAME": base.hostname or "localhost",
        "SERVER_PORT": str(base.port or (443 if base.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": base.netloc,
        "REMOTE_ADDR": exchange.client,
        REQUEST_ID: exchange.request_id,
        VIEW: exchange.view,
        COMPARED: exchange.compared,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": base.scheme,
        "wsgi.input": io.BytesIO(exchange.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name in HEADERS:
        value = exchange.header(name)
        if value is not None:
            environ["HTTP_" + name.upper().replace("-", "_")] = value
    return environ


def _write(_data: bytes) -> None:
    raise NotImplementedError("The old way of writing is not offered: return the body.")
