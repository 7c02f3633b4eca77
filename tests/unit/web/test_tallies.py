"""What pages count is the same, whether it was kept with the snapshot or is asked of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from graph.datadir import Snapshot
from graph.embedded import EmbeddedStore
from graph.named_query import Catalogue
from graph.tallies import CLASSES, NAME, NAMES, OUTSIDE_CLASSES, tally
from ontology.namespaces import OSA
from tests.unit.web.test_entity_pages import StoreReaders
from web.settings import Settings
from web.site import Site
from web.tallies import ASKED, one_tally, tally_here

QUERIES = Path(__file__).parents[3] / "queries" / "pages"


@pytest.fixture(scope="module")
def asked(shipped_store: EmbeddedStore) -> Site:
    """A site whose snapshot came without tallies."""
    return Site(
        Settings(Path()),
        StoreReaders(shipped_store),  # type: ignore[arg-type]
        Catalogue({}),
        Catalogue.read(QUERIES),
        lambda: Snapshot(1, Path(), {}),
        list,
    )


@pytest.fixture(scope="module")
def kept(asked: Site, shipped_store: EmbeddedStore) -> Site:
    """A site whose snapshot came with them."""
    return replace(asked, current=lambda: Snapshot(1, Path(), {NAME: tally(shipped_store)}))


def test_there_is_a_query_for_each_tally() -> None:
    assert ASKED.keys() == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_what_was_kept_is_what_the_query_counts(name: str, asked: Site, kept: Site) -> None:
    with Flask(__name__).test_request_context("/"):
        counted = dict(tally_here(asked, name))
        if name in (CLASSES, OUTSIDE_CLASSES):
            # The query counts the classes of all vocabularies.
            is_ours = name == CLASSES
            counted = {key: n for key, n in counted.items() if key[0].startswith(str(OSA)) == is_ours}
    # A request stays with the snapshot that it began with.
    with Flask(__name__).test_request_context("/"):
        assert dict(tally_here(kept, name)) == counted
    assert counted


def test_a_tally_of_one_part_has_the_part_as_its_key(kept: Site) -> None:
    with Flask(__name__).test_request_context("/"):
        assert (
            one_tally(kept, CLASSES)[OSA.Programme.value] == tally_here(kept, CLASSES)[OSA.Programme.value,]
        )
