"""Fixtures for all tests: the shipped dataset, built once for all processes of a session, and the vocabulary.

Tests that only need a rule's answer make tiny data by hand; `shipped_store` is for those about the tables.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import http.client
import json
import os
import pickle
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode
from uuid import uuid4

import pytest
from click.testing import CliRunner
from hypothesis import settings

from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from graph.label_file import FOLDER as LABELS
from graph.label_keeping import make_labels
from graph.tokens import TOKEN_FILE, TokenFile
from loaders.build import BuildPlan, BuildReport, build_store
from loaders.commands import build_command
from ontology.vocabulary import Vocabulary, read_vocabulary
from tests.schedule import in_turns

# The same examples on every run, however busy the machine is, and no folder of examples left behind.
settings.register_profile("exact", derandomize=True, deadline=None, database=None, max_examples=60)
settings.load_profile("exact")

SHIPPED_TABLES = Path(__file__).parents[1] / "loaders" / "data"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the modules in the order that `tests/schedule.py` says, for `--no-loadscope-reorder`."""
    folder = Path(__file__).parent
    names = {path: path.relative_to(folder).as_posix() for path in {item.path for item in items}}
    order = in_turns(names.values())
    items.sort(key=lambda item: order[names[item.path]])


class Outside(NamedTuple):
    """What tests tried to reach besides this machine: nothing, or the test that tried has failed."""

    attempts: list[str]


@pytest.fixture(scope="session", autouse=True)
def outside() -> Iterator[Outside]:
    """Lets tests connect to this machine alone, and resolve no names but its own."""
    attempts: list[str] = []

    def is_own(host: object) -> bool:
        return isinstance(host, str) and (host in ("localhost", "::1", "") or host.startswith("127."))

    def require_own(host: object) -> None:
        if not is_own(host):
            attempts.append(str(host))
            pytest.fail(f"a test tried to reach {host}")

    def connecting(method: Callable[..., Any]) -> Callable[..., Any]:
        def connect(self: socket.socket, address: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6):
                require_own(address[0])
            return method(self, address)

        return connect

    def resolving(function: Callable[..., Any]) -> Callable[..., Any]:
        def resolve(host: Any, *arguments: Any, **named: Any) -> Any:
            if host is not None:
                require_own(host.decode() if isinstance(host, bytes) else host)
            return function(host, *arguments, **named)

        return resolve

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connecting(socket.socket.connect))
        patch.setattr(socket.socket, "connect_ex", connecting(socket.socket.connect_ex))
        patch.setattr(socket, "getaddrinfo", resolving(socket.getaddrinfo))
        patch.setattr(socket, "gethostbyname", resolving(socket.gethostbyname))
        yield Outside(attempts)
    assert attempts == []


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Collects without looking for garbage: every process collects all tests, and throws nothing away."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


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
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], None]], Path]:
    """Makes a folder unless another process of the session has: `once(name, make)`; nobody may change it."""
    session = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        session = session.parent

    def made(name: str, make: Callable[[Path], None]) -> Path:
        folder = session / name
        with (session / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                begun = session / f"{name}.begun"
                shutil.rmtree(begun, ignore_errors=True)
                begun.mkdir()
                make(begun)
                begun.rename(folder)
        return folder

    return made


@pytest.fixture(scope="session")
def shipped_build(once: Callable[[str, Callable[[Path], None]], Path]) -> ShippedBuild:
    folder = once("shipped", _build)
    return ShippedBuild(folder / "store", pickle.loads((folder / "report").read_bytes()))


def _build(folder: Path) -> None:
    store = EmbeddedStore(folder / "store")
    report = build_store(BuildPlan(SHIPPED_TABLES), store, folder / "scratch", lambda _done, _total: None)
    store.close()
    (folder / "report").write_bytes(pickle.dumps(report))


@pytest.fixture(scope="session")
def built(once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """A data directory as `osagraph build` makes it; who wants to change one takes a copy."""
    return once("built", _run_build) / "data"


def _run_build(folder: Path) -> None:
    result = CliRunner().invoke(build_command, ["--data", str(folder / "data"), "--quiet"])
    assert result.exit_code == 0, result.output


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
        self.process.stdout.close()
        raise AssertionError(f"exit code {self.process.wait(60)}: {''.join(lines)}")

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
def shipped_labels(shipped_build: ShippedBuild, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The label index of the shipped dataset, from snapshot 1 on."""
    root = tmp_path_factory.mktemp("labels")
    make_labels(root, EmbeddedStore(shipped_build.folder, read_only=True), 1)
    return root / LABELS


@pytest.fixture(scope="session")
def shipped_data(
    shipped_build: ShippedBuild, shipped_labels: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], DataDirectory]:
    """Publishes the shipped dataset in a data directory of its own: `shipped_data()`."""

    def published() -> DataDirectory:
        data = DataDirectory(tmp_path_factory.mktemp("served") / "data")
        with data.writer():
            stage = data.stage()
            EmbeddedStore(shipped_build.folder, read_only=True).backup(stage / "store")
            data.publish(stage, {"claims": 12345, "made": "2026-01-01"}, "build")
        shutil.copytree(shipped_labels, data.root / LABELS)
        return data

    return published


@pytest.fixture(scope="session")
def shipped_server(shipped_data: Callable[[], DataDirectory]) -> Iterator[LiveServer]:
    """A server of the shipped dataset, with short deadlines; tests that write take another one."""
    with running(shipped_data().root, "--deadline", "6", "--total", "8") as server:
        yield server


@pytest.fixture(scope="session")
def raw_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A plain server, empty at first; each test uses graphs of its own."""
    with running(tmp_path_factory.mktemp("plain") / "data", "--raw") as server:
        yield server
