"""Fixtures for all tests: the shipped dataset, built once per session, and the vocabulary.

Tests that only need a rule's answer make tiny data by hand; `shipped_store` is for those about the tables.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode
from uuid import uuid4

import pytest
from hypothesis import settings

from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from graph.tokens import TOKEN_FILE, TokenFile
from loaders.build import BuildPlan, BuildReport, build_store
from ontology.vocabulary import Vocabulary, read_vocabulary

# The same examples on every run, however busy the machine is, and no folder of examples left behind.
settings.register_profile("exact", derandomize=True, deadline=None, database=None, max_examples=60)
settings.load_profile("exact")

SHIPPED_TABLES = Path(__file__).parents[1] / "loaders" / "data"


class ShippedBuild(NamedTuple):
    """The finished build of the shipped tables: where its store lies, and what was counted."""

    folder: Path
    report: BuildReport


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return read_vocabulary()


@pytest.fixture(scope="session")
def shipped_tables() -> Path:
    """The folder of the shipped tables."""
    return SHIPPED_TABLES


@pytest.fixture(scope="session")
def shipped_build(tmp_path_factory: pytest.TempPathFactory) -> ShippedBuild:
    scratch = tmp_path_factory.mktemp("shipped-scratch")
    folder = tmp_path_factory.mktemp("shipped") / "store"
    report = build_store(
        BuildPlan(SHIPPED_TABLES), EmbeddedStore(folder), scratch, progress=lambda done, total: None
    )
    return ShippedBuild(folder, report)


@pytest.fixture(scope="session")
def shipped_store(shipped_build: ShippedBuild) -> EmbeddedStore:
    """The dataset of the shipped tables, read-only."""
    return EmbeddedStore(shipped_build.folder, read_only=True)


class Reply:
    """A response, read to its end; `is_whole` is false where the server cut it off."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status_code = response.status
        self.headers = response.headers
        self.is_whole = True
        try:
            self.data = response.read()
        except http.client.IncompleteRead as error:
            self.is_whole = False
            self.data = error.partial

    @property
    def content_type(self) -> str | None:
        return self.headers["content-type"]

    @property
    def text(self) -> str:
        return self.data.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.data)


class Client:
    """Asks a running server, a connection for each request; `token` is sent with all of them."""

    def __init__(self, port: int, token: str | None = None) -> None:
        self.port = port
        self.token = token

    def open(
        self,
        path: str,
        *,
        method: str = "GET",
        query_string: str | Mapping[str, str] = "",
        headers: Mapping[str, str] | None = None,
        data: str | bytes | Mapping[str, str] | None = None,
        content_type: str | None = None,
    ) -> Reply:
        query = query_string if isinstance(query_string, str) else urlencode(query_string)
        sent = {"Accept-Encoding": "identity", **(headers or {})}
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        if isinstance(data, Mapping):
            data, content_type = urlencode(data), "application/x-www-form-urlencoded"
        if content_type:
            sent["Content-Type"] = content_type
        body = data.encode() if isinstance(data, str) else data
        path = quote(path, safe="/?=&%:#;,+@")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            connection.request(method, f"{path}?{query}" if query else path, body, sent)
            return Reply(connection.getresponse())

    def get(self, path: str, **options: Any) -> Reply:
        return self.open(path, **options)

    def options(self, path: str, **options: Any) -> Reply:
        return self.open(path, method="OPTIONS", **options)

    def head(self, path: str, **options: Any) -> Reply:
        return self.open(path, method="HEAD", **options)

    def post(self, path: str, **options: Any) -> Reply:
        return self.open(path, method="POST", **options)

    def put(self, path: str, **options: Any) -> Reply:
        return self.open(path, method="PUT", **options)

    def delete(self, path: str, **options: Any) -> Reply:
        return self.open(path, method="DELETE", **options)


class LiveServer:
    """`osagraph serve` as a process of its own, once it answers."""

    def __init__(self, data: Path, *options: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = int(listener.getsockname()[1])
        command = [sys.executable, "-u", "-m", "server", "serve", "--data", str(data)]
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port), *options],
            cwd=SHIPPED_TABLES.parents[1],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.data = data
        self.greeting = self._until_ready()
        # Nobody reads what it writes down, and a full pipe would stop it.
        self._drained = threading.Thread(target=self._drain, daemon=True)
        self._drained.start()

    def _until_ready(self) -> list[str]:
        assert self.process.stdout
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if line.startswith("osagraph is at"):
                return lines
        raise AssertionError("".join(lines))

    def _drain(self) -> None:
        assert self.process.stdout
        with self.process.stdout as output:
            self.log = list(output)

    def client(self, *scopes: str) -> Client:
        """A client with a new token of these scopes, or without one."""
        if not scopes:
            return Client(self.port)
        return Client(self.port, TokenFile(self.data / TOKEN_FILE).add(f"t-{uuid4().hex[:12]}", scopes))

    def stop(self) -> int:
        """The exit code after SIGTERM."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        self._drained.join(60)
        return code


@contextlib.contextmanager
def running(data: Path, *options: str) -> Iterator[LiveServer]:
    server = LiveServer(data, *options)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


@pytest.fixture(scope="session")
def serving() -> Callable[..., AbstractContextManager[LiveServer]]:
    """Starts servers: `with serving(data, "--raw") as server`."""
    return running


@pytest.fixture(scope="session")
def shipped_server(
    shipped_build: ShippedBuild, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    """A server of the shipped dataset, with short deadlines; tests that write take another one."""
    data = DataDirectory(tmp_path_factory.mktemp("served") / "data")
    with data.writer():
        stage = data.stage()
        EmbeddedStore(shipped_build.folder, read_only=True).backup(stage / "store")
        data.publish(stage, {"claims": 12345, "made": "2026-01-01"}, "build")
    with running(data.root, "--deadline", "6", "--total", "8") as server:
        yield server


@pytest.fixture(scope="session")
def raw_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A plain server, empty at first; each test uses graphs of its own."""
    with running(tmp_path_factory.mktemp("plain") / "data", "--raw") as server:
        yield server
