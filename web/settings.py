"""Everything about the web server that somebody may want to set."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from graph.envoys import Services
from graph.outbound import user_agent
from graph.readers import ReaderLimits
from graph.view_desk import ViewLimits


@dataclass(frozen=True)
class Settings:
    """The settings of one server.

    `data`: the data directory.
    `host`, `port`: where to listen.
    `public_url`: the address that links and the service description name, where a proxy stands in front.
    `report_url`: where errors in the data are reported, a mailto: or https: address.
    `proxies`: networks of our own proxies, whose X-Forwarded-* headers are believed.
    `raw`: serve a plain dataset: no pages, and no prefixes that a query need not declare.
    `services`: which services a query may ask by SERVICE, with the address of each; by default none.
    `readers`: how many queries are evaluated at a time, a third of them for one client.
    `deadline_seconds`: how long a query may take until its first byte.
    `total_seconds`: how long a query may take in all.
    `waiting_seconds`: how long a query waits for a free reader before it is told to come back.
    `memory_bytes`: how much address space one query may take.
    `body_bytes`: how large the body of a request may be, an update or a query.
    `upload_bytes`: how large a document for the graph store may be, inflated.
    `upload_seconds`: how long a client may take to send a body.
    `update_seconds`: how long an update may take.
    `view_seconds`: how long a view may take to be made.
    `cache_bytes`: how much of earlier answers is remembered.
    `spool_bytes`: how much of answers may wait on disk for slow clients.
    `slow_seconds`: from when on a query is written to the log of slow ones.
    `quiet`: no log of requests on standard error.
    """

    data: Path
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str | None = None
    report_url: str | None = None
    proxies: tuple[str, ...] = ()
    raw: bool = False
    services: Mapping[str, str] = field(default_factory=dict)
    readers: int = field(default_factory=lambda: 3 * (os.cpu_count() or 1))
    deadline_seconds: float = 10
    total_seconds: float = 60
    waiting_seconds: float = 1
    memory_bytes: int = 2 << 30
    body_bytes: int = 16 << 20
    upload_bytes: int = 256 << 20
    upload_seconds: float = 60
    update_seconds: float = 60
    view_seconds: float = 900
    cache_bytes: int = 64 << 20
    spool_bytes: int = 4 << 30
    slow_seconds: float = 1
    quiet: bool = False

    @classmethod
    def from_environment(cls) -> Settings:
        """The defaults, with the data directory and public URL that the environment names."""
        return cls(
            data=Path(os.environ.get("OSAGRAPH_DATA", "data")),
            public_url=os.environ.get("OSAGRAPH_PUBLIC_URL"),
            report_url=os.environ.get("OSAGRAPH_REPORT_URL"),
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

    def allowed_services(self) -> Services:
        """Which services queries may ask, and how we introduce ourselves to them."""
        return Services(self.services, user_agent(self.public_url, self.report_url))

    def view_limits(self) -> ViewLimits:
        """What the desk of views has to know."""
        return ViewLimits(making_seconds=self.view_seconds)
