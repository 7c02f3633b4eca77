"""Paths in words: the phrases of all properties, which paths are told first, and what was not looked at."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal

from ontology.namespaces import ID, OSA
from ontology.vocabulary import Vocabulary
from web.labels import Labels
from web.path_search import Found, Link
from web.path_telling import chosen, sentence, told, unlooked, verdict
from web.phrases import PHRASES, phrase

FIJI, PROJECT, BOAT, JAPAN = (ID[name].value for name in ("fiji", "project/p", "equipment/boat", "japan"))
RECIPIENT, EQUIPMENT, PROVIDER = (OSA[name].value for name in ("recipient", "equipment", "provider"))
NAMES = Labels({FIJI: [Literal("Fiji", language="en")], PROJECT: [Literal("the project", language="en")]})


def found(*links: Link, paths: list[tuple[str, ...]], **others: object) -> Found:
    by_pair: dict[tuple[str, str], list[Link]] = {}
    for link in links:
        by_pair.setdefault((link.subject, link.object), []).append(link)
    return Found(paths, by_pair, 2, **others)  # type: ignore[arg-type]


def test_every_property_that_facts_are_told_with_has_its_phrases(vocabulary: Vocabulary) -> None:
    telling = {each for each in vocabulary.resolution if each in vocabulary.relations} - vocabulary.framing
    assert sorted(each.value for each in telling if each.value not in PHRASES) == []


def test_an_unknown_property_is_named() -> None:
    assert phrase("http://example.org/ally", True, "ally") == "has the ally"
    assert phrase("http://example.org/ally", False, "ally") == "is the ally of"


def test_a_path_is_a_sentence_that_reads_statements_from_either_end() -> None:
    search = found(
        Link(PROJECT, RECIPIENT, FIJI), Link(PROJECT, EQUIPMENT, BOAT), paths=[(FIJI, PROJECT, BOAT)]
    )
    way = told(search, search.paths[0], {})
    assert sentence(way, NAMES, frozenset()) == (
        "Fiji is the recipient of the project, which supplies id:equipment/boat."
    )
    assert sentence(way, NAMES, frozenset([PROJECT])).startswith("Fiji is the recipient of the project, who")
    assert [hop.is_forward for hop in way.hops] == [False, True]


def test_of_several_statements_the_one_that_says_most_is_told() -> None:
    general = Link(PROJECT, OSA.party.value, FIJI)
    search = found(general, Link(PROJECT, RECIPIENT, FIJI), paths=[(FIJI, PROJECT)])
    (hop,) = told(search, search.paths[0], {}).hops
    assert (hop.link.predicate, list(hop.further)) == (RECIPIENT, [general])


def test_paths_through_things_with_few_links_come_first() -> None:
    links = [Link(PROJECT, EQUIPMENT, BOAT), Link(FIJI, EQUIPMENT, BOAT)]
    links += [Link(PROJECT, PROVIDER, JAPAN), Link(FIJI, PROVIDER, JAPAN)]
    search = found(*links, paths=[(PROJECT, JAPAN, FIJI), (PROJECT, BOAT, FIJI)])
    told_first = chosen(search, {JAPAN: 300, BOAT: 12}, 5)[0]
    assert told_first == (PROJECT, BOAT, FIJI)
    assert chosen(search, {BOAT: 12}, 1) == [(PROJECT, BOAT, FIJI)]


def test_of_paths_that_read_the_same_the_second_comes_after_all_others() -> None:
    boats = [ID[f"equipment/{number}"].value for number in range(3)]
    links = [Link(thing, EQUIPMENT, boat) for thing in (PROJECT, FIJI) for boat in boats]
    links += [Link(PROJECT, PROVIDER, JAPAN), Link(FIJI, PROVIDER, JAPAN)]
    search = found(*links, paths=[(PROJECT, each, FIJI) for each in (*boats, JAPAN)])
    ordered = chosen(search, dict.fromkeys(boats, 2) | {JAPAN: 300}, 3)
    assert [path[1] for path in ordered] == [boats[0], JAPAN, boats[1]]


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ({"crowded": [FIJI]}, "Not every link was followed: Fiji has more than are looked at."),
        (
            {"left_out": 1200},
            "1,200 things that were reached were not looked at: there are too many of them.",
        ),
        ({"is_crossed": True}, "There are more paths of this length than were put together."),
        ({"is_late": True}, "The search stopped after 2 hops: it took too long."),
    ],
)
def test_what_was_not_looked_at_is_said(others: dict[str, object], said: str) -> None:
    search = found(paths=[], **others)
    assert unlooked(search, 4, NAMES) == [said]
    assert verdict(search, 4) == (
        "No path of up to 2 hops was found, in the part that was looked at; farther was not searched."
    )


def test_that_there_is_no_path_is_said_only_where_everything_was_looked_at() -> None:
    assert verdict(found(paths=[], is_exhausted=True), 4).startswith(
        "No path leads from the one to the other"
    )
    assert verdict(found(paths=[]), 4) == "No path of up to 2 hops was found; farther was not searched."
    assert verdict(found(paths=[(FIJI, BOAT)]), 4) == ""
