"""Votes: what the resolution of a slot needs to know of one claim, and nothing more.

A slot is (subject, predicate, period) and, for set-valued properties, the value. A vote is small and
made of plain values, so that millions of them can be sorted on disk.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from graph.claims import Claim
from graph.precision import Interval, interval_of
from graph.same_text import comparable_text
from graph.sources import Source
from graph.terms import Term, is_date, last_day
from ontology.namespaces import OSA
from ontology.vocabulary import Vocabulary

# Words by which a note says what a sum covers.
_COVERS = re.compile(r"\b(includ|exclud|without|besides|part of|out of|covers?\b)", re.IGNORECASE)


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

    The rest bears on assessments only: the IRIs of source, modality, stage and currency as said (empty where
    unsaid), the last day that the claim holds for, what is printed, the quotes in a form to compare, the
    `matter` by which the value is compared with values of other subjects, the predicate that the claim's own
    is assessed with, and the note where it tells what a sum covers.
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
    source: str = ""
    modality: str = ""
    stage_said: str = ""
    currency: str = ""
    as_of: str = ""
    printed: str = ""
    texts: tuple[str, ...] = ()
    matter: str = ""
    told_with: str = ""
    scope: str = ""


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
    matters: Mapping[str, str] = MappingProxyType({}),
) -> Vote:
    """The vote of a claim, given its source and what is known of its subject."""
    own_currency = currencies.get(claim.subject.value)
    currency = claim.qualifier(OSA.currency)
    value = claim.value
    rule = claim.qualifier(OSA.countingRule)
    return Vote(
        claim=claim.iri.value,
        value=str(value if value is not None else claim.stance),
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
        day=_last_day(source.issued),
        source=source.iri.value,
        modality=claim.modality.value,
        stage_said=_iri(claim.qualifier(OSA.stage)),
        currency=_iri(currency),
        as_of=_last_day(claim.qualifier(OSA.asOf)),
        printed=claim.verbatim[0].value if claim.verbatim else "",
        texts=tuple(text for quote in claim.quotes if (text := comparable_text(quote.value))),
        matter=_matter(claim, vocabulary, matters),
        scope=next((note.value for note in claim.notes if currency and _COVERS.search(note.value)), ""),
        told_with=_iri(vocabulary.together.get(claim.predicate)) if claim.predicate is not None else "",
    )


def _last_day(date: Term | None) -> str:
    return last_day(date.value).isoformat() if is_date(date) and date is not None else ""


def _iri(term: Term | None) -> str:
    return term.value if isinstance(term, NamedNode) else ""


def _matter(claim: Claim, vocabulary: Vocabulary, matters: Mapping[str, str]) -> str:
    if claim.predicate not in vocabulary.compared:
        return ""
    return matters.get(claim.subject.value, claim.subject.value)


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
