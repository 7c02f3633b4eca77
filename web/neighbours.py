"""What one thing is linked to, by property and direction; which links are shown, and in which order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ontology.namespaces import DCTERMS, OSA, OWL, RDF, SKOS
from web.entity import PLACE

CLAIMS: Final = frozenset({OSA.supportedBy.value, OSA.contestedBy.value})
# No links between things: classes are told by colour and letter, the others are names and addresses.
HIDDEN: Final = frozenset(
    {
        RDF.type.value,
        RDF.first.value,
        RDF.rest.value,
        *(SKOS[f"{name}Match"].value for name in ("exact", "close", "broad", "narrow", "related")),
        SKOS.inScheme.value,
        SKOS.topConceptOf.value,
        DCTERMS.license.value,
        OWL.sameAs.value,
        OWL.differentFrom.value,
    }
)
# What says who has published, from the source to the publisher.
PUBLISHED: Final = frozenset(
    {
        DCTERMS.publisher.value,
        DCTERMS.creator.value,
        OSA.publisherCountry.value,
        OSA.publisherKind.value,
        OSA.distributor.value,
    }
)
AUTHORED: Final = frozenset({OSA.authorOf.value})
# It follows from nearly everything, and says less.
PARTY: Final = OSA.party.value
# What may be shown besides.
ALSO: Final = ("inferred", "sources", "claims")


@dataclass(frozen=True)
class Link:
    """A statement between two things with names; one that `is_open` is claimed and not accepted."""

    source: str
    predicate: str
    target: str
    is_contested: bool = False
    is_inferred: bool = False
    is_open: bool = False

    def other(self, iri: str) -> str:
        """The thing at the other end."""
        return self.target if self.source == iri else self.source


@dataclass(frozen=True)
class Group:
    """The links of one thing by a property in one direction: some of them, and how many there are in all.

    `is_least` says that there may be more than `number`.
    """

    predicate: str
    is_forward: bool
    links: Sequence[Link]
    number: int
    is_least: bool = False

    @property
    def more(self) -> int:
        """How many there are besides those that are shown."""
        return max(0, self.number - len(self.links))


@dataclass(frozen=True)
class Neighbourhood:
    """A thing with its groups, in order; `withheld` counts links by what would show them, see ALSO."""

    iri: str
    groups: Sequence[Group]
    withheld: Mapping[str, int]

    @property
    def links(self) -> Iterator[Link]:
        """All links that are shown."""
        for group in self.groups:
            yield from group.links


@dataclass(frozen=True)
class Counted:
    """How many links a thing has by a property in a direction."""

    predicate: str
    is_forward: bool
    number: int
    is_least: bool


def chosen(counted: Iterable[Counted], also: Collection[str]) -> tuple[list[Counted], dict[str, int]]:
    """What is shown of a thing's links, the most telling first, and how many are withheld for what reason."""
    withheld: dict[str, int] = defaultdict(int)
    shown = []
    for each in counted:
        if each.predicate in HIDDEN:
            continue
        reason = _reason(each)
        if reason and reason not in also:
            withheld[reason] += each.number
        else:
            shown.append(each)
    return sorted(shown, key=_rank), withheld


def _reason(counted: Counted) -> str | None:
    """What has to be asked for to see it; None for what is always shown."""
    if counted.predicate in CLAIMS:
        return "claims"
    if counted.predicate == PARTY:
        return "inferred"
    of_a_source = PUBLISHED if not counted.is_forward else AUTHORED
    return "sources" if counted.predicate in of_a_source else None


def _rank(counted: Counted) -> tuple[bool, bool, int, str]:
    return (
        counted.predicate in CLAIMS or counted.predicate == PARTY,
        *_order(counted.predicate, counted.is_forward),
    )


def place_of(group: Group) -> tuple[bool, bool, int, str]:
    """Sorts groups: what is only inferred comes last."""
    return (all(link.is_inferred for link in group.links), *_order(group.predicate, group.is_forward))


def _order(property: str, is_forward: bool) -> tuple[bool, int, str]:
    return (not is_forward, PLACE.get(property, len(PLACE)), property)
