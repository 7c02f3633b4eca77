"""What a page tells of one thing: its statements with their receipts, its claims, what points to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from graph.results import ResultTerm
from ontology.namespaces import OSA, RDF, RDFS, SKOS
from web.nodes import Node

# What stands in the head of the page, or is a short cut to what its receipts say.
IN_HEAD: Final = frozenset(
    {
        RDF.type,
        RDFS.label,
        RDFS.comment,
        SKOS.prefLabel,
        SKOS.altLabel,
        SKOS.definition,
        OSA.supportedBy,
        OSA.contestedBy,
    }
)
# Said first, in this order; the rest follows by the names of the properties.
FIRST: Final = tuple(
    OSA[name].value
    for name in (
        *(
            "programme",
            "line",
            "provider",
            "recipient",
            "beneficiary",
            "fiscalYear",
            "date",
            "amount",
            "currency",
        ),
        *(
            "stage",
            "recipientCount",
            "countingRule",
            "status",
            "signedOn",
            "deliveredOn",
            "equipment",
            "item",
        ),
        *("equipmentClass", "count", "actor", "role", "ordinal", "subject", "predicate", "object"),
    )
)
PLACE: Final[Mapping[str, int]] = {iri: place for place, iri in enumerate(FIRST)}


@dataclass(frozen=True)
class Evidence:
    """A claim with the description of its source."""

    claim: Node
    source: Node


@dataclass(frozen=True)
class Statement:
    """A value of a property, with the slot that gives it, if one does, and the claims on both sides."""

    value: ResultTerm
    slot: Node | None = None
    supporting: Sequence[Evidence] = ()
    contesting: Sequence[Evidence] = ()
    is_inferred: bool = False

    @property
    def is_contested(self) -> bool:
        """Whether there are claims against it."""
        return bool(self.slot and self.slot.all("osa:contestedBy"))

    @property
    def voices(self) -> int:
        """How many independent voices state it."""
        return int(self.slot.text("osa:voices") or 0) if self.slot else 0


@dataclass(frozen=True)
class Property:
    """A property with its values in order, and the slots of it that nothing was accepted for."""

    iri: str
    statements: Sequence[Statement] = ()
    open: Sequence[Statement] = ()

    @property
    def is_inferred(self) -> bool:
        """Whether no value of it was stated or given."""
        return not self.open and all(statement.is_inferred for statement in self.statements)


@dataclass(frozen=True)
class Pointing:
    """The things that point to one by a property: how many, and the first of them."""

    predicate: str
    count: int
    others: Sequence[ResultTerm]


@dataclass(frozen=True)
class Entity:
    """All that is told of one thing.

    `is_fact`: whether the default graph knows it; else it is a claim, a resolution, a link. `types` begin
    with those that were given. `besides` are claims that do not compete for a fact, `framing` what is said
    about it, `attributed` what it is said to hold; `unlisted` says how many more of each there are.
    `lines` are its statements as sorted N-Triples, `is_cut` says that there are more.
    """

    iri: str
    is_fact: bool
    types: Sequence[str]
    definitions: Sequence[Literal]
    names: Sequence[Literal]
    properties: Sequence[Property]
    besides: Sequence[Evidence]
    framing: Sequence[Evidence]
    attributed: Sequence[Evidence]
    contradictions: Sequence[Node]
    links: Sequence[Node]
    pointing: Sequence[Pointing]
    unlisted: Mapping[str, int]
    lines: Sequence[str]
    is_cut: bool

    def terms(self) -> Iterator[ResultTerm]:
        """Everything that the page names."""
        yield NamedNode(self.iri)
        yield from map(NamedNode, self.types)
        for shown in self.properties:
            yield NamedNode(shown.iri)
            for statement in (*shown.statements, *shown.open):
                yield statement.value
                yield from statement.slot.terms() if statement.slot else ()
                yield from _named_by((*statement.supporting, *statement.contesting))
        yield from _named_by((*self.besides, *self.framing, *self.attributed))
        for node in (*self.contradictions, *self.links):
            yield from node.terms()
        for pointing in self.pointing:
            yield NamedNode(pointing.predicate)
            yield from pointing.others


def _named_by(evidence: Sequence[Evidence]) -> Iterator[ResultTerm]:
    for each in evidence:
        yield from each.claim.terms()
        yield from each.source.terms()


def in_order(properties: Sequence[Property], text: Mapping[str, str]) -> list[Property]:
    """The properties as a page has them: the known ones first, those that are only inferred last."""

    def place(shown: Property) -> tuple[bool, int, str]:
        return (shown.is_inferred, PLACE.get(shown.iri, len(PLACE)), text.get(shown.iri, shown.iri))

    return sorted(properties, key=place)


def why(subject: str, predicate: str, value: ResultTerm) -> str | None:
    """Where a statement is explained; None for values that have no name."""
    if isinstance(value, BlankNode | Triple):
        return None
    terms = {"s": subject, "p": predicate, "o": value.value if isinstance(value, NamedNode) else str(value)}
    return f"/explain?{urlencode(terms)}"
