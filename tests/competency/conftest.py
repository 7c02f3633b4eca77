"""The small server that plays Wikidata, for the questions that ask it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.competency.wikidata import PlayedWikidata, playing


@pytest.fixture(scope="session")
def wikidata() -> Iterator[PlayedWikidata]:
    with playing() as server:
        yield server
