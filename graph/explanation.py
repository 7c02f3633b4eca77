"""Why the graph says so: what the explanation of a triple is made of. Nothing here does I/O."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from pyoxigraph import NamedNode, Triple

from graph.claims import Claim
from graph.resolution import Resolution
from graph.rules import Pattern, Rule
from graph.sources import Source


@dataclass(frozen=True)
class Evidence:
    """A claim and the source that states it."""

    claim: Claim
    source: Source


@dataclass(frozen=True)
class Decision:
    """The resolution of a slot, with the claims for and against it.

    As a way it gives the triple, as its fact or as what goes with the fact. As a gap it does not: the slot is
    open, or took another value.
    """

    iri: NamedNode
    resolution: Resolution
    supporting: tuple[Evidence, ...]
    contesting: tuple[Evidence, ...]


@dataclass(frozen=True)
class Axiom:
    """The triple stands in a file of the ontology."""

    file: str


@dataclass(frozen=True)
class Reference:
    """The triple stands in a reviewed reference table, or was generated like one."""


@dataclass(frozen=True)
class Description:
    """Sources describe things so; of `count` sources the first few are named."""

    sources: tuple[Source, ...]
    count: int


@dataclass(frozen=True)
class Link:
    """A link to an item elsewhere, or a near miss, with its evidence; as a gap it gives no such triple."""

    iri: NamedNode
    evidence: str
    confidence: NamedNode
    is_near_miss: bool = False
    gives: bool = True


@dataclass(frozen=True)
class Inference:
    """A rule gives the triple from its premises, each of which is explained in turn."""

    rule: Rule
    premises: tuple[Explanation, ...]


@dataclass(frozen=True)
class Given:
    """The triple is there, and nothing in the dataset says why: so it is with plain datasets."""


@dataclass(frozen=True)
class NotCounted:
    """A claim that states just this, and the reason for which it does not count."""

    evidence: Evidence
    reason: str


@dataclass(frozen=True)
class Elsewhere:
    """The triple stands in named graphs, which are not among the facts."""

    graphs: tuple[NamedNode, ...]


@dataclass(frozen=True)
class Underived:
    """A rule would give the triple if it were not for the missing premises.

    `missing` may hold variables: anything in their place would do. `why` tells of those without variables why
    they are missing.
    """

    rule: Rule
    present: tuple[Triple, ...]
    missing: tuple[Pattern, ...]
    why: tuple[Explanation, ...]


@dataclass(frozen=True)
class Unspoken:
    """Nothing speaks of it; `sentence` says of what exactly."""

    sentence: str


Way: TypeAlias = Decision | Axiom | Reference | Description | Link | Inference | Given
Gap: TypeAlias = Decision | Link | NotCounted | Elsewhere | Underived | Unspoken


@dataclass(frozen=True)
class Explanation:
    """Every way in which the default graph comes to hold a triple, or what it lacks to do so."""

    triple: Triple
    ways: tuple[Way, ...]
    gaps: tuple[Gap, ...] = ()

    @property
    def is_held(self) -> bool:
        """Whether the triple is in the default graph."""
        return bool(self.ways)

    @property
    def is_contested(self) -> bool:
        """Whether claims stand against the triple itself."""
        return any(isinstance(way, Decision) and way.resolution.contested_by for way in self.ways)

    @property
    def premises(self) -> Iterator[Explanation]:
        """What the triple is inferred from, and what those are, down to what is not inferred."""
        for way in self.ways:
            if isinstance(way, Inference):
                for premise in way.premises:
                    yield premise
                    yield from premise.premises

    @property
    def rests_on_contested(self) -> bool:
        """Whether claims stand against something that the triple is inferred from."""
        return any(premise.is_contested for premise in self.premises)
