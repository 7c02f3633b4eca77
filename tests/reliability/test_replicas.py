"""Two read replicas behind nginx: one is killed under load, and nobody gets a wrong answer."""

from __future__ import annotations

import contextlib
import http.client
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from graph.datadir import DataDirectory
from graph.replication import replicate

NGINX = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
CONFIGURATION = Path(__file__).parents[2] / "web" / "deployment" / "nginx.conf"
QUERY = "SELECT ?year ?amount WHERE { ?line a osa:BudgetLine ; osa:fiscalYear ?year ; osa:amount ?amount }"
PATHS = (
    f"/sparql?query={quote(QUERY + ' ORDER BY ?year ?amount')}",
    "/page/fiji",
    "/queries/budget-by-year",
)
CLIENTS = 32
PATIENCE_SECONDS = 60
# What a client may see of a replica that ends; anything else is a wrong answer.
REFUSALS = {"refused", "cut", 502, 503}

pytestmark = pytest.mark.skipif(NGINX is None, reason="there is no nginx; on Debian: apt install nginx-light")


@contextlib.contextmanager
def nginx(folder: Path, ports: list[int]) -> Iterator[int]:
    """nginx with the shipped configuration, in front of these ports; the port where it listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
    text = CONFIGURATION.read_text().replace("8080", f"127.0.0.1:{port}")
    for shipped, ours in zip(("8001", "8002"), ports, strict=True):
        text = text.replace(f"127.0.0.1:{shipped}", f"127.0.0.1:{ours}")
    for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"):
        text = text.replace("http {\n", f"http {{\n    {name}_temp_path {folder}/{name};\n", 1)
    text = text.replace("http {\n", "http {\n    access_log off;\n", 1)
    (folder / "nginx.conf").write_text(f"daemon off;\npid {folder}/pid;\nerror_log stderr;\n{text}")
    assert NGINX
    process = subprocess.Popen(
        [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")], stderr=subprocess.PIPE
    )
    try:
        yield _listening(process, port)
    finally:
        process.send_signal(signal.SIGQUIT)
        process.communicate(timeout=PATIENCE_SECONDS)


def _listening(process: subprocess.Popen[bytes], port: int) -> int:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return port
        time.sleep(0.02)
    raise AssertionError("nginx does not listen")


def answer(port: int, path: str) -> tuple[int | str, bytes]:
    """The status and the body, or what became of the connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        with contextlib.closing(connection):
            connection.request("GET", path, headers={"Accept": "text/csv, text/html;q=0.9"})
            response = connection.getresponse()
            return response.status, response.read()
    except ConnectionRefusedError:
        return "refused", b""
    except (ConnectionError, http.client.HTTPException):
        return "cut", b""


class Crowd:
    """Clients that ask one thing after the other until told to stop, and what they got."""

    def __init__(self, port: int, expected: dict[str, bytes]) -> None:
        self.port = port
        self.expected = expected
        self.stop = threading.Event()
        self.right: Counter[bool] = Counter()
        self.is_killed = False
        self.wrong: list[tuple[str, int | str]] = []
        self.refused: Counter[int | str] = Counter()

    def client(self, number: int) -> None:
        while not self.stop.is_set():
            path = PATHS[number % len(PATHS)]
            was_killed = self.is_killed
            status, body = answer(self.port, path)
            if status == 200 and body == self.expected[path]:
                self.right[was_killed] += 1
            elif status in REFUSALS:
                self.refused[status] += 1
            else:
                self.wrong.append((path, status))
            number += 1

    def wait_for(self, count: int, *, after: bool) -> None:
        """Until so many right answers have come, before or after the end of a replica."""
        until = time.monotonic() + PATIENCE_SECONDS
        while self.right[after] < count and time.monotonic() < until:
            self.stop.wait(0.01)
        assert self.right[after] >= count, (self.right, self.refused, self.wrong)


def test_a_replica_that_is_killed_under_load_costs_no_wrong_answer(
    built: Path, tmp_path: Path, serving: Callable[..., AbstractContextManager[Any]]
) -> None:
    original, folders = DataDirectory(built), [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        replicate(original, DataDirectory(folder))
    options = ("--proxy", "127.0.0.1", "--public-url", "https://example.org")
    with contextlib.ExitStack() as stack:
        one, two = [stack.enter_context(serving(folder, *options)) for folder in folders]
        port = stack.enter_context(nginx(tmp_path, [one.port, two.port]))
        with ThreadPoolExecutor(CLIENTS) as pool:
            answers = {path: answer(one.port, path) for path in PATHS}
            assert {status for status, _ in answers.values()} == {200}
            expected = {path: body for path, (_, body) in answers.items()}
            crowd = Crowd(port, expected)
            asking = [pool.submit(crowd.client, number) for number in range(CLIENTS)]
            try:
                crowd.wait_for(3 * CLIENTS, after=False)
                two.process.kill()
                crowd.is_killed = True
                crowd.wait_for(3 * CLIENTS, after=True)
            finally:
                crowd.stop.set()
            for each in asking:
                each.result()
    assert crowd.wrong == []
    assert set(crowd.refused) <= REFUSALS
