"""Which addresses may be called: how a URL is read, and which hosts on the network are nobody's private ones.

A URL is read in one way only; whatever two programs could read differently is refused: user names,
backslashes, numbers that stand for an address, full-width letters, control characters, a dot at the end.
Spec: https://www.iana.org/assignments/iana-ipv4-special-registry, the same for ipv6, and
https://url.spec.whatwg.org/#host-parsing for what others take for an address
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from graph.errors import OutboundRefusedError, shorten

Host = IPv4Address | IPv6Address

LONGEST_ADDRESS: Final = 2000
PORTS: Final = {"http": 80, "https": 443}
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_URL: Final = re.compile(
    r"(?P<scheme>[A-Za-z]+)://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?P<target>(?:[/?][A-Za-z0-9._~:/?@!$&'()*+,;=%-]*)?)"
)
# The last label of a name is never a number, in any base: `1.2.3`, `0x7f.1` and `2130706433` are addresses.
_NUMBER: Final = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)")

# What Python 3.11 takes for global and is not, or leads elsewhere: relays, documentation, cloud platforms.
_NOT_PUBLIC_4: Final = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",
            "100.64.0.0/10",
            "168.63.129.16/32",
            "192.0.0.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.175.48.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
# All public addresses are in here; IPv4 inside of IPv6 (mapped, NAT64) is elsewhere.
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
# Teredo and other protocols, documentation, 6to4.
_NOT_PUBLIC_6: Final = tuple(
    map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"))
)


@dataclass(frozen=True)
class Origin:
    """A scheme, a host in lower case (IPv6 without brackets) and a port."""

    scheme: str
    host: str
    port: int

    @property
    def literal(self) -> Host | None:
        """The host where it is an address and no name."""
        try:
            return ip_address(self.host)
        except ValueError:
            return None

    @property
    def authority(self) -> str:
        """The host, in brackets where it must be, and the port where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


@dataclass(frozen=True)
class Address:
    """A URL that can be called: its origin, and the path with the query."""

    origin: Origin
    target: str

    @classmethod
    def read(cls, text: str) -> Address:
        """The address of a URL in its plain form.

        Raises OutboundRefusedError for a scheme other than http and https and for all that is ambiguous.
        """
        match = _URL.fullmatch(text) if len(text) <= LONGEST_ADDRESS else None
        if match is None:
            raise _refused(
                text, "is no plain http(s) address (without user name, fragment or escapes in the host)"
            )
        scheme = match["scheme"].lower()
        if scheme not in PORTS:
            raise _refused(text, f"has the scheme {scheme}; only http and https are called")
        port = int(match["port"] or PORTS[scheme])
        if port > 65535:
            raise _refused(text, "has no such port")
        target = match["target"]
        return cls(
            Origin(scheme, _host(text, match["host"]), port),
            target if target.startswith("/") else f"/{target}",
        )

    def __str__(self) -> str:
        return f"{self.origin}{self.target}"


def _host(text: str, written: str) -> str:
    host = written.lower()
    try:
        if host.startswith("["):
            return str(IPv6Address(host[1:-1]))
        if _NUMBER.fullmatch(host.rpartition(".")[2]):
            return str(IPv4Address(host))
    except ValueError as error:
        raise _refused(text, "has a host that is no address in its usual form") from error
    if len(host) > 253 or not _NAME.fullmatch(host):
        raise _refused(text, "has no valid name of a host")
    return host


def _refused(text: str, why: str) -> OutboundRefusedError:
    return OutboundRefusedError(f"{shorten(text)!r} {why}. It is not called.")


def is_public(address: Host) -> bool:
    """Whether anybody on the internet reaches the same host there.

    IPv4 in the clothes of IPv6 (mapped, NAT64, 6to4, Teredo) is not, whatever it stands for.

    >>> [is_public(ip_address(host)) for host in ("8.8.8.8", "10.0.0.1", "::ffff:8.8.8.8")]
    [True, False, False]
    """
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in network for network in _NOT_PUBLIC_4)
    if address.scope_id is not None or not address.is_global or address not in _GLOBAL_UNICAST:
        return False
    return not any(address in network for network in _NOT_PUBLIC_6)
