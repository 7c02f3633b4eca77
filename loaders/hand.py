"""The hand as the writer sees it: a process that is asked, waited for until a deadline, and killed."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from graph.errors import QueryFailedError, QueryTimeoutError
from graph.write_protocol import message, receive

ROOMS: Final = Path(__file__).resolve().parents[1]


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

    @property
    def process_id(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

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
        self._process.kill()
        self._process.wait()
        self._connection.close()
