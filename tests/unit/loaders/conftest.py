"""A dataset of two sources, built once, and a copy of it for each test that changes it."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import Quad

from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from graph.projection import META
from graph.rule_records import is_rule_record
from loaders.loader import installed_loaders
from loaders.operations import build
from loaders.replay import Workshop

SOURCES = (
    "source_id,title,publisher,publisher_country,publisher_kind,url,published_on,language,author\n"
    "s1,One,Kyodo,,news_agency,,2025,en,\ns2,Two,Reuters,,news_agency,,2025,en,\n"
)
RELATIONS = (
    "subject,predicate,object,modality,attributed_to,fiscal_year,source_id,quote\n"
    "OSA,based_on,Rules,asserted,,,s1,\nOSA,based_on,Law,asserted,,,s2,\n"
)
NOON = datetime.datetime(2026, 4, 1, 12, tzinfo=datetime.UTC)


@pytest.fixture(scope="session")
def built_workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """The first snapshot of a dataset of two sources."""
    tables = tmp_path_factory.mktemp("tables")
    (tables / "sources.csv").write_text(SOURCES)
    (tables / "relations.csv").write_text(RELATIONS)
    data = DataDirectory(tmp_path_factory.mktemp("built") / "data")
    made = Workshop(data, tables, installed_loaders(), lambda: NOON)
    build(made, lambda _done, _total: None)
    return made


@pytest.fixture
def workshop(built_workshop: Workshop, tmp_path: Path) -> Workshop:
    """A copy of that dataset, to be changed."""
    root = shutil.copytree(built_workshop.data.root, tmp_path / "data")
    return replace(built_workshop, data=DataDirectory(root))


@pytest.fixture
def quads_of() -> Callable[[Workshop], set[Quad]]:
    """Reads the current dataset, load records left out: they tell when, not what was stated or follows."""

    def read(made: Workshop) -> set[Quad]:
        store = EmbeddedStore(made.data.current().store, read_only=True)
        return {quad for quad in store.quads() if quad.graph_name != META or is_rule_record(quad)}

    return read
