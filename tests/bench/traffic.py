"""One turn of load on one server: by wrk, or by the client of our own where there is no wrk."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
NUMBERED = Path(__file__).with_name("numbered.lua")
ACCEPT = "application/sparql-results+json"
MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0, "h": 3_600_000.0}
# wrk ends a turn without waiting for answers, so this is only a limit on patience.
ANSWER_SECONDS = 30
SOCKET_ERRORS = ("connect", "read", "write", "timeout")


class Turn(NamedTuple):
    """What one turn showed: good answers per second, milliseconds to the last byte of one, and failures."""

    rate: float
    p50_ms: float
    p99_ms: float
    errors: int = 0


class Load(NamedTuple):
    """What is asked for: the paths of a file in turn, and how many at a time for how many seconds.

    With a first number, each request carries one of its own in a comment, so that no text comes twice.
    """

    paths: Path
    first: int | None
    connections: int
    seconds: float


def take_turn(port: int, load: Load) -> Turn:
    """Ask one server of this machine.

    Raises subprocess.CalledProcessError where the load generator fails.
    """
    if wrk := shutil.which("wrk"):
        return parse_wrk(_output(wrk_command(wrk, port, load)))
    return parse_own(_output(own_command(port, load)))


def wrk_command(wrk: str, port: int, load: Load) -> list[str]:
    """The command line for wrk, which knows whole seconds only; one thread, for it shares two processors."""
    seconds, connections = max(1, round(load.seconds)), load.connections
    options = ["--latency", "-t", "1", "-c", f"{connections}", "-d", f"{seconds}s", "-H", f"Accept: {ACCEPT}"]
    options += ["--timeout", f"{ANSWER_SECONDS}s"]
    address = f"http://127.0.0.1:{port}"
    if load.first is None:
        return [wrk, *options, address + load.paths.read_text(encoding="ascii").splitlines()[0]]
    return [wrk, *options, "-s", str(NUMBERED), address, "--", str(load.paths), str(load.first)]


def own_command(port: int, load: Load) -> list[str]:
    """The command line for the client of our own."""
    command = [sys.executable, "-m", "tests.bench.own_client", str(port), str(load.paths), "--accept", ACCEPT]
    command += ["--connections", str(load.connections), "--seconds", str(load.seconds)]
    return command if load.first is None else [*command, "--first", str(load.first)]


def parse_wrk(output: str) -> Turn:
    """Read what `wrk --latency` prints; answers other than 2xx and 3xx are failures and no part of the rate.

    Raises ValueError where it is something else.
    """
    counted = re.search(r"^\s*(\d+) requests in ", output, re.MULTILINE)
    rate = re.search(r"^Requests/sec:\s+([\d.]+)", output, re.MULTILINE)
    if counted is None or rate is None:
        raise ValueError(f"no report of wrk: {output!r}")
    requests, refused = int(counted[1]), _number(r"Non-2xx or 3xx responses: (\d+)", output)
    broken = [_number(rf"Socket errors:.*\b{kind} (\d+)", output) for kind in SOCKET_ERRORS]
    return Turn(
        rate=float(rate[1]) * (requests - refused) / requests if requests else 0.0,
        p50_ms=_milliseconds("50%", output),
        p99_ms=_milliseconds("99%", output),
        errors=refused + sum(broken),
    )


def parse_own(output: str) -> Turn:
    """Read what the client of our own prints."""
    return Turn(**json.loads(output))


def _number(pattern: str, output: str) -> int:
    found = re.search(pattern, output)
    return int(found[1]) if found else 0


def _milliseconds(share: str, output: str) -> float:
    found = re.search(rf"^\s*{share}\s+([\d.]+)(us|ms|s|m|h)\s*$", output, re.MULTILINE)
    return float(found[1]) * MILLISECONDS[found[2]] if found else 0.0


def _output(command: Sequence[str]) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
