"""Everything about the web server that somebody may want to set."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from graph.envoys import Services
from graph.outbound import user_agent
from graph.readers import ReaderLimits
from graph.view_desk import ViewLimits
from web.setting_kinds import Kind, Mebibytes, Network, Number, Seconds, Text, Url

# Where the fields of the settings say by which option they are set, and whether it may stand several times.
OPTION: Final = "option"
REPEATED: Final = "repeated"
# Kubernetes sets OSAGRAPH_PORT to an address of its own where a service is called osagraph.
VARIABLES: Final = MappingProxyType({"host": "OSAGRAPH_LISTEN_HOST", "port": "OSAGRAPH_LISTEN_PORT"})


@dataclass(frozen=True)
class Option:
    """How a setting is given: `--NAME`, or a variable of the environment; without a kind, it is a flag."""

    name: str
    help: str
    kind: Kind | None = None
    # The default in words, where it depends on the machine.
    default: str | None = None

    @property
    def variable(self) -> str:
        """The variable of the environment."""
        return VARIABLES.get(self.name, f"OSAGRAPH_{self.name.upper().replace('-', '_')}")


def _setting(
    default: Any, name: str, kind: Kind | None, help: str, words: str | None = None, repeated: bool = False
) -> Any:
    """A setting with its default, and the option that sets it."""
    metadata = {OPTION: Option(name, help, kind, words), REPEATED: repeated}
    if callable(default):
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Settings:
    """The settings of one server: this table is the only one, the command line and its reference follow it.

    `data` is the data directory; `services` says which services a query may ask by SERVICE, with the address
    of each; `quiet`: no log of requests on standard error.
    """

    data: Path
    host: str = _setting("127.0.0.1", "host", Text(), "The address to listen on.")
    port: int = _setting(8000, "port", Number(1, 65_535), "The port to listen on.")
    raw: bool = _setting(
        False, "raw", None, "Serve a plain dataset: no pages, and prefixes must be declared."
    )
    public_url: str | None = _setting(
        None, "public-url", Url("http", "https"), "The address that clients see, for links."
    )
    report_url: str | None = _setting(
        None, "report-url", Url("mailto", "https", "http"), "Where pages say that errors are reported."
    )
    proxies: tuple[str, ...] = _setting(
        (), "proxy", Network(), "Networks of proxies whose X-Forwarded-* is believed.", repeated=True
    )
    services: Mapping[str, str] = field(default_factory=dict)
    readers: int = _setting(
        lambda: 3 * (os.cpu_count() or 1),
        "readers",
        Number(1, 256),
        "Queries at a time, a third of them for one client.",
        "3 for each core",
    )
    deadline_seconds: float = _setting(
        10.0, "deadline", Seconds(), "Until the first byte of a query's answer."
    )
    total_seconds: float = _setting(60.0, "total", Seconds(), "For a query in all.")
    waiting_seconds: float = _setting(
        1.0, "waiting", Seconds(0), "A query waits for a free reader before it is told to come back."
    )
    memory_bytes: int = _setting(2 << 30, "memory", Mebibytes(512), "Address space of one query.")
    update_seconds: float = _setting(60.0, "update-deadline", Seconds(), "For an update, or a document sent.")
    view_seconds: float = _setting(900.0, "view-deadline", Seconds(), "For a view to be made.")
    body_bytes: int = _setting(
        16 << 20, "body", Mebibytes(1, 1024), "The body of a request: a query, an update, a form."
    )
    upload_bytes: int = _setting(
        256 << 20, "upload", Mebibytes(1), "A document for the graph store, inflated."
    )
    upload_seconds: float = _setting(60.0, "upload-deadline", Seconds(), "For a client to send a body.")
    cache_bytes: int = _setting(
        64 << 20, "cache", Mebibytes(0), "Memory for answers that are given again; 0: none."
    )
    spool_bytes: int = _setting(
        4 << 30, "spool", Mebibytes(0), "Disk for answers to clients that read slowly."
    )
    slow_seconds: float = _setting(
        1.0, "slow", Seconds(0), "A query that takes longer is written to DIR/slow-queries.log."
    )
    quiet: bool = False

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
