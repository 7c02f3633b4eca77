"""Reads links between things, a bounded part of them: what paths are searched in, and graphs made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode

from graph.datadir import Snapshot
from graph.query_parameters import Given
from ontology.namespaces import PREFIXES
from web.path_search import Around, Link
from web.site import Row, Site, count_of, text_of

# What a thing of ours is called is in one of these; what all others have belongs to vocabularies.
OURS: Final = ("id", "graph")
VOCABULARIES: Final = tuple(base for prefix, base in PREFIXES.items() if prefix not in OURS)
AROUND: Final = "links-around"
AROUND_ALL: Final = "links-around-all"


@dataclass(frozen=True)
class Judged:
    """A link as the dataset has it: whether it follows by rule, and how many claims are against it."""

    is_inferred: bool = False
    contesting: int = 0


def is_of_a_vocabulary(iri: str) -> bool:
    """Whether a thing is a class, property, concept, currency or Wikidata item, and none of ours.

    >>> is_of_a_vocabulary("https://w3id.org/osagraph/ontology#Signed")
    True
    """
    return iri.startswith(VOCABULARIES)


def links_around(
    site: Site, things: Sequence[str], fan: int, at: Snapshot, query: str = AROUND
) -> dict[str, Around]:
    """The links of each thing in both directions, at most `fan` of each; `query` is AROUND or AROUND_ALL.

    Raises what `Site.rows` raises.
    """
    given: dict[str, Given] = {"node": [NamedNode(each) for each in things], "fan": str(fan)}
    found: dict[str, list[Link]] = defaultdict(list)
    for row in site.rows(query, given, at):
        found[text_of(row, "node")].append(_link(row, text_of(row, "isForward") == "true"))
    return {each: Around(found[each], len(found[each]) >= fan) for each in things}


def links_from(site: Site, things: Sequence[str], fan: int, at: Snapshot) -> dict[str, Around]:
    """The links that lead from each thing to another, at most `fan` of each.

    Raises what `Site.rows` raises.
    """
    given: dict[str, Given] = {"node": [NamedNode(each) for each in things], "fan": str(fan)}
    found: dict[str, list[Link]] = defaultdict(list)
    for row in site.rows("links-from", given, at):
        found[text_of(row, "node")].append(_link(row, True))
    return {each: Around(found[each], len(found[each]) >= fan) for each in things}


def _link(row: Row, is_forward: bool) -> Link:
    node, predicate, other = (text_of(row, name) for name in ("node", "predicate", "other"))
    return Link(node, predicate, other) if is_forward else Link(other, predicate, node)


def degrees(site: Site, things: Iterable[str], at: Snapshot) -> dict[str, int]:
    """How many links each thing has; a number that is 300 may be more."""
    wanted = [NamedNode(each) for each in sorted(set(things))]
    rows = site.rows("links-counted", {"node": wanted}, at) if wanted else []
    return {text_of(row, "node"): count_of(row, "number") for row in rows}


def judged(site: Site, links: Iterable[Link], at: Snapshot) -> Mapping[Link, Judged]:
    """What is known of each link, as far as the dataset still has it."""
    wanted = set(links)
    if not wanted:
        return {}
    ends = {
        "subject": [NamedNode(each) for each in sorted({link.subject for link in wanted})],
        "object": [NamedNode(each) for each in sorted({link.object for link in wanted})],
    }
    contesting: dict[Link, set[str]] = defaultdict(set)
    stated: dict[Link, bool] = {}
    for row in site.rows("links-judged", ends, at):
        link = Link(*(text_of(row, name) for name in ("subject", "predicate", "object")))
        stated[link] = stated.get(link, False) or "slot" in row or text_of(row, "isGiven") == "true"
        contesting[link] |= {text_of(row, "contesting")} - {""}
    return {link: Judged(not stated[link], len(contesting[link])) for link in wanted if link in stated}
