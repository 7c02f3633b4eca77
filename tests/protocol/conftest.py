"""The application over the shipped dataset, with real reader processes and short deadlines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from flask.testing import FlaskClient

from graph.datadir import Snapshot
from graph.named_query import Catalogue
from graph.readers import ReaderPool
from web.app import build_app
from web.settings import Settings

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


@pytest.fixture(scope="session")
def settings(snapshot: Snapshot) -> Settings:
    return Settings(snapshot.folder, deadline_seconds=2, total_seconds=5, waiting_seconds=1)


@pytest.fixture(scope="session")
def readers(snapshot: Snapshot, settings: Settings) -> Iterator[ReaderPool]:
    pool = ReaderPool(lambda: snapshot, settings.limits())
    yield pool
    pool.close()


@pytest.fixture(scope="session")
def client(settings: Settings, readers: ReaderPool, catalogue: Catalogue) -> FlaskClient:
    counts = {"claims": 12345, "made": "2026-01-01"}
    return build_app(settings, readers, catalogue, lambda: counts).test_client()
