"""A request and its reply between the HTTP server and the endpoint, and the parts of a request that proxies
may rewrite.

Spec: https://www.rfc-editor.org/rfc/rfc9110
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from graph.readers import Answer
from graph.view_cache import View
from graph.views import ViewChoice
from web.settings import Settings

HOST: Final = re.compile(r"[A-Za-z0-9.-]+(?::[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](?::[0-9]{1,5})?")

Headers = list[tuple[str, str]]


@dataclass(slots=True)
class Exchange:
    """One request: its line, headers by lower-case name, the client behind trusted proxies, and its id.

    `base` is the server's own address as the client sees it. `peer` is who is at the other end of the
    connection, as address:port. `view` is the view that it is about, once that is open; `compared` are those
    that it puts side by side, or why one is not there.
    """

    method: str
    path: str
    query: str
    header: Callable[[str], str | None]
    client: str
    peer: str
    base: str
    request_id: str
    body: bytes = b""
    view: View | None = None
    compared: dict[ViewChoice, View | BaseException] | None = None


@dataclass(slots=True)
class Reply:
    """A status, headers, and a body that is there (`body`) or still being made (`answer`)."""

    status: int
    headers: Headers
    body: bytes = b""
    answer: Answer | None = None
    outcome: str = ""
    query: str = ""
    snapshot: int | None = None


def read_head(scope: Any, settings: Settings, request_id: str) -> Exchange:
    """The request of an RSGI scope, without its body."""
    headers = scope.headers

    def header(name: str) -> str | None:
        return joined(headers, name)

    peer = scope.client or ""
    address = peer.rpartition(":")[0].strip("[]")
    trusted = is_trusted(address, settings.proxies)
    client = client_behind(header("x-forwarded-for"), address, settings.proxies) if trusted else address
    base = settings.public_url or _base(scope, header, trusted)
    return Exchange(
        scope.method, scope.path, scope.query_string, header, client, peer, base.rstrip("/"), request_id
    )


def joined(headers: Any, name: str) -> str | None:
    """The value of a header of an RSGI scope, several lines of it as one; None where there is none.

    Spec: https://www.rfc-editor.org/rfc/rfc9110#section-5.3
    """
    lines: list[str] = headers.get_all(name)
    return ",".join(lines) if lines else None


def _base(scope: Any, header: Callable[[str], str | None], trusted: bool) -> str:
    host, scheme = header("host"), scope.scheme
    if trusted:
        host = _first(header("x-forwarded-host")) or host
        scheme = _first(header("x-forwarded-proto")) or scheme
    if host is None or not HOST.fullmatch(host):
        host = scope.server
    return f"{scheme if scheme in ('http', 'https') else 'http'}://{host}"


def _first(header: str | None) -> str | None:
    return header.partition(",")[0].strip() if header else None


def is_trusted(address: str, proxies: Sequence[str]) -> bool:
    """Whether an address belongs to one of the networks of our own proxies.

    >>> is_trusted("10.1.2.3", ["10.0.0.0/8"])
    True
    """
    if not proxies:
        return False
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in ipaddress.ip_network(network, strict=False) for network in proxies)


def client_behind(forwarded: str | None, address: str, proxies: Sequence[str]) -> str:
    """The last address of X-Forwarded-For that no proxy of ours added; the peer where there is none.

    >>> client_behind("6.6.6.6, 203.0.113.9, 10.0.0.2", "10.0.0.1", ["10.0.0.0/8"])
    '203.0.113.9'
    """
    for hop in reversed((forwarded or "").split(",")):
        hop = hop.strip()
        try:
            ipaddress.ip_address(hop)
        except ValueError:
            break
        address = hop
        if not is_trusted(hop, proxies):
            break
    return address
