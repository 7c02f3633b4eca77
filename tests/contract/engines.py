"""The engines that the contract of a store is checked with, each started here where the machine has it."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final, Protocol

import pytest

from graph.embedded import EmbeddedStore
from graph.errors import RemoteStoreError
from graph.remote import RemoteAddresses, RemoteStore
from graph.remote_client import Credentials, RemoteClient
from graph.store import WritableStore
from graph.tokens import TOKEN_FILE, TokenFile

ROOT: Final = Path(__file__).parents[2]
FUSEKI: Final = ROOT / ".venv" / "fuseki"
READY_SECONDS: Final = 120


class Engine(Protocol):
    """A store, and how it is emptied."""

    @property
    def store(self) -> WritableStore: ...

    def empty(self) -> None: ...


class Embedded:
    """Our own store, in memory."""

    def __init__(self) -> None:
        self.store = EmbeddedStore()

    def empty(self) -> None:
        self.store = EmbeddedStore()


class Remote:
    """A store in a server."""

    def __init__(self, addresses: RemoteAddresses, credentials: Credentials | None = None) -> None:
        self.addresses = addresses
        self.client = RemoteClient(credentials)
        self.store = RemoteStore(addresses, self.client)

    def empty(self) -> None:
        self.client.post(self.addresses.update, b"DROP ALL", "application/sparql-update")

    def close(self) -> None:
        self.client.close()


@contextlib.contextmanager
def oxigraph(folder: Path) -> Iterator[Remote]:
    """Oxigraph's own server, of the package `oxigraph`."""
    command = shutil.which(str(Path(sys.executable).with_name("oxigraph"))) or shutil.which("oxigraph")
    if command is None:
        pytest.skip("there is no oxigraph command; it comes with: pip install oxigraph")
    with (
        _started(
            [command, "serve", "--location", str(folder / "store"), "--bind", "127.0.0.1:{port}"]
        ) as base,
        contextlib.closing(
            Remote(RemoteAddresses(f"{base}/query", f"{base}/update", f"{base}/store"))
        ) as engine,
    ):
        yield _ready(engine)


@contextlib.contextmanager
def fuseki(folder: Path) -> Iterator[Remote]:
    """Apache Jena Fuseki over TDB2 on disk; `make engines` fetches the server."""
    jar = next(iter(sorted(FUSEKI.glob("jena-fuseki-server-*.jar"))), None)
    java = shutil.which("java")
    if jar is None or java is None:
        pytest.skip(
            "there is no Java here" if java is None else "there is no Fuseki; fetch it with: make engines"
        )
    (folder / "tdb2").mkdir()
    kept = ["--tdb2", "--loc", str(folder / "tdb2")]
    options = ["-Xmx512m", "-jar", str(jar), "--localhost", "--port", "{port}", *kept, "--update", "/ds"]
    with _started([java, *options], folder) as base:
        addresses = RemoteAddresses(f"{base}/ds/query", f"{base}/ds/update", f"{base}/ds/data")
        with contextlib.closing(Remote(addresses)) as engine:
            yield _ready(engine)


@contextlib.contextmanager
def ours(folder: Path, serving: Callable[..., AbstractContextManager[Any]]) -> Iterator[Remote]:
    """Our own server, over a plain dataset."""
    with serving(folder / "data", "--raw") as server:
        token = TokenFile(server.data / TOKEN_FILE).add("contract", ["admin"])
        base = f"http://127.0.0.1:{server.port}"
        addresses = RemoteAddresses(f"{base}/sparql", f"{base}/sparql", f"{base}/store")
        with contextlib.closing(Remote(addresses, Credentials(token=token))) as engine:
            yield engine


@contextlib.contextmanager
def _started(command: Sequence[str], folder: Path | None = None) -> Iterator[str]:
    """The address of a server that was started."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
    process = subprocess.Popen(
        [part.format(port=port) for part in command],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _ready(engine: Remote) -> Remote:
    """The engine, once it answers."""
    until = time.monotonic() + READY_SECONDS
    while True:
        try:
            engine.store.query("ASK {}")
        except RemoteStoreError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return engine
