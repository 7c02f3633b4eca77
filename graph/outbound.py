"""The one module that opens connections to other servers: to those that a user has listed, and to no others.

What is called is checked three times: the URL is read in one way only, its origin (scheme, host and port)
must be on the list, and every address that its name resolves to must be public. The name is resolved once,
and the connection goes to the very address that was checked. Redirects are not followed, and proxies of the
environment are not used. A host on a private network, or on this machine, is called only where the list has
its address itself: `http://127.0.0.1:9000/sparql`, and not a name that leads there.
"""

from __future__ import annotations

import functools
import importlib.metadata
import re
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from types import MappingProxyType
from typing import Final

import httpcore

from graph.errors import OutboundFailedError, OutboundRefusedError
from graph.outbound_addresses import Address, Host, Origin, is_public
from graph.outbound_body import Body
from graph.outbound_network import (
    Connect,
    Deadline,
    PinnedBackend,
    Resolve,
    connected,
    resolved,
    resolved_in_time,
)

METHODS: Final = ("GET", "POST")
PROJECT: Final = "https://w3id.org/osagraph"
LARGEST_BYTES: Final = 32 << 20
DEADLINE_SECONDS: Final = 60.0
_HEADER_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_HEADER_VALUE: Final = re.compile(r"[\x20-\x7e]*")
# What the client says itself; a caller who said it too could make one request look like two.
_OURS: Final = frozenset(
    ["host", "user-agent", "connection", "content-length", "transfer-encoding", "accept-encoding", "upgrade"]
)


def user_agent(public_url: str | None = None, contact: str | None = None) -> str:
    """How we name ourselves to other servers: program and version, where it runs, whom to write to.

    >>> user_agent("https://kg.example/", "desk@kg.example").partition(" ")[2]
    '(+https://kg.example/; desk@kg.example)'
    """
    about = "; ".join([f"+{public_url or PROJECT}", *([contact] if contact else [])])
    return f"osagraph/{importlib.metadata.version('osagraph')} ({about})"


@dataclass(frozen=True)
class Policy:
    """Who may be called, by exact scheme, host and port; without any, nobody."""

    origins: frozenset[Origin] = frozenset()

    @classmethod
    def of(cls, addresses: Iterable[str]) -> Policy:
        """The policy that permits the servers of these URLs, such as `https://www.wikidata.org/w/api.php`.

        Raises OutboundRefusedError for a URL that is not in its plain form.
        """
        return cls(frozenset(Address.read(address).origin for address in addresses))


@dataclass(frozen=True)
class Request:
    """What is sent: GET or POST, a URL in its plain form, headers besides those of the client, a body."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    """What came back, whatever its status, redirects too: header names in lower case, the body unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Outbound:
    """Calls other servers under a policy; one connection for each call.

    `resolve` and `connect` stand for the network: tests put others in their place.
    """

    def __init__(
        self,
        policy: Policy,
        agent: str | None = None,
        resolve: Resolve = resolved,
        connect: Connect = connected,
    ) -> None:
        self.policy = policy
        self._agent = agent or user_agent()
        self._resolve = resolve
        self._connect = connect

    def fetch(
        self,
        request: Request,
        deadline_seconds: float = DEADLINE_SECONDS,
        largest_bytes: int = LARGEST_BYTES,
    ) -> Reply:
        """The reply to a request, complete, within so many seconds from now.

        Raises OutboundRefusedError, before any connection is opened, for what may not be called; and
        OutboundFailedError where there is no reply, or not in time, or a larger one.
        """
        address = self._permitted(request)
        deadline = Deadline(deadline_seconds, str(address.origin))
        hosts = self._checked(address.origin, deadline)
        backend = PinnedBackend(hosts, address.origin.port, self._connect, deadline)
        try:
            return self._exchange(request, address, backend, largest_bytes)
        except httpcore.TimeoutException as error:
            raise deadline.missed() from error
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            raise OutboundFailedError(
                f"{address.origin} did not answer: {error or type(error).__name__}."
            ) from error

    def _permitted(self, request: Request) -> Address:
        address = Address.read(request.url)
        if address.origin not in self.policy.origins:
            raise OutboundRefusedError(f"{address.origin} is not on the list of servers that may be called.")
        if request.method not in METHODS:
            raise OutboundRefusedError(f"Only {' and '.join(METHODS)} are sent, and not {request.method!r}.")
        for name, value in request.headers.items():
            is_plain = _HEADER_NAME.fullmatch(name) and _HEADER_VALUE.fullmatch(value)
            if not is_plain or name.lower() in _OURS:
                raise OutboundRefusedError(f"The header {name!r} is not sent.")
        return address

    def _checked(self, origin: Origin, deadline: Deadline) -> list[Host]:
        """The addresses to connect to: the one that was listed itself, or all public ones of a name."""
        if origin.literal is not None:
            return [origin.literal]
        hosts: list[Host] = []
        for found in resolved_in_time(self._resolve, origin, deadline):
            host = _host(found)
            if host is None or not is_public(host):
                raise OutboundRefusedError(
                    f"{origin.host} leads to an address that is not public, and is not called. "
                    "Where that is meant, list the address itself instead of the name."
                )
            hosts.append(host)
        if not hosts:
            raise OutboundFailedError(f"{origin} cannot be reached: its name has no address.")
        return hosts

    def _exchange(
        self, request: Request, address: Address, backend: PinnedBackend, largest_bytes: int
    ) -> Reply:
        scheme, host = address.origin.scheme.encode(), address.origin.host.encode()
        port, target = address.origin.port, address.target.encode()
        context = self._context if address.origin.scheme == "https" else None
        with (
            httpcore.HTTPConnection(
                httpcore.Origin(scheme, host, port), ssl_context=context, network_backend=backend
            ) as connection,
            connection.stream(
                request.method,
                httpcore.URL(scheme=scheme, host=host, port=port, target=target),
                headers=self._headers(request, address.origin),
                content=request.body or None,
            ) as response,
        ):
            headers = _read_headers(response)
            body = Body(str(address.origin), headers.get("content-encoding", ""), largest_bytes)
            for part in response.iter_stream():
                body.add(part)
            return Reply(response.status, headers, body.whole())

    @functools.cached_property
    def _context(self) -> ssl.SSLContext:
        """Certificates are checked, by those that this system trusts."""
        return ssl.create_default_context()

    def _headers(self, request: Request, origin: Origin) -> list[tuple[str, str]]:
        length = [("Content-Length", str(len(request.body)))] if request.method == "POST" else []
        return [
            ("Host", origin.authority),
            ("User-Agent", self._agent),
            ("Accept-Encoding", "gzip"),
            ("Connection", "close"),
            *request.headers.items(),
            *length,
        ]


def _host(text: str) -> Host | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _read_headers(response: httpcore.Response) -> Mapping[str, str]:
    headers: dict[str, str] = {}
    for name, value in response.headers:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return MappingProxyType(headers)
