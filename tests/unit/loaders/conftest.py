"""A dataset of two sources, built once, and a copy of it for each test that changes it."""

from __future__ import annotations

import contextlib
import datetime
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import Quad

from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from graph.label_entries import all_entries
from graph.label_file import FOLDER as LABELS
from graph.label_file import alive_entries, label_file, opened
from graph.label_keeping import labels_cover
from graph.projection import META
from graph.rule_records import is_rule_record
from graph.tallies import tallies_in, tally
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
def workshop(built_workshop: Workshop, tmp_path: Path) -> Iterator[Workshop]:
    """A copy of that dataset, to be changed; whatever is done, its label index and its tallies keep up."""
    root = shutil.copytree(built_workshop.data.root, tmp_path / "data")
    made = replace(built_workshop, data=DataDirectory(root))
    yield made
    require_labels(made.data)
    require_tallies(made.data)


def require_tallies(data: DataDirectory) -> None:
    """The tallies of the current snapshot are those of a new count, unless nobody knows what was written."""
    if not (data.root / "current").exists():
        return
    current = data.current()
    kept = tallies_in(current.counts)
    assert kept in (None, tally(EmbeddedStore(current.store, read_only=True)))


def require_labels(data: DataDirectory) -> None:
    """The label index, where it covers the current snapshot, has what one has that is made anew."""
    if not (data.root / "current").exists() or not labels_cover(data.root, data.current_number()):
        return
    current = data.current()
    path = label_file(data.root / LABELS, current.number)
    assert path is not None
    with contextlib.closing(opened(path, read_only=True)) as connection:
        kept_up = set(alive_entries(connection, current.number))
    assert kept_up == set(all_entries(EmbeddedStore(current.store, read_only=True)))


@pytest.fixture
def quads_of() -> Callable[[Workshop], set[Quad]]:
    """Reads the current dataset, load records left out: they tell when, not what was stated or follows."""

    def read(made: Workshop) -> set[Quad]:
        store = EmbeddedStore(made.data.current().store, read_only=True)
        return {quad for quad in store.quads() if quad.graph_name != META or is_rule_record(quad)}

    return read
