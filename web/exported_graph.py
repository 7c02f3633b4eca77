"""A bounded part of the graph as nodes and links, to be written down for other programs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import chain, zip_longest
from typing import Final

from pyoxigraph import NamedNode

from graph.datadir import Snapshot
from graph.errors import LimitExceededError
from graph.thing_graph import ExportedGraph
from graph.thing_graph_reading import Reading, described_graph, things_in
from ontology.class_depths import Depths
from web.graph_reading import AROUND, AROUND_ALL, is_of_a_vocabulary, links_around, links_from
from web.labels import Labels, labels_of
from web.path_search import Around, Link
from web.site import Site, count_of, text_of

MOST_NODES: Final = 500
MOST_LINKS: Final = 5_000
FAN: Final = 200
# So many links a whole dataset may have to be sent in one piece; as the query has it.
MOST_OF_ALL: Final = 10_000
TOO_LARGE: Final = "The graph has more than {:,} links between things, more than is sent in one piece"
REMEDY: Final = "Take a part of it, or write it where the data are: osagraph export graph.gexf"


def exported_graph(
    site: Site, iris: Sequence[str], only: bool, through_all: bool, depths: Depths, at: Snapshot
) -> ExportedGraph:
    """The things with what is one hop around them, or `only` these, and the links among all of them.

    Raises what `Site.rows` raises.
    """
    remarks: list[str] = []
    around: Mapping[str, Around] = {}
    things = list(dict.fromkeys(iris))
    if not only:
        around = links_around(site, things, FAN, at, AROUND_ALL if through_all else AROUND)
        neighbours = _neighbours(around, set(things), through_all)
        things += neighbours[: MOST_NODES - len(things)]
        remarks += _cut(around, "links were followed from", labels_of(site, map(NamedNode, iris), at=at))
        if len(things) < len(neighbours) + len(set(iris)):
            remarks.append(f"Only {MOST_NODES} of {len(neighbours) + len(set(iris))} things are here.")
    links, dropped = _links(site, things, around, at)
    remarks += dropped
    return described_graph(reading_of(site, depths, at), things, links, *origin_of(site, at), remarks)


def _neighbours(around: Mapping[str, Around], chosen: Collection[str], through_all: bool) -> list[str]:
    """What is linked to the things: of each in turn, so that all have some."""
    lists = [[link.other(thing) for link in found.links] for thing, found in around.items()]
    shared = dict.fromkeys(each for each in chain(*zip_longest(*lists)) if each is not None)
    return [each for each in shared if each not in chosen and (through_all or not is_of_a_vocabulary(each))]


def _cut(around: Mapping[str, Around], said: str, labels: Labels) -> list[str]:
    cut = [labels.text(each) for each, found in around.items() if found.is_cut]
    named = ", ".join(cut[:3]) + (f" and {len(cut) - 3} more" if len(cut) > 3 else "")
    return [f"Only {FAN} {said} {named}."] if cut else []


def _links(
    site: Site, things: Sequence[str], around: Mapping[str, Around], at: Snapshot
) -> tuple[list[Link], list[str]]:
    """The links among the things, and a remark where there are more."""
    there = set(things)
    leading = links_from(site, things, FAN, at)
    found = {link for each in (*leading.values(), *around.values()) for link in each.links}
    among = sorted(link for link in found if {link.subject, link.object} <= there)
    remarks = []
    if any(each.is_cut for each in leading.values()):
        remarks.append(f"Of a thing with more than {FAN} links, others may be missing.")
    if len(among) > MOST_LINKS:
        remarks.append(f"Only {MOST_LINKS} of {len(among)} links are here.")
    return among[:MOST_LINKS], remarks


def whole_graph(site: Site, depths: Depths, at: Snapshot) -> ExportedGraph:
    """All things of the snapshot or view and the links among them.

    Raises LimitExceededError where there are too many, and what `Site.rows` raises.
    """
    # A count is remembered, so that who asks again for too much costs nothing.
    if count_of(next(iter(site.rows("things-linked-counted", at=at)), {}), "number") > MOST_OF_ALL:
        raise LimitExceededError(TOO_LARGE.format(MOST_OF_ALL), remedy=REMEDY)
    rows = site.rows("things-linked", at=at, is_kept=False)
    links = sorted(Link(*(text_of(row, name) for name in ("subject", "predicate", "object"))) for row in rows)
    reading = reading_of(site, depths, at)
    return described_graph(
        reading, things_in(links), links, *origin_of(site, at), (), "All things of osagraph"
    )


def reading_of(site: Site, depths: Depths, at: Snapshot) -> Reading:
    """How a snapshot is asked, with names in the language of the request."""

    def naming(iris: Collection[str]) -> Callable[[str], str]:
        known = {iri for iri in iris if not iri.startswith("_:")}
        return labels_of(site, map(NamedNode, sorted(known)), at=at).text

    return Reading(lambda name, values: site.rows(name, values, at, is_kept=False), naming, depths)


def origin_of(site: Site, at: Snapshot) -> tuple[str, str]:
    """Where a graph comes from, and the day of its snapshot."""
    made = (at.made or site.current().made or "")[:10]
    return f"From osagraph, {site.address}, snapshot {at.number}" + (f" of {made}." if made else "."), made
