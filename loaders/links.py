"""What was decided about individuals and items of Wikidata, as a node with its evidence for each decision.

A link says that an individual is an item, or perhaps is, or that none was found; a near miss says that it is
not one that looks like it. Only verified links and near misses are facts. The node of a link is
`id:link/{slug of the label}`, that of a near miss `id:near-miss/{slug of the label}-q…`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from graph.bundle import in_graph
from graph.links import link_facts
from graph.projection import ASSESSMENTS
from loaders.names import slug
from ontology.namespaces import DCTERMS, ID, OSA, OWL, RDF, SKOS, WD, XSD

# The tables have no day for a row: the day on which they came into this repository as they are.
TABLE_DATE: Final = "2026-11-22"
# Kinds of names that may be the same individual as an item; all others match it at most.
SAME_KINDS: Final = frozenset({"country", "person"})
AGREEING: Final = 2
_ITEM: Final = re.compile(r"(?<![0-9A-Za-z])Q[1-9][0-9]*(?![0-9A-Za-z])")


@dataclass(frozen=True)
class Link:
    """A decision about an individual and an item.

    `label` is what a table calls the individual, and names the node. `item` is None where none was found.
    `relation` is `SKOS.exactMatch`, `OWL.sameAs` or `OWL.differentFrom` (then it is a near miss);
    `confidence` is `OSA.Verified`, `OSA.Likely` or `OSA.Unresolved`. `decided_by` is `OSA.ReviewedTable` or
    `OSA.CuratorReview`, then with the `curator`'s name; `date` is an `xsd:date`.

    Raises ValueError where these do not go together: an item without confidence or a verified link without
    an item, a near miss that is not verified, evidence that is missing, something else than an item.
    """

    label: str
    subject: NamedNode
    evidence: str
    confidence: NamedNode
    item: NamedNode | None = None
    relation: NamedNode = SKOS.exactMatch
    decided_by: NamedNode = OSA.ReviewedTable
    curator: str = ""
    date: str = TABLE_DATE

    def __post_init__(self) -> None:
        if not self.evidence.strip():
            raise ValueError(f"{self.label}: a link needs evidence")
        if (self.item is None) != (self.confidence == OSA.Unresolved):
            raise ValueError(f"{self.label}: a link without an item is unresolved, and no other is")
        if self.relation != SKOS.exactMatch and self.confidence != OSA.Verified:
            raise ValueError(f"{self.label}: only what is verified is more than a match")
        if self.item is not None and (self.item not in WD or not _ITEM.fullmatch(self._number)):
            raise ValueError(f"{self.label}: {self.item} is no item of Wikidata")

    @property
    def is_near_miss(self) -> bool:
        """Whether it says that the individual is not the item."""
        return self.relation == OWL.differentFrom

    @property
    def iri(self) -> NamedNode:
        """The node of the decision; what is decided later about the same has the same node."""
        if self.is_near_miss:
            return ID.iri(f"near-miss/{slug(self.label)}-{self._number.lower()}")
        return ID.iri(f"link/{slug(self.label)}")

    @property
    def _number(self) -> str:
        return "" if self.item is None else self.item.value.removeprefix(str(WD))


def link_quads(link: Link) -> Iterator[Quad]:
    """A decision as a node of `graph/assessments`, and the facts of the default graph that follow from it."""
    node = list(_node_quads(link))
    yield from node
    yield from in_graph(link_facts(node), DefaultGraph())


def standing_links(shipped: Iterable[Link], decided: Iterable[Link]) -> list[Link]:
    """What stands of the links of the tables and of later decisions, given in their order.

    A later decision about a label takes the place of the one before it. Saying that an individual is not an
    item takes back a link to it, which is unresolved then; saying that it is takes back the near miss.
    """
    standing: dict[NamedNode, Link] = {link.iri: link for link in shipped}
    for link in decided:
        standing[link.iri] = link
        linked = standing.get(replace(link, relation=SKOS.exactMatch).iri)
        if link.is_near_miss and linked is not None and linked.item == link.item:
            standing[linked.iri] = replace(
                link, confidence=OSA.Unresolved, item=None, relation=SKOS.exactMatch
            )
        if not link.is_near_miss and link.confidence == OSA.Verified:
            standing.pop(replace(link, relation=OWL.differentFrom).iri, None)
    return list(standing.values())


def relation_of(kind: str, number: str, evidence: str) -> NamedNode:
    """What a verified link of the tables is: `owl:sameAs` for a state or a person that two sources give the
    same item, else `skos:exactMatch`.
    """
    is_same = kind in SAME_KINDS and agreeing_sources(number, evidence) >= AGREEING
    return OWL.sameAs if is_same else SKOS.exactMatch


def agreeing_sources(number: str, evidence: str) -> int:
    """How many published sources the evidence names that give an individual this item, such as `Q17`.

    Evidence is parts with `;` between. A part agrees where the number stands in it; parts that begin with the
    same word (the name of a package, a repository or a file) are one source. Where any part names another
    item, the sources do not agree: none counts.
    """
    parts = [part for part in evidence.split(";") if part.strip()]
    named = [(part.split()[0], set(_ITEM.findall(part))) for part in parts]
    if any(items - {number} for _, items in named):
        return 0
    return len({source for source, items in named if number in items})


def _node_quads(link: Link) -> Iterator[Quad]:
    node = link.iri
    yield Quad(node, RDF.type, OSA.NearMiss if link.is_near_miss else OSA.Link, ASSESSMENTS)
    yield Quad(node, OSA.subject, link.subject, ASSESSMENTS)
    yield Quad(node, OSA.evidence, Literal(link.evidence, language="en"), ASSESSMENTS)
    yield Quad(node, OSA.decidedBy, link.decided_by, ASSESSMENTS)
    yield Quad(node, DCTERMS.date, Literal(link.date, datatype=XSD.date), ASSESSMENTS)
    if link.curator:
        yield Quad(node, OSA.curator, Literal(link.curator), ASSESSMENTS)
    if not link.is_near_miss:
        yield Quad(node, OSA.confidence, link.confidence, ASSESSMENTS)
    if link.item is not None:
        leads = OSA.notLinkedTo if link.is_near_miss else OSA.linkedTo
        yield Quad(node, leads, link.item, ASSESSMENTS)
        if link.confidence == OSA.Verified:
            yield Quad(node, OSA.linkRelation, link.relation, ASSESSMENTS)
