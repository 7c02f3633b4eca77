"""The client that calls other servers: whom it refuses to call, before any connection, and what it bears.

Nothing here has a network: a resolver and a connector that keep what they were asked stand in for it.
"""

from __future__ import annotations

import gzip
import itertools
import ssl
import threading
from collections.abc import Iterable, Sequence

import httpcore
import pytest

from graph.errors import OutboundFailedError, OutboundRefusedError
from graph.outbound import Outbound, Policy, Reply, Request, user_agent
from graph.outbound_addresses import Address
from tests.hostile.ssrf_forms import FORMS, HOSTS, LISTED, NO_IRIS, PUBLIC, SCHEMES

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
PLAIN = "http://service.example/x"


class Network:
    """Resolves every name to the same addresses and connects to everything; keeps what it was asked."""

    def __init__(self, *answers: Sequence[str], sends: Iterable[bytes] = (HEAD, b"\r\n", b"hello")) -> None:
        self.answers = itertools.chain(answers, itertools.repeat(answers[-1] if answers else [PUBLIC]))
        self.sends = list(sends)
        self.resolved: list[tuple[str, int]] = []
        self.connected: list[tuple[str, int]] = []
        self.written = b""
        self.secured: list[str | None] = []

    def resolve(self, host: str, port: int) -> Sequence[str]:
        self.resolved.append((host, port))
        return next(self.answers)

    def connect(self, address: str, port: int, seconds: float) -> httpcore.NetworkStream:
        self.connected.append((address, port))
        return Stream(self)

    def client(self, *listed: str) -> Outbound:
        return Outbound(Policy.of(listed or [LISTED]), "agent", self.resolve, self.connect)


class Stream(httpcore.MockStream):
    """A connection that keeps what is written, and in whose name it is secured."""

    def __init__(self, network: Network) -> None:
        super().__init__(list(network.sends))
        self.network = network

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.network.written += buffer

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        assert ssl_context.verify_mode == ssl.CERT_REQUIRED and ssl_context.check_hostname
        self.network.secured.append(server_hostname)
        return self


def get(client: Outbound, url: str = LISTED, **limits: float) -> Reply:
    return client.fetch(Request("GET", url), limits.get("seconds", 60), int(limits.get("most", 1000)))


def test_an_address_that_is_not_listed_is_refused_before_anything_is_resolved() -> None:
    network = Network()
    client = network.client()
    for url in (*FORMS, *NO_IRIS):
        with pytest.raises(OutboundRefusedError):
            get(client, url)
    assert (network.resolved, network.connected) == ([], [])


def test_there_are_more_than_sixty_forms() -> None:
    assert len({*FORMS, *NO_IRIS}) == len([*FORMS, *NO_IRIS]) >= 60
    assert len(set(HOSTS)) == len(HOSTS)


def test_a_listed_name_that_leads_to_a_private_address_is_refused_before_any_connection() -> None:
    for host in HOSTS:
        for answer in ([host], [PUBLIC, host], [host, PUBLIC]):
            network = Network(answer)
            with pytest.raises(OutboundRefusedError, match="not public"):
                get(network.client())
            assert network.connected == []


def test_nobody_can_list_what_can_be_read_in_two_ways_or_has_another_scheme() -> None:
    for url in (*NO_IRIS, *SCHEMES):
        with pytest.raises(OutboundRefusedError):
            Policy.of([url])


def test_a_name_that_changes_its_address_is_resolved_once_and_the_checked_address_is_called() -> None:
    network = Network([PUBLIC], ["127.0.0.1"])
    assert get(network.client()).body == b"hello"
    assert network.resolved == [("service.example", 443)]
    assert network.connected == [(PUBLIC, 443)]
    assert network.secured == ["service.example"]


def test_public_addresses_are_tried_one_after_the_other() -> None:
    network = Network(["2606:2800:21f::14", PUBLIC])
    connect = network.connect

    def first_fails(address: str, port: int, seconds: float) -> httpcore.NetworkStream:
        stream = connect(address, port, seconds)
        if ":" in address:
            raise httpcore.ConnectTimeout("nobody there")
        return stream

    network.connect = first_fails  # type: ignore[method-assign]
    assert get(network.client()).status == 200
    assert network.connected == [("2606:2800:21f::14", 443), (PUBLIC, 443)]


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/sparql", "http://[::1]:9000/", "http://10.1.2.3/"])
def test_an_address_of_this_network_is_called_where_the_user_listed_it_itself(url: str) -> None:
    network = Network()
    assert get(network.client(url), url).status == 200
    origin = Address.read(url).origin
    assert (network.resolved, network.connected) == ([], [(origin.host, origin.port)])
    with pytest.raises(OutboundRefusedError):
        get(network.client(url), f"http://localhost:{origin.port}/")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    answer = (
        f"HTTP/1.1 {status} Go\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n".encode()
    )
    network = Network(sends=[answer])
    reply = get(network.client())
    assert (reply.status, reply.headers["location"]) == (status, "http://169.254.169.254/")
    assert (len(network.resolved), len(network.connected)) == (1, 1)


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    network = Network()
    get(network.client())
    assert network.connected == [(PUBLIC, 443)]


