"""The head of a request: who asks, and under which address, as far as proxies may say so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from web.exchange import client_behind, is_trusted, joined, read_head
from web.settings import Settings

PROXIES = ("10.0.0.0/8", "2001:db8::/32")


class Headers:
    """The headers of an RSGI scope."""

    def __init__(self, *lines: tuple[str, str]) -> None:
        self._lines = lines

    def get_all(self, name: str) -> list[str]:
        return [value for key, value in self._lines if key == name]


class Scope:
    """The parts of an RSGI scope that are read."""

    method = "GET"
    path = "/sparql"
    query_string = "query=x"
    scheme = "http"
    server = "192.0.2.1:8000"

    def __init__(self, client: str, *lines: tuple[str, str]) -> None:
        self.client = client
        self.headers = Headers(*lines)


def head(client: str, *lines: tuple[str, str], **settings: Any) -> Any:
    return read_head(Scope(client, *lines), Settings(Path(), proxies=PROXIES, **settings), "an-id")


HOST = ("host", "osa.example.org:8000")
FORWARDED = (
    ("x-forwarded-host", "data.example.org, inner"),
    ("x-forwarded-proto", "https"),
    ("x-forwarded-for", "203.0.113.9"),
)


def test_the_head_of_a_request_is_read_as_it_is() -> None:
    exchange = head("198.51.100.7:5000", HOST)
    assert (exchange.method, exchange.path, exchange.query) == ("GET", "/sparql", "query=x")
    assert (exchange.client, exchange.peer) == ("198.51.100.7", "198.51.100.7:5000")
    assert (exchange.base, exchange.request_id, exchange.body) == (
        "http://osa.example.org:8000",
        "an-id",
        b"",
    )
    assert (exchange.header("host"), exchange.header("accept")) == ("osa.example.org:8000", None)


@pytest.mark.parametrize(
    ("peer", "base", "client"),
    [
        ("198.51.100.7:5000", "http://osa.example.org:8000", "198.51.100.7"),
        ("10.1.2.3:5000", "https://data.example.org", "203.0.113.9"),
        ("[2001:db8::5]:5000", "https://data.example.org", "203.0.113.9"),
        ("[2001:db9::5]:5000", "http://osa.example.org:8000", "2001:db9::5"),
        ("", "http://osa.example.org:8000", ""),
    ],
)
def test_only_our_own_proxies_are_believed(peer: str, base: str, client: str) -> None:
    exchange = head(peer, HOST, *FORWARDED)
    assert (exchange.base, exchange.client) == (base, client)


def test_the_public_address_outweighs_all_others() -> None:
    for peer in ("198.51.100.7:5000", "10.1.2.3:5000"):
        exchange = head(peer, HOST, *FORWARDED, public_url="https://www.example.org/osa/")
        assert exchange.base == "https://www.example.org/osa"


@pytest.mark.parametrize(
    ("host", "base"),
    [
        ("[2001:db8::1]:8000", "http://[2001:db8::1]:8000"),
        ("localhost", "http://localhost"),
        ("a b", "http://192.0.2.1:8000"),
        ("evil/path", "http://192.0.2.1:8000"),
        ("user@host", "http://192.0.2.1:8000"),
        ('"><script>', "http://192.0.2.1:8000"),
        ("host:123456", "http://192.0.2.1:8000"),
        ("", "http://192.0.2.1:8000"),
        (None, "http://192.0.2.1:8000"),
    ],
)
def test_a_host_that_is_none_is_not_repeated(host: str | None, base: str) -> None:
    lines = () if host is None else (("host", host),)
    assert head("198.51.100.7:5000", *lines).base == base


@pytest.mark.parametrize("scheme", ["javascript", "ftp", "https,http", "", "HTTPS "])
def test_a_scheme_that_is_none_is_http(scheme: str) -> None:
    expected = "https" if scheme == "https,http" else "http"
    exchange = head("10.1.2.3:5000", HOST, ("x-forwarded-proto", scheme))
    assert exchange.base == f"{expected}://osa.example.org:8000"


def test_several_lines_of_a_header_are_one() -> None:
    headers = Headers(("accept", "a/b"), ("x", "y"), ("accept", "c/d"))
    assert (joined(headers, "accept"), joined(headers, "x"), joined(headers, "z")) == ("a/b,c/d", "y", None)


@pytest.mark.parametrize(
    ("address", "trusted"),
    [
        ("10.255.0.1", True),
        ("11.0.0.1", False),
        ("2001:db8:1::1", True),
        ("::ffff:10.0.0.1", False),
        ("10.0.0.1:80", False),
        ("rubbish", False),
        ("", False),
    ],
)
def test_an_address_is_trusted_if_it_is_in_a_network_of_ours(address: str, trusted: bool) -> None:
    assert is_trusted(address, PROXIES) is trusted
    assert is_trusted(address, ()) is False


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        (None, "10.0.0.1"),
        ("", "10.0.0.1"),
        ("203.0.113.9", "203.0.113.9"),
        ("6.6.6.6, 203.0.113.9", "203.0.113.9"),
        ("6.6.6.6, 203.0.113.9, 10.0.0.2, 10.0.0.3", "203.0.113.9"),
        ("10.0.0.9, 10.0.0.2", "10.0.0.9"),
        ("203.0.113.9, unknown, 10.0.0.2", "10.0.0.2"),
        ("203.0.113.9:1234", "10.0.0.1"),
    ],
)
def test_the_client_is_the_last_that_no_proxy_of_ours_added(forwarded: str | None, client: str) -> None:
    assert client_behind(forwarded, "10.0.0.1", PROXIES) == client
