"""The network beneath the client: names become addresses, and connections go to addresses that were checked.

Everything here keeps one deadline: resolving, connecting, the handshake, and each piece that comes or goes.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import httpcore

from graph.errors import OutboundFailedError
from graph.outbound_addresses import Host, Origin

WRITTEN_BYTES: Final = 16 * 1024
# One of several addresses that does not answer leaves time for the others.
LEAST_SECONDS: Final = 2.0

# The addresses (IPv4, IPv6) of a host's name; raises OSError where it has none.
Resolve = Callable[[str, int], Sequence[str]]
# A connection to an address (never a name) and port, within so many seconds.
Connect = Callable[[str, int, float], httpcore.NetworkStream]


class Deadline:
    """The moment at which a call to a host is given up."""

    def __init__(self, seconds: float, whom: str) -> None:
        self._end = time.monotonic() + seconds
        self._whom = whom
        self._seconds = seconds

    def left(self) -> float:
        """The seconds that are left, more than none.

        Raises OutboundFailedError where there are none.
        """
        seconds = self._end - time.monotonic()
        if seconds <= 0:
            raise self.missed()
        return seconds

    def missed(self) -> OutboundFailedError:
        """The error that says so, to be raised."""
        return OutboundFailedError(f"{self._whom} did not answer within {self._seconds:g} seconds.")


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a name, as the system resolves it."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def connected(address: str, port: int, seconds: float) -> httpcore.NetworkStream:
    """A connection to an address and port.

    Raises httpcore.ConnectError and httpcore.ConnectTimeout.
    """
    return httpcore.SyncBackend().connect_tcp(address, port, timeout=seconds)


def resolved_in_time(resolve: Resolve, origin: Origin, deadline: Deadline) -> Sequence[str]:
    """The addresses of a host; a resolver that takes longer is left to itself.

    Raises OutboundFailedError.
    """
    answers: list[Sequence[str] | OSError | UnicodeError] = []

    def work() -> None:
        try:
            answers.append(resolve(origin.host, origin.port))
        except (OSError, UnicodeError) as error:
            answers.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(deadline.left())
    answer = answers[0] if answers else None
    if answer is None:
        raise deadline.missed()
    if isinstance(answer, OSError | UnicodeError):
        raise OutboundFailedError(f"{origin} cannot be reached: its name has no address.") from answer
    return answer


class PinnedBackend(httpcore.NetworkBackend):
    """Connects to the addresses that were checked, whatever host is named to it."""

    def __init__(self, addresses: Sequence[Host], port: int, connect: Connect, deadline: Deadline) -> None:
        self._addresses = addresses
        self._port = port
        self._connect = connect
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """See httpcore.NetworkBackend; the first address that answers.

        Raises httpcore.NetworkError, httpcore.TimeoutException and OutboundFailedError.
        """
        for number, address in enumerate(self._addresses, 1):
            left = self._deadline.left()
            is_last = number == len(self._addresses)
            seconds = left if is_last else min(left, max(LEAST_SECONDS, left / 3))
            try:
                return TimedStream(self._connect(str(address), self._port, seconds), self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if is_last:
                    raise
        raise httpcore.ConnectError("no address")


class TimedStream(httpcore.NetworkStream):
    """A connection of which no step goes beyond the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """See httpcore.NetworkStream."""
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """See httpcore.NetworkStream; in pieces, as each piece is given the time that is left."""
        for start in range(0, len(buffer), WRITTEN_BYTES):
            self._stream.write(buffer[start : start + WRITTEN_BYTES], self._deadline.left())

    def close(self) -> None:
        """See httpcore.NetworkStream."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """See httpcore.NetworkStream."""
        stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """See httpcore.NetworkStream."""
        return self._stream.get_extra_info(info)
