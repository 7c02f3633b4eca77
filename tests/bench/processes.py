"""Runs a command and watches the memory of its whole process tree through /proc."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

POLL_SECONDS = 0.1


class Run(NamedTuple):
    """A finished command: its standard output, wall-clock seconds, and peak memory in bytes.

    The peak is the largest sum of resident set sizes (VmRSS) over the process tree, looked at ten times a
    second: pages that processes share count once for each, and a shorter peak may be missed.
    """

    output: str
    seconds: float
    peak_bytes: int


def run(command: Sequence[str], folder: Path) -> Run:
    """Run a command in a folder; its complaints go to our standard error.

    Raises subprocess.CalledProcessError where it fails.
    """
    started = time.perf_counter()
    peak = 0
    # The output is one short line, so that a pipe which nobody reads meanwhile cannot fill up.
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        while True:
            peak = max(peak, tree_bytes(process.pid))
            try:
                process.wait(POLL_SECONDS)
                break
            except subprocess.TimeoutExpired:
                continue
        seconds = time.perf_counter() - started
        output = process.stdout.read() if process.stdout is not None else ""
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, output)
    return Run(output, seconds, peak)


def tree_bytes(root: int) -> int:
    """The resident memory of a process and all its descendants, in bytes."""
    return sum(resident_bytes(pid) for pid in process_tree(root))


def process_tree(root: int) -> list[int]:
    """A process and all its descendants, parents before their children."""
    found = [root]
    for pid in found:  # grows while it is walked
        found += _children(pid)
    return found


def resident_bytes(pid: int) -> int:
    """The resident memory of one process (VmRSS) in bytes; 0 where it has ended."""
    lines = _read(Path(f"/proc/{pid}/status")).splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:")), 0)


def _children(pid: int) -> list[int]:
    """The children of a process; each is listed with the thread that started it."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for path in tasks for child in _read(path).split()]


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # the process has ended since it was listed
        return ""
