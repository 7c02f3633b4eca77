"""A confined process that keeps its network takes it from the thread that reads what strangers wrote."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROGRAM = """
import socket, sys
from concurrent.futures import ThreadPoolExecutor
from graph.confinement import confine, leave_network

def reaches():
    try:
        socket.create_connection(("127.0.0.1", int(sys.argv[1]))).close()
    except OSError:
        return False
    return True

confine(1 << 32, network=True)
print(ThreadPoolExecutor(1, "reading", leave_network).submit(reaches).result(), reaches())
"""


def may_leave() -> bool:
    """Whether the system lets a process give up its network, as another program finds."""
    unshare = shutil.which("unshare")
    return (
        unshare is not None
        and not subprocess.run([unshare, "--user", "--net", "true"], check=False).returncode
    )


@pytest.mark.skipif(not may_leave(), reason="user namespaces are switched off here, or there is no unshare")
def test_the_reading_thread_alone_is_without_a_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        command = [sys.executable, "-c", PROGRAM, str(listener.getsockname()[1])]
        found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["False", "True"]
