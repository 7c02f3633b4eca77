"""Fixtures for all tests: the shipped dataset, built once per session, and the vocabulary.

Tests that only need a rule's answer make tiny data by hand; `shipped_store` is for those about the tables.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import settings

from graph.embedded import EmbeddedStore
from loaders.build import BuildPlan, BuildReport, build_store
from ontology.vocabulary import Vocabulary, read_vocabulary

# The same examples on every run, however busy the machine is, and no folder of examples left behind.
settings.register_profile("exact", derandomize=True, deadline=None, database=None, max_examples=60)
settings.load_profile("exact")

SHIPPED_TABLES = Path(__file__).parents[1] / "loaders" / "data"


class ShippedBuild(NamedTuple):
    """The finished build of the shipped tables: where its store lies, and what was counted."""

    folder: Path
    report: BuildReport


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return read_vocabulary()


@pytest.fixture(scope="session")
def shipped_tables() -> Path:
    """The folder of the shipped tables."""
    return SHIPPED_TABLES


@pytest.fixture(scope="session")
def shipped_build(tmp_path_factory: pytest.TempPathFactory) -> ShippedBuild:
    scratch = tmp_path_factory.mktemp("shipped-scratch")
    folder = tmp_path_factory.mktemp("shipped") / "store"
    report = build_store(
        BuildPlan(SHIPPED_TABLES), EmbeddedStore(folder), scratch, progress=lambda done, total: None
    )
    return ShippedBuild(folder, report)


@pytest.fixture(scope="session")
def shipped_store(shipped_build: ShippedBuild) -> EmbeddedStore:
    """The dataset of the shipped tables, read-only."""
    return EmbeddedStore(shipped_build.folder, read_only=True)
