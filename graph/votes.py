"""Votes: what the resolution of a slot needs to know of one claim, and nothing more.

A slot is (subject, predicate, period) and, for set-valued properties, the value. A vote is small and
made of plain values, so that millions of them can be sorted on disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from graph.claims import Claim
from graph.precision import Interval, interval_of
from graph.sources import Source
from graph.terms import Term, last_day
from ontology.namespaces import OSA
from ontology.vocabulary import Vocabulary


class Slot(NamedTuple):
    """What competes: values of one predicate of one subject, for one period.

    `period` is a fiscal year or empty; `member` is the value in N-Triples syntax for set-valued
    properties and empty for all others.
    """

    subject: str
    predicate: str
    period: str = ""
    member: str = ""


class Vote(NamedTuple):
    """One claim as its slot sees it; terms are in N-Triples syntax.

    `asserted` and `denied` follow the modality, `competes` is false for another currency. `rank` orders
    progress, `stage` the stage of a budget amount (-1: unsaid). `definition` is the counting rule.
    `day` is the last day that the source's date covers, or empty.
    """

    claim: str
    value: str
    asserted: bool
    denied: bool
    competes: bool
    interval: Interval | None
    rank: int
    stage: int
    definition: str
    voices: tuple[str, ...]
    weak: bool
    primary: bool
    day: str


def slot_of(claim: Claim, vocabulary: Vocabulary) -> Slot | None:
    """The slot that a claim speaks to; None for framing, and for claims without structure."""
    if claim.framing or claim.predicate is None or claim.predicate in vocabulary.framing:
        return None
    kind = vocabulary.resolution.get(claim.predicate)
    if kind is None:
        return None
    year = claim.qualifier(OSA.fiscalYear)
    period = year.value if isinstance(year, Literal) else ""
    member = str(claim.value) if kind == "set" else ""
    return Slot(claim.subject.value, claim.predicate.value, period, member)


def vote_of(
    claim: Claim,
    source: Source,
    vocabulary: Vocabulary,
    parties: Mapping[str, frozenset[NamedNode]],
    currencies: Mapping[str, NamedNode],
) -> Vote:
    """The vote of a claim, given its source and what is known of its subject."""
    own_currency = currencies.get(claim.subject.value)
    currency = claim.qualifier(OSA.currency)
    value = claim.value
    rule = claim.qualifier(OSA.countingRule)
    return Vote(
        claim=claim.iri.value,
        value=str(value),
        asserted=claim.modality == OSA.Asserted,
        denied=claim.modality == OSA.Denied,
        competes=currency is None or own_currency is None or currency == own_currency,
        interval=_interval(claim, value),
        rank=vocabulary.ranks.get(value, 0) if isinstance(value, NamedNode) else 0,
        stage=_stage(claim, vocabulary),
        definition="" if rule in (None, OSA.CountingUnspecified) else str(rule),
        voices=tuple(a.value for a in claim.attributed_to) + source.voices,
        weak=source.is_weak,
        primary=_is_primary(claim, source, parties),
        day=last_day(source.issued.value).isoformat() if source.issued is not None else "",
    )


def _interval(claim: Claim, value: Term | None) -> Interval | None:
    approximate = claim.hedge == OSA.About
    bounds: tuple[Decimal | None, Decimal | None] = (claim.lower_bound, claim.upper_bound)
    return interval_of(value, claim.significant_digits, bounds, approximate)


def _stage(claim: Claim, vocabulary: Vocabulary) -> int:
    stage = claim.qualifier(OSA.stage)
    return vocabulary.ranks.get(stage, -1) if isinstance(stage, NamedNode) else -1


def _is_primary(claim: Claim, source: Source, parties: Mapping[str, frozenset[NamedNode]]) -> bool:
    """A government on its own matter, in its own voice."""
    if source.kind != OSA.Government or source.country is None or claim.attributed_to:
        return False
    return source.country in parties.get(claim.subject.value, frozenset())
