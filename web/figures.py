"""Figures with their receipts: the accepted sum or count of a thing, and all others that are claimed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from pyoxigraph import Literal, NamedNode

from graph.datadir import Snapshot
from graph.results import ResultTerm
from graph.terms import decimal_value, is_number
from web.entity import Evidence, Statement
from web.entity_reading import SHOWN_CLAIMS, gathered
from web.nodes import Node, nodes
from web.site import Site

# What tells figures apart that are no rivals: another stage or rule, a plan, another currency.
MANNER: Final = ("osa:currency", "osa:stage", "osa:countingRule", "osa:modality")
SHOWN_IN_GROUP: Final = 2


@dataclass(frozen=True)
class Claimed:
    """A value that is not the accepted one, with how it is meant and the first of those who claim it.

    `is_against`: whether it competes with the accepted value. Others are of another stage or currency.
    """

    value: ResultTerm
    manner: Node
    evidence: Sequence[Evidence]
    count: int
    is_against: bool

    @property
    def number(self) -> Decimal | None:
        """The value as a number; None where it is none."""
        return number_of(self.value)


@dataclass(frozen=True)
class Figure:
    """The figure of one thing: `accepted` is None where it is open."""

    accepted: Statement | None = None
    others: Sequence[Claimed] = ()
    is_open: bool = False

    @property
    def is_contested(self) -> bool:
        """Whether there are claims against it, or nothing decides between them."""
        return self.is_open or (self.accepted is not None and self.accepted.is_contested)

    def terms(self) -> Iterator[ResultTerm]:
        """All that it names."""
        evidence = [each for other in self.others for each in other.evidence]
        if self.accepted is not None:
            yield self.accepted.value
            yield from self.accepted.slot.terms() if self.accepted.slot else ()
            evidence += [*self.accepted.supporting, *self.accepted.contesting]
        for each in evidence:
            yield from each.claim.terms()
            yield from each.source.terms()


def number_of(term: ResultTerm | None) -> Decimal | None:
    """The number that a term is; None where it is none, and where it is none that can be counted."""
    if not isinstance(term, Literal) or not is_number(term):
        return None
    number = decimal_value(term)
    return number if number.is_finite() else None


def figures(site: Site, values: Mapping[str, ResultTerm | None], at: Snapshot) -> dict[str, Figure]:
    """The figure of each thing, given the value that its fact has, if it has one.

    It knows amounts and counts of recipients. Raises what `Site.rows` raises.
    """
    if not values:
        return {}
    subjects = {"subject": [NamedNode(iri) for iri in values]}
    slots = gathered(site.rows("figures-decided", subjects, at))
    claims = gathered(site.rows("figures-claimed", subjects, at))
    slot_of = {slot.text("osa:subject"): slot for slot in slots.values()}
    about: dict[str, list[Node]] = defaultdict(list)
    for claim in claims.values():
        about[claim.text("osa:subject")].append(claim)
    read = _Reading(claims)
    drafts = {iri: read.figure(value, slot_of.get(iri), about[iri]) for iri, value in values.items()}
    read.sources = nodes(site, "described", sorted(read.wanted), at)
    return {iri: read.sourced(figure) for iri, figure in drafts.items()}


class _Reading:
    """Puts figures together, first without the sources of their claims, of which it notes which it wants."""

    def __init__(self, claims: Mapping[str, Node]) -> None:
        self._claims = claims
        self.wanted: set[str] = set()
        self.sources: Mapping[str, Node] = {}

    def figure(self, value: ResultTerm | None, slot: Node | None, claims: Sequence[Node]) -> Figure:
        """The figure of one thing."""
        supporting = self._side(slot, "osa:supportedBy")
        contesting = self._side(slot, "osa:contestedBy")
        agreed = {claim.iri for claim in supporting}
        others = self._groups([claim for claim in claims if claim.iri not in agreed], contesting)
        is_open = slot is not None and not slot.all("osa:accepted")
        if value is None:
            return Figure(None, others, is_open)
        shown = [self._evidence(side[:SHOWN_CLAIMS]) for side in (supporting, contesting)]
        return Figure(Statement(value, slot, shown[0], shown[1]), others, is_open)

    def _side(self, slot: Node | None, name: str) -> list[Node]:
        known = slot.all(name) if slot else ()
        found = (self._claims.get(term.value) for term in known if isinstance(term, NamedNode))
        return [claim for claim in found if claim is not None]

    def _groups(self, claims: Iterable[Node], contesting: Sequence[Node]) -> list[Claimed]:
        """The claims of one value in one manner together; those against the accepted value first."""
        against = {claim.iri for claim in contesting}
        groups: dict[tuple[object, ...], list[Node]] = defaultdict(list)
        for claim in claims:
            manner = tuple(claim[name] for name in MANNER)
            groups[(claim.iri in against, claim["osa:object"], *manner)].append(claim)
        found = [
            Claimed(
                group[0]["osa:object"] or Literal(""),
                group[0],
                self._evidence(group[:SHOWN_IN_GROUP]),
                len(group),
                group[0].iri in against,
            )
            for group in groups.values()
        ]
        return sorted(found, key=lambda each: (not each.is_against, -each.count, str(each.value)))

    def _evidence(self, claims: Iterable[Node]) -> list[Evidence]:
        found = [Evidence(claim, Node(claim.text("osa:statedIn"))) for claim in claims]
        self.wanted |= {each.source.iri for each in found if each.source.iri}
        return found

    def sourced(self, figure: Figure) -> Figure:
        """The figure with the descriptions of all sources."""
        accepted = figure.accepted
        if accepted is not None:
            supporting, contesting = self._sourced(accepted.supporting), self._sourced(accepted.contesting)
            accepted = Statement(accepted.value, accepted.slot, supporting, contesting)
        others = [
            Claimed(each.value, each.manner, self._sourced(each.evidence), each.count, each.is_against)
            for each in figure.others
        ]
        return Figure(accepted, others, figure.is_open)

    def _sourced(self, evidence: Sequence[Evidence]) -> list[Evidence]:
        found = [Evidence(each.claim, self.sources.get(each.source.iri, each.source)) for each in evidence]
        return sorted(found, key=lambda each: each.source.text("dcterms:issued"), reverse=True)
