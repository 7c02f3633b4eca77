"""Individuals of the shipped dataset as they are compared with items: kind, names, countries, code, dates."""

from __future__ import annotations

import pytest

from graph.embedded import EmbeddedStore
from loaders.link_things import KINDS, Things


@pytest.fixture(scope="module")
def things(shipped_store: EmbeddedStore) -> Things:
    return Things(shipped_store)


@pytest.mark.parametrize(
    ("name", "kind", "countries"),
    [
        ("Fiji", "country", set()),
        ("Fumio Kishida", "person", {"Q17"}),
        ("Papua New Guinea Defence Force", "organisation", {"Q691"}),
        ("Embassy of Japan in Malaysia", "organisation", {"Q17"}),
        ("Enrique Manalo", "person", {"Q928"}),
        ("minesweeper", "equipment_class", set()),
        ("South China Sea", "region", set()),
        ("ASEAN", "organisation", set()),
        ("Arms Trade Treaty", "instrument", set()),
    ],
)
def test_a_thing_has_its_kind_and_the_countries_that_it_belongs_to(
    name: str, kind: str, countries: set[str], things: Things
) -> None:
    thing = things.named(name)
    assert (thing.kind, set(thing.countries)) == (kind, countries)


def test_a_state_has_its_names_and_its_code(things: Things) -> None:
    thing = things.named("id:japan")
    assert thing.names["en"][0] == "Japan"
    assert thing.names["ja"][0] == "日本"
    assert (thing.iso_code, thing.link, thing.linked) == ("JP", "verified", ("Q17",))


def test_an_instrument_has_the_days_on_which_it_was_adopted(things: Things) -> None:
    assert things.named("id:three-principles-2014").days == ("2014-04-01",)


def test_near_misses_of_the_tables_are_not_offered(things: Things) -> None:
    assert things.named("ASEAN").refused == {"Q783490"}


def test_what_is_linked_is_not_among_the_unlinked(things: Things) -> None:
    found = list(things.unlinked())
    assert len({thing.iri for thing in found}) == len(found)
    assert not [thing.label for thing in found if thing.link == "verified"]
    assert {thing.kind for thing in found} <= set(KINDS)
    persons = list(things.unlinked(["person"]))
    assert persons == [thing for thing in found if thing.kind == "person"]
