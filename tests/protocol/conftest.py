"""The server of the shipped dataset, asked over HTTP; real reader processes and short deadlines."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import pytest

from graph.datadir import Snapshot
from graph.named_query import Catalogue

QUERIES = Path(__file__).parents[2] / "queries"


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The named queries that are shipped, without the competency questions."""
    return Catalogue.read(QUERIES)


class Build(Protocol):
    """The finished build of the shipped tables, as the fixture of the folder above makes it."""

    @property
    def folder(self) -> Path: ...


@pytest.fixture(scope="session")
def snapshot(shipped_build: Build) -> Snapshot:
    return Snapshot(1, shipped_build.folder.parent)


class Server(Protocol):
    """A running server, as the fixture of the folder above starts it."""

    def client(self, *scopes: str) -> Client: ...


class Client(Protocol):
    """Asks a server, as a browser or a script would."""

    def get(self, path: str, **options: Any) -> Any: ...


@pytest.fixture(scope="session")
def client(shipped_server: Server) -> Client:
    return shipped_server.client()
