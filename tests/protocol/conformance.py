"""Runs the W3C suites over HTTP against an empty plain server; `make conformance` starts it.

What the engine cannot do fails here too, so the numbers to be reached are the engine's. Prints the lines of
the harness; exit code 0 where they are reached, 1 where not, 2 where the harness is not there.
"""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
HARNESS = ROOT.parent / "shared" / "conformance" / "run.py"
# Passed tests by line of the harness; oxigraph 0.5.13 fails the others.
FLOOR = {
    "SPARQL 1.1": 535,
    "SPARQL 1.2": 264,
    "SPARQL 1.1 Protocol": 34,
    "Graph Store HTTP Protocol": 14,
    "Service Description": 3,
}
LINE = re.compile(r"^(?P<name>\S.*?)\s{2,}(?P<passed>\d+) passed, (?P<failed>\d+) failed", re.MULTILINE)
READY_SECONDS = 60


def main() -> int:
    """The exit code."""
    if not HARNESS.exists():
        print("The W3C harness is not here: ../shared/conformance is missing.")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        text = run_suites(Path(folder) / "data")
    print(text)
    short = shortfalls(text)
    for line in short:
        print(f"BELOW THE FLOOR  {line}")
    return 1 if short else 0


def run_suites(data: Path) -> str:
    """What the harness prints about a server of this data directory."""
    command = [sys.executable, "-m", "server"]
    made = subprocess.run(
        [*command, "token", "add", "conformance", "--scope", "admin", "--data", str(data), "--quiet"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    server = [*command, "serve", "--raw", "--quiet", "--data", str(data), "--port", str(port)]
    with subprocess.Popen(server, cwd=ROOT) as process:
        try:
            _wait_for(port)
            url = f"http://127.0.0.1:{port}"
            places = ["--query", f"{url}/sparql", "--update", f"{url}/sparql", "--gsp", f"{url}/store"]
            header = f"Authorization: Bearer {made.stdout.strip()}"
            harness = [sys.executable, str(HARNESS), *places, "--header", header]
            return subprocess.run(harness, capture_output=True, text=True, check=False).stdout
        finally:
            process.terminate()


def shortfalls(text: str) -> list[str]:
    """Where the numbers that the harness printed are below the floor."""
    reached = {match["name"]: int(match["passed"]) for match in LINE.finditer(text)}
    return [
        f"{name}: {reached.get(name, 0)} passed, {floor} expected"
        for name, floor in FLOOR.items()
        if reached.get(name, 0) < floor
    ]


def _wait_for(port: int) -> None:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise TimeoutError("The server does not listen.")


if __name__ == "__main__":
    sys.exit(main())
