"""The servers that are compared: ours, Oxigraph's own, and rdflib-endpoint where it can be installed."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[2]
RDFLIB_SERVER = Path(__file__).with_name("rdflib_server.py")
RDFLIB_PACKAGES = ("rdflib-endpoint", "oxrdflib", "uvicorn")
OURS, NATIVE, RDFLIB = "osagraph", "oxigraph", "rdflib-endpoint"
NOTHING = "ASK {}"
ANY_RESULTS = "application/sparql-results+json"
READY_SECONDS = 60
END_SECONDS = 10


class Contender(NamedTuple):
    """A server: its name, its command with {port} where the port stands, and the path of its endpoint.

    `crowd`: over how many connections it is asked at most.
    """

    name: str
    command: Sequence[str]
    path: str
    crowd: int = 1 << 16

    def request_path(self, text: str) -> str:
        """What to ask this server for a query's answer."""
        return f"{self.path}?query={quote(text, safe='')}"


def ours(data: Path) -> Contender:
    """Our own server over a data directory."""
    command = [sys.executable, "-m", "server", "serve", "--data", str(data), "--port", "{port}", "--quiet"]
    return Contender(OURS, command, "/sparql")


def native(store: Path) -> Contender:
    """Oxigraph's own server, of the package `oxigraph` beside this Python."""
    command = [oxigraph(), "serve-read-only", "--location", str(store), "--bind", "127.0.0.1:{port}"]
    return Contender(NATIVE, command, "/query")


def rdflib_endpoint(python: Path, store: Path) -> Contender:
    """rdflib-endpoint on uvicorn over a copy of the store that nobody else has open."""
    command = [str(python), "-I", str(RDFLIB_SERVER), str(store), "{port}"]
    # It answers one request at a time: a larger crowd only stands in a longer queue.
    return Contender(RDFLIB, command, "/", crowd=8)


def oxigraph() -> str:
    """The command line tool of Oxigraph: the one beside this Python, else the one on the path.

    Raises FileNotFoundError where there is none.
    """
    beside = Path(sys.executable).with_name("oxigraph")
    if found := shutil.which(str(beside)) or shutil.which("oxigraph"):
        return found
    raise FileNotFoundError("There is no oxigraph command. Install it with: pip install oxigraph")


def rdflib_python(folder: Path) -> Path:
    """The Python of a virtual environment with rdflib-endpoint in it, which is made and filled where missing.

    Raises subprocess.CalledProcessError where the packages cannot be installed.
    """
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    probe = [str(python), "-I", "-c", "import oxrdflib, rdflib_endpoint, uvicorn"]
    if subprocess.run(probe, stderr=subprocess.DEVNULL).returncode:
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, *RDFLIB_PACKAGES], check=True)
    return python


class Server:
    """A running contender; `process` changes when it is restarted."""

    def __init__(self, contender: Contender) -> None:
        self.contender = contender
        self.process, self.port = _start(contender)

    def restart(self) -> None:
        """A fresh process: for one that is busy with a question whose asker has gone."""
        self.stop()
        self.process, self.port = _start(self.contender)

    def settle(self, patience: float) -> None:
        """Wait until it answers again after a crowd has left, and restart one that takes too long."""
        until = time.monotonic() + patience
        while (left := until - time.monotonic()) > 0:
            with contextlib.suppress(RuntimeError, ConnectionError, http.client.HTTPException, TimeoutError):
                self.ask(NOTHING, ANY_RESULTS, left)
                return
            time.sleep(0.02)
        self.restart()

    def stop(self) -> None:
        """End it and everything it has started."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.terminate()
            self.process.wait(END_SECONDS)
        # The group is ours alone: the process was started as its leader.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def ask(self, text: str, accept: str, patience: float) -> bytes:
        """The answer to a query.

        Raises TimeoutError where nothing comes for so many seconds, and RuntimeError for a refusal.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience)
        with contextlib.closing(connection):
            connection.request("GET", self.contender.request_path(text), headers={"Accept": accept})
            response = connection.getresponse()
            body = response.read()
        if response.status != 200:
            raise RuntimeError(f"{self.contender.name} answers {response.status}: {body[:500]!r}")
        return body


@contextlib.contextmanager
def running(contenders: Sequence[Contender]) -> Iterator[list[Server]]:
    """All servers at once, each in a process of its own; they end with the block."""
    with contextlib.ExitStack() as stack:
        servers = []
        for contender in contenders:
            servers.append(server := Server(contender))
            stack.callback(server.stop)
        yield servers


def _start(contender: Contender) -> tuple[subprocess.Popen[bytes], int]:
    """A process and its port, once it listens there.

    Raises RuntimeError where it ends instead, or takes too long.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
    command = [part.format(port=port) for part in contender.command]
    # What it says goes to a file, for a pipe that nobody reads fills up: some have much to say.
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=said, start_new_session=True)
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until and process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return process, port
            time.sleep(0.05)
        process.kill()
        process.wait()
        said.seek(0)
        words = said.read().decode(errors="replace")
    raise RuntimeError(f"{contender.name} does not listen: {words}")
