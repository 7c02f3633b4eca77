"""Reads what one thing is linked to, with a limit on everything, so that hubs cost no more than others."""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from pyoxigraph import NamedNode

from graph.datadir import Snapshot
from graph.query_parameters import Given
from ontology.namespaces import OSA
from ontology.vocabulary import read_vocabulary
from web.neighbours import CLAIMS, HIDDEN, PARTY, Counted, Group, Link, Neighbourhood, chosen, place_of
from web.site import Row, Site, count_of, text_of

# So many links are counted in each direction, as the queries have it; beyond that a count is "at least".
MOST_COUNTED: Final = 2000
MOST_OF_ONE: Final = 50_000
MOST_ELSEWHERE: Final = 60
# What is claimed and not accepted takes at most one place in so many.
OPEN_SHARE: Final = 5


def read_neighbours(
    site: Site, iri: str, most: int, also: Collection[str], at: Snapshot
) -> Neighbourhood | None:
    """A thing with at most so many neighbours; None where nothing links it to anything.

    Raises what `Site.rows` raises.
    """
    counted = read_counted(site, iri, at)
    if not any(each.is_forward for each in counted):
        elsewhere = _elsewhere(site, iri, at)
        if elsewhere or not counted:
            return elsewhere
    shown, withheld = chosen([*counted, *_uncounted(counted)], also)
    first = _first(site, iri, shown, at)
    open_links = _open(site, iri, at)[: most // OPEN_SHARE]
    others = shared_out(list(first.values()), most - len(open_links))
    links = [*_judged(site, iri, others, at), *open_links]
    told = {link.other(iri) for link in links if not link.is_inferred}
    by_group: dict[tuple[str, bool], list[Link]] = defaultdict(list)
    repeating: Counter[tuple[str, bool]] = Counter()
    for link in links:
        key = (link.predicate, link.source == iri)
        if link.is_inferred and link.other(iri) in told and "inferred" not in also:
            repeating[key] += 1
        else:
            by_group[key].append(link)
    numbers = {(each.predicate, each.is_forward): each for each in shown}
    withheld["inferred"] = withheld.get("inferred", 0) + repeating.total()
    groups = []
    for key in dict.fromkeys((*by_group, *first)):
        found = by_group[key]
        known = numbers.get(key, Counted(*key, 0, is_least=False))
        number = max(known.number, len(first.get(key, ()))) - repeating[key]
        number = max(number + sum(link.is_open for link in found), len(found))
        if number:
            groups.append(Group(*key, found, number, known.is_least))
    return Neighbourhood(iri, sorted(groups, key=place_of), {k: n for k, n in withheld.items() if n})


def read_counted(site: Site, iri: str, at: Snapshot) -> list[Counted]:
    """By what a thing is linked to others, and how often."""
    rows = site.rows("neighbours-counted", {"thing": NamedNode(iri)}, at)
    counts = [(text_of(row, "predicate"), _is_forward(row), count_of(row, "number")) for row in rows]
    total = Counter({True: 0, False: 0})
    for predicate, way, number in counts:
        if predicate not in CLAIMS:
            total[way] += number
    return [
        Counted(predicate, way, number, (number if predicate in CLAIMS else total[way]) >= MOST_COUNTED)
        for predicate, way, number in counts
    ]


def counted_again(site: Site, iri: str, counted: Counted, at: Snapshot) -> Counted:
    """The same with a better number, where it was "at least"."""
    if not counted.is_least:
        return counted
    values = {"thing": NamedNode(iri), "predicate": NamedNode(counted.predicate)}
    rows = site.rows("neighbours-number", values, at)
    number = next((count_of(row, "number") for row in rows if _is_forward(row) is counted.is_forward), 0)
    return replace(counted, number=number, is_least=number >= MOST_OF_ONE)


def read_group(site: Site, iri: str, counted: Counted, start: int, size: int, at: Snapshot) -> Group:
    """A part of the links of a thing by one property in one direction, all of those that are there."""
    values: dict[str, Given] = {
        "thing": NamedNode(iri),
        "predicate": [NamedNode(counted.predicate)],
        "limit": str(size),
        "offset": str(start),
    }
    rows = site.rows("neighbours-from" if counted.is_forward else "neighbours-to", values, at)
    others = [text_of(row, "other") for row in rows]
    judged = {
        link.other(iri): link
        for link in _judged(site, iri, others, at)
        if link.predicate == counted.predicate and (link.source == iri) is counted.is_forward
    }
    links = [judged[other] for other in others if other in judged]
    return Group(counted.predicate, counted.is_forward, links, counted.number, counted.is_least)


def _is_forward(row: Row) -> bool:
    return text_of(row, "isForward") == "true"


def _uncounted(counted: Sequence[Counted]) -> list[Counted]:
    """Properties of which there may be links, though none was among those that were counted."""
    seen = {(each.predicate, each.is_forward) for each in counted}
    ways = {each.is_forward for each in counted if each.is_least}
    return [
        Counted(relation.value, way, 0, is_least=True)
        for way in ways
        for relation in sorted(_relations(), key=str)
        if (relation.value, way) not in seen
    ]


@functools.cache
def _relations() -> frozenset[NamedNode]:
    """The properties between things that the ontology declares."""
    return read_vocabulary().relations


def _first(site: Site, iri: str, shown: Sequence[Counted], at: Snapshot) -> dict[tuple[str, bool], list[str]]:
    """The first things at the other end, by property and direction, in the order of what is shown."""
    found: dict[tuple[str, bool], list[str]] = {(each.predicate, each.is_forward): [] for each in shown}
    for way, query in ((True, "neighbours-from"), (False, "neighbours-to")):
        predicates = [NamedNode(each.predicate) for each in shown if each.is_forward is way]
        if predicates:
            for row in site.rows(query, {"thing": NamedNode(iri), "predicate": predicates}, at):
                found[text_of(row, "predicate"), way].append(text_of(row, "other"))
    return found


def shared_out(lists: Sequence[Sequence[str]], most: int) -> list[str]:
    """At most so many things out of some lists, taken in turns so that none is forgotten; in their order."""
    taken: dict[str, None] = {}
    for turn in range(max(map(len, lists), default=0)):
        for each in lists:
            if turn < len(each) and len(taken) < most:
                taken.setdefault(each[turn])
    return [other for other in dict.fromkeys(each for found in lists for each in found) if other in taken]


def _judged(site: Site, iri: str, others: Sequence[str], at: Snapshot) -> list[Link]:
    """All links between a thing and some others: contested, or inferred, or neither."""
    if not others:
        return []
    accepted = {
        (text_of(row, "predicate"), text_of(row, "other")): text_of(row, "isContested") == "true"
        for row in site.rows("neighbours-accepted", {"thing": NamedNode(iri)}, at)
    }
    values: dict[str, Given] = {"thing": NamedNode(iri), "other": [NamedNode(other) for other in others]}
    found: dict[tuple[str, str, bool], Link] = {}
    for row in site.rows("neighbours-judged", values, at):
        other, property, way = text_of(row, "other"), text_of(row, "predicate"), _is_forward(row)
        if other == iri or property in HIDDEN:
            continue
        is_stated = (property, other) in accepted if way else text_of(row, "isStated") == "true"
        is_contested = (
            accepted.get((property, other), False) if way else text_of(row, "isContested") == "true"
        )
        is_inferred = property == PARTY or not (
            is_stated or text_of(row, "isGiven") == "true" or _is_ours(iri)
        )
        ends = (iri, other) if way else (other, iri)
        known = found.get((property, other, way))
        is_contested = is_contested or bool(known and known.is_contested)
        found[property, other, way] = Link(ends[0], property, ends[1], is_contested, is_inferred)
    order = {other: place for place, other in enumerate(others)}
    return sorted(found.values(), key=lambda link: (order[link.other(iri)], link.predicate))


def _open(site: Site, iri: str, at: Snapshot) -> list[Link]:
    """The links that are claimed and not accepted."""
    found = []
    for row in site.rows("neighbours-open", {"thing": NamedNode(iri)}, at):
        other, property = text_of(row, "other"), text_of(row, "predicate")
        ends = (iri, other) if _is_forward(row) else (other, iri)
        if other != iri:
            found.append(Link(ends[0], property, ends[1], is_contested=True, is_open=True))
    return sorted(found, key=lambda link: (link.predicate, link.other(iri)))


def _is_ours(iri: str) -> bool:
    """Whether a thing is a term of the ontology, which gives what is said of it."""
    return NamedNode(iri) in OSA


def _elsewhere(site: Site, iri: str, at: Snapshot) -> Neighbourhood | None:
    """A thing that is no fact by itself, such as a claim, with what its graph says of it."""
    rows = site.rows("entity-elsewhere", {"subject": NamedNode(iri)}, at)
    if not rows:
        return None
    found: dict[str, dict[str, Link]] = defaultdict(dict)
    for row in rows:
        property, value = text_of(row, "predicate"), row["value"]
        if isinstance(value, NamedNode) and property not in HIDDEN:
            found[property][value.value] = Link(iri, property, value.value)
    groups = [
        Group(property, True, list(links.values())[:MOST_ELSEWHERE], len(links))
        for property, links in found.items()
    ]
    return Neighbourhood(iri, sorted(groups, key=place_of), {})
