"""Follows what another engine holds: looks at its marker, and makes a stub of a publication that is new.

A server in front of an engine keeps one. Whoever finds that the dataset has changed wakes it.
"""

from __future__ import annotations

import threading
from typing import Final

from graph.datadir import DataDirectory
from graph.engine_access import Engine, credentials, trusted
from graph.errors import KnowledgeGraphError
from graph.remote import RemoteStore
from graph.remote_client import RemoteClient, RemoteLimits
from graph.remote_mirror import NAMED, follow, read_stub

LOOK_SECONDS: Final = 1.0
# So long an engine may take for the marker.
LIMITS: Final = RemoteLimits(seconds=5, connect_seconds=3, bytes=64 << 20)


class Follower:
    """Looks after the mirror in a data directory, as long as this process lives."""

    def __init__(self, data: DataDirectory, look_seconds: float = LOOK_SECONDS) -> None:
        self._data = data
        self._look_seconds = look_seconds
        self._woken = threading.Event()
        self._trouble = ""
        self._thread = threading.Thread(target=self._keep, daemon=True, name="follower")

    @property
    def trouble(self) -> str:
        """Why the engine cannot be asked, as far as is known; nothing where it can."""
        return self._trouble

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Look now; somebody has found that it holds another publication."""
        self._woken.set()

    def _keep(self) -> None:
        engine: Engine | None = None
        while True:
            try:
                engine = engine or self._engine()
                follow(self._data, engine)
                self._trouble = ""
            except (KnowledgeGraphError, OSError) as error:
                self._trouble = str(error)
            self._woken.wait(self._look_seconds)
            self._woken.clear()

    def _engine(self) -> Engine:
        stub = read_stub(self._data.current().folder)
        client = RemoteClient(credentials(), LIMITS, trusted(), NAMED)
        return Engine(stub.kind, stub.addresses, client, RemoteStore(stub.addresses, client))
