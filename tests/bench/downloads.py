"""Large answers read by one client: seconds, the first byte, and how the memory of the web process grows."""

from __future__ import annotations

import contextlib
import http.client
import time
from pathlib import Path
from typing import NamedTuple

from tests.bench.contenders import Server
from tests.bench.processes import process_tree, resident_bytes

READ_BYTES = 1 << 16
LOOK_SECONDS = 0.02
PATIENCE_SECONDS = 300
ESTABLISHED = "01"


class Download(NamedTuple):
    """One answer read to its end: `lines` are the line ends in it, the bytes are memory (VmRSS).

    `web_before` and `web_peak` are of the process that holds the connection, looked at fifty times a second.
    """

    seconds: float
    first_byte_ms: float
    bytes: int
    lines: int
    web_before: int
    web_peak: int


def download(server: Server, text: str, accept: str) -> Download:
    """Read one answer as it comes, keeping nothing of it.

    Raises RuntimeError for a refusal and http.client.IncompleteRead for an answer that is cut short.
    """
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_SECONDS)
    with contextlib.closing(connection):
        connection.connect()
        web = holder(server, connection.sock.getsockname()[1])
        before = peak = resident_bytes(web)
        started = looked = time.perf_counter()
        path = server.contender.request_path(text)
        connection.request("GET", path, headers={"Accept": accept, "Connection": "close"})
        response = connection.getresponse()
        if response.status != 200:
            raise RuntimeError(
                f"{server.contender.name} answers {response.status}: {response.read()[:500]!r}"
            )
        part = response.read1(READ_BYTES)
        first_byte = time.perf_counter() - started
        size = lines = 0
        while part:
            size, lines = size + len(part), lines + part.count(b"\n")
            if (now := time.perf_counter()) - looked > LOOK_SECONDS:
                looked, peak = now, max(peak, resident_bytes(web))
            part = response.read1(READ_BYTES)
        seconds = time.perf_counter() - started
    return Download(seconds, first_byte * 1000, size, lines, before, max(peak, resident_bytes(web)))


def holder(server: Server, client_port: int) -> int:
    """The process of a server that holds the connection from a port of ours: its first one until it shows."""
    pids = process_tree(server.process.pid)
    until = time.monotonic() + 1
    while time.monotonic() < until:
        inode = _inode(server.port, client_port)
        for pid in pids if inode else ():
            if f"socket:[{inode}]" in _descriptors(pid):
                return pid
        time.sleep(0.01)  # the server has not accepted the connection yet
    return server.process.pid


def _inode(local: int, remote: int) -> str | None:
    """The inode of an established connection between two ports of this machine."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(OSError):
            for line in Path(table).read_text().splitlines()[1:]:
                fields = line.split()
                ports = [int(address.rpartition(":")[2], 16) for address in fields[1:3]]
                if ports == [local, remote] and fields[3] == ESTABLISHED and fields[9] != "0":
                    return fields[9]
    return None


def _descriptors(pid: int) -> set[str]:
    """What the open files of a process are."""
    found = set()
    with contextlib.suppress(OSError):
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):  # closed since it was listed
                found.add(str(link.readlink()))
    return found
