"""Pages of two datasets, asked in this process: an invented one, and the shipped one."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, parse

from graph.embedded import EmbeddedStore
from tests.unit.web.test_entity_pages import StoreReaders, client_of

INVENTED = Path(__file__).parent / "invented_programme.trig"


@pytest.fixture(scope="module")
def invented() -> FlaskClient:
    store = EmbeddedStore()
    store.insert(list(parse(INVENTED.read_bytes(), format=RdfFormat.TRIG)))
    return client_of(StoreReaders(store))


@pytest.fixture(scope="module")
def shipped(shipped_store: EmbeddedStore) -> FlaskClient:
    return client_of(StoreReaders(shipped_store))
