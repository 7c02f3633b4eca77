"""Everything about the web server that somebody may want to set."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from graph.readers import ReaderLimits


@dataclass(frozen=True)
class Settings:
    """The settings of one server.

    `data`: the data directory.
    `host`, `port`: where to listen.
    `public_url`: the address that links and the service description name, where a proxy stands in front.
    `raw`: serve a plain dataset: no pages, and no prefixes that a query need not declare.
    `readers`: how many queries are evaluated at a time.
    `deadline_seconds`: how long a query may take until its first byte.
    `total_seconds`: how long a query may take in all.
    `waiting_seconds`: how long a query waits for a free reader before it is told to come back.
    `memory_bytes`: how much address space one query may take.
    `body_bytes`: how large the body of a request may be.
    """

    data: Path
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str | None = None
    raw: bool = False
    readers: int = 2
    deadline_seconds: float = 10
    total_seconds: float = 60
    waiting_seconds: float = 1
    memory_bytes: int = 2 << 30
    body_bytes: int = 1 << 20

    @classmethod
    def from_environment(cls) -> Settings:
        """The defaults, with the data directory and public URL that the environment names."""
        return cls(
            data=Path(os.environ.get("OSAGRAPH_DATA", "data")),
            public_url=os.environ.get("OSAGRAPH_PUBLIC_URL"),
        )

    def limits(self) -> ReaderLimits:
        """What the pool of readers has to know."""
        return ReaderLimits(
            readers=self.readers,
            first_byte_seconds=self.deadline_seconds,
            total_seconds=self.total_seconds,
            waiting_seconds=self.waiting_seconds,
            memory_bytes=self.memory_bytes,
        )
