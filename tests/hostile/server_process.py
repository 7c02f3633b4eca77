"""A server of our own to attack: started with short limits, watched through /proc, ended at the end."""

from __future__ import annotations

import http.client
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.processes import tree_bytes
from tests.hostile.client import HOST, ask

START_SECONDS = 60
ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "server")
TICKS_PER_SECOND = 100


class ServerProcess:
    """A running `osagraph serve` and its port; `missing` are the flags that it does not know."""

    def __init__(
        self, data: Path, flags: Sequence[str], *, command: Sequence[str] = COMMAND, log: Path | None = None
    ) -> None:
        self.port = free_port()
        known, self.missing = supported(flags, command)
        line = [*command, "serve", "--data", str(data), "--port", str(self.port), *known]
        with open(log, "wb") if log else open("/dev/null", "wb") as output:
            self.process = subprocess.Popen(line, cwd=ROOT, stdout=output, stderr=output)
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            try:
                if ask(self.port, "ASK {}", timeout=5).status == http.HTTPStatus.OK:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise RuntimeError(f"The server did not come up; its exit code is {self.process.poll()}.")

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def resident_bytes(self) -> int:
        """VmRSS, summed over the process tree."""
        return tree_bytes(self.process.pid)

    def own_bytes(self) -> int:
        """VmRSS of the process that was started, without its children."""
        lines = read(Path(f"/proc/{self.process.pid}/status")).splitlines()
        return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:")), 0)

    def cpu_seconds(self) -> dict[int, float]:
        """User and system time of every process of the tree."""
        return {
            pid: seconds for pid in family_of(self.process.pid) if (seconds := cpu_seconds(pid)) is not None
        }

    def stop(self) -> None:
        """SIGTERM, and SIGKILL where that does not help within ten seconds."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def free_port() -> int:
    with socket.create_server((HOST, 0)) as listener:
        return int(listener.getsockname()[1])


def supported(flags: Sequence[str], command: Sequence[str]) -> tuple[list[str], list[str]]:
    """The flags (`--name` or `--name=value`) that this server's help knows, and those that it does not."""
    help_text = subprocess.run(
        [*command, "serve", "--help"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    known = [flag for flag in flags if flag.partition("=")[0] in help_text]
    return known, [flag for flag in flags if flag not in known]


def family_of(root: int) -> Iterator[int]:
    """A process and all its descendants."""
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        yield pid
        for path in Path(f"/proc/{pid}/task").glob("*/children"):
            waiting += [int(child) for child in read(path).split()]


def cpu_seconds(pid: int) -> float | None:
    """What a process has used, None where it has ended."""
    fields = read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND if fields else None


def read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # the process has ended since it was listed
        return ""


def admin_token(data: Path, command: Sequence[str]) -> str | None:
    """A token with every right, None where this server has no tokens yet."""
    line = [*command, "token", "add", "hostile", "--scope", "admin", "--data", str(data)]
    done = subprocess.run(line, cwd=ROOT, check=False, capture_output=True, text=True)
    return done.stdout.strip() or None if done.returncode == 0 else None


@contextmanager
def copy_of(data: Path) -> Iterator[Path]:
    """A copy that may be attacked, deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="osagraph-hostile-") as folder:
        yield Path(shutil.copytree(data, Path(folder) / "data", symlinks=True))