def test_a_request_says_who_asks_and_takes_the_names_of_the_listed_host() -> None:
    network = Network()
    request = Request("POST", "https://SERVICE.example:443/sparql?x=1", {"Accept": "a/b"}, b"query=1")
    network.client().fetch(request)
    head, _, body = network.written.partition(b"\r\n\r\n")
    assert head.split(b"\r\n") == [
        b"POST /sparql?x=1 HTTP/1.1",
        b"Host: service.example",
        b"User-Agent: agent",
        b"Accept-Encoding: gzip",
        b"Connection: close",
        b"Accept: a/b",
        b"Content-Length: 7",
    ]
    assert body == b"query=1"
    own = user_agent("https://kg.example", "mailto:desk@kg.example")
    assert own.startswith("osagraph/") and own.endswith(" (+https://kg.example; mailto:desk@kg.example)")
    assert user_agent().endswith(" (+https://w3id.org/osagraph)")


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("PUT", {}),
        ("GET\r\nX: y", {}),
        ("GET", {"Host": "127.0.0.1"}),
        ("GET", {"Transfer-Encoding": "chunked"}),
        ("GET", {"X\r\nY": "1"}),
        ("GET", {"X": "1\r\nY: 2"}),
        ("GET", {"X": "é"}),
    ],
)
def test_a_request_that_could_be_two_is_not_sent(method: str, headers: dict[str, str]) -> None:
    network = Network()
    with pytest.raises(OutboundRefusedError):
        network.client().fetch(Request(method, LISTED, headers))
    assert network.connected == []


BOMB = gzip.compress(bytes(10_000_000))


@pytest.mark.parametrize(
    ("sends", "complaint"),
    [
        ([HEAD, b"\r\n", bytes(600), bytes(600)], "more than 1,000 bytes"),
        ([HEAD, b"Content-Encoding: gzip\r\n\r\n", BOMB], "more than 1,000 bytes"),
        ([HEAD, b"Content-Encoding: gzip\r\n\r\n", b"not packed"], "cannot be unpacked"),
        ([HEAD, b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"x")[:-4]], "breaks off"),
        ([HEAD, b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"x"), b"more"], "behind the end"),
        ([HEAD, b"Content-Encoding: gzip, gzip\r\n\r\n", b""], "was not asked for"),
        ([HEAD, b"Content-Encoding: br\r\n\r\n", b""], "packed its answer as 'br'"),
        ([HEAD, b"Content-Length: 10\r\n\r\n", b"short"], "did not answer"),
        ([b"SSH-2.0-OpenSSH_9.9\r\n"], "did not answer"),
        ([b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 100_000], "did not answer"),
        ([b""], "did not answer"),
        ([HEAD, b"Content-Length: 5\r\nContent-Length: 7\r\n\r\n", b"hello"], "did not answer"),
    ],
)
def test_an_answer_that_is_too_much_or_broken_is_an_error(sends: list[bytes], complaint: str) -> None:
    with pytest.raises(OutboundFailedError, match=complaint):
        get(Network(sends=sends).client())


def test_a_packed_answer_is_unpacked() -> None:
    network = Network(sends=[HEAD, b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"hello")])
    reply = get(network.client())
    assert (reply.status, reply.body, reply.headers["content-type"]) == (200, b"hello", "text/plain")


def test_a_name_without_an_address_and_a_port_without_a_server_are_errors() -> None:
    def nowhere(host: str, port: int) -> Sequence[str]:
        raise OSError("no such name")

    network = Network([])
    with pytest.raises(OutboundFailedError, match="its name has no address"):
        get(network.client())
    with pytest.raises(OutboundFailedError, match="its name has no address"):
        get(Outbound(Policy.of([LISTED]), resolve=nowhere, connect=network.connect))

    def closed(address: str, port: int, seconds: float) -> httpcore.NetworkStream:
        raise httpcore.ConnectError("Connection refused")

    with pytest.raises(OutboundFailedError, match="Connection refused"):
        get(Outbound(Policy.of([LISTED]), resolve=Network().resolve, connect=closed))


def test_no_step_goes_beyond_the_deadline() -> None:
    done = threading.Event()

    def slow(host: str, port: int) -> Sequence[str]:
        done.wait(60)
        return [PUBLIC]

    network = Network()
    with pytest.raises(OutboundFailedError, match=r"did not answer within 0\.05 seconds"):
        get(Outbound(Policy.of([LISTED]), resolve=slow, connect=network.connect), seconds=0.05)
    done.set()
    assert network.connected == []
    with pytest.raises(OutboundFailedError, match="did not answer within 0 seconds"):
        get(Network().client(), seconds=0)


def test_a_server_that_sends_a_byte_now_and_then_is_given_up_at_the_deadline() -> None:
    class Dripping(Stream):
        """Sends its head, and then one byte with each read."""

        def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
            assert timeout is not None and 0 < timeout <= 0.05
            return super().read(max_bytes) or b"x"

    network = Network(sends=[HEAD, b"\r\n"])
    client = Outbound(Policy.of([LISTED]), resolve=network.resolve, connect=lambda *_: Dripping(network))
    with pytest.raises(OutboundFailedError, match=r"did not answer within 0\.05 seconds"):
        get(client, seconds=0.05, most=1 << 40)
