"""Neighbours: what is shown and withheld, how places are shared out, and the same as nodes and links."""

from __future__ import annotations

import pytest
from flask import Flask
from pyoxigraph import Literal

from ontology.class_depths import Depths
from ontology.namespaces import DCTERMS, ID, OSA, RDF
from web.explore_address import Wanted
from web.explore_picture import picture
from web.explore_scene import Scene, narrowed
from web.labels import Labels
from web.neighbour_reading import shared_out
from web.neighbours import Counted, Group, Link, Neighbourhood, chosen, place_of

FIJI, NAVY, BOAT, BUS = (ID[name].value for name in ("fiji", "navy", "boat", "bus"))
RECIPIENT, PARTY, ITEM = OSA.recipient.value, OSA.party.value, OSA.item.value


def counted(predicate: str, is_forward: bool = False, number: int = 1) -> Counted:
    return Counted(predicate, is_forward, number, is_least=False)


def scene(*groups: Group) -> Scene:
    """Fiji with some groups; boats and buses are items, the navy has no class."""
    hood = Neighbourhood(FIJI, groups, {})
    classes = {BOAT: OSA.EquipmentItem.value, BUS: OSA.EquipmentItem.value}
    names = {BOAT: "boat", BUS: "bus", OSA.EquipmentItem.value: "item of equipment", ITEM: "item"}
    labels = Labels({iri: [Literal(name, language="en")] for iri, name in names.items()})
    return Scene({FIJI: hood}, labels, classes, {BOAT: 3})


ITEMS = Group(ITEM, True, [Link(FIJI, ITEM, BOAT), Link(FIJI, ITEM, BUS, is_contested=True)], number=5)
PARTNERS = Group(RECIPIENT, False, [Link(NAVY, RECIPIENT, FIJI)], number=1)


def drawn(shown: Scene, grouping: str = "") -> tuple[list[str], list[tuple[str, str]]]:
    with Flask("test").test_request_context("/explore"):
        made = picture(shown, grouping, lambda iri, group: "/all", lambda iri: "/more")
    nodes = [node["label"] for node in made["nodes"]]
    return nodes, [(link["source"], link["target"]) for link in made["links"]]


@pytest.mark.parametrize(
    ("lists", "most", "taken"),
    [
        ([["a", "b", "c"], ["d"]], 2, ["a", "d"]),
        ([["a", "b", "c"], ["d"]], 3, ["a", "b", "d"]),
        ([["a", "b"], ["b", "c"]], 9, ["a", "b", "c"]),
        ([], 5, []),
        ([["a"]], 0, []),
    ],
)
def test_places_are_shared_out_in_turns(lists: list[list[str]], most: int, taken: list[str]) -> None:
    assert shared_out(lists, most) == taken


def test_what_is_withheld_is_counted_by_what_would_show_it() -> None:
    given = [
        counted(RECIPIENT),
        counted(PARTY, number=7),
        counted(DCTERMS.publisher.value, number=4),
        counted(OSA.supportedBy.value, is_forward=True, number=9),
        counted(RDF.type.value, is_forward=True),
    ]
    shown, withheld = chosen(given, ())
    assert [each.predicate for each in shown] == [RECIPIENT]
    assert withheld == {"inferred": 7, "sources": 4, "claims": 9}
    everything, nothing = chosen(given, ("inferred", "sources", "claims"))
    assert [each.predicate for each in everything] == [
        RECIPIENT,
        DCTERMS.publisher.value,
        OSA.supportedBy.value,
        PARTY,
    ]
    assert nothing == {}


def test_the_publisher_of_a_source_is_no_secret() -> None:
    shown, withheld = chosen([counted(DCTERMS.publisher.value, is_forward=True)], ())
    assert (len(shown), withheld) == (1, {})


def test_what_is_only_inferred_comes_last() -> None:
    inferred = Group(RECIPIENT, True, [Link(FIJI, RECIPIENT, NAVY, is_inferred=True)], 1)
    assert sorted([inferred, PARTNERS, ITEMS], key=place_of) == [ITEMS, PARTNERS, inferred]


def test_the_class_that_says_most_is_of_ours_and_deep_down() -> None:
    depths = Depths()
    classes = [OSA.Actor.value, OSA.State.value, "http://example.org/ThingThatIsNotOurs"]
    assert depths.most_special(classes) == OSA.State.value
    assert depths.most_special([OSA.AssistanceProject.value, OSA.CommittedProject.value]) == (
        OSA.CommittedProject.value
    )
    assert depths.most_special([]) is None


def test_the_rest_of_a_group_is_a_node_of_its_own() -> None:
    nodes, links = drawn(scene(ITEMS, PARTNERS))
    assert nodes == ["id:fiji", "boat", "bus", "id:navy", "+3 more: comprises the item"]
    assert (NAVY, FIJI) in links
    assert len(links) == 4


def test_nodes_are_folded_by_property_or_type_and_single_ones_are_not() -> None:
    whole = Group(ITEM, True, ITEMS.links, number=2)
    for grouping, label in (("property", "2: comprises the item"), ("type", "2: item of equipment")):
        nodes, links = drawn(scene(whole, PARTNERS), grouping)
        assert nodes == ["id:fiji", "id:navy", label]
        assert len(links) == 2


def test_filters_take_away_what_they_name_and_do_not_change_the_rest() -> None:
    shown = scene(ITEMS, PARTNERS)
    without = narrowed(shown, {BOAT}, None, None).hoods[0].groups
    assert [(len(group.links), group.more) for group in without] == [(1, 3), (1, 0)]
    by_property = narrowed(shown, (), RECIPIENT, None).hoods[0].groups
    assert [group.predicate for group in by_property] == [RECIPIENT]
    by_type = narrowed(shown, (), None, OSA.EquipmentItem.value).hoods[0].groups
    assert [group.predicate for group in by_type] == [ITEM]


def test_addresses_add_and_take_away_one_thing() -> None:
    wanted = Wanted((FIJI,), (BUS,), None, None, ("claims",), "")
    with Flask("test").test_request_context("/explore?lang=ja"):
        assert wanted.with_one(FIJI) == "#n0"
        assert wanted.with_one(BUS) == "/explore?iri=id%3Afiji&iri=id%3Abus&also=claims&lang=ja#n1"
        assert wanted.without_one(BOAT) == (
            "/explore?iri=id%3Afiji&without=id%3Abus&without=id%3Aboat&also=claims&lang=ja"
        )
        assert wanted.without_one(FIJI) == "/explore?without=id%3Abus&also=claims&lang=ja"
        assert wanted.switched("claims") == "/explore?iri=id%3Afiji&without=id%3Abus&lang=ja"
        assert wanted.all_of(FIJI, ITEMS) == (
            "/explore/links?of=id%3Afiji&property=osa%3Aitem&direction=out&iri=id%3Afiji&lang=ja"
        )
