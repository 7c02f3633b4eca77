"""Speaks HTTP with one SPARQL engine: a pool of connections, deadlines, credentials, and whole answers only.

An answer is read to its end before any of it is passed on, so that one that breaks off is an error and never
a short result. A connection that cannot be made is tried again, which is safe for anything; a request that
was sent is never sent twice.
Spec: https://www.w3.org/TR/sparql11-protocol/, https://www.w3.org/TR/sparql11-http-rdf-update/
"""

from __future__ import annotations

import contextlib
import io
import re
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Final, NamedTuple

import httpx

from graph.errors import (
    QueryFailedError,
    QueryTimeoutError,
    RemoteAccessError,
    RemoteMissingError,
    RemoteStoreError,
)

CONNECT_TRIES: Final = 2
QUOTED: Final = 300
_ODD: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
# The first line of what an engine says of a query that it does not like is worth repeating.
_SAID: Final = frozenset({"text/plain", "application/json", "application/problem+json"})


@dataclass(frozen=True)
class Credentials:
    """Who asks: a name and a password, or a bearer token; nobody where all are empty."""

    user: str = ""
    password: str = ""
    token: str = ""

    def __repr__(self) -> str:
        return "Credentials(…)"


@dataclass(frozen=True)
class RemoteLimits:
    """`seconds` for a whole answer, `connect_seconds` for a connection, `bytes` of an answer at most."""

    seconds: float = 60
    connect_seconds: float = 5
    bytes: int = 4 << 30
    connections: int = 16


class Body(NamedTuple):
    """A whole answer: its media type, and what it was written to, at its beginning."""

    media_type: str
    file: IO[bytes]


class RemoteClient:
    """One engine's HTTP interface; safe to use from several threads."""

    def __init__(
        self,
        credentials: Credentials | None = None,
        limits: RemoteLimits | None = None,
        tls: ssl.SSLContext | None = None,
        name: str | None = None,
    ) -> None:
        """`name` is what messages call the engine instead of its address."""
        self._name = name
        self._limits = limits or RemoteLimits()
        who = credentials or Credentials()
        pool = httpx.Limits(max_connections=self._limits.connections)
        self._client = httpx.Client(
            transport=httpx.HTTPTransport(
                verify=tls or ssl.create_default_context(), retries=CONNECT_TRIES, limits=pool
            ),
            auth=(who.user, who.password) if who.user else None,
            headers={
                "User-Agent": "osagraph",
                **({"Authorization": f"Bearer {who.token}"} if who.token else {}),
            },
            timeout=httpx.Timeout(self._limits.seconds, connect=self._limits.connect_seconds),
            follow_redirects=False,
            # Environment variables would send our data, and the password, through somebody's proxy.
            trust_env=False,
        )

    def get(self, url: str, accept: str, into: IO[bytes]) -> Body:
        """The answer to a GET, written to a file that its caller closes."""
        return self._send(self._client.build_request("GET", url, headers={"Accept": accept}), into)

    def headers(self, url: str) -> Mapping[str, str]:
        """The headers of the answer to a GET, by their names in lower case, whatever its status.

        Raises RemoteAccessError where our credentials are refused, RemoteStoreError and QueryTimeoutError.
        """
        with self._troubles(httpx.URL(url)), self._client.stream("GET", url) as response:
            if response.status_code in (401, 403):
                self._require_success(response, "", io.BytesIO())
            return dict(response.headers)

    def put(self, url: str, content: bytes | Iterator[bytes], media_type: str) -> Body:
        """The answer to a document that replaces what is at an address."""
        headers = {"Content-Type": media_type}
        return self._send(self._client.build_request("PUT", url, content=content, headers=headers))

    def post_form(
        self,
        url: str,
        accept: str,
        fields: Mapping[str, str | Sequence[str]],
        into: IO[bytes] | None = None,
    ) -> Body:
        """The answer to a form, which may be as long as it likes; its file is `into`, or in memory."""
        request = self._client.build_request("POST", url, data=dict(fields), headers={"Accept": accept})
        return self._send(request, into)

    def post(self, url: str, content: bytes | Iterator[bytes], media_type: str) -> Body:
        """The answer to a document."""
        headers = {"Content-Type": media_type}
        return self._send(self._client.build_request("POST", url, content=content, headers=headers))

    def _send(self, request: httpx.Request, into: IO[bytes] | None = None) -> Body:
        """Raises RemoteStoreError, RemoteAccessError, QueryTimeoutError and QueryFailedError."""
        with self._troubles(request.url):
            file = into or io.BytesIO()
            deadline = time.monotonic() + self._limits.seconds
            with contextlib.closing(self._client.send(request, stream=True)) as response:
                self._copy(response, file, deadline)
        media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        self._require_success(response, media_type, file)
        return Body(media_type, file)

    def _copy(self, response: httpx.Response, file: IO[bytes], deadline: float) -> None:
        size = 0
        for part in response.iter_bytes():
            size += len(part)
            if size > self._limits.bytes:
                raise QueryFailedError(
                    f"{self.named(response.url)} answered more than {self._limits.bytes} bytes."
                )
            if time.monotonic() > deadline:
                raise QueryTimeoutError(f"{self.named(response.url)} did not finish its answer in time.")
            file.write(part)
        file.seek(0)

    def _require_success(self, response: httpx.Response, media_type: str, file: IO[bytes]) -> None:
        status, engine = response.status_code, self.named(response.url)
        if response.is_success:
            return
        said = _said(file) if media_type in _SAID else ""
        if status in (401, 403):
            raise RemoteAccessError(
                f"{engine} refuses our credentials ({status}). Check the user or the token."
            )
        if status in (408, 504):
            raise QueryTimeoutError(f"{engine} gave up: it answered {status}{said}")
        if status in (400, 422):
            raise QueryFailedError(f"{engine} refused the request{said or '.'}")
        kind = RemoteMissingError if status == 404 else RemoteStoreError
        raise kind(f"{engine} answered {status} {response.reason_phrase}{said or '.'}")

    @contextlib.contextmanager
    def _troubles(self, url: httpx.URL) -> Iterator[None]:
        try:
            yield
        except httpx.TimeoutException as error:
            raise QueryTimeoutError(f"{self.named(url)} did not answer in time.") from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise RemoteStoreError(f"{self.named(url)} does not answer: {error}.") from error

    def named(self, url: httpx.URL | str) -> str:
        """The engine as it may be shown: its name, or its address without a password and a query."""
        return self._name or str(httpx.URL(url).copy_with(username=None, password=None, query=None))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _said(file: IO[bytes]) -> str:
    """What the engine says, in one line."""
    text = _ODD.sub(" ", file.read(QUOTED).decode(errors="replace")).strip()
    return f": {text.rstrip('.')}." if text else ""
