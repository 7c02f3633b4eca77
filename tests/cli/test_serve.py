"""`osagraph serve` as a process of its own: it answers, follows other writers, and ends when told to."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import Result

Run = Callable[..., Result]
ROOT = Path(__file__).parents[2]
ASK = "ASK { <https://w3id.org/osagraph/id/source/example-2026-11-01> a osa:Source }"
READY_SECONDS = 60


class Server:
    """A running server, once it has said where it listens."""

    def __init__(self, data: Path, port: int, *options: str) -> None:
        command = [sys.executable, "-u", "-m", "server", "serve", "--data", str(data), "--port", str(port)]
        self.process = subprocess.Popen(
            [*command, *options], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.port = port
        self.greeting = self._until_ready()

    def _until_ready(self) -> list[str]:
        assert self.process.stdout
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if line.startswith("osagraph is at"):
                return lines
        raise AssertionError("".join(lines))

    def get(self, path: str, accept: str = "*/*") -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=READY_SECONDS)
        with contextlib.closing(connection):
            connection.request("GET", path, headers={"Accept": accept})
            response = connection.getresponse()
            return response.status, response.read().decode()

    def ask(self, text: str) -> bool:
        status, body = self.get(f"/sparql?query={quote(text)}", "application/sparql-results+json")
        assert status == 200, body
        return bool(json.loads(body)["boolean"])

    def stop(self) -> tuple[int, str]:
        """Exit code, and what it said besides the log of requests, after SIGTERM."""
        self.process.send_signal(signal.SIGTERM)
        rest, _ = self.process.communicate(timeout=READY_SECONDS)
        lines = [line for line in rest.splitlines() if not line.startswith('{"time":')]
        return self.process.returncode, "\n".join(lines)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def serving(data: Path, *options: str) -> Iterator[Server]:
    server = Server(data, free_port(), *options)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.process.kill()
        server.process.communicate()


def test_a_server_answers_follows_other_writers_and_ends_when_told(
    run: Run, data: Path, tables: Path
) -> None:
    with serving(data) as server:
        assert server.greeting == [
            f"osagraph is at http://127.0.0.1:{server.port}/ (SPARQL: /sparql). Stop it with Ctrl-C.\n"
        ]
        assert server.get("/healthz")[0] == 200
        status, page = server.get("/", "text/html")
        assert (status, "osagraph" in page) == (200, True)
        assert not server.ask(ASK)
        # Another process writes; its command is done, so its snapshot is what everybody sees.
        load = [sys.executable, "-m", "server", "load", str(tables / "source-template.toml")]
        subprocess.run([*load, "--data", str(data), "--quiet"], cwd=ROOT, check=True)
        assert server.ask(ASK)
        assert run("remove", "example-2026-11-01", "--data", data).exit_code == 0
        assert not server.ask(ASK)
        assert_refused(run, data, server)
        assert server.stop() == (0, "")
    with serving(data) as again:  # nothing is left that would keep a new server away
        assert again.get("/healthz")[0] == 200
        assert again.stop() == (0, "")


def assert_refused(run: Run, data: Path, server: Server) -> None:
    """A second server finds the data taken, a third one the port."""
    second = run("serve", "--data", data, "--port", free_port())
    holder = f"is being served by process {server.process.pid}. Wait for it, or end that process.\n"
    assert (second.exit_code, second.output) == (3, f"Error: {data} {holder}")
    third = run("serve", "--data", data.parent / "elsewhere", "--port", server.port)
    assert third.exit_code == 3
    assert re.fullmatch(
        rf"Error: Cannot listen on 127\.0\.0\.1, port {server.port}: Address already in use\. .+\n",
        third.output,
    )


def test_an_address_of_another_machine_is_refused(run: Run, tmp_path: Path) -> None:
    result = run("serve", "--data", tmp_path / "data", "--host", "192.0.2.1", "--port", free_port())
    assert (result.exit_code, result.output.count("\n")) == (3, 1)
    assert result.output.startswith("Error: Cannot listen on 192.0.2.1, port ")


def test_a_plain_server_begins_with_an_empty_dataset(tmp_path: Path) -> None:
    with serving(tmp_path / "data", "--raw") as server:
        assert not server.ask("ASK { ?s ?p ?o }")
        assert server.get(f"/sparql?query={quote('ASK { ?s a osa:Source }')}")[0] == 400
        assert server.get("/", "text/html")[0] == 404
        assert server.stop() == (0, "")


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_a_port_that_is_none_is_wrong_usage(run: Run, tmp_path: Path, port: str) -> None:
    assert run("serve", "--data", tmp_path / "data", "--port", port).exit_code == 2
