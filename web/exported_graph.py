"""A bounded part of the graph as nodes and links, to be written down for other programs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Final

from pyoxigraph import Literal, NamedNode

from graph.datadir import Snapshot
from graph.terms import first_day, is_date, last_day
from web.explore_scene import Depths
from web.graph_reading import AROUND, AROUND_ALL, is_of_a_vocabulary, links_around, links_from
from web.labels import Labels, labels_of
from web.nodes import Node, local_name, nodes
from web.path_search import Around, Link
from web.site import Site, text_of

MOST_NODES: Final = 500
MOST_LINKS: Final = 5_000
FAN: Final = 200
DATED: Final = ("osa:date", "osa:signedOn", "osa:deliveredOn", "dcterms:issued")
# Families of classes: who, what is given and paid, goods, what happens and what rules, who says so.
FAMILIES: Final = (
    ("State", "Organization", "Person", "Actor", "Region", "Government"),
    ("Programme", "AssistanceProject", "CommittedProject", "BudgetLine", "RecipientCount", "Participation"),
    ("EquipmentItem", "EquipmentClass"),
    ("PolicyEvent", "Event", "Instrument"),
    ("Source", "Claim"),
)


@dataclass(frozen=True)
class GraphNode:
    """A thing: `kind` is its class in words, `family` a number of FAMILIES; `start` and `end` are days."""

    iri: str
    label: str
    kind: str = ""
    family: int | None = None
    start: str = ""
    end: str = ""


@dataclass(frozen=True)
class GraphLink:
    """A statement between two nodes, with the name of its property."""

    source: str
    target: str
    predicate: str
    label: str
    is_contested: bool = False


@dataclass(frozen=True)
class ExportedGraph:
    """Nodes and links, where they come from, and in `remarks` what is left out."""

    title: str
    origin: str
    made: str
    nodes: Sequence[GraphNode]
    links: Sequence[GraphLink]
    remarks: Sequence[str] = ()

    @property
    def is_cut(self) -> bool:
        """Whether something is left out that was asked for."""
        return bool(self.remarks)

    def description(self, *further: str) -> str:
        """What a reader of the file should know."""
        return " ".join((self.title + ".", self.origin, *self.remarks, *further))


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
    return _described(site, things, links, remarks, depths, at)


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


def _described(
    site: Site,
    things: Sequence[str],
    links: Sequence[Link],
    remarks: Sequence[str],
    depths: Depths,
    at: Snapshot,
) -> ExportedGraph:
    described = nodes(site, "kinds-and-dates", things, at)
    kinds = {iri: depths.most_special(_iris(node.all("rdf:type"))) or "" for iri, node in described.items()}
    named = {*things, *kinds.values(), *(link.predicate for link in links)} - {""}
    labels = labels_of(site, map(NamedNode, sorted(named)), at=at)
    asked = {"subject": [NamedNode(each) for each in things]}
    contested = {
        Link(*(text_of(row, name) for name in ("subject", "predicate", "object")))
        for row in site.rows("links-contested", asked, at)
    }
    made = (at.made or site.current().made or "")[:10]
    return ExportedGraph(
        ", ".join(labels.text(each) for each in things[:1]) + (" and others" if len(things) > 1 else ""),
        f"From osagraph, {site.address}, snapshot {at.number}" + (f" of {made}." if made else "."),
        made,
        [_node(described[iri], kinds[iri], labels) for iri in things],
        [GraphLink(*_ends(link), labels.text(link.predicate), link in contested) for link in links],
        remarks,
    )


def _ends(link: Link) -> tuple[str, str, str]:
    return link.subject, link.object, link.predicate


def _iris(terms: Iterable[object]) -> list[str]:
    return [term.value for term in terms if isinstance(term, NamedNode)]


def _node(node: Node, kind: str, labels: Labels) -> GraphNode:
    start, end = _days(node)
    return GraphNode(
        node.iri, labels.text(node.iri), labels.text(kind) if kind else "", family_of(node), start, end
    )


def family_of(node: Node) -> int | None:
    """The family that its classes belong to; None for what has none."""
    names = {local_name(iri) for iri in _iris(node.all("rdf:type"))}
    return next((number for number, family in enumerate(FAMILIES) if names & set(family)), None)


def _days(node: Node) -> tuple[str, str]:
    """The first and the last day of which it has a date; nothing twice where it has none."""
    dates = [term for name in DATED for term in node.all(name) if isinstance(term, Literal) and is_date(term)]
    days = sorted(day for date in dates for day in _spanned(date.value))
    return (days[0], days[-1]) if days else ("", "")


def _spanned(date: str) -> list[str]:
    """The first and the last day of a date; none where it is no date, whatever its datatype says."""
    try:
        return [first_day(date).isoformat(), last_day(date).isoformat()]
    except ValueError:
        return []
