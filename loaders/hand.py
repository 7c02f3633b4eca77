"""The hand as the writer sees it: a process that is asked, waited for until a deadline, and killed."""

from __future__ import annotations

import json
import os
import resource
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from graph.errors import QueryFailedError, QueryTimeoutError
from graph.write_protocol import message, receive

ROOMS: Final = Path(__file__).resolve().parents[1]
# A hand that holds so much more than after its start has done something large, and gives it back by ending.
GROWTH_BYTES: Final = 128 << 20


@dataclass(frozen=True)
class HandLimits:
    """What one write may cost: seconds for an update and for another write, bytes of address space."""

    update_seconds: float = 60.0
    document_seconds: float = 600.0
    memory_bytes: int = 4 << 30


class HandProcess:
    """A running hand, for one message at a time."""

    def __init__(self, root: Path, limits: HandLimits) -> None:
        self.limits = limits
        ours, theirs = socket.socketpair()
        path = os.pathsep.join([str(ROOMS), *filter(None, [os.environ.get("PYTHONPATH")])])
        with theirs:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "loaders.hand_child",
                    json.dumps([str(root.absolute()), limits.memory_bytes]),
                ],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                # Each arena of the allocator takes 64 MiB of address space, used or not.
                env={**os.environ, "PYTHONPATH": path, "MALLOC_ARENA_MAX": "1"},
            )
        self._connection = ours
        self._base_bytes: int | None = None
        self._is_killed = False

    @property
    def process_id(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return not self._is_killed and self._process.poll() is None

    def settle(self) -> None:
        """Take what it holds now as its size at rest."""
        self._base_bytes = self._resident_bytes()

    @property
    def is_large(self) -> bool:
        """Whether it has grown much since `settle`."""
        return self._base_bytes is not None and self._resident_bytes() > self._base_bytes + GROWTH_BYTES

    def _resident_bytes(self) -> int:
        try:
            pages = Path(f"/proc/{self.process_id}/statm").read_text().split()[1]
        except FileNotFoundError:
            return 0
        return int(pages) * resource.getpagesize()

    def ask(self, fields: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """The answer to a message.

        Raises QueryTimeoutError at the deadline and QueryFailedError where the process has ended; it is no
        more in either case.
        """
        try:
            self._connection.settimeout(seconds)
            self._connection.sendall(message(fields))
            answer = receive(self._connection)
        except TimeoutError as error:
            self.kill()
            raise QueryTimeoutError(
                f"The write took more than {seconds:g} seconds and was ended; nothing of it was carried out."
            ) from error
        except OSError:
            answer = None
        if answer is None:
            self.kill()
            raise QueryFailedError(
                "The write needed more memory or depth than one may have; nothing of it was carried out."
            )
        return answer

    def kill(self) -> None:
        """End the process, whatever it is doing, and give everything back to the system."""
        self._is_killed = True
        self._process.kill()
        self._connection.close()
        # One with much memory takes its time to go, and nobody has to wait for that.
        threading.Thread(target=self._process.wait, daemon=True).start()


class Hands:
    """The hand at work, and a spare one that has started already: nobody waits for a start."""

    def __init__(self, root: Path, limits: HandLimits) -> None:
        self._root = root
        self._limits = limits
        self._spare: HandProcess | None = None

    def take(self) -> HandProcess:
        """A hand that runs."""
        taken, self._spare = self._spare, None
        return taken if taken and taken.is_alive else HandProcess(self._root, self._limits)

    def prepare(self) -> None:
        """Start the spare one, if there is none."""
        self._spare = self._spare or HandProcess(self._root, self._limits)

    def close(self) -> None:
        """End the spare one."""
        if self._spare is not None:
            self._spare.kill()
            self._spare = None
