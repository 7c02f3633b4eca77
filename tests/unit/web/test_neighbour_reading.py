"""Reading the neighbours of hubs: nothing rare is lost among much, and numbers are right or say so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from pyoxigraph import DefaultGraph, NamedNode, Quad, QueryResultsFormat, QuerySolutions

from graph.datadir import Snapshot
from graph.embedded import EmbeddedStore
from graph.named_query import Catalogue
from graph.reader_protocol import ReadRequest
from ontology.namespaces import GRAPH, ID, OSA
from web.neighbour_reading import MOST_COUNTED, counted_again, read_counted, read_group, read_neighbours
from web.neighbours import Counted, Link
from web.settings import Settings
from web.site import Site

QUERIES = Path(__file__).parents[3] / "queries"
HUB, RARE, ITEM = ID["hub"], ID["rare"], ID["item"]
FACTS, ASSESSMENTS, SOURCE = DefaultGraph(), GRAPH.assessments, GRAPH["source/a"]
MANY = MOST_COUNTED + 500


class Answered:
    """What a reader would have sent."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def read(self) -> bytes:
        return self.body

    def close(self) -> None:
        """Nothing: no reader is held."""


class StoreReaders:
    """Asks one store in this process."""

    def __init__(self, store: EmbeddedStore) -> None:
        self.store = store

    def query(self, request: ReadRequest, client: str = "", snapshot: Snapshot | None = None) -> Answered:
        results = self.store.query(request.text)
        assert isinstance(results, QuerySolutions)
        return Answered(results.serialize(format=QueryResultsFormat.JSON) or b"")


def quads() -> Iterator[Quad]:
    """A hub that gives much and issues one thing, with more claims than are counted."""
    for number in range(MANY):
        yield Quad(ID[f"given/{number}"], OSA.provider, HUB, FACTS)
        yield Quad(HUB, OSA.supportedBy, ID[f"claim/{number}"], FACTS)
    yield Quad(RARE, OSA.issuedBy, HUB, FACTS)
    yield Quad(RARE, OSA.issuedBy, HUB, SOURCE)
    yield Quad(HUB, OSA.item, ITEM, FACTS)
    yield Quad(ITEM, OSA.partOf, HUB, FACTS)
    slot, open_slot = ID["resolution/a"], ID["resolution/b"]
    for predicate, value in (
        (OSA.subject, HUB),
        (OSA.predicate, OSA.item),
        (OSA.accepted, ITEM),
        (OSA.contestedBy, ID["claim/1"]),
    ):
        yield Quad(slot, predicate, value, ASSESSMENTS)
    for predicate, value in (
        (OSA.subject, ID.late),
        (OSA.predicate, OSA.recipient),
        (OSA.candidate, HUB),
        (OSA.state, OSA.Open),
    ):
        yield Quad(open_slot, predicate, value, ASSESSMENTS)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    store = EmbeddedStore()
    store.insert(quads())
    at = Snapshot(1, Path())
    catalogue = Catalogue.read(QUERIES / "pages")
    made = Site(Settings(Path()), StoreReaders(store), catalogue, catalogue, lambda: at, lambda: [at])  # type: ignore[arg-type]
    with Flask("test").test_request_context("/explore"):
        yield made


def around(
    site: Site, most: int = 20, also: tuple[str, ...] = ()
) -> dict[tuple[str, bool], tuple[int, int, bool]]:
    hood = read_neighbours(site, HUB.value, most, also, site.here())
    assert hood is not None
    return {
        (group.predicate.removeprefix(str(OSA)), group.is_forward): (
            len(group.links),
            group.number,
            group.is_least,
        )
        for group in hood.groups
    }


def test_what_is_rare_is_found_among_much(site: Site) -> None:
    found = around(site)
    assert found["issuedBy", False][:2] == (1, 1)
    shown, number, is_least = found["provider", False]
    assert (shown < 20, number >= MOST_COUNTED - 2, is_least) == (True, True, True)
    assert found["item", True] == (1, 1, False)


def test_no_more_are_shown_than_were_asked_for(site: Site) -> None:
    for most in (0, 1, 5, 60):
        hood = read_neighbours(site, HUB.value, most, (), site.here())
        assert hood is not None
        assert len({link.other(HUB.value) for link in hood.links}) == most or most == 60


def test_what_follows_by_rule_is_not_repeated(site: Site) -> None:
    assert ("partOf", False) not in around(site)
    assert around(site, also=("inferred",))["partOf", False][:2] == (1, 1)


def test_links_say_whether_they_are_contested_inferred_or_open(site: Site) -> None:
    hood = read_neighbours(site, HUB.value, 60, ("inferred",), site.here())
    assert hood is not None
    links = {(link.source, link.target): link for link in hood.links}
    hub, item, late = HUB.value, ITEM.value, ID.late.value
    assert links[hub, item] == Link(hub, OSA.item.value, item, is_contested=True)
    assert links[item, hub] == Link(item, OSA.partOf.value, hub, is_inferred=True)
    assert links[RARE.value, hub] == Link(RARE.value, OSA.issuedBy.value, hub)
    assert links[late, hub] == Link(late, OSA.recipient.value, hub, is_contested=True, is_open=True)


def test_claims_are_counted_by_themselves(site: Site) -> None:
    hood = read_neighbours(site, HUB.value, 20, (), site.here())
    assert hood is not None
    assert hood.withheld["claims"] == MOST_COUNTED
    assert around(site, 60, ("claims",))["supportedBy", True][1:] == (MOST_COUNTED, True)


def test_a_property_is_counted_to_its_end_when_its_list_is_asked_for(site: Site) -> None:
    at = site.here()
    (counted,) = [each for each in read_counted(site, HUB.value, at) if each.predicate == OSA.provider.value]
    assert counted.is_least
    whole = counted_again(site, HUB.value, counted, at)
    assert whole == Counted(OSA.provider.value, False, MANY, is_least=False)
    first = read_group(site, HUB.value, whole, 0, 100, at)
    last = read_group(site, HUB.value, whole, 2400, 100, at)
    assert (len(first.links), len(last.links), first.more) == (100, 100, MANY - 100)
    assert not set(first.links) & set(last.links)


def test_what_is_unknown_has_no_neighbours(site: Site) -> None:
    assert read_neighbours(site, NamedNode("http://example.org/x").value, 9, (), site.here()) is None
